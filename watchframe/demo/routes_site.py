"""The people of the site: ``/api/session``, ``/api/users``, ``/api/groups``; and query snippets."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from watchframe.demo.records import Record, new_key
from watchframe.demo.request import Call, Routes, existing
from watchframe.demo.responses import (
    RefusalError,
    forbidden,
    not_found,
    server_error,
    wrong_key,
)
from watchframe.demo.routes_data_sources import source_json

_FLAGS = dict.fromkeys(("true", "yes", "on", "1"), True) | dict.fromkeys(
    ("false", "no", "off", "0"), False
)
_USER_ORDERS: Mapping[str, Callable[[Record], str]] = {
    "name": lambda item: str(item["name"] or ""),
    "created_at": lambda item: str(item["created_at"] or ""),
    "active_at": lambda item: str(item["active_at"] or ""),
    "groups": lambda item: str(item["groups"] or ""),
}
_SNIPPET_FIELDS = ("trigger", "description", "snippet")


def _get_session(call: Call) -> object:
    """Return who the key belongs to (recording 001); of a shared dashboard's token, nobody."""
    if call.caller is None:
        raise wrong_key()
    if call.is_user:
        names = ("profile_image_url", "id", "name", "email", "groups")
        shown: Record = {name: call.user[name] for name in names}
        shown["permissions"] = call.store.people.permissions_of(call.user)
    else:
        shown = {"permissions": [], "apiKey": call.key}
    return {
        "user": shown,
        "messages": [],
        "org_slug": "default",
        "client_config": {"version": call.dialect.server_version, "dateFormat": "DD/MM/YY"},
    }


def _list_users(call: Call) -> object:
    """Return a page of the users (recording 145), by default of those that are not disabled."""
    groups = call.store.people.groups

    def with_groups(user: Record) -> Record:
        known = [number for number in user["groups"] if number in groups]
        return {**user, "groups": [{"id": n, "name": groups[n]["name"]} for n in known]}

    wanted = {"is_disabled": _flag(call, "disabled")}
    if "pending" in call.query:
        wanted["is_invitation_pending"] = _flag(call, "pending")
    return call.page(
        (
            user
            for user in call.store.people.users.values()
            if all(user[name] is value for name, value in wanted.items())
        ),
        with_groups,
        text=lambda user: f"{user['name']} {user['email']}",
        orders=_USER_ORDERS,
    )


def _flag(call: Call, name: str) -> bool:
    """Return a boolean as it is written in a URL; any other word is the server's 500."""
    word = call.first(name, "false").lower()
    if word not in _FLAGS:
        raise server_error()
    return _FLAGS[word]


def _get_user(call: Call) -> object:
    """Return a user, with the key for an administrator and for the user."""
    user = _user(call)
    if not (call.is_admin or user["id"] == call.user["id"]):
        return user
    return {**user, "api_key": call.store.people.keys[user["id"]]}


def _create_user(call: Call) -> object:
    """Make a new user; without mail, the answer has the invitation's link."""
    email, people = str(call.body.get("email", "")), call.store.people
    if "@" not in email:
        raise RefusalError(400, "Bad email address.")
    with call.store.lock:
        if any(item["email"].lower() == email.lower() for item in people.users.values()):
            raise RefusalError(400, "Email already taken.")
        user = people.add_user(str(call.body.get("name", "")), email)
        user["is_invitation_pending"] = True
    return {**user, "invite_link": f"{call.base_url}/invite/{new_key()}"}


def _edit_user(call: Call) -> object:
    user = _user(call)
    call.require_owner({"user_id": user["id"]})
    changed = call.edits(("name", "email"))
    if call.is_admin and "group_ids" in call.body:
        changed["groups"] = call.body["group_ids"]
    with call.store.lock:
        user |= {**changed, "updated_at": call.store.moment()}
    return user


def _disable_user(call: Call) -> object:
    user = _user(call)
    if user["id"] == call.user["id"]:
        raise RefusalError(
            403,
            "You cannot disable your own account. Please ask another admin to do this for you.",
        )
    user |= {"is_disabled": True, "disabled_at": call.store.moment()}
    return user


def _enable_user(call: Call) -> object:
    user = _user(call)
    user |= {"is_disabled": False, "disabled_at": None}
    return user


def _user(call: Call) -> Record:
    return call.record(call.store.people.users, "user_id")


def _list_groups(call: Call) -> object:
    """Return all groups to administrators, their own to members."""
    groups = call.store.people.groups.values()
    return [group for group in groups if call.is_admin or group["id"] in call.user["groups"]]


