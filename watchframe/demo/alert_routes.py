"""``/api/alerts`` and ``/api/users`` (recordings 145, 146, 148, 149)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from watchframe.demo.call import Answer, Call
from watchframe.demo.paging import page_of
from watchframe.demo.refusal import not_found
from watchframe.demo.shapes import query_json, user_json
from watchframe.demo.store import moment_text


def list_users(call: Call) -> Answer:
    """Give a page of the users: there is one."""
    call.require_user()
    groups = [{"id": 1, "name": "admin"}, {"id": 2, "name": "default"}]
    return Answer(value=page_of(call, [{**user_json(call.store), "groups": groups}], lambda x: x))


def list_alerts(call: Call) -> Answer:
    """Give all alerts."""
    call.require_user()
    return Answer(value=[_whole(call, alert) for alert in call.store.alerts.values()])


def get_alert(call: Call) -> Answer:
    """Give an alert."""
    call.require_user()
    alert = call.store.alerts.get(call.number("alert_id"))
    if alert is None:
        raise not_found()
    return Answer(value=_whole(call, alert))


def create_alert(call: Call) -> Answer:
    """Save a new alert on a query."""
    call.require_user()
    if call.body.get("query_id") not in call.store.queries:
        raise not_found()
    now = moment_text(datetime.now(UTC))
    with call.store.lock:
        alert = {
            "id": max(call.store.alerts, default=0) + 1,
            "name": call.body.get("name"),
            "options": call.body.get("options") or {},
            "state": "unknown",
            "last_triggered_at": None,
            "updated_at": now,
            "created_at": now,
            "rearm": call.body.get("rearm"),
            "query_id": call.body["query_id"],
        }
        call.store.alerts[alert["id"]] = alert
    return Answer(value=_whole(call, alert))


def _whole(call: Call, alert: dict[str, Any]) -> dict[str, Any]:
    found = dict(alert)
    saved = call.store.queries[found.pop("query_id")]
    without = ("visualizations", "is_favorite", "can_edit")
    query = query_json(call.store, saved, without=without)
    return {**found, "query": query, "user": user_json(call.store)}
