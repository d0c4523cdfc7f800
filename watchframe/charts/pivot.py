"""PIVOT: records grouped by rows and columns, and what an aggregator makes of each group."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from watchframe.charts.data import Data, Options, Prepared, merged
from watchframe.charts.javascript import text_of
from watchframe.charts.moment_format import format_moment
from watchframe.charts.ordering import is_nan, natural_key, natural_keys
from watchframe.charts.pivot_aggregators import (
    AGGREGATIONS,
    Aggregation,
    Aggregator,
    Record,
    divided,
)
from watchframe.charts.pivot_colors import PLAIN, heat_colors
from watchframe.charts.values import Value

Key = tuple[Any, ...]
Cell = dict[str, Any]

_DEFAULTS = {
    "controls": {"enabled": False},
    "rendererOptions": {"table": {"colTotals": True, "rowTotals": True}},
}
_DATE_FORMAT, _TIME_FORMAT = "DD/MM/YYYY", "DD/MM/YYYY HH:mm"
#: More cells than these are no table that anybody reads, and may not fit into memory.
_MOST_CELLS = 100_000


def prepare_pivot(options: Options, data: Data) -> Prepared:
    """Return the keys of rows and columns, in order, their cells, and the totals.

    Returns
    -------
    dict
        ``row_names`` and ``col_names`` (columns of the result), ``row_keys`` and ``col_keys``
        (lists of their values), ``cells`` (a list for each row), ``row_totals``, ``col_totals``
        and ``total``; a cell is ``{"value": …, "text": …}``. ``options_resolved`` tells which
        totals are shown, and ``colors`` has those of a heatmap: of ``cells``, ``row_totals`` and
        ``col_totals``. A ``note`` says which rows were left out of a table that is too large,
        or which aggregator or renderer is not known.
    """
    resolved = merged(_DEFAULTS, options)
    name = text_of(options.get("aggregatorName") or "Count")
    aggregation = AGGREGATIONS.get(name)
    notes = [] if aggregation else [f"There is no aggregator {name!r} here: rows are counted."]
    table = _Table.of_records(options, data, aggregation or AGGREGATIONS["Count"])
    row_keys = _sorted_keys(table.rows, options.get("rowOrder"), table.value_of)
    col_keys = _sorted_keys(table.columns, options.get("colOrder"), table.value_of)
    shown_cols = col_keys[:_MOST_CELLS]
    shown_rows = row_keys[: _MOST_CELLS // max(1, len(shown_cols))]
    if len(shown_rows) < len(row_keys) or len(shown_cols) < len(col_keys):
        notes.append(
            f"The first {len(shown_rows):,} of {len(row_keys):,} rows and "
            f"{len(shown_cols):,} of {len(col_keys):,} columns are shown."
        )
    renderer = text_of(options.get("rendererName") or "Table")
    cells = [
        [table.cell(table.cells.get((row[0], col[0]))) for col in shown_cols] for row in shown_rows
    ]
    row_totals = [table.cell(group) for _, group in shown_rows]
    col_totals = [table.cell(group) for _, group in shown_cols]
    colors = heat_colors(renderer, cells, row_totals, col_totals)
    if not colors and renderer not in PLAIN:
        notes.append(f"This is a table in place of {renderer!r}.")
    return {
        "options_resolved": resolved,
        "row_names": table.row_names,
        "col_names": table.col_names,
        "row_keys": [list(group.key) for _, group in shown_rows],
        "col_keys": [list(group.key) for _, group in shown_cols],
        "cells": cells,
        "row_totals": row_totals,
        "col_totals": col_totals,
        "total": table.cell(table.total),
        "colors": colors,
    } | ({"note": " ".join(notes)} if notes else {})


@dataclass(slots=True)
class _Group:
    """The records of a cell, a row, a column, or all of them."""

    key: Key
    aggregator: Aggregator
    row: Key | None = None
    column: Key | None = None


@dataclass(slots=True)
class _Table:
    """Groups by the texts of their keys, as the page finds them."""

    aggregation: Aggregation
    create: Callable[[], Aggregator]
    row_names: list[str]
    col_names: list[str]
    total: _Group
    rows: dict[Key, _Group] = field(default_factory=dict)
    columns: dict[Key, _Group] = field(default_factory=dict)
    cells: dict[tuple[Key, Key], _Group] = field(default_factory=dict)
    texts: dict[Key, Key] = field(default_factory=dict)

    @classmethod
    def of_records(cls, options: Options, data: Data, aggregation: Aggregation) -> _Table:
        first, second = [*_names(options.get("vals")), None, None][:2]

        def create() -> Aggregator:
            return aggregation.create(first, second)

        table = cls(
            aggregation=aggregation,
            create=create,
            row_names=_names(options.get("rows")),
            col_names=_names(options.get("cols")),
            total=_Group((), create()),
        )
        excluded = _excluded(options.get("valueFilter"))
        wanted = {*table.row_names, *table.col_names, *excluded, first, second}
        for record in _records(data, [name for name in data.columns if name in wanted]):
            if not any(
                text_of(record[name]) in texts if name in record else "undefined" in texts
                for name, texts in excluded.items()
            ):
                table.push(record)
        return table

    def push(self, record: Record) -> None:
        self.total.aggregator.push(record)
        row = tuple([record.get(name, "null") for name in self.row_names])
        column = tuple([record.get(name, "null") for name in self.col_names])
        row_texts, column_texts = self._texts(row), self._texts(column)
        if row:
            group = self.rows.get(row_texts)
            if group is None:
                group = self.rows[row_texts] = _Group(row, self.create(), row=row_texts)
            group.aggregator.push(record)
        if column:
            group = self.columns.get(column_texts)
            if group is None:
                group = self.columns[column_texts] = _Group(
                    column, self.create(), column=column_texts
                )
            group.aggregator.push(record)
        if row and column:
            place = row_texts, column_texts
            group = self.cells.get(place)
            if group is None:
                group = self.cells[place] = _Group(row, self.create(), row_texts, column_texts)
            group.aggregator.push(record)

    def _texts(self, key: Key) -> Key:
        """Return what the page takes as equal keys by."""
        texts = self.texts.get(key)
        if texts is None:
            texts = tuple(["" if value is None else text_of(value) for value in key])
            self.texts[key] = texts
        return texts

    def value_of(self, group: _Group) -> Any:
        value = group.aggregator.value()
        if self.aggregation.share_of is None:
            return value
        whole = self.total
        if self.aggregation.share_of == "row" and group.row is not None:
            whole = self.rows[group.row]
        elif self.aggregation.share_of == "column" and group.column is not None:
            whole = self.columns[group.column]
        return divided(value, whole.aggregator.value())

    def cell(self, group: _Group | None) -> Cell:
        if group is None:
            return {"value": None, "text": ""}
        value = self.value_of(group)
        text = self.aggregation.text(value)
        if is_nan(value):
            value = None
        elif value in {math.inf, -math.inf}:
            value = text_of(value)
        return {"value": value, "text": text}


def _names(saved: object) -> list[str]:
    return [text_of(name) for name in saved] if isinstance(saved, list) else []


def _excluded(saved: object) -> dict[str, set[str]]:
    """Return the texts of values that are left out, by column: those that a filter names."""
    if not isinstance(saved, Mapping):
        return {}
    return {
        str(name): {str(text) for text in texts}
        for name, texts in saved.items()
        if isinstance(texts, Mapping) and texts
    }


def _records(data: Data, names: list[str]) -> Iterable[dict[str, Any]]:
    """Return the rows as the page gives them to the pivot table: dates and booleans as texts."""
    written: dict[tuple[bool, datetime], str] = {}

    def text(value: Value, *, is_date: bool) -> Any:
        if isinstance(value, datetime):
            if (is_date, value) not in written:
                pattern = _DATE_FORMAT if is_date else _TIME_FORMAT
                written[is_date, value] = format_moment(value, pattern)
            return written[is_date, value]
        return text_of(value) if isinstance(value, bool) else value

    dates = {name: data.types.get(name) == "date" for name in names}
    for row in data.rows:
        yield {
            name: text(row[name], is_date=is_date) for name, is_date in dates.items() if name in row
        }


def _sorted_keys(
    groups: Mapping[Key, _Group], order: object, value_of: Callable[[_Group], Any]
) -> list[tuple[Key, _Group]]:
    """Return groups by their keys, or by their values in either direction."""
    found = list(groups.items())
    if order in ("value_a_to_z", "value_z_to_a"):
        reverse = order == "value_z_to_a"
        return sorted(found, key=lambda pair: natural_key(value_of(pair[1]), reverse=reverse))
    names = zip(*(group.key for group in groups.values()), strict=True)
    keys = list(zip(*map(natural_keys, names), strict=True))
    return [found[place] for place in sorted(range(len(found)), key=keys.__getitem__)]