def _create_group(call: Call) -> object:
    with call.store.lock:
        return call.store.people.add_group(str(call.body.get("name", "")))


def _get_group(call: Call) -> Record:
    if not call.is_admin and call.number("id") not in call.user["groups"]:
        raise forbidden()
    return call.record(call.store.people.groups)


def _delete_group(call: Call) -> None:
    """Delete a group; those that every server has stay."""
    group = _get_group(call)
    if group["type"] == "builtin":
        raise RefusalError(400, "Can't delete built-in group.")
    with call.store.lock:
        for user in call.store.people.users.values():
            _leave(user, group)
        del call.store.people.groups[group["id"]]


def _list_members(call: Call) -> object:
    number = _get_group(call)["id"]
    return [user for user in call.store.people.users.values() if number in user["groups"]]


def _add_member(call: Call) -> object:
    group = _get_group(call)
    user = existing(call.store.people.users, call.body.get("user_id"))
    with call.store.lock:
        if group["id"] not in user["groups"]:
            user["groups"] = [*user["groups"], group["id"]]
    return user


def _remove_member(call: Call) -> None:
    group, user = _get_group(call), _user(call)
    if group["id"] not in user["groups"]:
        raise not_found()
    _leave(user, group)


def _leave(user: Record, group: Record) -> None:
    user["groups"] = [number for number in user["groups"] if number != group["id"]]


def _list_group_sources(call: Call) -> object:
    """Return the data sources that the members see, and whether they may only do that."""
    number, people = _get_group(call)["id"], call.store.people
    rights = {
        source.id: people.groups_of_source(source.id) for source in call.executor.sources.values()
    }
    return [
        {**source_json(call, source), "view_only": rights[source.id][number]}
        for source in call.executor.sources.values()
        if number in rights[source.id]
    ]


def _list_snippets(call: Call) -> object:
    return [_snippet_json(call, item) for item in call.store.snippets.values()]


def _create_snippet(call: Call) -> object:
    """Save a new piece of SQL for the editor; each of its parts must be sent."""
    values = call.edits(_SNIPPET_FIELDS)
    if len(values) < len(_SNIPPET_FIELDS):
        raise RefusalError(400, "Bad Request")
    now = call.store.moment()
    values |= {"updated_at": now, "created_at": now, "user_id": call.user["id"]}
    return _snippet_json(call, call.store.add(call.store.snippets, values))


def _get_snippet(call: Call) -> object:
    return _snippet_json(call, call.record(call.store.snippets))


def _edit_snippet(call: Call) -> object:
    record = _own_snippet(call)
    record |= {**call.edits(_SNIPPET_FIELDS), "updated_at": call.store.moment()}
    return _snippet_json(call, record)


def _delete_snippet(call: Call) -> None:
    del call.store.snippets[_own_snippet(call)["id"]]


def _own_snippet(call: Call) -> Record:
    record = call.record(call.store.snippets)
    call.require_owner(record)
    return record


def _snippet_json(call: Call, record: Record) -> Record:
    shown = {name: value for name, value in record.items() if name != "user_id"}
    return {**shown, "user": call.store.user_json(record["user_id"])}


_USER = "/api/users/{user_id}"
_GROUP = "/api/groups/{id}"
_SNIPPET = "/api/query_snippets/{id}"
ROUTES: Routes = (
    ("GET", "/api/users", _list_users),
    ("GET", _USER, _get_user),
    ("POST", _USER, _edit_user),
    ("GET", "/api/groups", _list_groups),
    ("GET", _GROUP, _get_group),
    ("GET", _GROUP + "/members", _list_members),
    ("GET", "/api/query_snippets", _list_snippets),
    ("POST", "/api/query_snippets", _create_snippet),
    ("GET", _SNIPPET, _get_snippet),
    ("POST", _SNIPPET, _edit_snippet),
    ("DELETE", _SNIPPET, _delete_snippet),
)
ADMIN_ROUTES: Routes = (
    ("POST", "/api/users", _create_user),
    ("POST", _USER + "/disable", _disable_user),
    ("DELETE", _USER + "/disable", _enable_user),
    ("POST", "/api/groups", _create_group),
    ("DELETE", _GROUP, _delete_group),
    ("POST", _GROUP + "/members", _add_member),
    ("DELETE", _GROUP + "/members/{user_id}", _remove_member),
    ("GET", _GROUP + "/data_sources", _list_group_sources),
)
#: It checks the key itself: a shared dashboard's token will do.
KEY_ROUTES: Routes = (("GET", "/api/session", _get_session),)
