"""A database that the server can ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from watchframe.models.json_fields import as_object, optional, other_fields, required

_READ = ("id", "name", "type", "syntax", "paused", "view_only")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource:
    """A database that the server can ask.

    Attributes
    ----------
    id : int
    name : str
    type : str
        The server's word for its kind: ``pg``, ``duckdb``, ...
    syntax : str
        What its queries are written in: ``sql``, ``python``, ...
    is_paused : bool
        Whether its scheduled queries wait.
    is_view_only : bool
        Whether this key may only read what is saved on it.
    more : mapping of str to object
        What the server sent besides, under the server's names.

    Notes
    -----
    `options` is how it is reached, where one data source was asked for: the server masks the
    passwords that it knows of, and nothing of it stands in the repr.
    """

    id: int
    name: str
    type: str
    syntax: str = ""
    is_paused: bool = False
    is_view_only: bool = False
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> DataSource:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "data source")
        return cls(
            id=required(obj, "id", int, "data source"),
            name=required(obj, "name", str, "data source"),
            type=optional(obj, "type", str, "data source") or "",
            syntax=optional(obj, "syntax", str, "data source") or "",
            is_paused=bool(obj.get("paused")),  # recorded as 0
            is_view_only=obj.get("view_only") is True,
            more=other_fields(obj, _READ),
        )

    @property
    def options(self) -> Mapping[str, object]:
        """How it is reached; empty in lists, and where the key may not see it."""
        found = self.more.get("options")
        return found if isinstance(found, Mapping) else {}

    def to_json(self) -> dict[str, object]:
        """Give it in the server's shape: `from_json` of that is equal to this."""
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "syntax": self.syntax,
            "paused": int(self.is_paused),
            "view_only": self.is_view_only,
        }
