"""What the page does with a chart once it is drawn: ranges, swapped axes, the legend's place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from watchframe.charts.chart_options import Axis, ChartOptions

Layout = dict[str, Any]
#: How much of an axis plotly leaves free beyond its data, on the sides where it leaves some.
_FREE = 0.05
_BELOW = {"orientation": "h", "x": 0, "xanchor": "left", "y": 0, "yanchor": "bottom"}
_BESIDE = {"orientation": "v", "x": 1, "xanchor": "left", "y": 1, "yanchor": "top"}
_SWAPPED_FILL = {"tozeroy": "tozerox", "tonexty": "tonextx"}


def after_drawing(spec: Mapping[str, Any], visualization: Mapping[str, Any]) -> dict[str, Any]:
    """Return a chart as people see it: the page changes what it gave to plotly once that drew it.

    Parameters
    ----------
    spec : mapping
        As of `plotly_spec`; it is not changed.
    visualization : mapping
        The same one, with its ``options`` as saved.

    Returns
    -------
    dict
        ``traces`` and ``layout``, with ranges of the y axes as chosen (where only one end was,
        plotly finds the other one), zeros of two axes at one height, x and y swapped in
        horizontal charts, and the legend beside or below. What plotly does not know of a trace,
        and ignores, is left out, for its Python library fails on it. Other keys stay.
    """
    saved = visualization.get("options")
    options = ChartOptions.of_saved(saved if isinstance(saved, Mapping) else {})
    traces = [_known(trace) for trace in spec["traces"]]
    layout: Layout = dict(spec["layout"])
    if options.legend:
        if options.legend_placement == "below":
            # Without a container to refer to it would lie on the plot.
            layout["legend"] = {**layout.get("legend", {}), **_BELOW, "yref": "container"}
        elif options.legend_placement == "auto":
            layout["legend"] = {**layout.get("legend", {}), **_BESIDE}
    axes = options.y_axes
    if "yaxis2" in layout and options.align_zeros and not options.horizontal:
        axes = _aligned(traces, layout, axes)
    for name, axis in zip(("yaxis", "yaxis2"), axes, strict=True):
        if name in layout:
            layout[name] = _with_range(layout[name], axis)
    if options.horizontal and options.kind != "candlestick" and "xaxis" in layout:
        traces = [_swapped(trace) for trace in traces]
        layout["xaxis"], layout["yaxis"] = layout["yaxis"], layout["xaxis"]
        layout.pop("yaxis2", None)
    return {**spec, "traces": traces, "layout": layout}


def _known(trace: Mapping[str, Any]) -> dict[str, Any]:
    """Return a trace without what plotly ignores; a bubble without a size is a dot of none."""
    kind = trace.get("type", "scatter")
    known = {name: value for name, value in trace.items() if name not in _IGNORED.get(kind, ())}
    if known.get("hoverinfo") is False:
        del known["hoverinfo"]
    if "error_y" in known:
        errors = known["error_y"]["array"]
        has_errors = errors.count(None) < len(errors)
        # Of lines without any, plotly leaves the same space on both sides as of those with some.
        array = [_NO_ERROR if error is None else error for error in errors] if has_errors else []
        known["error_y"] = {**known["error_y"], "array": array}
    sizes = known.get("marker", {}).get("size")
    if isinstance(sizes, list):
        known["marker"] = {**known["marker"], "size": [max(0, size or 0) for size in sizes]}
    return known


#: plotly takes null for an error of 0, and draws its ends; the page gives it `undefined`.
_NO_ERROR = "NaN"
_IGNORED = {
    "scatter": {"insidetextfont"},
    "box": {"insidetextfont", "error_y", "mode"},
    "pie": {"color_scheme"},
}


def _with_range(layout: Layout, axis: Axis) -> Layout:
    if axis.lowest is None and axis.highest is None:
        return layout
    found: bool | str = False
    if axis.highest is None:
        found = "max"
    elif axis.lowest is None:
        found = "min"
    return {**layout, "range": [axis.lowest, axis.highest], "autorange": found}


def _swapped(trace: Mapping[str, Any]) -> dict[str, Any]:
    swapped = {**trace, "orientation": "h", "x": trace.get("y"), "y": trace.get("x")}
    if "error_y" in swapped:
        swapped["error_x"] = swapped.pop("error_y")
    if "yaxis" in swapped:
        swapped["yaxis"] = "y"
    if "fill" in swapped:
        swapped["fill"] = _SWAPPED_FILL.get(swapped["fill"], swapped["fill"])
    if swapped.get("type") == "heatmap":
        del swapped["orientation"]
        swapped["transpose"] = True
    return swapped


def _aligned(
    traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any], axes: tuple[Axis, Axis]
) -> tuple[Axis, Axis]:
    """Return axes with ranges that have 0 at the same height; the data stay within.

    Each gives half of the way, as on the page.
    """
    if any(layout[name]["type"] not in {"-", "linear"} for name in ("yaxis", "yaxis2")):
        return axes
    ranges = []
    for name, axis in zip(("y", "y2"), axes, strict=True):
        lowest, highest = _range_of(
            [trace for trace in traces if trace.get("yaxis") == name],
            is_stacked=layout.get("barmode") == "relative",
        )
        lowest = lowest if axis.lowest is None else axis.lowest
        highest = highest if axis.highest is None else axis.highest
        ranges.append((min(0, lowest), max(0, highest)))
    below = [-lowest / (highest - lowest) if highest > lowest else 0 for lowest, highest in ranges]
    share = sum(below) / 2
    first, second = (
        replace(axis, lowest=lowest, highest=highest)
        if part == share
        else replace(axis, lowest=-highest * share / (1 - share), highest=highest)
        if part < share
        else replace(axis, lowest=lowest, highest=-lowest * (1 - share) / share)
        for axis, (lowest, highest), part in zip(axes, ranges, below, strict=True)
    )
    return first, second


def _range_of(traces: Sequence[Mapping[str, Any]], *, is_stacked: bool) -> tuple[float, float]:
    """Return the range that plotly gives to a linear axis of these traces."""
    ends = [*_ends(traces)]
    if is_stacked:
        ends += _heights([trace for trace in traces if trace.get("type") == "bar"])
    reach_zero = any(
        trace.get("type") == "bar" or trace.get("fill") == "tozeroy" for trace in traces
    )
    if reach_zero or not ends:
        ends.append(0)
    lowest, highest = min(ends), max(ends)
    if lowest == highest:
        return lowest - 1, highest + 1
    # Bars and areas stand on 0 itself.
    free_below = 0 if reach_zero and lowest == 0 else _FREE
    free_above = 0 if reach_zero and highest == 0 else _FREE
    length = (highest - lowest) / (1 - free_below - free_above)
    return lowest - free_below * length, highest + free_above * length


def _ends(traces: Sequence[Mapping[str, Any]]) -> Iterator[float]:
    """Yield what the points of traces reach, with their errors."""
    for trace in traces:
        errors = trace.get("error_y", {}).get("array", [])
        for y, error in zip_longest(trace.get("y", []), errors):
            if isinstance(y, int | float):
                reach = error if isinstance(error, int | float) else 0
                yield y - reach
                yield y + reach


def _heights(bars: Sequence[Mapping[str, Any]]) -> list[float]:
    """Return the ends of bars that stand on each other: up and down from 0."""
    sums: dict[tuple[str, bool], float] = {}
    for trace in bars:
        for x, y in zip(trace["x"], trace["y"], strict=False):
            if isinstance(y, int | float):
                key = (str(x), y < 0)
                sums[key] = sums.get(key, 0) + y
    return list(sums.values())
