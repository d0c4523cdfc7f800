"""``/api/alerts``, who hears of them, and ``/api/destinations``. Nothing is sent from here.

Recordings 146, 148, 149.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from watchframe.demo.records import Record
from watchframe.demo.request import Call, Routes, existing
from watchframe.demo.responses import MASK, forbidden, masked, not_found

#: What an edit of an alert may change.
_ALERT_FIELDS = ("name", "options", "query_id", "rearm")
#: Ids that an alert has, which is sent with the objects themselves.
_REFERENCES = ("query_id", "user_id")
#: Type of destination -> the options that it cannot do without.
_REQUIRED_OPTIONS = {"email": ("addresses",), "slack": ("url",), "webhook": ("url",)}
_ICONS = {"email": "fa-envelope", "slack": "fa-slack", "webhook": "fa-bolt"}


def _list_alerts(call: Call) -> object:
    alerts = call.store.alerts.values()
    return [_alert_json(call, alert) for alert in alerts if _may_see(call, alert)]


def _get_alert(call: Call) -> object:
    return _alert_json(call, _alert(call))


def _create_alert(call: Call) -> object:
    query = existing(call.store.queries, call.body.get("query_id"))
    if not call.may_use(query, only_view=True):
        raise forbidden()
    now = call.store.moment()
    values = {
        "name": call.body.get("name"),
        "options": call.body.get("options") or {},
        "state": "unknown",
        "last_triggered_at": None,
        "updated_at": now,
        "created_at": now,
        "rearm": call.body.get("rearm"),
        "query_id": query.id,
        "user_id": call.user["id"],
    }
    return _alert_json(call, call.store.add(call.store.alerts, values))


def _edit_alert(call: Call) -> object:
    alert = _own_alert(call)
    if "query_id" in call.body:
        existing(call.store.queries, call.body["query_id"])
    alert |= {**call.edits(_ALERT_FIELDS), "updated_at": call.store.moment()}
    return _alert_json(call, alert)


def _delete_alert(call: Call) -> None:
    number = _own_alert(call)["id"]
    with call.store.lock:
        _drop_subscriptions(call, "alert_id", number)
        for event in list(call.store.alert_events.values()):
            if event["alert_id"] == number:
                del call.store.alert_events[event["id"]]
        del call.store.alerts[number]


def _mute_alert(call: Call) -> None:
    _own_alert(call)["options"] |= {"muted": True}


def _unmute_alert(call: Call) -> None:
    _own_alert(call)["options"] |= {"muted": False}


def _list_subscriptions(call: Call) -> object:
    number, subscriptions = _alert(call)["id"], call.store.subscriptions.values()
    return [_subscription_json(call, item) for item in subscriptions if item["alert_id"] == number]


def _list_events(call: Call) -> object:
    """Return a page of what was told of an alert, the latest first."""
    number, store = _alert(call)["id"], call.store
    return call.page(
        (event for event in store.alert_events.values() if event["alert_id"] == number),
        lambda event: _event_json(call, event),
        text=lambda event: str(event["content"]),
        orders={"id": lambda event: event["id"]},
        default_order="-id",
        default_size=20,
    )


def _event_json(call: Call, event: Record) -> Record:
    alert, user = call.store.alerts[event["alert_id"]], call.store.user_json(event["user_id"])
    found = {**event, "alert": {"id": alert["id"], "name": alert["name"]}}
    if event["destination_id"] in call.store.destinations:
        destination = call.store.destinations[event["destination_id"]]
        found["destination"] = {name: destination[name] for name in ("id", "name", "type")}
    return found | {"user": {"id": user["id"], "name": user["name"]}}


def _subscribe(call: Call) -> object:
    """Subscribe the user, or a destination."""
    number = call.body.get("destination_id")
    if number is not None:
        existing(call.store.destinations, number)
    values = {
        "alert_id": _alert(call)["id"],
        "destination_id": number,
        "user_id": call.user["id"],
    }
    return _subscription_json(call, call.store.add(call.store.subscriptions, values))


def _unsubscribe(call: Call) -> None:
    number, alert = call.number("subscription_id"), _alert(call)
    subscription = existing(call.store.subscriptions, number)
    if subscription["alert_id"] != alert["id"]:
        raise not_found()
    call.require_owner(subscription)
    del call.store.subscriptions[number]


def _alert(call: Call) -> Record:
    """Return the alert of the path, if the user may see its query."""
    alert = call.record(call.store.alerts)
    if not _may_see(call, alert):
        raise forbidden()
    return alert


def _own_alert(call: Call) -> Record:
    """Return the alert of the path, if the user may change it."""
    alert = call.record(call.store.alerts)
    call.require_owner(alert)
    return alert


def _may_see(call: Call, alert: Record) -> bool:
    return call.may_use(call.store.queries[alert["query_id"]], only_view=True)


def _alert_json(call: Call, alert: Record) -> Record:
    shown = {name: value for name, value in alert.items() if name not in _REFERENCES}
    query = call.store.nested_query_json(call.store.queries[alert["query_id"]])
    found = {**shown, "query": query, "user": call.store.user_json(alert["user_id"])}
    if call.dialect.is_fork:
        found |= {"tags": [], "is_archived": False, "is_favorite": False}
    return found


def _subscription_json(call: Call, subscription: Record) -> Record:
    found = {
        "id": subscription["id"],
        "user": call.store.user_json(subscription["user_id"]),
        "alert_id": subscription["alert_id"],
    }
    number = subscription["destination_id"]
    if number is not None:
        found["destination"] = _brief_destination(call.store.destinations[number])
    return found


def _drop_subscriptions(call: Call, name: str, number: int) -> None:
    """Drop the subscriptions to an alert, or of a destination."""
    for subscription in list(call.store.subscriptions.values()):
        if subscription[name] == number:
            del call.store.subscriptions[subscription["id"]]


def _list_destinations(call: Call) -> object:
    """Return all destinations, without their options."""
    return [_brief_destination(item) for item in call.store.destinations.values()]


def _list_destination_types(_call: Call) -> object:
    return [
        {
            "name": type_.title(),
            "type": type_,
            "icon": _ICONS[type_],
            "configuration_schema": {"type": "object", "required": required},
        }
        for type_, required in _REQUIRED_OPTIONS.items()
    ]


def _create_destination(call: Call) -> object:
    values = _destination_values(call, {})
    return _destination_json(call.store.add(call.store.destinations, values))


def _get_destination(call: Call) -> object:
    return _destination_json(_destination(call))


def _edit_destination(call: Call) -> object:
    """Change a destination: all of it is sent."""
    record = _destination(call)
    record |= _destination_values(call, record["options"])
    return _destination_json(record)


def _delete_destination(call: Call) -> Response:
    """Delete a destination and its subscriptions."""
    number = _destination(call)["id"]
    with call.store.lock:
        _drop_subscriptions(call, "destination_id", number)
        del call.store.destinations[number]
    return Response(b"", 204, {"Content-Type": "text/html; charset=utf-8"})


def _destination(call: Call) -> Record:
    return call.record(call.store.destinations)


def _destination_values(call: Call, known: Mapping[str, object]) -> Record:
    """Return the whole destination in the body; an incomplete one is refused."""
    name, type_, options = call.configuration(_REQUIRED_OPTIONS)
    unmasked = {
        word: known.get(word) if value == MASK else value for word, value in options.items()
    }
    return {"name": name, "type": type_, "options": unmasked}


def _brief_destination(record: Record) -> Record:
    icon = _ICONS[record["type"]]
    return {"id": record["id"], "name": record["name"], "type": record["type"], "icon": icon}


def _destination_json(record: Record) -> Record:
    return {**_brief_destination(record), "options": masked(record["options"])}


_ALERT = "/api/alerts/{id}"
_SUBSCRIPTIONS = _ALERT + "/subscriptions"
_DESTINATION = "/api/destinations/{id}"
ROUTES: Routes = (
    ("GET", "/api/alerts", _list_alerts),
    ("POST", "/api/alerts", _create_alert),
    ("GET", _ALERT, _get_alert),
    ("POST", _ALERT, _edit_alert),
    ("DELETE", _ALERT, _delete_alert),
    ("POST", _ALERT + "/mute", _mute_alert),
    ("DELETE", _ALERT + "/mute", _unmute_alert),
    ("GET", _SUBSCRIPTIONS, _list_subscriptions),
    ("POST", _SUBSCRIPTIONS, _subscribe),
    ("DELETE", _SUBSCRIPTIONS + "/{subscription_id}", _unsubscribe),
    ("GET", "/api/destinations", _list_destinations),
)
#: Inverse Watch's own version alone has them.
FORK_ROUTES: Routes = (("GET", _ALERT + "/events", _list_events),)
ADMIN_ROUTES: Routes = (
    ("POST", "/api/destinations", _create_destination),
    ("GET", "/api/destinations/types", _list_destination_types),
    ("GET", _DESTINATION, _get_destination),
    ("POST", _DESTINATION, _edit_destination),
    ("DELETE", _DESTINATION, _delete_destination),
)
