"""A kind of data source or destination that a server knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from watchframe.models.json_fields import as_object, optional, other_fields, required


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionType:
    """A kind of data source or destination that can be made on a server.

    Attributes
    ----------
    type : str
        The server's word, as `create` takes it: ``pg``, ``slack``, ...
    name : str
        As it is shown.
    required : tuple of str
        The options that it cannot do without.
    more : mapping of str to object
        What the server sent besides: ``configuration_schema`` describes all options.
    """

    type: str
    name: str
    required: tuple[str, ...] = ()
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> ConnectionType:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "type")
        type_ = required(obj, "type", str, "type")
        schema = optional(obj, "configuration_schema", dict, "type") or {}
        needed = schema.get("required")
        return cls(
            type=type_,
            name=optional(obj, "name", str, "type") or type_,
            required=tuple(map(str, needed)) if isinstance(needed, list) else (),
            more=other_fields(obj, ("type", "name")),
        )
