"""Disabling many users at once."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from watchframe.client import Client, chosen_client
from watchframe.errors import ArgumentError, NotFoundError, ServerError
from watchframe.models import User

_COLUMNS = ("asked", "user_id", "name", "email", "action", "error")
_DTYPES = dict.fromkeys(_COLUMNS, "string") | {"user_id": "Int64"}
_Row = tuple[str, int | None, str | None, str | None, str, str | None]


def disable_users(
    emails_or_ids: Iterable[str | int], *, client: Client | None = None, dry_run: bool = True
) -> pd.DataFrame:
    """Disable users: neither their password nor their key is accepted from then on.

    What they created stays. An address must be complete; case is ignored.

    Parameters
    ----------
    emails_or_ids : iterable of str or int
        E-mail addresses, ids, or both.
    client : Client, optional
        By default that of `watchframe.connect`; its key must be an administrator's.
    dry_run : bool
        Only report what would be done: the default.

    Returns
    -------
    pandas.DataFrame
        One row for each item, in their order: asked, user_id (Int64), name, email,
        action, error. The action is ``would disable`` or ``disabled``, ``is disabled already``,
        ``not found``, or ``failed``, with the server's words in ``error``.

    Raises
    ------
    ArgumentError
        The key's own user is among them, or the argument is a single string; no user was disabled.
    ServerError
        The users could not be listed; no user was disabled.
    """
    if isinstance(emails_or_ids, str):
        raise ArgumentError("That is a single text.", hint="Give a list of addresses or ids.")
    asked = chosen_client(client)
    wanted = list(dict.fromkeys(emails_or_ids))
    found = _users(asked, wanted)
    _require_others(asked, [user for user in found if user is not None])
    rows = [
        _row(asked, item, user, dry_run=dry_run) for item, user in zip(wanted, found, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_DTYPES)


def _users(client: Client, wanted: Iterable[str | int]) -> list[User | None]:
    """Return the users, None for those that do not exist; addresses are looked up in two lists."""
    items = list(wanted)
    by_email: dict[str, User] = {}
    if any(isinstance(item, str) for item in items):
        for is_disabled in (True, False):
            listed = client.users.list(is_disabled=is_disabled)
            by_email |= {user.email.casefold(): user for user in listed if user.email}
    return [
        by_email.get(item.strip().casefold()) if isinstance(item, str) else _user(client, item)
        for item in items
    ]


def _user(client: Client, user_id: int) -> User | None:
    try:
        return client.users.get(user_id)
    except NotFoundError:
        return None


def _require_others(client: Client, users: Iterable[User]) -> None:
    own = client.session().user.id
    if any(user.id == own for user in users):
        raise ArgumentError(
            "The owner of the key is among the users to disable: the key would end with that.",
            hint="Leave them out, or use another administrator's key.",
        )


def _row(client: Client, item: str | int, user: User | None, *, dry_run: bool) -> _Row:
    if user is None:
        return (str(item), None, None, None, "not found", None)
    action, error = "would disable", None
    if user.is_disabled:
        action = "is disabled already"
    elif not dry_run:
        try:
            client.users.disable(user.id)
            action = "disabled"
        except ServerError as refusal:
            action, error = "failed", refusal.message
    return (str(item), user.id, user.name, user.email, action, error)
