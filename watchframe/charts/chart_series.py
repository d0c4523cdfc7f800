"""The series of a chart: which columns give x, y, sizes and errors, and its name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from watchframe.charts.chart_options import ChartOptions
from watchframe.charts.chart_values import sorted_places
from watchframe.charts.columns import Columns
from watchframe.charts.javascript import property_order, text_of
from watchframe.charts.typed import Coded
from watchframe.charts.values import Value


@dataclass(frozen=True, slots=True)
class Series:
    """A series' rows, by their `places`, and the columns that it is drawn of.

    The columns have the values of all rows, as they came, and are shared by series. Without a
    column of errors, sizes or z these are None. A series `is_split` off by a column's value; else
    it is a y column, whose x is 0 where there is none.
    """

    name: str
    table: Columns
    places: Sequence[int]
    x: Sequence[Value]
    y: Sequence[Value]
    errors: Sequence[Value] | None
    sizes: Sequence[Value] | None
    z: Sequence[Value] | None
    is_split: bool
    has_x: bool


def find_series(table: Columns, options: ChartOptions) -> list[Series]:
    """Return the series that a chart is drawn of, in the order of the legend.

    One series for each value of the series column, of the last y column; without it, one for
    each y column. Names that are integers come first, then a series' z-index counts.
    """
    columns = columns_by_role(table.names, options.column_mapping)
    if "series" in columns:
        found = _split_series(table, columns)
    else:
        found = _series_of_columns(table, columns)
    ordered = [found[name] for name in property_order(found)]
    depths = [
        chosen.z_index if (chosen := options.series.get(series.name)) else 0 for series in ordered
    ]
    return [ordered[place] for place in sorted_places(depths)]


def columns_by_role(
    names: Iterable[str], mapping: Mapping[str, Any] | None
) -> dict[str, list[str]]:
    """Return those columns that are mapped to something, by what that is: ``x``, ``y``, ..."""
    found: dict[str, list[str]] = {}
    for name in property_order(names):
        role = (*name.split("::"), "")[1] if mapping is None else mapping.get(name)
        if isinstance(role, str) and role:
            # A filter of several values is also what splits the series.
            role = "series" if role in {"multiFilter", "multi-filter"} else role
            found.setdefault(role, []).append(name)
    return found


def _split_series(table: Columns, columns: Mapping[str, list[str]]) -> dict[str, Series]:
    names = table.typed(columns["series"][-1])
    places: Mapping[str, Sequence[int]]
    if isinstance(names, Coded):
        places = names.places_by(text_of)
    else:
        by_name: defaultdict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(map(text_of, names)):
            by_name[name].append(place)
        places = by_name
    nothing = [None] * len(table)
    x, y, errors, sizes, z = _values(table, columns)
    return {
        name: Series(
            name=name,
            table=table,
            places=own,
            x=x or nothing,
            y=y or nothing,
            errors=errors,
            sizes=sizes,
            z=z,
            is_split=True,
            has_x="x" in columns,
        )
        for name, own in places.items()
    }


def _series_of_columns(table: Columns, columns: Mapping[str, list[str]]) -> dict[str, Series]:
    x, _, errors, sizes, z = _values(table, columns)
    x = x or [0] * len(table)
    places = range(len(table))
    # Of `usd::y` and `usd::filter` the last one counts.
    by_name = {column.split("::")[0]: column for column in columns.get("y", [])}
    return {
        name: Series(
            name=name,
            table=table,
            places=places,
            x=x,
            y=table.typed(column),
            errors=errors,
            sizes=sizes,
            z=z,
            is_split=False,
            has_x=True,
        )
        for name, column in by_name.items()
    }


def _values(table: Columns, columns: Mapping[str, list[str]]) -> Iterator[Sequence[Value] | None]:
    """Yield the values of x, y, errors, sizes and z: None where no column is mapped to them."""
    for role in ("x", "y", "yError", "size", "zVal"):
        yield table.typed(columns[role][-1]) if role in columns else None
