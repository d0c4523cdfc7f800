"""Somebody who may use the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from watchframe.models.json_fields import (
    as_object,
    optional,
    optional_time,
    other_fields,
    required,
)

_READ = (
    "id",
    "name",
    "email",
    "groups",
    "is_disabled",
    "is_invitation_pending",
    "active_at",
    "disabled_at",
    "created_at",
    "updated_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who may use the server, without their API key (the server sends that along).

    Attributes
    ----------
    id : int
    name : str
    email : str
        May be empty.
    group_ids : tuple of int
        The groups that they are in, in the server's order.
    is_disabled : bool
        Whether they may not log in, nor use their key.
    is_pending : bool
        Whether they were invited and have not come yet.
    active_at, disabled_at, created_at, updated_at : datetime or None
        UTC.
    more : mapping of str to object
        What the server sent besides, under the server's names, without API keys.
    """

    id: int
    name: str
    email: str = ""
    group_ids: tuple[int, ...] = ()
    is_disabled: bool = False
    is_pending: bool = False
    active_at: datetime | None = None
    disabled_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> User:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "user")
        return cls(
            id=required(obj, "id", int, "user"),
            name=optional(obj, "name", str, "user") or "",
            email=optional(obj, "email", str, "user") or "",
            group_ids=_group_ids(obj.get("groups")),
            is_disabled=obj.get("is_disabled") is True,
            is_pending=obj.get("is_invitation_pending") is True,
            active_at=optional_time(obj, "active_at", "user"),
            disabled_at=optional_time(obj, "disabled_at", "user"),
            created_at=optional_time(obj, "created_at", "user"),
            updated_at=optional_time(obj, "updated_at", "user"),
            more=other_fields(obj, _READ),
        )


def _group_ids(value: object) -> tuple[int, ...]:
    """Give the ids: a list of users has groups with names (recording 145), a user has ids."""
    found = []
    for item in value if isinstance(value, list) else ():
        number = item.get("id") if isinstance(item, Mapping) else item
        if isinstance(number, int):
            found.append(number)
    return tuple(found)
