"""Alerts are checked whenever their query has a new result; who subscribed is told, in a record.

Nothing is sent from here. The records are what Inverse Watch lists as an alert's events.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from watchframe.demo.records import Record
from watchframe.demo.store import Store
from watchframe.demo.stored_queries import StoredResult

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}


def check_alerts(store: Store, result: StoredResult) -> None:
    """Set the state of the alerts whose query has this latest result."""
    with store.lock:
        for alert in store.alerts.values():
            if store.queries[alert["query_id"]].latest_result_id == result.id:
                _check(store, alert, result.data["rows"])


def _check(store: Store, alert: Record, rows: list[Record]) -> None:
    state, before = _state(alert["options"], rows), alert["state"]
    if state == before and not (state == "triggered" and _may_repeat(store, alert)):
        return
    alert |= {"state": state, "last_triggered_at": store.moment()}
    if (before, state) == ("unknown", "ok") or alert["options"].get("muted"):
        return
    for subscription in store.subscriptions.values():
        if subscription["alert_id"] == alert["id"]:
            _tell(store, alert, subscription)


def _state(options: Mapping[str, Any], rows: list[Record]) -> str:
    column = options.get("column")
    if not rows or column not in rows[0]:
        return "unknown"
    value, bound = rows[0][column], options.get("value")
    compare = _OPERATORS.get(str(options.get("op")), lambda *_: False)
    try:
        is_met = compare(float(value), float(bound))  # type: ignore[arg-type]  # or it raises
    except (TypeError, ValueError):
        is_met = compare(str(value), str(bound))
    return "triggered" if is_met else "ok"


def _may_repeat(store: Store, alert: Record) -> bool:
    """Return whether an alert that stays triggered is told again: after `rearm` seconds."""
    if not alert["rearm"] or not alert["last_triggered_at"]:
        return False
    last = datetime.fromisoformat(alert["last_triggered_at"])
    return last + timedelta(seconds=alert["rearm"]) < store.now()


def _tell(store: Store, alert: Record, subscription: Record) -> None:
    destination = store.destinations.get(subscription["destination_id"] or 0)
    store.add(
        store.alert_events,
        {
            "alert_id": alert["id"],
            "alert_type": destination["type"] if destination else "email",
            "query_id": alert["query_id"],
            "destination_id": subscription["destination_id"],
            "user_id": subscription["user_id"],
            "state": alert["state"],
            "status": "ok",
            "content": "",
            "additional_properties": {"recipient_user_id": subscription["user_id"]},
            "row_index": None,
            "is_archived": False,
            "created_at": store.moment(),
        },
    )
