"""Charts that Inverse Watch has beyond Redash: candlesticks, radars, treemaps and gauges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from watchframe.charts.chart_layout import common_layout, make_layout
from watchframe.charts.chart_options import ChartOptions
from watchframe.charts.chart_points import Points, make_points
from watchframe.charts.chart_series import columns_by_role, find_series
from watchframe.charts.chart_texts import Formats, point_texts
from watchframe.charts.chart_thinning import EXTREMES, extremes
from watchframe.charts.chart_traces import Trace
from watchframe.charts.chart_values import (
    clean_numbers,
    drawable,
    on_axis,
    plotted,
    sorted_places,
)
from watchframe.charts.columns import at
from watchframe.charts.data import Data, Prepared, with_note
from watchframe.charts.javascript import text_of
from watchframe.charts.palettes import colors_of

#: What columns of a candlestick chart are mapped to.
PRICES = ("open", "high", "low", "close")


def candlesticks(data: Data, options: ChartOptions) -> Prepared:
    """Return one candlestick trace; without the four columns of prices there is none."""
    table = data.table
    columns = columns_by_role(table.names, options.column_mapping)
    layout = make_layout(options, [])
    # plotly would put a second, small chart below to choose a range.
    layout["xaxis"]["rangeslider"] = {"visible": False}
    if not columns.keys() >= set(PRICES):
        return {"traces": [], "layout": layout}
    x_column = columns.get("x", [None])[-1]
    x = on_axis(
        range(len(table)) if x_column is None else table.values(x_column),
        is_dates=options.x_axis.is_dates,
    )
    places = sorted_places(x) if options.sort_x else list(range(len(x)))
    prices = {price: clean_numbers(table.values(columns[price][-1])) for price in PRICES}
    note = ""
    if data.max_points is not None and len(places) > data.max_points:
        ends = (
            extremes(at(prices[price], places), data.max_points // 2) for price in ("high", "low")
        )
        kept = sorted(set().union(*ends))
        note = f"{len(kept):,} of {len(places):,} candles are drawn: {EXTREMES}."
        places = at(places, kept)
    trace: Trace = {
        "type": "candlestick",
        "name": "",
        "showlegend": False,
        "x": drawable(at(x, places)),
        "yaxis": "y",
    }
    for price in PRICES:
        trace[price] = drawable(at(prices[price], places))
    return with_note({"traces": [trace], "layout": layout}, note)


def radars(data: Data, options: ChartOptions) -> Prepared:
    """Return a closed line around the center for each series, with an x at each angle."""
    traces = []
    for points, texts in _points(data, options):
        around = range(len(points.x)) if not points.x else [*range(len(points.x)), 0]
        r = drawable(points.y)
        traces.append(
            {
                "type": "scatterpolar",
                "name": points.name,
                "theta": [text_of(points.x[place]) for place in around],
                "r": [r[place] for place in around],
                "text": [texts[place] for place in around],
                "hoverinfo": "text+theta+name",
                "mode": "lines+text" if options.show_labels else "lines",
                "fill": "toself",
                "line": {"color": points.color},
            }
        )
    # Dates around the center would have no place on another type of axis.
    layout = {
        **common_layout(options),
        "polar": {"angularaxis": {"type": "category"}},
        # plotly leaves no room for the names around a radar.
        "margin": {"l": 70, "r": 70, "b": 30, "t": 30},
    }
    return {"traces": traces, "layout": layout}


def treemaps(data: Data, options: ChartOptions) -> Prepared:
    """Return one treemap: a tile for each x, within its series where there are several."""
    found = _points(data, options)
    tiles: list[tuple[str, str, str, float, object, str]] = []
    for points, texts in found:
        root = f"series {points.series.name}" if len(found) > 1 else ""
        if root:
            tiles.append((root, points.name, "", 0, "", points.color))
        colors = [points.color] * len(points.x)
        if not root:
            colors = colors_of(options.palette, len(points.x))
        for place, (x, y, text) in enumerate(zip(points.x, points.y, texts, strict=True)):
            size = y if isinstance(y, int | float) and y > 0 else 0
            tiles.append((f"{root} {place}", text_of(x), root, size, text, colors[place]))
    ids, labels, parents, values, all_texts, tile_colors = (
        [tile[part] for tile in tiles] for part in range(6)
    )
    trace: Trace = {
        "type": "treemap",
        "ids": ids,
        "labels": labels,
        "parents": parents,
        "values": values,
        "text": all_texts,
        "textinfo": "label+text",
        "hoverinfo": "label+text",
        "marker": {"colors": tile_colors},
    }
    return {"traces": [trace] if tiles else [], "layout": common_layout(options)}


def gauges(data: Data, options: ChartOptions) -> Prepared:
    """Return a gauge for each series, side by side, of its first point."""
    found = [points for points, _ in _points(data, options) if points.y]
    axis = options.y_axes[0]
    ends = [axis.lowest, axis.highest]
    traces = [
        {
            "type": "indicator",
            "mode": "gauge+number",
            "value": drawable(points.y)[0],
            "title": {"text": points.name},
            "domain": {"x": [index / len(found), (index + 1) / len(found)], "y": [0, 1]},
            "gauge": {
                "bar": {"color": points.color},
                **({} if None in ends else {"axis": {"range": ends}}),
            },
        }
        for index, points in enumerate(found)
    ]
    layout = {**common_layout(options), "margin": {"l": 40, "r": 40, "b": 20, "t": 60}}
    return {"traces": traces, "layout": layout}


#: What draws a chart of another type.
OTHERS: Mapping[str, Callable[[Data, ChartOptions], dict[str, Any]]] = {
    "candlestick": candlesticks,
    "radar": radars,
    "treemap": treemaps,
    "gauge": gauges,
}


def _points(data: Data, options: ChartOptions) -> list[tuple[Points, list[Any]]]:
    series = find_series(data.table, options)
    formats = Formats.of(options)
    made = make_points(series, options, colors_of(options.palette, len(series)))
    for points in made:
        points.x = list(plotted(points.x))
    return [(points, point_texts(points, options, formats)) for points in made]
