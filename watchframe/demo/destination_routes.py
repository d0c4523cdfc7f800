"""``/api/destinations``: where alerts are sent. Nothing is sent from here."""

from __future__ import annotations

from watchframe.demo.call import NO_CONTENT, Answer, Call
from watchframe.demo.refusal import message, not_found
from watchframe.demo.site_store import Record, masked, next_id, unmasked

#: Kind -> the options that it cannot do without, and its icon.
KINDS = {
    "email": (("addresses",), "fa-envelope"),
    "slack": (("url",), "fa-slack"),
    "webhook": (("url",), "fa-bolt"),
}


def list_destinations(call: Call) -> Answer:
    """Give all destinations, without their options."""
    call.require_user()
    return Answer(value=[_brief(item) for item in call.store.site.destinations.values()])


def list_kinds(call: Call) -> Answer:
    """Give the kinds that there are."""
    call.require_user()
    return Answer(
        value=[
            {
                "name": kind.title(),
                "type": kind,
                "icon": icon,
                "configuration_schema": {"type": "object", "required": list(required)},
            }
            for kind, (required, icon) in KINDS.items()
        ]
    )


def create_destination(call: Call) -> Answer:
    """Save a new destination."""
    call.require_user()
    record = _checked(call, {})
    with call.store.lock:
        record["id"] = next_id(call.store.site.destinations)
        call.store.site.destinations[record["id"]] = record
    return Answer(value=_whole(record))


def get_destination(call: Call) -> Answer:
    """Give a destination, its secrets masked."""
    call.require_user()
    return Answer(value=_whole(_destination(call)))


def edit_destination(call: Call) -> Answer:
    """Change a destination: all of it is sent."""
    call.require_user()
    record = _destination(call)
    record |= _checked(call, record["options"])
    return Answer(value=_whole(record))


def delete_destination(call: Call) -> Answer:
    """Delete a destination and what is subscribed to it."""
    call.require_user()
    number = _destination(call)["id"]
    site = call.store.site
    with call.store.lock:
        site.subscriptions = {
            key: item
            for key, item in site.subscriptions.items()
            if item["destination_id"] != number
        }
        del site.destinations[number]
    return NO_CONTENT


def brief_destination(call: Call, number: int) -> Record:
    """Give a destination as a subscription shows it."""
    return _brief(call.store.site.destinations[number])


def _checked(call: Call, known: Record) -> Record:
    """Give what an edit says, whole; an incomplete one is refused."""
    kind, options = call.body.get("type"), call.body.get("options")
    if kind not in KINDS or not isinstance(options, dict) or not call.body.get("name"):
        raise message(400, "Bad Request")
    if not all(options.get(name) for name in KINDS[kind][0]):
        raise message(400, "Bad Request")
    return {"name": call.body["name"], "type": kind, "options": unmasked(options, known)}


def _brief(record: Record) -> Record:
    icon = KINDS[record["type"]][1]
    return {
        "id": record["id"],
        "name": record["name"],
        "type": record["type"],
        "icon": icon,
    }


def _whole(record: Record) -> Record:
    return {**_brief(record), "options": masked(record["options"])}


def _destination(call: Call) -> Record:
    record = call.store.site.destinations.get(call.number("destination_id"))
    if record is None:
        raise not_found()
    return record


_DESTINATION = "/api/destinations/{destination_id}"
ROUTES = (
    ("GET", "/api/destinations", list_destinations),
    ("POST", "/api/destinations", create_destination),
    ("GET", "/api/destinations/types", list_kinds),
    ("GET", _DESTINATION, get_destination),
    ("POST", _DESTINATION, edit_destination),
    ("DELETE", _DESTINATION, delete_destination),
)
