"""``/api/users`` (recording 145)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from watchframe.demo.call import Answer, Call
from watchframe.demo.paging import page_of
from watchframe.demo.refusal import message, not_found, server_error
from watchframe.demo.site_store import USER_ID, Record
from watchframe.demo.store import moment_text

_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
_ORDERS = ("name", "created_at", "active_at", "groups")


def list_users(call: Call) -> Answer:
    """Give a page of the users, by default of those that are not disabled."""
    call.require_user()
    is_disabled = _flag(call, "disabled")
    found = [item for item in call.store.site.users.values() if item["is_disabled"] is is_disabled]
    if "pending" in call.query:
        is_pending = _flag(call, "pending")
        found = [item for item in found if item["is_invitation_pending"] is is_pending]
    wanted = call.first("q").lower()
    found = [item for item in found if wanted in f"{item['name']} {item['email']}".lower()]
    order = call.first("order")
    if order.removeprefix("-") in _ORDERS:
        name = order.removeprefix("-")
        found.sort(key=lambda item: str(item[name] or ""), reverse=order.startswith("-"))
    return Answer(value=page_of(call, found, lambda item: _with_groups(call, item)))


def get_user(call: Call) -> Answer:
    """Give a user; to an administrator, with the key."""
    call.require_user()
    user = _user(call)
    key = call.store.user_key if user["id"] == USER_ID else f"demo-key-of-user-{user['id']}"
    return Answer(value={**user, "api_key": key})


def create_user(call: Call) -> Answer:
    """Make a new user; without mail, the answer has the invitation's link."""
    call.require_user()
    email = str(call.body.get("email", ""))
    if "@" not in email:
        raise message(400, "Bad email address.")
    with call.store.lock:
        users = call.store.site.users
        if any(item["email"].lower() == email.lower() for item in users.values()):
            raise message(400, "Email already taken.")
        user = call.store.site.add_user(str(call.body.get("name", "")), email, _now())
        user["is_invitation_pending"] = True
    link = f"{call.base_url}/invite/{call.store.new_key()}"
    return Answer(value={**user, "invite_link": link})


def edit_user(call: Call) -> Answer:
    """Change a user's name, address or groups."""
    call.require_user()
    user = _user(call)
    names = {"name": "name", "email": "email", "group_ids": "groups"}
    with call.store.lock:
        user |= {kept: call.body[name] for name, kept in names.items() if name in call.body}
        user["updated_at"] = _now()
    return Answer(value=user)


def disable_user(call: Call) -> Answer:
    """Let a user in no more; nobody does that to themselves."""
    call.require_user()
    user = _user(call)
    if user["id"] == USER_ID:
        raise message(
            403,
            "You cannot disable your own account. Please ask another admin to do this for you.",
        )
    user |= {"is_disabled": True, "disabled_at": _now()}
    return Answer(value=user)


def enable_user(call: Call) -> Answer:
    """Let a user in again."""
    call.require_user()
    user = _user(call)
    user |= {"is_disabled": False, "disabled_at": None}
    return Answer(value=user)


def _user(call: Call) -> Record:
    user = call.store.site.users.get(call.number("user_id"))
    if user is None:
        raise not_found()
    return user


def _with_groups(call: Call, user: Record) -> dict[str, Any]:
    groups = call.store.site.groups
    named = [
        {"id": number, "name": groups[number]["name"]}
        for number in user["groups"]
        if number in groups
    ]
    return {**user, "groups": named}


def _flag(call: Call, name: str) -> bool:
    """Give a truth value as it is written in a URL; any other word is the server's 500."""
    word = call.first(name, "false").lower()
    if word not in (*_YES, *_NO):
        raise server_error()
    return word in _YES


def _now() -> str:
    return moment_text(datetime.now(UTC))


_USER = "/api/users/{user_id}"
ROUTES = (
    ("GET", "/api/users", list_users),
    ("POST", "/api/users", create_user),
    ("GET", _USER, get_user),
    ("POST", _USER, edit_user),
    ("POST", _USER + "/disable", disable_user),
    ("DELETE", _USER + "/disable", enable_user),
)
