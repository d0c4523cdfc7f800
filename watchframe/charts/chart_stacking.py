"""Percents of each x, one list of x for all series, and values that are stacked on each other."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any

from watchframe.charts.chart_options import ChartOptions
from watchframe.charts.chart_points import Points
from watchframe.charts.chart_values import (
    Plotted,
    as_number,
    identities,
    identity,
    plotted,
    plus,
    sorted_places,
)
from watchframe.charts.columns import at
from watchframe.charts.javascript import text_of

#: What is stacked here when the chart is; plotly stacks columns.
STACKED_HERE = frozenset({"line", "area"})


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
    sums: dict[Hashable, float] = {}
    for points in points_list:
        # Of points with the same x, such as those of a scatter, the last one counts.
        for key, y in dict(zip(identities(points.x), points.values, strict=True)).items():
            sums[key] = _or_zero(sums.get(key)) + abs(as_number(y or 0))
    for points in points_list:
        points.percents = [
            None
            if y is None and not options.missing_as_zero
            else as_number(y) / sums[key] * 100
            if sums[key]
            else math.nan
            for key, y in zip(identities(points.x), points.values, strict=True)
        ]
        points.y = points.percents


def _unify(points_list: Sequence[Points], options: ChartOptions) -> None:
    """Give every series a point at each x that any series has; a new one is 0, or missing."""
    every: Sequence[Plotted]
    every = list({identity(x): x for points in points_list for x in points.x}.values())
    if options.sort_x:
        every = at(every, sorted_places(every))
    keys = identities(every)
    missing = 0 if options.missing_as_zero else None

    for points in points_list:
        at_key = {key: place for place, key in enumerate(identities(points.x))}
        places = [at_key.get(key) for key in keys]

        def spread(
            values: Sequence[Plotted] | None,
            default: Plotted,
            places: Sequence[int | None] = places,
        ) -> list[Plotted]:
            if values is None:
                return []
            return [default if place is None else values[place] for place in places]

        points.x = every
        points.y = spread(points.y, missing)
        points.values = spread(points.values, missing)
        points.percents = spread(points.percents, math.nan) or None
        points.errors = spread(points.errors, None) or None
        points.sizes = spread(points.sizes, None) or None
        points.bubbles = spread(points.bubbles or None, None)
        points.places = [None if place is None else points.places[place] for place in places]


def _accumulate(points_list: Sequence[Points], options: ChartOptions) -> None:
    """Add to each series' values those of the series below."""
    if not points_list:
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
    """Return a sum so far; 0 for NaN and None, after which the page starts to add from 0."""
    return 0 if value is None or value != value else value  # noqa: PLR0124 - NaN
