"""Where alerts are sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from watchframe.models.json_fields import as_object, optional, other_fields, required

_READ = ("id", "name", "type", "options")


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where alerts are sent: a chat channel, a webhook, somebody's mail.

    Attributes
    ----------
    id : int
    name : str
    type : str
        The server's word for its kind: ``email``, ``slack``, ``webhook``, ...
    options : mapping of str to object
        How it is reached; empty in lists. Kept out of the repr, for it may hold passwords; the
        server masks those that it knows of.
    more : mapping of str to object
        What the server sent besides, under the server's names.
    """

    id: int
    name: str
    type: str
    options: Mapping[str, object] = field(default_factory=dict, repr=False)
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> Destination:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "destination")
        return cls(
            id=required(obj, "id", int, "destination"),
            name=required(obj, "name", str, "destination"),
            type=optional(obj, "type", str, "destination") or "",
            options=optional(obj, "options", dict, "destination") or {},
            more=other_fields(obj, _READ),
        )
