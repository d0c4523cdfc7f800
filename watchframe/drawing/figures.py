"""Figures of plotly, of what is prepared of a visualization that is a plot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from watchframe.drawing.flow_figures import box_plot, sankey, sunburst
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
    made = FIGURES[kind](prepared)
    layout: Any = plotly_value(made["layout"])
    return go.Figure(
        data=plotly_value(made["traces"]),
        layout={"template": TEMPLATE, **layout},
        skip_invalid=True,
    )


def _chart(prepared: Mapping[str, Any]) -> dict[str, Any]:
    """Return a chart that is as wide as its place."""
    layout = {
        name: _with_open_end(value) if name.startswith(("xaxis", "yaxis")) else value
        for name, value in prepared["layout"].items()
        if name != "width"
    }
    if "yaxis2" in layout:
        # plotly.js 4 would label the second axis where the first one has its labels.
        layout["yaxis2"] = {**layout["yaxis2"], "tickmode": "auto"}
    return {"traces": prepared["traces"], "layout": {**layout, "autosize": True}}


def _with_open_end(axis: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an axis of which plotly finds the end that was not chosen.

    It forgets a range with one end as soon as it makes room for the axis' labels.
    """
    lowest, highest = axis.get("range") or (None, None)
    if (lowest is None) == (highest is None):
        return axis
    ends = {"minallowed": lowest} if highest is None else {"maxallowed": highest}
    return {**axis, "range": None, "autorange": True, "autorangeoptions": ends}


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
        "polar": {"bgcolor": _CLEAR, "angularaxis": _AXIS, "radialaxis": _AXIS},
        "legend": {"bgcolor": _CLEAR},
    }
}
