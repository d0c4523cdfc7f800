"""The points of each trace: sorted by x, repeated x summed, and numbers read of texts."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from watchframe.charts.chart_options import ChartOptions
from watchframe.charts.chart_series import Series
from watchframe.charts.chart_values import (
    Plotted,
    as_number,
    clean_numbers,
    identities,
    on_axis,
    plotted,
    plus,
    sorted_places,
)
from watchframe.charts.columns import at
from watchframe.charts.typed import Typed
from watchframe.charts.values import Value

_Made = TypeVar("_Made")

#: Series whose y may be of any type; of the others it is a number.
OF_ANY_Y = frozenset({"scatter", "bubble", "effectScatter"})
#: Series of which an x has one point: where rows repeat it, their y are added.
_ONE_POINT_EACH = frozenset({"column", "line", "area", "pictorialBar", "themeRiver"})


@dataclass(slots=True)
class Points:
    """What one series draws: the values of one point are at the same place.

    Attributes
    ----------
    series : Series
    name : str
        The series' name, as people read it.
    kind : str
        The type that it is drawn as.
    color : str
    axis : str
        ``y``, or ``y2`` for the axis on the right.
    x : list
        Moments are texts only once they are drawn.
    y : list
        What is drawn: percents and stacked values where these were asked for.
    values : list
        The series' own y, before.
    percents : list, optional
        Where percents were asked for: each of the sum of its x.
    errors, sizes : list, optional
    bubbles : list, optional
        The sizes that bubbles are drawn in.
    places : list of int, optional
        The series' row of each point; None where it has none at this x.
    """

    series: Series
    name: str
    kind: str
    color: str
    axis: str
    x: Sequence[Plotted]
    y: Sequence[Plotted]
    values: Sequence[Plotted]
    percents: Sequence[float | None] | None
    errors: Sequence[Plotted] | None
    sizes: Sequence[Plotted] | None
    bubbles: Sequence[Plotted]
    places: Sequence[int | None]


def make_points(
    series_list: Sequence[Series], options: ChartOptions, colors: Sequence[str]
) -> list[Points]:
    """Return the points of each series, before percents and stacking."""
    columns = _Columns(options)
    return [
        _points(series, columns, options, color)
        for series, color in zip(series_list, colors, strict=True)
    ]


class _Columns:
    """Columns as they are drawn: what series share is converted, and put in order, once."""

    def __init__(self, options: ChartOptions) -> None:
        self._options = options
        self._made: dict[tuple[object, ...], Any] = {}

    def order(self, series: Series) -> _Order:
        """Return the order of a series' points."""
        return self._once(
            (_Order, id(series.x), id(series.places)),
            lambda: _Order.of_places(self._x(series.x), series.places, self._options),
        )

    def y(self, series: Series, kind: str, axis: str) -> Sequence[Plotted]:
        """Return the values of y, of all rows."""
        missing = 0 if self._options.missing_as_zero and kind != "bubble" else None
        if kind not in OF_ANY_Y:
            return self.numbers(series.y, missing)
        is_dates = self._options.y_axes[axis == "y2"].is_dates
        return self._once(
            (plotted, id(series.y), is_dates, missing),
            lambda: [
                missing if value is None else value
                for value in plotted(on_axis(series.y, is_dates=is_dates))
            ],
        )

    def numbers(
        self, values: Sequence[Value], missing: float | None = None
    ) -> Sequence[int | float | None]:
        """Return the numbers of values."""
        return self._once(
            (clean_numbers, id(values), missing), lambda: clean_numbers(values, missing=missing)
        )

    def _x(self, values: Sequence[Value]) -> Sequence[Plotted]:
        return self._once(
            (on_axis, id(values)), lambda: on_axis(values, is_dates=self._options.x_axis.is_dates)
        )

    def _once(self, key: tuple[object, ...], make: Callable[[], _Made]) -> _Made:
        if key not in self._made:
            self._made[key] = make()
        made: _Made = self._made[key]
        return made


