"""The series of a chart: which columns give x, y, sizes and errors, and its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from watchframe.charts.chart_options import ChartOptions
from watchframe.charts.chart_values import sorted_places
from watchframe.charts.javascript import property_order, text_of
from watchframe.charts.values import Row, Value


@dataclass(frozen=True, slots=True)
class Series:
    """A series' points as they came: the values of one point are at the same place.

    Without a column of errors, sizes or z these are None. A series `is_split` off by a column's
    value; else it is a y column, whose x is 0 where there is none.
    """

    name: str
    rows: Sequence[Row]
    x: Sequence[Value]
    y: Sequence[Value]
    errors: Sequence[Value] | None
    sizes: Sequence[Value] | None
    z: Sequence[Value] | None
    is_split: bool
    has_x: bool


def find_series(rows: Sequence[Row], options: ChartOptions) -> list[Series]:
    """Return the series that a chart is drawn of, in the order of the legend.

    One series for each value of the series column, of the last y column; without it, one for
    each y column. Names that are integers come first, then a series' z-index counts.
    """
    columns = columns_by_role(rows, options.column_mapping)
    if "series" in columns:
        found = _split_series(rows, columns)
    else:
        found = _series_of_columns(rows, columns)
    ordered = [found[name] for name in property_order(found)]
    depths = [
        chosen.z_index if (chosen := options.series.get(series.name)) else 0 for series in ordered
    ]
    return [ordered[place] for place in sorted_places(depths)]


def columns_by_role(rows: Sequence[Row], mapping: Mapping[str, Any] | None) -> dict[str, list[str]]:
    """Return the columns that are in the rows, by what they are mapped to: ``x``, ``y``, ..."""
    names = property_order(chain.from_iterable(dict.fromkeys(map(tuple, rows))))
    found: dict[str, list[str]] = {}
    for name in names:
        role = (*name.split("::"), "")[1] if mapping is None else mapping.get(name)
        if isinstance(role, str) and role:
            # A filter of several values is also what splits the series.
            role = "series" if role in {"multiFilter", "multi-filter"} else role
            found.setdefault(role, []).append(name)
    return found


def _split_series(rows: Sequence[Row], columns: Mapping[str, list[str]]) -> dict[str, Series]:
    column = columns["series"][-1]
    groups: dict[str, list[Row]] = {}
    for row in rows:
        value = row.get(column)
        name = value if type(value) is str else text_of(value)
        groups.setdefault(name, []).append(row)
    return {
        name: Series(
            name=name,
            rows=group,
            x=_values(group, columns, "x") or [None] * len(group),
            y=_values(group, columns, "y") or [None] * len(group),
            errors=_values(group, columns, "yError"),
            sizes=_values(group, columns, "size"),
            z=_values(group, columns, "zVal"),
            is_split=True,
            has_x="x" in columns,
        )
        for name, group in groups.items()
    }


def _series_of_columns(rows: Sequence[Row], columns: Mapping[str, list[str]]) -> dict[str, Series]:
    x = _values(rows, columns, "x") or [0] * len(rows)
    errors, sizes, z = (_values(rows, columns, role) for role in ("yError", "size", "zVal"))
    # Of `usd::y` and `usd::filter` the last one counts.
    by_name = {column.split("::")[0]: column for column in columns.get("y", [])}
    return {
        name: Series(
            name=name,
            rows=rows,
            x=x,
            y=[row.get(column) for row in rows],
            errors=errors,
            sizes=sizes,
            z=z,
            is_split=False,
            has_x=True,
        )
        for name, column in by_name.items()
    }


def _values(rows: Sequence[Row], columns: Mapping[str, list[str]], role: str) -> list[Value] | None:
    return [row.get(columns[role][-1]) for row in rows] if role in columns else None
