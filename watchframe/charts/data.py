"""What a visualization is drawn of: its rows once filters are applied, and its options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from watchframe.charts.filters import Filter, filter_rows, find_filters
from watchframe.charts.values import Row, page_rows

Options = Mapping[str, Any]
Prepared = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Data:
    """A result's columns and rows, and the filters that chose the rows.

    Attributes
    ----------
    columns : list of str
        The columns' full names, in order.
    types : mapping of str to str
        The columns' types, as the server tells them, by name.
    rows : list of mapping
        As of `page_rows`.
    filters : list of Filter
    name : str
        The visualization's name.
    """

    columns: list[str]
    types: Mapping[str, str | None]
    rows: list[Row]
    filters: list[Filter]
    name: str = ""

    @classmethod
    def of_result(
        cls,
        columns: Sequence[Mapping[str, Any]],
        rows: Sequence[Mapping[str, Any]],
        chosen: Mapping[str, object] | None,
        *,
        name: str = "",
    ) -> Data:
        """Return the data of a result's ``columns`` and ``rows``."""
        types = {str(column.get("name")): column.get("type") for column in columns}
        converted = page_rows(rows)
        filters = find_filters(list(types), converted, chosen)
        return cls(
            columns=list(types),
            types=types,
            rows=filter_rows(converted, filters),
            filters=filters,
            name=name,
        )


def merged(defaults: Mapping[str, Any], saved: Mapping[str, Any]) -> dict[str, Any]:
    """Return saved options over defaults, those within options too.

    An object that is saved where the default is a plain value, or the other way around, counts as
    missing: the page fails there. Null is a plain value, and as a default it may be anything.
    """
    result = {str(name): value for name, value in saved.items()}
    for name, default in defaults.items():
        value = result.get(name, default)
        if isinstance(default, Mapping):
            result[name] = merged(default, value if isinstance(value, Mapping) else {})
        elif default is not None and isinstance(value, Mapping | list):
            result[name] = default
        else:
            result[name] = value
    return result
