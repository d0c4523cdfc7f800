"""Charts: the traces and the layout that plotly draws, as the page makes them."""

from __future__ import annotations

from watchframe.charts.chart_heatmap import make_heatmaps, with_kind_of_y
from watchframe.charts.chart_layout import make_layout
from watchframe.charts.chart_options import ChartOptions
from watchframe.charts.chart_others import OTHERS, PRICES
from watchframe.charts.chart_pie import make_pie_layout, make_pies
from watchframe.charts.chart_series import find_series
from watchframe.charts.chart_traces import KINDS, NEAREST, make_traces
from watchframe.charts.data import Data, Options, Prepared, with_note
from watchframe.charts.palettes import DEFAULT_PALETTE, PALETTES
from watchframe.charts.table import prepare_table

#: The type of charts that are drawn by code of their own.
CUSTOM = "custom"
#: Types of Inverse Watch that plotly has nothing alike.
_NOT_DRAWN = frozenset({CUSTOM, "parallel"})
_DRAWN = frozenset({*KINDS, *OTHERS, "pie", "heatmap"})


def plotly_chart(options: Options, data: Data) -> Prepared:
    """Return a chart's ``traces`` and ``layout``, and a ``note`` if points are left out."""
    chosen = ChartOptions.of_saved(options)
    if chosen.kind in _NOT_DRAWN:
        return {"traces": [], "layout": make_layout(chosen, [])}
    if chosen.kind in OTHERS:
        return OTHERS[chosen.kind](data, chosen)
    series = find_series(data.table, chosen)
    if chosen.kind == "pie":
        traces, note = make_pies(series, chosen, data.max_points)
        return with_note({"traces": traces, "layout": make_pie_layout(series, chosen)}, note)
    if chosen.kind == "heatmap":
        traces, note = make_heatmaps(series, chosen, data.max_points)
        layout = with_kind_of_y(make_layout(chosen, traces), traces)
        return with_note({"traces": traces, "layout": layout}, note)
    traces, note = make_traces(series, chosen, data.max_points)
    return with_note({"traces": traces, "layout": make_layout(chosen, traces)}, note)


def prepare_chart(options: Options, data: Data) -> Prepared:
    """Return a chart's ``traces`` and ``layout``, and a ``note`` where it is not as saved.

    What cannot be drawn is a table of its rows. Code that was saved with a chart is never run.
    """
    chosen = ChartOptions.of_saved(options)
    spec = plotly_chart(options, data)
    reason = None
    if chosen.kind == CUSTOM:
        reason = "This chart draws itself by code (`customCode`), which is not run here."
    elif chosen.kind in _NOT_DRAWN:
        reason = f"A chart of type {chosen.kind!r} cannot be drawn here."
    elif chosen.kind == "candlestick" and not spec["traces"] and len(data.table):
        reason = f"A candlestick chart needs columns mapped to {', '.join(PRICES)}."
    if reason:
        return with_note(prepare_table({}, data), f"{reason} This is a table of its rows.")
    return with_note(spec, *_notes(chosen))


def _notes(options: ChartOptions) -> list[str]:
    """Return a sentence for each type and palette that is drawn as another one."""
    kinds = dict.fromkeys(
        [options.kind, *(chosen.kind for chosen in options.series.values() if chosen.kind)]
    )
    notes = [
        f"There is no chart of type {kind!r} here: it is drawn as {NEAREST.get(kind, 'line')!r}."
        for kind in kinds
        if kind in NEAREST or kind not in _DRAWN
    ]
    if options.palette not in PALETTES:
        notes.append(
            f"There is no palette {options.palette!r} here: its colors are those of "
            f"{DEFAULT_PALETTE!r}."
        )
    return notes
