"""Charts: the traces and the layout that plotly draws, as the page makes them."""

from __future__ import annotations

from watchframe.charts.chart_heatmap import make_heatmaps, with_kind_of_y
from watchframe.charts.chart_layout import make_layout
from watchframe.charts.chart_options import ChartOptions
from watchframe.charts.chart_pie import make_pie_layout, make_pies
from watchframe.charts.chart_series import find_series
from watchframe.charts.chart_traces import make_traces
from watchframe.charts.data import Data, Options, Prepared


def plotly_chart(options: Options, data: Data) -> Prepared:
    """Return a chart's ``traces`` and ``layout``."""
    chosen = ChartOptions.of_saved(options)
    series = find_series(data.rows, chosen)
    if chosen.kind == "pie":
        return {"traces": make_pies(series, chosen), "layout": make_pie_layout(series, chosen)}
    if chosen.kind == "heatmap":
        traces = make_heatmaps(series, chosen)
        return {"traces": traces, "layout": with_kind_of_y(make_layout(chosen, traces), traces)}
    traces = make_traces(series, chosen)
    return {"traces": traces, "layout": make_layout(chosen, traces)}


def prepare_chart(options: Options, data: Data) -> Prepared:
    """Return a chart's ``traces`` and ``layout``."""
    return plotly_chart(options, data)
