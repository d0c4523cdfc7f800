"""The traces of columns, lines, areas, scatters, bubbles and boxes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from watchframe.charts.chart_options import ChartOptions
from watchframe.charts.chart_points import Points, make_points
from watchframe.charts.chart_series import Series
from watchframe.charts.chart_stacking import stack
from watchframe.charts.chart_texts import Formats, point_texts, template_names
from watchframe.charts.chart_thinning import thin
from watchframe.charts.chart_values import MomentTexts, drawable
from watchframe.charts.colors import text_color_on
from watchframe.charts.palettes import colors_of

Trace = dict[str, Any]


def make_traces(
    series_list: Sequence[Series], options: ChartOptions, max_points: int | None
) -> tuple[list[Trace], str]:
    """Return a trace for each series, and what is said of points that are left out."""
    colors = colors_of(options.palette, len(series_list))
    points_list = make_points(series_list, options, colors)
    stack(points_list, options)
    note = thin(points_list, options, max_points)
    formats = Formats.of(options)
    names = template_names(options.text_format or "")
    hover = "text" + ("" if "@@x" in names else "+x") + ("" if "@@name" in names else "+name")
    moment_texts = MomentTexts()
    # Series of the same rows share their x.
    drawn_x = {id(points.x): points.x for points in points_list}
    drawn_x = {key: drawable(x, moment_texts) for key, x in drawn_x.items()}
    traces = [
        {
            "visible": True,
            "hoverinfo": hover,
            "x": drawn_x[id(points.x)],
            "y": drawable(points.y),
            "error_y": {
                "array": list(points.errors or [None] * len(points.x)),
                "color": points.color,
            },
            "name": points.name,
            "marker": {"color": points.color},
            "insidetextfont": {"color": text_color_on(points.color)},
            "yaxis": points.axis,
            "text": point_texts(points, options, formats),
            **(KINDS[points.kind](points, index, options) if points.kind in KINDS else {}),
        }
        for index, points in enumerate(points_list)
    ]
    return traces, note


def _column(_points: Points, index: int, options: ChartOptions) -> Trace:
    trace: Trace = {"type": "bar", "textposition": "inside" if options.show_labels else "none"}
    return trace if options.stacked else {**trace, "offsetgroup": str(index)}


def _line(_points: Points, _index: int, options: ChartOptions) -> Trace:
    return {"mode": "lines" + _labels(options), "line": {"shape": options.line_shape}}


def _area(points: Points, index: int, options: ChartOptions) -> Trace:
    fill = "tonexty" if options.stacked else "tozeroy"
    return {**_line(points, index, options), "fill": fill}


def _scatter(_points: Points, _index: int, options: ChartOptions) -> Trace:
    return {"type": "scatter", "mode": "markers" + _labels(options)}


def _bubble(points: Points, _index: int, options: ChartOptions) -> Trace:
    marker = {
        "color": points.color,
        "size": drawable(points.bubbles),
        "sizemode": options.size_mode,
    }
    return {"mode": "markers", "marker": marker}


def _box(points: Points, _index: int, options: ChartOptions) -> Trace:
    trace: Trace = {
        "type": "box",
        "mode": "markers",
        "hoverinfo": False,
        "marker": {"color": points.color, "size": 3},
        "boxpoints": "outliers",
    }
    if not options.show_points:
        return trace
    return {**trace, "boxpoints": "all", "jitter": 0.3, "pointpos": -1.8}


def _labels(options: ChartOptions) -> str:
    return "+text" if options.show_labels else ""


#: What a trace has for its type; one of another type is plotly's own: a line.
KINDS: dict[str, Callable[[Points, int, ChartOptions], Trace]] = {
    "column": _column,
    "line": _line,
    "area": _area,
    "scatter": _scatter,
    "bubble": _bubble,
    "box": _box,
    # Those that only Inverse Watch has:
    "effectScatter": _scatter,
    "pictorialBar": _column,
    "themeRiver": _area,
}
#: The types that are drawn as another one, for plotly has none alike.
NEAREST = {"pictorialBar": "column", "themeRiver": "area"}
