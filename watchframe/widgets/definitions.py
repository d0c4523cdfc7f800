"""The query that a picker is made for: its definition, and the values that came with its URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watchframe.client import Client
from watchframe.models import ParameterDefinition, Query
from watchframe.parameters.page_url import values_of_url
from watchframe.parameters.tags import parameters_in
from watchframe.read.server import client_for
from watchframe.reference import QueryReference, parse_reference


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedQuery:
    """A query's definition as the server has it now, and the values of its page's URL."""

    query: Query
    client: Client
    url_values: Mapping[str, object]


def open_query(query: int | str | QueryReference, client: Client | None) -> OpenedQuery:
    """Read a query's definition from the server."""
    reference = parse_reference(query)
    found = client_for(reference, client)
    definition = found.queries.get(reference.query_id)
    names = {item.name: item for item in definitions_of(definition)}
    values = values_of_url(reference.url_parameters, names)
    return OpenedQuery(query=definition, client=found, url_values=values)


def definitions_of(query: Query) -> Sequence[ParameterDefinition]:
    """Give the parameters that its page shows: the saved ones, or the names in its text."""
    used = parameters_in(query.text)
    if query.parameters:
        return [item for item in query.parameters if item.name in used]
    return [
        ParameterDefinition(
            name=name, type="datetime-range-with-seconds" if is_range else "text", title=name
        )
        for name, is_range in used.items()
    ]
