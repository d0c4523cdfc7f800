"""The layout of a chart: its axes, legend and margins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from watchframe.charts.chart_options import Axis, ChartOptions
from watchframe.charts.chart_traces import Trace

#: The place that a chart has on the page, in pixels, where nothing else is said.
WIDTH, HEIGHT = 800, 400
_HOVER_AT_X = frozenset({"line", "area", "column"})


def make_layout(options: ChartOptions, traces: Sequence[Trace]) -> dict[str, Any]:
    """Return the layout of a chart that is not a pie."""
    layout = common_layout(options)
    layout["xaxis"] = _x_axis(options)
    layout["yaxis"] = _y_axis(options.y_axes[0])
    if any(trace.get("yaxis") == "y2" for trace in traces):
        layout["yaxis2"] = {**_y_axis(options.y_axes[1]), "overlaying": "y", "side": "right"}
    if options.stacked:
        layout["barmode"] = "relative"
    if options.kind == "box":
        layout |= {"boxmode": "group", "boxgroupgap": 0.5}
    return layout


def common_layout(options: ChartOptions) -> dict[str, Any]:
    """Return what the layouts of all charts have."""
    layout: dict[str, Any] = {
        "margin": {"l": 10, "r": 10, "b": 5, "t": 20, "pad": 4},
        "width": WIDTH,
        "height": HEIGHT,
        "autosize": False,
        "showlegend": options.legend,
        "legend": {"traceorder": options.legend_order},
        "hoverlabel": {"namelength": -1},
    }
    if options.kind in _HOVER_AT_X:
        layout["hovermode"] = "y" if options.horizontal else "x"
    return layout


def _x_axis(options: ChartOptions) -> dict[str, Any]:
    axis = {**_axis(options.x_axis), "showticklabels": options.x_axis.has_labels}
    if options.sort_x and options.x_axis.kind == "category":
        direction = "descending" if options.reverse_x else "ascending"
        axis["categoryorder"] = f"category {direction}"
    return axis


def _y_axis(axis: Axis) -> dict[str, Any]:
    return {**_axis(axis), "autorange": True, "range": None}


def _axis(axis: Axis) -> dict[str, Any]:
    return {
        "title": None if axis.title is None else {"text": axis.title},
        "type": axis.kind,
        "automargin": True,
        "tickformat": axis.tick_format,
    }
