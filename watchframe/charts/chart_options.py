"""A chart's options as saved, of any version, with what the page takes where one is missing.

What is of a wrong type, or no value that plotly knows, counts as missing.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from watchframe.charts.colors import parse_color
from watchframe.charts.data import Options
from watchframe.charts.javascript import is_truthy, text_of
from watchframe.charts.palettes import DEFAULT_PALETTE

#: How the page writes dates where the options do not say.
DATE_FORMAT = "DD/MM/YYYY HH:mm"
#: Browsers know a color by its digits alone, but plotly's Python library does not.
_BARE_DIGITS = re.compile(r"[0-9a-fA-F]{3,8}")
_LINE_SHAPES = {"linear", "spline", "hv", "vh", "hvh", "vhv"}
_AXIS_TYPES = {
    "-": "-",
    "linear": "linear",
    "logarithmic": "log",
    "log": "log",
    "datetime": "date",
    "date": "date",
    "category": "category",
}


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis: its type as plotly names it, its title, and what is printed at its ticks.

    A datetime axis (`is_dates`) also makes dates of texts and numbers. The ends of the range
    are None where plotly finds them; on a logarithmic axis they are exponents.
    """

    kind: str
    is_dates: bool
    title: str | None
    tick_format: str | None
    has_labels: bool
    lowest: float | None
    highest: float | None


@dataclass(frozen=True, slots=True)
class SeriesOptions:
    """What was chosen for one series: None where nothing was."""

    name: str | None
    color: str | None
    kind: str | None
    on_second_axis: bool
    z_index: Any


@dataclass(frozen=True, slots=True)
class ChartOptions:
    """A chart's options, in the order of the editor's tabs.

    `column_mapping` is None where the columns' names tell what they are (`usd::y`).
    `text_format` is empty for the usual texts, and None where there are none.
    """

    kind: str
    column_mapping: Mapping[str, Any] | None
    horizontal: bool
    size_coefficient: Any
    size_mode: str
    pie_direction: str
    sort_pie: bool
    legend: bool
    legend_placement: str
    legend_order: str
    show_points: bool
    stacked: bool
    percent: bool
    missing_as_zero: bool
    line_shape: str
    x_axis: Axis
    sort_x: bool
    reverse_x: bool
    y_axes: tuple[Axis, Axis]
    align_zeros: bool
    sort_y: bool
    reverse_y: bool
    series: Mapping[str, SeriesOptions]
    palette: str
    slice_colors: Mapping[str, str]
    heat_scheme: Any
    heat_lowest: Any
    heat_highest: Any
    show_labels: bool
    number_format: str
    percent_format: str
    date_format: str
    text_format: str | None

    @classmethod
    def of_saved(cls, saved: Options) -> ChartOptions:
        """Return the options of what a server has saved: JSON of any shape."""
        kind = _text(saved, "globalSeriesType", "column")
        legend, series = _part(saved, "legend"), _part(saved, "series")
        stacking = series.get("stacking")
        # Versions before 5 saved percents as a way to stack.
        percent = (
            stacking == "percent"
            if stacking in ("normal", "percent")
            else _flag(series, "percentValues")
        )
        axes = saved.get("yAxis")
        first, second = ([*axes, None, None] if isinstance(axes, list) else [None, None])[:2]
        return cls(
            kind=kind,
            column_mapping=_column_mapping(saved.get("columnMapping", {})),
            horizontal=_flag(saved, "swappedAxes"),
            size_coefficient=saved.get("coefficient") or 1,
            size_mode=_one_of(saved.get("sizemode"), ("diameter", "area")),
            pie_direction=_one_of(
                _part(saved, "direction").get("type"), ("counterclockwise", "clockwise")
            ),
            sort_pie=_flag(saved, "piesort", default=True),
            legend=_flag(legend, "enabled", default=True),
            legend_placement=_text(legend, "placement", "auto"),
            legend_order=_one_of(legend.get("traceorder"), ("normal", "reversed")),
            show_points=_flag(saved, "showpoints"),
            stacked=is_truthy(stacking),
            percent=percent,
            missing_as_zero=_flag(saved, "missingValuesAsZero", default=True),
            line_shape=_one_of(saved.get("lineShape"), ("linear", *_LINE_SHAPES)),
            x_axis=_axis(saved.get("xAxis"), "-"),
            sort_x=_flag(saved, "sortX", default=True),
            reverse_x=_flag(saved, "reverseX"),
            y_axes=(_axis(first, "linear"), _axis(second, "linear")),
            align_zeros=_flag(saved, "alignYAxesAtZero"),
            sort_y=_flag(saved, "sortY"),
            reverse_y=_flag(saved, "reverseY"),
            series={
                name: _series_options(chosen)
                for name, chosen in _part(saved, "seriesOptions").items()
                if isinstance(chosen, Mapping)
            },
            palette=_text(saved, "color_scheme", DEFAULT_PALETTE),
            slice_colors={
                name: color
                for name, chosen in _part(saved, "valuesOptions").items()
                if isinstance(chosen, Mapping)
                if (color := _color(chosen))
            },
            heat_scheme=saved.get("colorScheme"),
            heat_lowest=saved.get("heatMinColor"),
            heat_highest=saved.get("heatMaxColor"),
            show_labels=_flag(saved, "showDataLabels", default=kind == "pie"),
            number_format=_pattern(saved, "numberFormat", "0,0[.]00000") or "",
            percent_format=_pattern(saved, "percentFormat", "0[.]00%") or "",
            date_format=_text(saved, "dateTimeFormat", DATE_FORMAT),
            text_format=_pattern(saved, "textFormat", ""),
        )

    def kind_of(self, name: str) -> str:
        """Return the type that a series is drawn as."""
        chosen = self.series.get(name)
        return self.kind if chosen is None or chosen.kind is None else chosen.kind

    def is_on_second_axis(self, name: str) -> bool:
        """Return whether a series has the axis on the right: lines, or what is not stacked."""
        chosen = self.series.get(name)
        return (
            chosen is not None
            and chosen.on_second_axis
            and (not self.stacked or chosen.kind == "line")
        )


