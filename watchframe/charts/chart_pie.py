"""Pies: one for each series, with a slice for each x, of the sum of its y."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from watchframe.charts.chart_layout import common_layout
from watchframe.charts.chart_options import ChartOptions
from watchframe.charts.chart_series import Series
from watchframe.charts.chart_texts import Formats, template_names
from watchframe.charts.chart_traces import Trace
from watchframe.charts.chart_values import (
    Plotted,
    clean_numbers,
    drawable,
    identities,
    identity,
    on_axis,
    plotted,
    plus,
)
from watchframe.charts.colors import ordinal_colors, text_color_on
from watchframe.charts.columns import at
from watchframe.charts.javascript import text_of
from watchframe.charts.palettes import CONTINUOUS, DEFAULT_PALETTE, PALETTES, spread
from watchframe.charts.templates import fill_template
from watchframe.charts.values import Value

_BESIDE, _ABOVE, _TITLE = 0.02, 0.1, 0.015
#: From this many pies on they stand in two rows.
_MOST_IN_A_ROW = 2


def make_pies(
    series_list: Sequence[Series], options: ChartOptions, max_points: int | None
) -> tuple[list[Trace], str]:
    """Return a pie for each series, and what is said of slices that are left out."""
    color_of = _slice_colors(series_list, options)
    formats = Formats.of(options)
    palette = options.palette if options.palette in PALETTES else DEFAULT_PALETTE
    hover = "text" if "@@x" in template_names(options.text_format or "") else "text+label"
    has_x = "x" in (options.column_mapping or {}).values()
    pies = [
        _slices(series, None if has_x else f"Slice {index}", options)
        for index, series in enumerate(series_list)
    ]
    total = sum(map(len, pies))
    if max_points is not None and total > max_points:
        pies = [_largest(slices, max(1, max_points // len(pies))) for slices in pies]
    traces = []
    for index, (series, slices) in enumerate(zip(series_list, pies, strict=True)):
        colors = [color_of(text_of(part.x)) for part in slices]
        left, bottom, width, height = _cell(index, len(series_list))
        traces.append(
            {
                "visible": True,
                "values": drawable([part.y for part in slices]),
                "labels": drawable([part.label for part in slices]),
                "type": "pie",
                "hole": 0.4,
                "marker": {"colors": colors},
                "hoverinfo": hover,
                "text": _texts(series, slices, options, formats),
                "textinfo": "percent" if options.show_labels else "none",
                "textposition": "inside",
                "textfont": {"color": [text_color_on(color) for color in colors]},
                "name": _name(series, options),
                "direction": options.pie_direction,
                "domain": {
                    "x": [left, left + width - _BESIDE],
                    "y": [bottom, bottom + height - _ABOVE],
                },
                "sort": options.sort_pie,
                "color_scheme": palette,
            }
        )
    drawn = sum(map(len, pies))
    note = f"{drawn:,} of {total:,} slices are drawn: the largest." if drawn < total else ""
    return traces, note


def make_pie_layout(series_list: Sequence[Series], options: ChartOptions) -> dict[str, Any]:
    """Return the layout of pies: each has its name above, where its texts do not tell it."""
    layout = common_layout(options)
    layout["annotations"] = []
    if "@@name" in template_names(options.text_format or ""):
        return layout
    for index, series in enumerate(series_list):
        left, bottom, width, height = _cell(index, len(series_list))
        layout["annotations"].append(
            {
                "x": left + (width - _BESIDE) / 2,
                "y": bottom + height - _TITLE,
                "xanchor": "center",
                "yanchor": "top",
                "text": _name(series, options),
                "showarrow": False,
            }
        )
    return layout


@dataclass(slots=True)
class _Slice:
    """A slice: its label, its sum (None where no row has a number), and its last row's place."""

    label: Plotted
    y: Plotted
    percent: float
    x: Value
    place: int


def _slices(series: Series, label: str | None, options: ChartOptions) -> list[_Slice]:
    """Return a series' slices; a missing value is none, so that the others keep their share."""
    x_values = at(series.x, series.places)
    labels: Sequence[Plotted] = [label] * len(x_values)
    if label is None:
        labels = plotted(on_axis(x_values, is_dates=options.x_axis.is_dates))
    y_values = clean_numbers(at(series.y, series.places))
    total = 0.0
    for number in y_values:
        total += abs(number or 0)  # One by one, as the page adds: `sum` rounds less.
    found: dict[object, _Slice] = {}
    for key, name, y, x, place in zip(
        identities(labels), labels, y_values, x_values, series.places, strict=True
    ):
        part = found.get(key)
        if part is None:
            found[key] = _Slice(name, y, 0, x, place)
            continue
        part.y = part.y if y is None else plus(part.y, y)
        part.x, part.place = x, place
    for part in found.values():
        share = part.y if isinstance(part.y, int | float) else 0
        part.percent = share / total * 100 if total else math.nan
    return list(found.values())


def _largest(slices: Sequence[_Slice], count: int) -> list[_Slice]:
    """Return the slices with the largest shares, in their order."""
    shares = [-1 if math.isnan(part.percent) else abs(part.percent) for part in slices]
    places = sorted(range(len(slices)), key=shares.__getitem__, reverse=True)[:count]
    return [slices[place] for place in sorted(places)]


def _texts(
    series: Series, slices: Sequence[_Slice], options: ChartOptions, formats: Formats
) -> list[str]:
    name = _name(series, options)
    rows = () if options.text_format == "" else series.table.rows()
    nothing = formats.number(0) if options.number_format else ""
    texts = []
    percents = formats.percent_texts([part.percent for part in slices])
    for part, percent in zip(slices, percents, strict=True):
        y = nothing if part.y is None else formats.number(part.y)
        if options.text_format == "":
            texts.append(f"{percent} ({y})")
            continue
        x = formats.value_text(part.x, options.x_axis)
        values = {"@@name": name, "@@x": x, "@@y": y, "@@yPercent": percent, **rows[part.place]}
        texts.append(fill_template(options.text_format, values))
    return texts


def _slice_colors(series_list: Sequence[Series], options: ChartOptions) -> Callable[[str], str]:
    """Return what gives a slice's color: of all pies the same for the same x."""
    palette = PALETTES.get(options.palette, PALETTES[DEFAULT_PALETTE])
    if options.palette in CONTINUOUS and series_list:
        palette, known = _spread_over(series_list[0], palette)
    else:
        known = []
    next_color = ordinal_colors(palette)
    for name in known:
        next_color(name)
    chosen: Mapping[str, str] = options.slice_colors
    return lambda name: chosen.get(name) or next_color(name)


def _spread_over(series: Series, palette: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    # On the page each date is a value of its own, the same day in another row too.
    distinct = {
        ("moment", index) if isinstance(x, dt.datetime) else identity(x): text_of(x)
        for index, x in enumerate(at(series.x, series.places))
    }
    return tuple(spread(palette, len(distinct))), list(dict.fromkeys(distinct.values()))


def _name(series: Series, options: ChartOptions) -> str:
    chosen = options.series.get(series.name)
    return series.name if chosen is None or chosen.name is None else chosen.name


def _cell(index: int, count: int) -> tuple[float, float, float, float]:
    """Return the place of a pie: left, bottom, width and height, as shares of all."""
    rows = 2 if count > _MOST_IN_A_ROW else 1
    in_a_row = math.ceil(count / rows)
    width, height = 1 / in_a_row, 1 / rows
    return index % in_a_row * width, index // in_a_row * height, width, height
