"""Heatmaps: a cell for each x and y, colored by the first row's z."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from watchframe.charts.chart_options import ChartOptions
from watchframe.charts.chart_series import Series
from watchframe.charts.chart_traces import Trace
from watchframe.charts.chart_values import (
    Plotted,
    as_number,
    clean_number,
    drawable,
    identities,
    identity,
    moment_of,
    plotted,
    sorted_places,
)
from watchframe.charts.colors import text_color_on
from watchframe.charts.columns import at
from watchframe.charts.numeral import number_formatter
from watchframe.charts.palettes import Stops, heat_color, heat_stops


def make_heatmaps(
    series_list: Sequence[Series], options: ChartOptions, max_points: int | None
) -> tuple[list[Trace], str]:
    """Return a heatmap for each series, and its labels where these are shown; and a note.

    The note is what is said of x and y that are left out.
    """
    most = None if max_points is None else max(1, max_points // max(1, len(series_list)))
    found = [_heatmap(series, options, most) for series in series_list]
    traces = [trace for own, _ in found for trace in own]
    return traces, " ".join(dict.fromkeys(note for _, note in found if note))


def with_kind_of_y(layout: dict[str, Any], traces: Sequence[Trace]) -> dict[str, Any]:
    """Return the layout with a y axis that can show a heatmap's y.

    The page leaves it linear, where texts have no place: the picture is empty there.
    """
    y = [value for trace in traces for value in trace["y"] if value is not None]
    if layout["yaxis"]["type"] != "linear" or all(clean_number(value) is not None for value in y):
        return layout
    are_dates = all(isinstance(value, str) and moment_of(value) for value in y)
    return {**layout, "yaxis": {**layout["yaxis"], "type": "date" if are_dates else "category"}}


def _heatmap(series: Series, options: ChartOptions, most: int | None) -> tuple[list[Trace], str]:
    x_values, y_values, z_values = (
        plotted(at(values, series.places))
        for values in (series.x, series.y, series.z or [None] * len(series.x))
    )
    x = _ends(x_values, is_sorted=options.sort_x, is_reversed=options.reverse_x)
    y = _ends(y_values, is_sorted=options.sort_y, is_reversed=options.reverse_y)
    note, count = "", (len(x), len(y))
    if most is not None and len(x) * len(y) > most:
        side = math.isqrt(most)
        x = _largest(x, x_values, z_values, max(side, most // len(y)))
        y = _largest(y, y_values, z_values, most // len(x))
        note = (
            f"{len(x):,} of {count[0]:,} x and {len(y):,} of {count[1]:,} y are drawn: "
            "those with the largest cells."
        )
    first: dict[object, Plotted] = {}
    for *place, z in zip(identities(x_values), identities(y_values), z_values, strict=True):
        first.setdefault(tuple(place), z)
    cells = [[first.get((identity(at_x), identity(at_y))) or 0 for at_x in x] for at_y in y]
    stops = heat_stops(options.heat_scheme, options.heat_lowest, options.heat_highest)
    heatmap: Trace = {
        "x": drawable(x),
        "y": drawable(y),
        "z": [drawable(row) for row in cells],
        "type": "heatmap",
        "name": "",
        "colorscale": [list(stop) for stop in stops],
    }
    numbers = [as_number(z) for z in z_values if z is not None]
    highest = max((z for z in numbers if not math.isnan(z)), default=math.nan)
    if not options.show_labels or not math.isfinite(highest):
        return [heatmap], note
    number = number_formatter(options.number_format)
    # A text trace draws faster than an annotation for each cell.
    labels: Trace = {
        "x": drawable(x) * len(y),
        "y": [value for value in drawable(y) for _ in x],
        "mode": "text",
        "hoverinfo": "skip",
        "showlegend": False,
        "text": number.many([z for row in cells for z in row]),
        "textfont": {"color": _label_colors(cells, stops, highest) if options.heat_scheme else []},
    }
    return [heatmap, labels], note


def _largest(
    ends: list[Plotted], values: Sequence[Plotted], z_values: Sequence[Plotted], count: int
) -> list[Plotted]:
    """Return those values of an axis that the largest cells are at."""
    sizes: dict[object, float] = {}
    for key, z in zip(identities(values), z_values, strict=True):
        size = abs(as_number(z or 0))
        sizes[key] = max(sizes.get(key, 0), 0 if math.isnan(size) else size)
    keys = list(map(identity, ends))
    kept = set(sorted(keys, key=sizes.__getitem__, reverse=True)[:count])
    return [value for key, value in zip(keys, ends, strict=True) if key in kept]


def _label_colors(
    cells: Sequence[Sequence[Plotted]], stops: Stops, highest: float
) -> list[str | None]:
    shares = [as_number(z) / highest if highest else math.nan for row in cells for z in row]
    return [text_color_on(heat_color(stops, share)) for share in shares]


def _ends(values: Sequence[Plotted], *, is_sorted: bool, is_reversed: bool) -> list[Plotted]:
    """Return each value once, in the order of an axis."""
    distinct = list(dict(zip(identities(values), values, strict=True)).values())
    if is_sorted:
        distinct = [distinct[place] for place in sorted_places(distinct)]
    return distinct[::-1] if is_reversed else distinct