def _column_mapping(saved: object) -> Mapping[str, Any] | None:
    return _mapping(saved) or {} if is_truthy(saved) else None


def _axis(saved: object, kind: str) -> Axis:
    axis = _mapping(saved) or {}
    kind = _text(axis, "type", kind)
    title = axis.get("title")
    if isinstance(title, Mapping):
        title = title.get("text")
    return Axis(
        kind=_AXIS_TYPES.get(kind, "-"),
        is_dates=kind == "datetime",
        title=text_of(title) if isinstance(title, str | int | float) and title else None,
        tick_format=_text(axis, "tickFormat", "") or None,
        has_labels=_flag(_part(axis, "labels"), "enabled", default=True),
        lowest=_number(axis.get("rangeMin")),
        highest=_number(axis.get("rangeMax")),
    )


def _series_options(chosen: Mapping[str, Any]) -> SeriesOptions:
    axis = chosen.get("yAxis")
    name = chosen.get("name")
    return SeriesOptions(
        name=text_of(name) if isinstance(name, str | int | float) and name else None,
        color=_color(chosen),
        kind=_text(chosen, "type", "") or None,
        on_second_axis=axis == 1 and not isinstance(axis, bool),
        z_index=chosen.get("zIndex") or 0,
    )


def _color(chosen: Mapping[str, Any]) -> str | None:
    color = chosen.get("color")
    if not isinstance(color, str) or not parse_color(color):
        return None
    return f"#{color}" if _BARE_DIGITS.fullmatch(color) else color


def _mapping(value: object) -> Mapping[str, Any] | None:
    if not isinstance(value, Mapping):
        return None
    return {str(name): item for name, item in value.items()}


def _part(saved: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return _mapping(saved.get(name)) or {}


def _text(saved: Mapping[str, Any], name: str, default: str) -> str:
    value = saved.get(name)
    return value if isinstance(value, str) else default


def _pattern(saved: Mapping[str, Any], name: str, default: str) -> str | None:
    """Return a text that is None, not the default, where something else was saved."""
    value = saved.get(name, default)
    return value if isinstance(value, str) else None


def _flag(saved: Mapping[str, Any], name: str, *, default: bool = False) -> bool:
    return is_truthy(saved[name]) if name in saved else default


def _one_of(value: object, known: Collection[str]) -> str:
    """Return a value that plotly knows, else the first one."""
    return value if isinstance(value, str) and value in known else next(iter(known))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) <= sys.float_info.max else None