@dataclass(frozen=True, slots=True)
class _Order:
    """A series' x in order, and the places of their rows; the points where an x is repeated.

    Attributes
    ----------
    x : list
    places : sequence of int
        A range where it is all rows, as they are.
    kept : list of int, optional
        Where an x is repeated: the index of the first point of each x, ...
    points : list of int, optional
        ... and for each point of `x`, which one of the kept ones it belongs to.
    """

    x: Sequence[Plotted]
    places: Sequence[int]
    kept: list[int] | None
    points: list[int] | None

    @classmethod
    def of_places(
        cls, column: Sequence[Plotted], places: Sequence[int], options: ChartOptions
    ) -> _Order:
        x = at(column, places)
        if options.sort_x:
            order = sorted_places(x)
            if not _is_increasing(order):
                x, places = at(x, order), at(places, order)
        return cls(x, places, *_repeated(x))


def _repeated(x: Sequence[Plotted]) -> tuple[list[int], list[int]] | tuple[None, None]:
    """Return where each x is first, and which of these each one is; a missing x is its own."""
    if _is_increasing(x):
        return None, None
    keys = identities(x)
    if len(set(keys)) == len(keys):
        return None, None
    first: dict[object, int] = {}
    kept: list[int] = []
    points: list[int] = []
    for place, key in enumerate(keys):
        if key is None or key not in first:
            first[key] = len(kept)
            kept.append(place)
        points.append(first[key])
    return kept, points


def _is_increasing(x: Sequence[Any]) -> bool:
    if isinstance(x, Typed):
        return x.is_increasing
    try:
        return all(map(operator.lt, x, x[1:]))
    except TypeError:  # Values of several types.
        return False


def _points(series: Series, columns: _Columns, options: ChartOptions, color: str) -> Points:
    chosen = options.series.get(series.name)
    kind = options.kind_of(series.name)
    axis = "y2" if options.is_on_second_axis(series.name) else "y"
    order = columns.order(series)
    y: Sequence[Plotted] = columns.y(series, kind, axis)
    errors = None if series.errors is None else columns.numbers(series.errors)
    sizes = None if series.sizes is None else columns.numbers(series.sizes)
    places = order.places
    points = Points(
        series=series,
        name=series.name if chosen is None or chosen.name is None else chosen.name,
        kind=kind,
        color=color if chosen is None or chosen.color is None else chosen.color,
        axis=axis,
        x=order.x,
        y=at(y, places),
        values=[],
        percents=None,
        errors=None if errors is None else at(errors, places),
        sizes=None if sizes is None else at(sizes, places),
        bubbles=_bubbles(series, places, options) if kind == "bubble" else [],
        places=places,
    )
    if kind in _ONE_POINT_EACH and order.kept is not None and order.points is not None:
        points.y = _totals(points.y, order.points, order.kept)
        if points.errors is not None:
            points.errors = _totals(points.errors, order.points, order.kept)
        points.x, points.places = at(points.x, order.kept), at(places, order.kept)
        points.sizes = points.sizes and at(points.sizes, order.kept)
    points.values = points.y
    return points


def _bubbles(series: Series, places: Sequence[int], options: ChartOptions) -> list[Plotted]:
    if series.sizes is None:
        return [None] * len(places)
    factor = as_number(options.size_coefficient)
    # A missing size is 0 in a series split off by a column, and none in a column's series.
    return [
        None if size is None and not series.is_split else as_number(size) * factor
        for size in at(series.sizes, places)
    ]


def _totals(values: Sequence[Plotted], points: Sequence[int], kept: Sequence[int]) -> list[Plotted]:
    """Return the sum of each point's values."""
    totals = list(at(values, kept))
    for place, (point, value) in enumerate(zip(points, values, strict=True)):
        if value is not None and kept[point] != place:
            totals[point] = plus(totals[point], value)
    return totals
