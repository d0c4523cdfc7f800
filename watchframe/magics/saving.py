"""``--save``: the SQL of a cell becomes a saved query."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from watchframe.client import Client
from watchframe.errors import ArgumentError
from watchframe.models import MultiValues, ParameterDefinition, Query
from watchframe.parameters import JSON

#: The form of a text, the type of parameter that takes it, and the type of a range of it.
_DATES = (
    (re.compile(r"\d{4}-\d\d-\d\d"), "date", "date-range"),
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d"), "datetime-local", "datetime-range"),
    (
        re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d"),
        "datetime-with-seconds",
        "datetime-range-with-seconds",
    ),
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A saved query, and how it was saved.

    Attributes
    ----------
    query : Query
    url : str
        Its page.
    change : str
        ``"created"``, ``"updated"`` or ``"unchanged"``.
    dropped : tuple of str
        The parameters that it had and that the new text does not use.
    """

    query: Query
    url: str
    change: str
    dropped: tuple[str, ...] = ()

    def __str__(self) -> str:
        draft = " (a draft)" if self.query.is_draft else ""
        less = f", no longer with the parameters {', '.join(self.dropped)}" if self.dropped else ""
        return f"{self.change}: query {self.query.id} {self.query.name!r}{draft}, {self.url}{less}"


def save_sql(
    client: Client, title: str, sql: str, data_source_id: int, parameters: Mapping[str, JSON]
) -> Saved:
    """Save SQL under a title: as a new query, or as the new text of the user's own of that title.

    Parameters
    ----------
    client : Client
        With a user's key.
    title : str
    sql : str
    data_source_id : int
    parameters : mapping
        The values with which it ran, in wire form: the defaults of parameters that the query does
        not define yet.

    Raises
    ------
    ArgumentError
        The user has several queries of that title, or the one there is runs on another data source.
    ServerError
    """
    same = [query for query in client.queries.list(is_mine=True) if query.name == title]
    if len(same) > 1:
        ids = ", ".join(str(query.id) for query in same)
        raise ArgumentError(
            f"You have {len(same)} queries called {title!r}: {ids}. Nothing was saved.",
            hint="Rename all but one of them, or choose another title.",
        )
    if not same:
        definitions = tuple(map(definition_of, parameters, parameters.values()))
        created = client.queries.create(title, sql, data_source_id, parameters=definitions)
        return Saved(query=created, url=_page(client, created), change="created")
    query = same[0]
    if query.data_source_id != data_source_id:
        raise ArgumentError(
            f"Query {query.id} {title!r} runs on another data source. Nothing was saved.",
            hint="Choose another title, or change the query's data source on its page.",
        )
    defined = {item.name: item for item in query.parameters}
    definitions = tuple(
        defined.get(name) or definition_of(name, value) for name, value in parameters.items()
    )
    if (query.text, query.parameters) == (sql, definitions):
        return Saved(query=query, url=_page(client, query), change="unchanged")
    updated = client.queries.update(query, text=sql, parameters=definitions)
    return Saved(
        query=updated,
        url=_page(client, updated),
        change="updated",
        dropped=tuple(name for name in defined if name not in parameters),
    )


def definition_of(name: str, value: JSON) -> ParameterDefinition:
    """Return the definition of a parameter that takes `value`, its default."""
    title = name.replace("_", " ").capitalize()
    if isinstance(value, list):
        return ParameterDefinition(
            name=name,
            type="enum",
            title=title,
            default=value,
            enum_options=tuple(map(str, value)),
            multi=MultiValues(),
        )
    return ParameterDefinition(name=name, type=_type_of(value), title=title, default=value)


def _type_of(value: JSON) -> str:
    if isinstance(value, dict):
        ends = [str(end) for end in value.values()]
        return next(
            (
                ranges
                for pattern, _, ranges in _DATES
                if all(pattern.fullmatch(end) for end in ends)
            ),
            "datetime-range-with-seconds",
        )
    text = str(value)
    if not isinstance(value, bool) and _NUMBER.fullmatch(text):
        return "number"
    return next((single for pattern, single, _ in _DATES if pattern.fullmatch(text)), "text")


def _page(client: Client, query: Query) -> str:
    return f"{client.server}/queries/{query.id}"
