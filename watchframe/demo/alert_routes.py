"""``/api/alerts`` (recordings 146, 148, 149) and who is told. Nothing is sent from here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from watchframe.demo.call import Answer, Call
from watchframe.demo.destination_routes import brief_destination
from watchframe.demo.refusal import not_found
from watchframe.demo.shapes import query_json, user_json
from watchframe.demo.site_store import Record, next_id
from watchframe.demo.store import moment_text

_EDITABLE = ("name", "options", "query_id", "rearm")


def list_alerts(call: Call) -> Answer:
    """Give all alerts."""
    call.require_user()
    return Answer(value=[_whole(call, alert) for alert in call.store.alerts.values()])


def get_alert(call: Call) -> Answer:
    """Give an alert."""
    call.require_user()
    return Answer(value=_whole(call, _alert(call)))


def create_alert(call: Call) -> Answer:
    """Save a new alert on a query."""
    call.require_user()
    _require_query(call)
    now = moment_text(datetime.now(UTC))
    with call.store.lock:
        alert = {
            "id": next_id(call.store.alerts),
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


def edit_alert(call: Call) -> Answer:
    """Change what is sent of an alert."""
    call.require_user()
    alert = _alert(call)
    if "query_id" in call.body:
        _require_query(call)
    alert |= {name: call.body[name] for name in _EDITABLE if name in call.body}
    alert["updated_at"] = moment_text(datetime.now(UTC))
    return Answer(value=_whole(call, alert))


def delete_alert(call: Call) -> Answer:
    """Delete an alert and its subscriptions."""
    call.require_user()
    number = _alert(call)["id"]
    site = call.store.site
    with call.store.lock:
        site.subscriptions = {
            key: item for key, item in site.subscriptions.items() if item["alert_id"] != number
        }
        del call.store.alerts[number]
    return Answer()


def mute_alert(call: Call) -> Answer:
    """Have nobody told."""
    call.require_user()
    alert = _alert(call)
    alert["options"] = {**alert["options"], "muted": True}
    return Answer()


def unmute_alert(call: Call) -> Answer:
    """Have its subscribers told again."""
    call.require_user()
    alert = _alert(call)
    alert["options"] = {**alert["options"], "muted": False}
    return Answer()


def list_subscriptions(call: Call) -> Answer:
    """Give who is told of an alert."""
    call.require_user()
    number = _alert(call)["id"]
    found = [item for item in call.store.site.subscriptions.values() if item["alert_id"] == number]
    return Answer(value=[_subscription(call, item) for item in found])


def subscribe(call: Call) -> Answer:
    """Have the user told, or a destination."""
    call.require_user()
    site = call.store.site
    destination = call.body.get("destination_id")
    if destination is not None and destination not in site.destinations:
        raise not_found()
    record = {"alert_id": _alert(call)["id"], "destination_id": destination}
    with call.store.lock:
        record["id"] = next_id(site.subscriptions)
        site.subscriptions[record["id"]] = record
    return Answer(value=_subscription(call, record))


def unsubscribe(call: Call) -> Answer:
    """End a subscription."""
    call.require_user()
    subscriptions = call.store.site.subscriptions
    number = call.number("subscription_id")
    if subscriptions.get(number, {}).get("alert_id") != _alert(call)["id"]:
        raise not_found()
    del subscriptions[number]
    return Answer()


def _alert(call: Call) -> Record:
    alert = call.store.alerts.get(call.number("alert_id"))
    if alert is None:
        raise not_found()
    return alert


def _require_query(call: Call) -> None:
    if call.body.get("query_id") not in call.store.queries:
        raise not_found()


def _whole(call: Call, alert: Record) -> dict[str, Any]:
    found = dict(alert)
    saved = call.store.queries[found.pop("query_id")]
    without = ("visualizations", "is_favorite", "can_edit")
    query = query_json(call.store, saved, without=without)
    return {**found, "query": query, "user": user_json(call.store)}


def _subscription(call: Call, record: Record) -> dict[str, Any]:
    found = {
        "id": record["id"],
        "user": user_json(call.store),
        "alert_id": record["alert_id"],
    }
    if record["destination_id"] is not None:
        found["destination"] = brief_destination(call, record["destination_id"])
    return found


_ALERT = "/api/alerts/{alert_id}"
_SUBSCRIPTIONS = _ALERT + "/subscriptions"
ROUTES = (
    ("GET", "/api/alerts", list_alerts),
    ("POST", "/api/alerts", create_alert),
    ("GET", _ALERT, get_alert),
    ("POST", _ALERT, edit_alert),
    ("DELETE", _ALERT, delete_alert),
    ("POST", _ALERT + "/mute", mute_alert),
    ("DELETE", _ALERT + "/mute", unmute_alert),
    ("GET", _SUBSCRIPTIONS, list_subscriptions),
    ("POST", _SUBSCRIPTIONS, subscribe),
    ("DELETE", _SUBSCRIPTIONS + "/{subscription_id}", unsubscribe),
)
