"""``/api/groups``: who is in them, and which data sources they see."""

from __future__ import annotations

from datetime import UTC, datetime

from watchframe.demo.call import Answer, Call
from watchframe.demo.data_source_routes import source_json
from watchframe.demo.refusal import message, not_found
from watchframe.demo.site_store import ADMIN_GROUP, MEMBERS, Record
from watchframe.demo.store import moment_text


def list_groups(call: Call) -> Answer:
    """Give all groups."""
    call.require_user()
    return Answer(value=list(call.store.site.groups.values()))


def create_group(call: Call) -> Answer:
    """Make a new group, without members."""
    call.require_user()
    now = moment_text(datetime.now(UTC))
    with call.store.lock:
        group = call.store.site.add_group(
            str(call.body.get("name", "")), now, permissions=list(MEMBERS)
        )
    return Answer(value=group)


def get_group(call: Call) -> Answer:
    """Give a group."""
    call.require_user()
    return Answer(value=_group(call))


def delete_group(call: Call) -> Answer:
    """Delete a group; those that every server has stay."""
    call.require_user()
    group = _group(call)
    if group["type"] == "builtin":
        raise message(400, "Can't delete built-in group.")
    with call.store.lock:
        for user in call.store.site.users.values():
            user["groups"] = [number for number in user["groups"] if number != group["id"]]
        del call.store.site.groups[group["id"]]
    return Answer()


def list_members(call: Call) -> Answer:
    """Give the users that are in it."""
    call.require_user()
    number = _group(call)["id"]
    users = call.store.site.users.values()
    return Answer(value=[user for user in users if number in user["groups"]])


def add_member(call: Call) -> Answer:
    """Put a user into it."""
    call.require_user()
    group = _group(call)
    user = call.store.site.users.get(call.body.get("user_id", 0))
    if user is None:
        raise not_found()
    with call.store.lock:
        if group["id"] not in user["groups"]:
            user["groups"] = [*user["groups"], group["id"]]
    return Answer(value=user)


def remove_member(call: Call) -> Answer:
    """Take a user out of it."""
    call.require_user()
    group = _group(call)
    user = call.store.site.users.get(call.number("user_id"))
    if user is None or group["id"] not in user["groups"]:
        raise not_found()
    user["groups"] = [number for number in user["groups"] if number != group["id"]]
    return Answer()


def list_group_sources(call: Call) -> Answer:
    """Give the data sources that its members see: those of the built-in groups, all."""
    call.require_user()
    group = _group(call)
    if group["type"] != "builtin" or group["id"] == ADMIN_GROUP:
        return Answer(value=[])
    return Answer(value=[source_json(source) for source in call.executor.sources.values()])


def _group(call: Call) -> Record:
    group = call.store.site.groups.get(call.number("group_id"))
    if group is None:
        raise not_found()
    return group


_GROUP = "/api/groups/{group_id}"
ROUTES = (
    ("GET", "/api/groups", list_groups),
    ("POST", "/api/groups", create_group),
    ("GET", _GROUP, get_group),
    ("DELETE", _GROUP, delete_group),
    ("GET", _GROUP + "/members", list_members),
    ("POST", _GROUP + "/members", add_member),
    ("DELETE", _GROUP + "/members/{user_id}", remove_member),
    ("GET", _GROUP + "/data_sources", list_group_sources),
)
