"""Where texts of people stand in what is saved: queries' definitions, dashboards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from watchframe.manage.body_search import is_in
from watchframe.models import Dashboard, Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A place, or why one could not be searched.

    Attributes
    ----------
    place : str
        ``text``, ``name``, ``result``, ...
    value : int or None
        Which of the values, counted from 0; None with an error.
    field : str or None
        A column, a parameter, or a tile.
    count : int or None
        Of lines, rows, tags.
    result_id : int or None
    error : str or None
    """

    place: str
    value: int | None = None
    field: str | None = None
    count: int | None = None
    result_id: int | None = None
    error: str | None = None


def in_query(query: Query, values: Sequence[str]) -> Iterator[Hit]:
    """Give the places in a query's definition."""
    texts = {"text": query.text, "name": query.name, "description": query.description}
    for number, value in enumerate(values):
        for place, text in texts.items():
            if count := _lines(value, text):
                yield Hit(place=place, value=number, count=count)
        if count := sum(is_in(value, tag) for tag in query.tags):
            yield Hit(place="tags", value=number, count=count)
        for definition in query.parameters:
            parts = [definition.default, list(definition.enum_options)]
            if _is_in_json(value, parts):
                yield Hit(place="parameter default", value=number, field=definition.name, count=1)


def in_dashboard(dashboard: Dashboard, values: Sequence[str]) -> Iterator[Hit]:
    """Give the places in a dashboard and its tiles; their queries are searched by themselves."""
    for number, value in enumerate(values):
        if count := _lines(value, dashboard.name):
            yield Hit(place="name", value=number, count=count)
        if count := sum(is_in(value, tag) for tag in dashboard.tags):
            yield Hit(place="tags", value=number, count=count)
        for widget in dashboard.widgets:
            if count := _lines(value, widget.text):
                yield Hit(place="tile", value=number, field=str(widget.id), count=count)
            for name, mapping in widget.parameter_mappings.items():
                if _is_in_json(value, mapping.value):
                    yield Hit(place="fixed parameter", value=number, field=name, count=1)


def _lines(value: str, text: str) -> int:
    """Give in how many lines it stands; 1 where it stands in several lines at once."""
    if not is_in(value, text):
        return 0
    return sum(is_in(value, line) for line in text.splitlines()) or 1


def _is_in_json(value: str, found: object) -> bool:
    return any(is_in(value, text) for text in _texts(found))


def _texts(value: object) -> Iterator[str]:
    """Give the texts in a JSON value."""
    if isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(item)
    else:
        yield str(value)
