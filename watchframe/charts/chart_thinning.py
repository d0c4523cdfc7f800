"""Which points stay of a chart that has more than can be shown, and what is said of the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from watchframe.charts.chart_options import ChartOptions
from watchframe.charts.chart_points import Points
from watchframe.charts.chart_stacking import STACKED_HERE
from watchframe.charts.chart_values import (
    Plotted,
    are_finite,
    as_numbers,
    clean_number,
    distinct,
    moment_of,
    sorted_places,
)
from watchframe.charts.columns import at
from watchframe.charts.ordering import is_finite, is_number
from watchframe.charts.typed import Array, Typed

#: Of each series at least its first, last, lowest and highest point stay.
_FEWEST = 4
#: What is drawn as single points, of which evenly spaced ones stay.
_DOTS = frozenset({"scatter", "bubble", "effectScatter"})
_BARS = frozenset({"column", "pictorialBar"})
#: How points were chosen, as people read it.
EXTREMES, EVENLY = "the lowest and highest of each stretch", "evenly chosen ones"


def thin(points_list: Sequence[Points], options: ChartOptions, most: int | None) -> str:
    """Leave out points, so that all series together have `most`; return what is said of it.

    Lines, areas and columns keep the lowest and the highest point of each stretch, and dots are
    chosen evenly. Where series stand on each other, or their x are categories, all keep the same
    x: of columns over categories the largest. Boxes are left as they are: each point counts.
    """
    thinned = [points for points in points_list if points.kind != "box"]
    total = sum(len(points.x) for points in thinned)
    if most is None or total <= most:
        return ""
    if options.stacked or _are_categories(thinned, options):
        way = _keep_same_x(thinned, options, most // len(thinned))
    else:
        way = _keep_own_x(thinned, most)
    left = sum(len(points.x) for points in thinned)
    return f"{left:,} of {total:,} points are drawn: {way}." if left < total else ""


def _keep_own_x(points_list: Sequence[Points], most: int) -> str:
    ways = []
    shares = _shares([len(points.x) for points in points_list], most)
    for points, share in zip(points_list, shares, strict=True):
        if share < len(points.x):
            is_dots = points.kind in _DOTS
            _keep(points, evenly(points.y, share) if is_dots else extremes(points.y, share))
            ways.append(EVENLY if is_dots else EXTREMES)
    return " or ".join(dict.fromkeys(ways))


def _keep_same_x(points_list: Sequence[Points], options: ChartOptions, count: int) -> str:
    every, codes_list = distinct([points.x for points in points_list])
    sums, sizes = np.zeros(len(every)), np.zeros(len(every))
    stays = np.zeros(len(every), dtype=bool)
    # Of what is stacked already, the last series has the whole.
    are_stacked = options.kind in STACKED_HERE and options.stacked
    for points, codes in zip(points_list, codes_list, strict=True):
        numbers = _numbers(points.y)
        with np.errstate(over="ignore", invalid="ignore"):
            np.add.at(sizes, codes, np.abs(numbers))
            if not are_stacked:
                np.add.at(sums, codes, numbers)
        if are_stacked:
            sums[codes] = numbers
        if len(codes):
            stays[codes[[0, *_ends(points.y), -1]]] = True
    if options.kind in _BARS and _are_categories(points_list, options):
        largest = np.argsort(-sizes, kind="stable")[: max(1, count)]
        stays[:] = False
        stays[largest] = True
        way = f"those at the {len(largest):,} largest of {len(every):,} x"
    else:
        order = np.asarray(sorted_places(every) if options.sort_x else range(len(every)))
        heights = Typed(sums[order])
        stays[order[np.asarray(extremes(heights, count - int(stays.sum())))]] = True
        way = EXTREMES
    for points, codes in zip(points_list, codes_list, strict=True):
        _keep(points, Typed(np.flatnonzero(stays[codes])))
    return way


def _numbers(values: Sequence[Plotted]) -> Array:
    """Return the numbers among values, as doubles, and 0 for others."""
    if not isinstance(values, Typed):
        values = [value if is_number(value) else 0 for value in values]
    numbers = as_numbers(values)
    return np.where(np.isnan(numbers), 0, numbers)


def extremes(values: Sequence[Plotted], count: int) -> Sequence[int]:
    """Return the places of the first, the last, and the lowest and highest of each stretch."""
    size, stretches = len(values), max(1, (count - 2) // 2)
    if size <= count:
        return list(range(size))
    places, numbers = _finite(values)
    starts = np.arange(stretches) * size // stretches
    firsts = np.searchsorted(places, starts)
    is_empty = firsts == np.append(firsts[1:], len(places))
    stays = np.zeros(size, dtype=bool)
    stays[[0, -1]] = True
    # Without any number a line has a gap there, which a point stands for.
    stays[starts[is_empty]] = True
    firsts = firsts[~is_empty]
    for end in (np.minimum, np.maximum) if len(firsts) else ():
        of_stretch = np.repeat(end.reduceat(numbers, firsts), np.diff([*firsts, len(places)]))
        there = np.flatnonzero(numbers == of_stretch)
        stays[places[there[np.searchsorted(there, firsts)]]] = True
    return Typed(np.flatnonzero(stays))


def evenly(values: Sequence[Plotted], count: int) -> Sequence[int]:
    """Return the places of evenly spaced values, and of the lowest and highest."""
    size, steps = len(values), max(1, count - 3)
    if size <= count:
        return list(range(size))
    even = np.arange(steps + 1) * (size - 1) // steps
    return Typed(np.unique([*even, *_ends(values)]))


def _ends(values: Sequence[Plotted]) -> list[int]:
    """Return the places of the lowest and the highest number, if there is any."""
    places, numbers = _finite(values)
    return places[[numbers.argmin(), numbers.argmax()]].tolist() if len(places) else []


def _finite(values: Sequence[Plotted]) -> tuple[Array, Array]:
    """Return the places of the finite numbers, and these: integers and decimals exact."""
    if isinstance(values, Typed) and not values.is_times:
        is_number = np.isfinite(values.array)
        if values.is_missing is not None and values.missing is None:
            is_number &= ~values.is_missing
        places = np.flatnonzero(is_number)
        return places, values.array[places]
    places = np.arange(len(values))
    if not are_finite(values):
        places = np.flatnonzero(list(map(is_finite, values)))
        values = at(values, places.tolist())
    are_floats = set(map(type, values)) == {float}
    return places, np.array(values, dtype=float if are_floats else object)


def _shares(sizes: Sequence[int], most: int) -> list[int]:
    """Return how many points each series may have: small ones keep all of theirs."""
    shares = [0] * len(sizes)
    for rank, place in enumerate(sorted(range(len(sizes)), key=sizes.__getitem__)):
        share = max(_FEWEST, (most - sum(shares)) // (len(sizes) - rank))
        shares[place] = min(sizes[place], share)
    return shares


def _are_categories(points_list: Sequence[Points], options: ChartOptions) -> bool:
    """Return whether x are texts that plotly takes neither as dates nor as numbers."""
    if options.x_axis.kind != "-":
        return options.x_axis.kind == "category"
    if isinstance(points_list[0].x, Typed):  # All series have the same column of x.
        return False
    x = next((x for points in points_list for x in points.x if x is not None), None)
    return isinstance(x, str) and moment_of(x) is None and clean_number(x) is None


def _keep(points: Points, places: Sequence[int]) -> None:
    """Leave out all points but those at places."""
    points.x, points.y = at(points.x, places), at(points.y, places)
    points.values = at(points.values, places)
    points.percents = points.percents and at(points.percents, places)
    points.errors = points.errors and at(points.errors, places)
    points.sizes = points.sizes and at(points.sizes, places)
    points.bubbles = points.bubbles and at(points.bubbles, places)
    points.places = at(points.places, places)
