"""Figures of plotly, of what is prepared of a visualization that is a plot."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from watchframe.charts.chart_values import as_number
from watchframe.charts.colors import BLACK_OR_WHITE, text_color_on
from watchframe.charts.palettes import scale_color
from watchframe.drawing.flow_figures import box_plot, sankey, sunburst
from watchframe.drawing.long_texts import with_short_texts
from watchframe.drawing.map_figures import choropleth, marker_map
from watchframe.drawing.plotly_texts import plotly_value
from watchframe.errors import ArgumentError

if TYPE_CHECKING:
    import plotly.graph_objects as go

#: Returns the ``traces`` and the ``layout`` of what is prepared. Texts of the data stay as they
#: are: `figure_of` escapes them.
Maker = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def figure_of(kind: str, prepared: Mapping[str, Any]) -> go.Figure:
    """Return the figure of a visualization of a type that `FIGURES` has.

    Nothing of the data is markup in it, what plotly does not know is left out, and its colors read
    on light and on dark pages alike.

    Parameters
    ----------
    kind : str
        The server's word for the type, such as ``CHART``.
    prepared : mapping
        As of `watchframe.charts.prepare`; of a CHART, `watchframe.charts.after_drawing` of that.

    Raises
    ------
    ArgumentError
        plotly is not installed.
    """
    try:
        import plotly.graph_objects as go  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ArgumentError(
            "A figure needs plotly.", hint='Install it: pip install "watchframe[charts]".'
        ) from error
    return go.Figure(**figure_values(kind, prepared), skip_invalid=True)


def figure_values(kind: str, prepared: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ``data`` and the ``layout`` of `figure_of` as plain values, for plotly.js.

    They are checked by nobody, which is several times as fast: plotly.js passes over what it does
    not know.
    """
    made = with_short_texts(FIGURES[kind](prepared))
    traces: Any = plotly_value(made["traces"])
    layout: Any = plotly_value(made["layout"])
    return {
        "data": [{"type": "scatter", **_without_none(trace)} for trace in traces],
        "layout": {"template": TEMPLATE, **_without_none(layout)},
    }


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes without those that are not set."""
    return {
        name: _without_none(value) if isinstance(value, Mapping) else value
        for name, value in values.items()
        if value is not None
    }


def _chart(prepared: Mapping[str, Any]) -> dict[str, Any]:
    """Return a chart that is as wide as its place, with its legend below the plot."""
    layout = {
        name: _with_open_end(value) if name.startswith(("xaxis", "yaxis")) else value
        for name, value in prepared["layout"].items()
        if name != "width"
    }
    if "yaxis2" in layout:
        # plotly.js 4 would label the second axis where the first one has its labels.
        layout["yaxis2"] = {**layout["yaxis2"], "tickmode": "auto"}
    if "legend" in layout:
        layout["legend"] = {**layout["legend"], **_BELOW}
    traces = prepared["traces"]
    if traces and traces[0].get("type") == "heatmap":
        traces = list(map(_with_read_labels, [None, *traces[:-1]], traces))
    return {"traces": traces, "layout": {**layout, "autosize": True}}


#: Where the page has its legend when it is narrow. A figure does not know how wide its place will
#: be, and beside the plot a legend takes half of a narrow one. A higher one scrolls.
_BELOW = {
    "orientation": "h",
    "x": 0,
    "xanchor": "left",
    "y": 0,
    "yanchor": "bottom",
    "yref": "container",
    "maxheight": 0.25,
}


def _with_open_end(axis: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an axis of which plotly finds the end that was not chosen.

    It forgets a range with one end as soon as it makes room for the axis' labels.
    """
    lowest, highest = axis.get("range") or (None, None)
    if (lowest is None) == (highest is None):
        return axis
    ends = {"minallowed": lowest} if highest is None else {"maxallowed": highest}
    return {**axis, "range": None, "autorange": True, "autorangeoptions": ends}


def _with_read_labels(
    last: Mapping[str, Any] | None, trace: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the labels of the last trace, a heatmap, in colors that are read on its cells.

    The page chooses them as if the scale began at zero, where plotly has the lowest value.
    """
    if last is None or last.get("type") != "heatmap" or trace.get("mode") != "text":
        return trace
    cells = [as_number(value) for row in last["z"] for value in row]
    numbers = [value for value in cells if math.isfinite(value)]
    lowest, highest = min(numbers, default=0), max(numbers, default=0)
    if lowest == highest:
        lowest, highest = lowest - 0.5, highest + 0.5
    on_shares = [
        text_color_on(scale_color(last["colorscale"], step / _STEPS).hex, BLACK_OR_WHITE)
        for step in range(_STEPS + 1)
    ]
    colors = [
        on_shares[round((value - lowest) / (highest - lowest) * _STEPS)]
        if math.isfinite(value)
        else _TEXT
        for value in cells
    ]
    return {**trace, "textfont": {"color": colors}}


#: How finely the colors of a scale are told from each other.
_STEPS = 64

#: What makes the figure of a visualization, by its type.
FIGURES: Mapping[str, Maker] = {
    "BOXPLOT": box_plot,
    "CHART": _chart,
    "CHOROPLETH": choropleth,
    "MAP": marker_map,
    "SANKEY": sankey,
    "SUNBURST_SEQUENCE": sunburst,
}

#: Nearly as far from white as from black: it reads on both.
_TEXT = "#7b7b7b"
_GRID, _LINE = "rgba(128, 128, 128, 0.22)", "rgba(128, 128, 128, 0.55)"
_CLEAR = "rgba(0, 0, 0, 0)"
_AXIS = {"gridcolor": _GRID, "zerolinecolor": _LINE, "linecolor": _LINE, "tickcolor": _LINE}
#: The look of figures: plotly's own is made for white pages.
TEMPLATE: dict[str, Any] = {
    "layout": {
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        "font": {
            "color": _TEXT,
            "family": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, "
            "sans-serif",
        },
        "xaxis": _AXIS,
        "yaxis": _AXIS,
        "polar": {"bgcolor": _CLEAR, "angularaxis": _AXIS, "radialaxis": {**_AXIS, "nticks": 5}},
        "legend": {"bgcolor": _CLEAR},
        # Its own would be dark: half of the black in what is clear.
        "modebar": {"bgcolor": _CLEAR, "color": _LINE, "activecolor": _TEXT},
    }
}
