"""Users who may do the same."""

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

_READ = ("id", "name", "type", "permissions", "created_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Users who may do the same, and see the same data sources.

    Attributes
    ----------
    id : int
    name : str
    type : str
        ``builtin`` for those that every server has, else ``regular``.
    permissions : tuple of str
        What its members may do: ``execute_query``, ``list_users``, ...
    created_at : datetime or None
        UTC.
    more : mapping of str to object
        What the server sent besides, under the server's names.
    """

    id: int
    name: str
    type: str = ""
    permissions: tuple[str, ...] = ()
    created_at: datetime | None = None
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> Group:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "group")
        permissions = optional(obj, "permissions", list, "group") or ()
        return cls(
            id=required(obj, "id", int, "group"),
            name=required(obj, "name", str, "group"),
            type=optional(obj, "type", str, "group") or "",
            permissions=tuple(str(item) for item in permissions),
            created_at=optional_time(obj, "created_at", "group"),
            more=other_fields(obj, _READ),
        )
