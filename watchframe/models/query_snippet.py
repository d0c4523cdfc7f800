"""A piece of SQL to be inserted into queries."""

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

_READ = ("id", "trigger", "snippet", "description", "user", "created_at", "updated_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuerySnippet:
    """A piece of SQL that the server's editor inserts.

    Attributes
    ----------
    id : int
    trigger : str
        What is typed to have it inserted.
    text : str
        What is inserted.
    description : str
        May be empty.
    owner : str
        The name of whose it is; may be empty.
    created_at, updated_at : datetime or None
        UTC.
    more : mapping of str to object
        What the server sent besides, under the server's names.
    """

    id: int
    trigger: str
    text: str
    description: str = ""
    owner: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> QuerySnippet:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "query snippet")
        user = obj.get("user")
        return cls(
            id=required(obj, "id", int, "query snippet"),
            trigger=required(obj, "trigger", str, "query snippet"),
            text=required(obj, "snippet", str, "query snippet"),
            description=optional(obj, "description", str, "query snippet") or "",
            owner=str(user.get("name") or "") if isinstance(user, Mapping) else "",
            created_at=optional_time(obj, "created_at", "query snippet"),
            updated_at=optional_time(obj, "updated_at", "query snippet"),
            more=other_fields(obj, _READ),
        )
