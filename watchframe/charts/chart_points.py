"""The points of each trace: sorted by x, repeated x summed, and numbers read of texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from watchframe.charts.chart_options import ChartOptions
from watchframe.charts.chart_series import Series
from watchframe.charts.chart_values import (
    Plotted,
    as_number,
    clean_numbers,
    identities,
    plotted,
    plus,
    sorted_places,
)
from watchframe.charts.values import Value

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
    x: list[Plotted]
    y: list[Plotted]
    values: list[Plotted]
    percents: list[Plotted] | None
    errors: list[Plotted] | None
    sizes: list[Plotted] | None
    bubbles: list[Plotted]
    places: Sequence[int | None]


def make_points(
    series_list: Sequence[Series], options: ChartOptions, colors: Sequence[str]
) -> list[Points]:
    """Return the points of each series, before percents and stacking."""
    # Series that are columns of the same rows share their x.
    known: dict[int, tuple[list[Plotted], Sequence[int]]] = {}
    made = []
    for series, color in zip(series_list, colors, strict=True):
        if id(series.x) not in known:
            known[id(series.x)] = _sorted_x(series.x, options)
        x, places = known[id(series.x)]
        made.append(_points(series, x, places, options, color))
    return made


def _sorted_x(x: Sequence[Value], options: ChartOptions) -> tuple[list[Plotted], Sequence[int]]:
    values = plotted(x, is_dates=options.x_axis.is_dates)
    if not options.sort_x:
        return values, range(len(values))
    places = sorted_places(values)
    if places == list(range(len(values))):
        return values, range(len(values))
    return [values[place] for place in places], places


def _points(
    series: Series, x: list[Plotted], places: Sequence[int], options: ChartOptions, color: str
) -> Points:
    chosen = options.series.get(series.name)
    kind = options.kind_of(series.name)
    axis = "y2" if options.is_on_second_axis(series.name) else "y"
    y: Sequence[Plotted]
    if kind in OF_ANY_Y:
        y = plotted(series.y, is_dates=options.y_axes[axis == "y2"].is_dates)
    else:
        y = clean_numbers(series.y)
    if options.missing_as_zero and kind != "bubble" and None in y:
        y = [0 if value is None else value for value in y]
    errors = None if series.errors is None else clean_numbers(series.errors)
    sizes = None if series.sizes is None else clean_numbers(series.sizes)
    points = Points(
        series=series,
        name=series.name if chosen is None or chosen.name is None else chosen.name,
        kind=kind,
        color=color if chosen is None or chosen.color is None else chosen.color,
        axis=axis,
        x=x,
        y=_at(y, places),
        values=[],
        percents=None,
        errors=None if errors is None else _at(errors, places),
        sizes=None if sizes is None else _at(sizes, places),
        bubbles=_bubbles(series, places, options) if kind == "bubble" else [],
        places=places,
    )
    if kind in _ONE_POINT_EACH:
        _add_repeated(points)
    points.values = points.y
    return points


def _at(values: Sequence[Plotted], places: Sequence[int]) -> list[Plotted]:
    # A range means that the values are in their order.
    return list(values) if isinstance(places, range) else [values[place] for place in places]


def _bubbles(series: Series, places: Sequence[int], options: ChartOptions) -> list[Plotted]:
    if series.sizes is None:
        return [None] * len(places)
    factor = as_number(options.size_coefficient)
    # A missing size is 0 in a series split off by a column, and none in a column's series.
    return [
        None if size is None and not series.is_split else as_number(size) * factor
        for size in (series.sizes[place] for place in places)
    ]


def _add_repeated(points: Points) -> None:
    """Make one point of those with the same x; a missing x is its own each time."""
    keys = identities(points.x)
    if len(set(keys)) == len(keys):
        return
    first: dict[object, int] = {}
    kept: list[int] = []
    for place, key in enumerate(keys):
        if key is None or key not in first:
            first[key] = len(kept)
            kept.append(place)
            continue
        at = kept[first[key]]
        points.y[at] = _total(points.y[at], points.y[place])
        if points.errors is not None:
            points.errors[at] = _total(points.errors[at], points.errors[place])
    points.x = [points.x[place] for place in kept]
    points.y = [points.y[place] for place in kept]
    points.errors = points.errors and [points.errors[place] for place in kept]
    points.sizes = points.sizes and [points.sizes[place] for place in kept]
    points.places = [points.places[place] for place in kept]


def _total(first: Plotted, second: Plotted) -> Plotted:
    return first if second is None else plus(first, second)
