"""The traces of columns, lines, areas, scatters, bubbles and boxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from watchframe.charts.chart_options import ChartOptions
from watchframe.charts.chart_points import Points, make_points
from watchframe.charts.chart_series import Series
from watchframe.charts.chart_stacking import stack
from watchframe.charts.chart_texts import Formats, point_texts, template_names
from watchframe.charts.chart_values import drawable
from watchframe.charts.colors import text_color_on
from watchframe.charts.palettes import colors_of

Trace = dict[str, Any]


def make_traces(series_list: Sequence[Series], options: ChartOptions) -> list[Trace]:
    """Return a trace for each series."""
    colors = colors_of(options.palette, len(series_list))
    points_list = make_points(series_list, options, colors)
    stack(points_list, options)
    formats = Formats.of(options)
    names = template_names(options.text_format or "")
    hover = "text" + ("" if "@@x" in names else "+x") + ("" if "@@name" in names else "+name")
    return [
        {
            "visible": True,
            "hoverinfo": hover,
            "x": drawable(points.x),
            "y": drawable(points.y),
            "error_y": {
                "array": points.errors or [None] * len(points.x),
                "color": points.color,
            },
            "name": points.name,
            "marker": {"color": points.color},
            "insidetextfont": {"color": text_color_on(points.color)},
            "yaxis": points.axis,
            "text": point_texts(points, options, formats),
            **_kind_of_trace(points, index, options),
        }
        for index, points in enumerate(points_list)
    ]


def _kind_of_trace(points: Points, index: int, options: ChartOptions) -> Trace:
    """Return what a trace has for its type; one that is not known is plotly's: a line."""
    with_texts = "+text" if options.show_labels else ""
    match points.kind:
        case "column":
            trace = {"type": "bar", "textposition": "inside" if options.show_labels else "none"}
            return trace if options.stacked else {**trace, "offsetgroup": str(index)}
        case "line":
            return {"mode": "lines" + with_texts, "line": {"shape": options.line_shape}}
        case "area":
            return {
                "mode": "lines" + with_texts,
                "line": {"shape": options.line_shape},
                "fill": "tonexty" if options.stacked else "tozeroy",
            }
        case "scatter" | "effectScatter":
            return {"type": "scatter", "mode": "markers" + with_texts}
        case "bubble":
            marker = {
                "color": points.color,
                "size": drawable(points.bubbles),
                "sizemode": options.size_mode,
            }
            return {"mode": "markers", "marker": marker}
        case "box":
            return {
                "type": "box",
                "mode": "markers",
                "hoverinfo": False,
                "marker": {"color": points.color, "size": 3},
                **(
                    {"boxpoints": "all", "jitter": 0.3, "pointpos": -1.8}
                    if options.show_points
                    else {"boxpoints": "outliers"}
                ),
            }
    return {}
