"""What of a saved query can be written: read from one query, compared with another, saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from watchframe.client import Client
from watchframe.models import DataSource, ParameterDefinition, Query
from watchframe.models.json_fields import without_keys

#: In the order in which differences name them.
QUERY_FIELDS = (
    "text",
    "name",
    "description",
    "tags",
    "is_draft",
    "data_source_id",
    "parameters",
    "schedule",
    "options",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryContent:
    """The fields of a query that an edit can change, without API keys.

    Attributes
    ----------
    options : mapping
        All but the parameters.
    """

    name: str
    text: str
    description: str = ""
    tags: tuple[str, ...] = ()
    is_draft: bool = False
    data_source_id: int | None = None
    parameters: tuple[ParameterDefinition, ...] = ()
    schedule: Mapping[str, object] | None = None
    options: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, query: Query, **more: Any) -> Self:
        """Return the content of a query as the server has it; `more` are a subclass's fields."""
        return cls(
            name=query.name,
            text=query.text,
            description=query.description,
            tags=query.tags,
            is_draft=query.is_draft,
            data_source_id=query.data_source_id,
            parameters=query.parameters,
            schedule=None if query.schedule is None else _keyless(query.schedule),
            options=_options(query),
            **more,
        )

    def changes(self, query: Query) -> dict[str, Any]:
        """Return those fields, with this content's values, in which a query differs from it."""
        present = QueryContent.of(query)
        return {
            name: value
            for name in QUERY_FIELDS
            if (value := getattr(self, name)) != getattr(present, name)
        }

    def create(self, client: Client) -> Query:
        """Save a new query, a draft, with this content."""
        return client.queries.create(
            self.name,
            self.text,
            self.data_source_id or 0,
            parameters=self.parameters,
            description=self.description,
            tags=self.tags,
            schedule=self.schedule,
            options=self.options,
        )

    def write_to(self, query: Query, client: Client) -> Query:
        """Write to a query what differs from this; return it as the server has it then."""
        edit = self.changes(query)
        if "options" in edit:
            # An edit cannot remove an option: it can only make it null.
            removed: dict[str, object] = dict.fromkeys(_options(query))
            if "apply_auto_limit" in removed:
                removed["apply_auto_limit"] = False
            edit["options"] = removed | edit["options"]
        return client.queries.update(query, **edit) if edit else query


def _options(query: Query) -> dict[str, object]:
    sent = query.more.get("options")
    known = _keyless(sent) if isinstance(sent, Mapping) else {}
    kept = {name: value for name, value in known.items() if value is not None}
    if query.applies_auto_limit:
        kept["apply_auto_limit"] = True
    return kept


def _keyless(value: Mapping[str, object]) -> dict[str, object]:
    cleaned = without_keys(value)
    return dict(cleaned) if isinstance(cleaned, Mapping) else {}


def sources_by_id(client: Client) -> dict[int, DataSource]:
    """Return the server's data sources by their ids."""
    return {source.id: source for source in client.data_sources.list()}
