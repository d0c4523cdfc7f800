"""Percents of each x, one list of x for all series, and values that are stacked on each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

from watchframe.charts.chart_options import ChartOptions
from watchframe.charts.chart_points import Points
from watchframe.charts.chart_values import (
    Plotted,
    as_numbers,
    distinct,
    plotted,
    plus,
    sorted_places,
)
from watchframe.charts.columns import at
from watchframe.charts.javascript import text_of
from watchframe.charts.typed import Array, Typed

_Item = TypeVar("_Item")

#: What is stacked here when the chart is; plotly stacks columns.
STACKED_HERE = frozenset({"line", "area"})
#: Sums of integers stay below it, so that arrays have them exactly.
_INTEGERS = 2**63


def stack(points_list: Sequence[Points], options: ChartOptions) -> None:
    """Change what the series draw to percents and stacked values, where these were asked for.

    plotly stacks columns; lines and areas are stacked here, whose points need the same x.
    """
    if options.percent:
        _find_percents(points_list, options)
    if options.stacked and options.kind in STACKED_HERE:
        _unify(points_list, options)
        _accumulate(points_list, options)
    elif (
        not (options.stacked)
        and options.sort_x
        and options.x_axis.kind == "category"
        and options.kind != "box"
    ):
        _unify(points_list, options)


def _find_percents(points_list: Sequence[Points], options: ChartOptions) -> None:
    every, codes_list = distinct([points.x for points in points_list])
    sums = np.zeros(len(every))
    for points, codes in zip(points_list, codes_list, strict=True):
        # Of points with the same x, such as those of a scatter, the last one counts.
        with np.errstate(over="ignore"):
            sums[codes] = _or_zeros(sums[codes]) + np.abs(as_numbers(points.y))
    for points, codes in zip(points_list, codes_list, strict=True):
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            percents = as_numbers(points.y) / sums[codes] * 100
        # Of 0 there are none.
        points.percents = points.y = Typed(
            np.where(sums[codes] == 0, math.nan, percents),
            None if options.missing_as_zero else _is_missing(points.y),
        )


def _is_missing(values: Sequence[Plotted]) -> Array:
    if not isinstance(values, Typed):
        return np.array([value is None for value in values], dtype=bool)
    return np.zeros(len(values), dtype=bool) if values.is_missing is None else values.is_missing


def _or_zeros(sums: Array) -> Array:
    """Return sums so far; 0 for NaN, after which the page starts to add from 0."""
    return np.where(np.isnan(sums), 0, sums)


def _unify(points_list: Sequence[Points], options: ChartOptions) -> None:
    """Give each series a point at every x that any series has; added points are 0 or missing."""
    every, codes_list = distinct([points.x for points in points_list])
    order = sorted_places(every) if options.sort_x else range(len(every))
    every = at(every, order)
    missing = 0 if options.missing_as_zero else None

    for points, codes in zip(points_list, codes_list, strict=True):
        place_of = np.full(len(every), -1)
        place_of[codes] = np.arange(len(codes))
        places = Typed(place_of[np.asarray(order)])
        points.x = every
        points.y = _spread(points.y, places, missing)
        points.values = _spread(points.values, places, missing)
        points.percents = points.percents and _spread(points.percents, places)
        points.errors = points.errors and _spread(points.errors, places)
        points.sizes = points.sizes and _spread(points.sizes, places)
        points.bubbles = points.bubbles and _spread(points.bubbles, places)
        points.places = _spread(points.places, places)


def _spread(values: Sequence[_Item], places: Typed, missing: Any = None) -> Sequence[_Item]:
    """Return the values at places, and `missing` where these are below 0."""
    if isinstance(values, range):
        values = Typed(np.asarray(values))
    if not isinstance(values, Typed):
        return [missing if place < 0 else values[place] for place in places]
    found, is_missing = values.at(places), places.array < 0
    if found.is_missing is not None:
        is_missing |= found.is_missing
    return Typed(np.where(is_missing, 0, found.array), is_missing, missing)


def _accumulate(points_list: Sequence[Points], options: ChartOptions) -> None:
    """Add to each series' values those of the series below."""
    if not points_list or not points_list[0].x:
        return
    arrays = _exact_arrays([points.y for points in points_list])
    if arrays is not None and isinstance(points_list[0].x, Typed):
        _accumulate_arrays(points_list, arrays, options)
        return
    # On the page 1 and "1" stand on each other, as keys of an object.
    texts: dict[str, int] = {}
    slots = [texts.setdefault(text_of(x), len(texts)) for x in plotted(points_list[0].x)]
    below: list[Plotted] = [0] * len(texts)
    for points in points_list:
        stacked: list[Plotted] = []
        for slot, y in zip(slots, points.y, strict=True):
            if y is None and not options.missing_as_zero:
                stacked.append(None)
                continue
            below[slot] = plus(y, _or_zero(below[slot]))
            stacked.append(below[slot])
        points.y = stacked


def _or_zero(value: Any) -> Any:
    return 0 if value is None or value != value else value  # noqa: PLR0124 - NaN


def _accumulate_arrays(
    points_list: Sequence[Points], arrays: Sequence[Array], options: ChartOptions
) -> None:
    """Add as `_accumulate` does, of distinct x, by arrays of one type."""
    below = np.zeros_like(arrays[0])
    is_nothing = np.ones(len(below), dtype=bool)
    for points, array in zip(points_list, arrays, strict=True):
        is_missing = _is_missing(points.y)
        is_nothing = (is_nothing | np.isnan(below)) & is_missing
        with np.errstate(over="ignore", invalid="ignore"):
            below = _or_zeros(below) + array
        points.y = (
            Typed(below, is_nothing, 0) if options.missing_as_zero else Typed(below, is_missing)
        )


def _exact_arrays(y_list: Sequence[Sequence[Plotted]]) -> list[Array] | None:
    """Return arrays of which sums are those of their values; None where there are none."""
    arrays = [y.array for y in y_list if isinstance(y, Typed)]
    kinds = {array.dtype.kind for array in arrays}
    if len(arrays) < len(y_list) or not (kinds <= {"f"} or kinds <= {"i", "u"}):
        return None
    if kinds == {"f"}:
        return [array.astype(float) for array in arrays]
    largest = sum(max(int(array.max()), -int(array.min())) for array in arrays)
    return [array.astype(np.int64) for array in arrays] if largest < _INTEGERS else None
