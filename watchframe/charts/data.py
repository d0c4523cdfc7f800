"""What a visualization is drawn of: its rows once filters are applied, and its options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from watchframe.charts.columns import Columns, Rows
from watchframe.charts.filters import Filter, chosen_places, find_filters
from watchframe.charts.values import Row

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
    table : Columns
        The values of the rows that the filters leave.
    filters : list of Filter
    name : str
        The visualization's name.
    max_points : int, optional
        How many points, or cells of a table, are shown at most.
    """

    columns: list[str]
    types: Mapping[str, str | None]
    table: Columns
    filters: list[Filter]
    name: str = ""
    max_points: int | None = None

    @classmethod
    def of_result(
        cls,
        columns: Sequence[Mapping[str, Any]],
        rows: Rows,
        chosen: Mapping[str, object] | None,
        *,
        name: str = "",
        max_points: int | None = None,
    ) -> Data:
        """Return the data of a result's ``columns`` and ``rows``."""
        types = {str(column.get("name")): column.get("type") for column in columns}
        table = Columns.of(rows)
        filters = find_filters(list(types), table, chosen)
        places = chosen_places(table, filters)
        return cls(
            columns=list(types),
            types=types,
            table=table if len(places) == len(table) else table.at(places),
            filters=filters,
            name=name,
            max_points=max_points,
        )

    @property
    def rows(self) -> Sequence[Row]:
        """The rows that the filters leave."""
        return self.table.rows()


def with_note(prepared: Prepared, *notes: str) -> Prepared:
    """Return what is shown with sentences before what its note says, if there are any."""
    note = " ".join(filter(None, [*notes, prepared.get("note", "")]))
    return {**prepared, "note": note} if note else prepared


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
