"""A column of a query result, as the server declares it."""

from __future__ import annotations

from dataclasses import dataclass

from watchframe.models.json_fields import as_object, required


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column's name and declared type.

    Attributes
    ----------
    name : str
        The key under which rows hold its values.
    type : str or None
        ``integer float boolean string datetime date``, or None where the server does not know.
        A hint: rows may hold anything.
    friendly_name : str
        The name that the server's own pages show.
    """

    name: str
    type: str | None
    friendly_name: str

    @classmethod
    def from_json(cls, value: object) -> Column:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "column")
        name = required(obj, "name", str, "column")
        type_ = obj.get("type")
        friendly = obj.get("friendly_name")
        return cls(
            name=name,
            type=type_ if isinstance(type_, str) else None,
            friendly_name=friendly if isinstance(friendly, str) else name,
        )
