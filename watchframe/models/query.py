"""A saved query, and the data source that it runs on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from watchframe.errors import ProtocolError
from watchframe.models.json_fields import as_object, optional, required, utc_time
from watchframe.models.parameter import ParameterDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A saved query's definition, without its API key (the server sends that along).

    Attributes
    ----------
    id : int
        The id in its page's URL.
    name : str
        Its title.
    text : str
        The SQL, with ``{{ name }}`` where parameters go.
    parameters : tuple of ParameterDefinition
        In the author's order.
    data_source_id : int or None
        None when its data source was deleted.
    updated_at : datetime or None
        When it was last edited, UTC.
    latest_result_id : int or None
        The newest stored result of the text as it stands; None for a query with parameters that
        was not run without them.
    applies_auto_limit : bool
        Whether the server appends ``LIMIT 1000``.
    is_archived, is_draft : bool
        Both kinds still run.
    description : str
        May be empty.
    tags : tuple of str
    version : int or None
    """

    id: int
    name: str
    text: str
    parameters: tuple[ParameterDefinition, ...] = ()
    data_source_id: int | None = None
    updated_at: datetime | None = None
    latest_result_id: int | None = None
    applies_auto_limit: bool = False
    is_archived: bool = False
    is_draft: bool = False
    description: str = ""
    tags: tuple[str, ...] = ()
    version: int | None = None

    @classmethod
    def from_json(cls, value: object) -> Query:
        """Read what ``GET /api/queries/<id>`` answers."""
        obj = as_object(value, "query")
        options = obj.get("options")
        if not isinstance(options, Mapping):
            options = {}
        definitions = options.get("parameters") or ()
        if not isinstance(definitions, list | tuple):
            raise ProtocolError("The server sent a query whose 'parameters' are not a list.")
        updated = optional(obj, "updated_at", str, "query")
        tags = obj.get("tags")
        return cls(
            id=required(obj, "id", int, "query"),
            name=optional(obj, "name", str, "query") or "",
            text=required(obj, "query", str, "query"),
            parameters=tuple(ParameterDefinition.from_json(item) for item in definitions),
            data_source_id=optional(obj, "data_source_id", int, "query"),
            updated_at=utc_time(updated, "query") if updated else None,
            latest_result_id=optional(obj, "latest_query_data_id", int, "query"),
            applies_auto_limit=options.get("apply_auto_limit") is True,
            is_archived=obj.get("is_archived") is True,
            is_draft=obj.get("is_draft") is True,
            description=optional(obj, "description", str, "query") or "",
            tags=tuple(str(tag) for tag in tags) if isinstance(tags, list) else (),
            version=optional(obj, "version", int, "query"),
        )

    def to_json(self) -> dict[str, object]:
        """Give it in the server's shape: `from_json` of that is equal to this."""
        return {
            "id": self.id,
            "name": self.name,
            "query": self.text,
            "options": {
                "parameters": [definition.to_json() for definition in self.parameters],
                "apply_auto_limit": self.applies_auto_limit,
            },
            "data_source_id": self.data_source_id,
            "updated_at": self.updated_at.isoformat() if self.updated_at else None,
            "latest_query_data_id": self.latest_result_id,
            "is_archived": self.is_archived,
            "is_draft": self.is_draft,
            "description": self.description,
            "tags": list(self.tags),
            "version": self.version,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource:
    """A database that the server can ask.

    Attributes
    ----------
    id : int
    name : str
    type : str
        The server's word for its kind: ``pg``, ``duckdb``, ...
    """

    id: int
    name: str
    type: str

    @classmethod
    def from_json(cls, value: object) -> DataSource:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "data source")
        return cls(
            id=required(obj, "id", int, "data source"),
            name=required(obj, "name", str, "data source"),
            type=optional(obj, "type", str, "data source") or "",
        )

    def to_json(self) -> dict[str, object]:
        """Give it in the server's shape: `from_json` of that is equal to this."""
        return {"id": self.id, "name": self.name, "type": self.type}
