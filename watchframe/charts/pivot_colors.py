"""The colors of a pivot table's heatmap: the redder, the higher."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from watchframe.charts.colors import Color
from watchframe.charts.javascript import number_of

Cell = dict[str, Any]
Colors = list[str | None]

_HEATMAPS = {"Table Heatmap", "Table Row Heatmap", "Table Col Heatmap"}
#: Renderers that are no heatmap, and are tables.
PLAIN = {"Table", "Exportable TSV"}
_INFINITE = 1e300


def heat_colors(
    renderer: str,
    cells: Sequence[Sequence[Cell]],
    row_totals: Sequence[Cell],
    col_totals: Sequence[Cell],
) -> dict[str, Any]:
    """Return colors of ``cells``, ``row_totals`` and ``col_totals``; none of other renderers."""
    if renderer not in _HEATMAPS:
        return {}
    if renderer == "Table Row Heatmap":
        colors = [_colored(row, _scale(row)) for row in cells]
    elif renderer == "Table Col Heatmap":
        columns = [list(column) for column in zip(*cells, strict=True)]
        colored = [_colored(column, _scale(column)) for column in columns]
        colors = [list(row) for row in zip(*colored, strict=True)] or [[] for _ in cells]
    else:
        color = _scale([cell for row in cells for cell in row])
        colors = [_colored(row, color) for row in cells]
    return {
        "cells": colors,
        "row_totals": _colored(row_totals, _scale(row_totals)),
        "col_totals": _colored(col_totals, _scale(col_totals)),
    }


def _colored(cells: Sequence[Cell], color: Callable[[Cell], str | None]) -> Colors:
    return [color(cell) for cell in cells]


def _scale(cells: Sequence[Cell]) -> Callable[[Cell], str | None]:
    """Return what gives a cell's color; a value that is missing counts as zero."""
    numbers = [_number(cell) for cell in cells]
    low, high = min(numbers, default=0), max(numbers, default=0)
    if not 0 < high - low < _INFINITE or any(map(math.isnan, numbers)):
        return lambda _: None

    def color(cell: Cell) -> str:
        other = 255 - math.floor(255 * (_number(cell) - low) / (high - low) + 0.5)
        return Color(255, other, other).hex

    return color


def _number(cell: Cell) -> float:
    number: Any = number_of(cell["value"])
    return float(number) if abs(number) < _INFINITE else math.nan
