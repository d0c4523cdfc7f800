"""Filters that columns' names declare (`market::filter`), and the rows that they leave."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from watchframe.charts.columns import Columns
from watchframe.charts.javascript import text_of
from watchframe.charts.values import Value, page_value

_KINDS = {"filter": False, "multi-filter": True, "multiFilter": True}


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of a result.

    Attributes
    ----------
    name : str
        The column's full name.
    label : str
        What a person reads.
    multiple : bool
        Whether several values can be chosen.
    values : list
        The column's values, each once, in the order of the rows.
    current : list
        The values that are chosen: without a choice the first one, with `multiple` all.
    """

    name: str
    label: str
    multiple: bool
    values: list[Value]
    current: list[Value]


def find_filters(
    names: Sequence[str], table: Columns, chosen: Mapping[str, object] | None = None
) -> list[Filter]:
    """Return the filters of a result, by its columns' names.

    Parameters
    ----------
    names : sequence of str
        The columns' full names.
    table : Columns
    chosen : mapping of str to value or list of values, optional
        By a column's full name, or by its name without the suffix.
    """
    found = []
    for name in names:
        kind = next((kind for kind in _suffixes(name) if kind), "")
        if kind not in _KINDS:
            continue
        multiple = _KINDS[kind]
        by_identity: dict[object, Value] = {}
        for value in table.values(name):
            by_identity.setdefault(_identity(value), value)
        distinct = list(by_identity.values())
        choice = (chosen or {}).get(name, (chosen or {}).get(label_of(name)))
        if choice is None:
            current = distinct if multiple else distinct[:1]
        else:
            wanted = choice if isinstance(choice, list | tuple | set) else [choice]
            current = [page_value(value) for value in wanted]
        found.append(Filter(name, friendly_name(name), multiple, distinct, current))
    return found


def chosen_places(table: Columns, filters: Sequence[Filter]) -> Sequence[int]:
    """Return the places of the rows of which each filter has the value chosen."""
    places: Sequence[int] = range(len(table))
    for item in filters:
        values = table.values(item.name)
        identities = set(map(_identity, item.current))
        moments = {value for value in item.current if isinstance(value, datetime)}
        texts = {value for value in item.current if isinstance(value, str)}
        places = [
            place
            for place in places
            if (
                value in moments
                if isinstance(value := values[place], datetime)
                else _identity(value) in identities or text_of(value) in texts
            )
        ]
    return places


def plain_filters(filters: Sequence[Filter]) -> list[dict[str, object]]:
    """Return filters as the page describes them, with one ``current`` value or a list."""
    return [
        {
            "name": item.name,
            "friendlyName": item.label,
            "multiple": item.multiple,
            "values": item.values,
            "current": item.current if item.multiple else next(iter(item.current), None),
        }
        for item in filters
    ]


def label_of(name: str) -> str:
    """Return a column's name without the suffix that makes it a filter."""
    separator = "::" if "::" in name else "__"
    first, *others = name.split(separator)
    if not first and len(others) == 1:
        return others[0]
    return first if others and others[0] in _KINDS else name


def friendly_name(name: str) -> str:
    """Return a column's title: its name without the suffix, each word with a capital."""
    return re.sub(r"(?:^|\s)\S", lambda found: found[0].upper(), label_of(name))


def _suffixes(name: str) -> tuple[str, ...]:
    return tuple([*name.split(separator), ""][1] for separator in ("::", "__"))


def _identity(value: Value) -> object:
    # True == 1 in Python, and moments are compared to the second.
    if isinstance(value, datetime):
        return "moment", int(value.timestamp())
    return isinstance(value, bool), isinstance(value, str), value
