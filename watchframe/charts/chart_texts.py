"""The text of each point: what is read when the mouse is on it, and its label."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watchframe.charts.chart_options import Axis, ChartOptions
from watchframe.charts.chart_points import OF_ANY_Y, Points
from watchframe.charts.chart_values import Plotted, moment_of, plotted
from watchframe.charts.javascript import text_of
from watchframe.charts.moment_format import format_moment
from watchframe.charts.numeral import NumberFormat, number_formatter
from watchframe.charts.templates import fill_template
from watchframe.charts.values import Value

#: A text, or a scatter's y as it is.
Text = Plotted

_NAME = re.compile(r"{{\s*(\S+?)\s*}}")


@dataclass(frozen=True, slots=True)
class Formats:
    """How a chart writes numbers, percents and dates."""

    number: NumberFormat
    percent: NumberFormat
    date: str

    @classmethod
    def of(cls, options: ChartOptions) -> Formats:
        """Return the formats that a chart's options ask for."""
        return cls(
            number=number_formatter(options.number_format),
            percent=number_formatter(options.percent_format),
            date=options.date_format,
        )

    def percent_texts(self, percents: Sequence[float | None]) -> list[str]:
        """Return the texts of shares; of nothing it is 0."""
        return self.percent.many(
            [
                0.0 if percent is None or math.isnan(percent) else abs(percent)
                for percent in percents
            ]
        )

    def value_text(self, value: Value, axis: Axis) -> Plotted:
        """Return a value as it is read on an axis: a date as text, anything else as it is."""
        moment = value if isinstance(value, dt.datetime) else None
        if axis.is_dates:
            moment = moment_of(value)
        if moment is not None:
            return format_moment(moment, self.date)
        return value if isinstance(value, int | float | str | None) else text_of(value)


def point_texts(points: Points, options: ChartOptions, formats: Formats) -> list[Text]:
    """Return the texts of a trace's points.

    Where an x has several points, each has its own (the page shows the last row's).
    """
    y_texts = _y_texts(points, options, formats)
    if options.text_format is None:
        return [""] * len(y_texts)
    errors = [None if error is None else formats.number(error) for error in points.errors or ()]
    sizes = [None if size is None else formats.number(size) for size in points.sizes or ()]
    percents = formats.percent_texts(points.percents or ())
    if options.text_format:
        parts: dict[str, Sequence[Text]] = {
            "@@y": y_texts,
            "@@yError": errors,
            "@@size": sizes,
            "@@yPercent": percents,
        }
        return _filled(points, options, formats, parts)
    texts = y_texts
    if any(errors):
        texts = [
            text if error is None else f"{text_of(text)} \u00b1 {error}"
            for text, error in zip(texts, errors, strict=True)
        ]
    if percents:
        texts = [
            f"{percent} ({text_of(text)})" for text, percent in zip(texts, percents, strict=True)
        ]
    if any(sizes):
        texts = [
            text if size is None else f"{text_of(text)}: {size}"
            for text, size in zip(texts, sizes, strict=True)
        ]
    return texts


def template_names(template: str) -> set[str]:
    """Return the names in a template."""
    return set(_NAME.findall(template))


def _y_texts(points: Points, options: ChartOptions, formats: Formats) -> list[Text]:
    # The page looks the options up by the name that people read.
    chosen = options.series.get(points.name)
    kind = options.kind if chosen is None else chosen.kind
    axis = options.y_axes[points.axis == "y2"]
    if kind in OF_ANY_Y:
        missing = 0 if options.missing_as_zero else None
        y = points.series.y
        return [
            missing if place is None else formats.value_text(y[place], axis)
            for place in points.places
        ]
    # What is no number is 0 as text; a scatter's missing y is no text at all.
    nothing = formats.number(0) if options.number_format and points.kind not in OF_ANY_Y else ""
    texts: list[Text] = [*formats.number.many(points.values)]
    if None not in points.values:
        return texts
    return [
        text if y is not None else "" if place is None else nothing
        for text, y, place in zip(texts, points.values, points.places, strict=True)
    ]


def _filled(
    points: Points, options: ChartOptions, formats: Formats, parts: Mapping[str, Sequence[Text]]
) -> list[Text]:
    template = options.text_format or ""
    names = template_names(template)
    parts = {name: texts for name, texts in parts.items() if texts and name in names}
    # A point that was added to a series has no row: its x is as it is drawn.
    x = plotted(points.x) if None in points.places else points.x
    raw_x, rows = points.series.x, points.series.table.rows()
    filled: list[Text] = []
    for place, row_place in enumerate(points.places):
        values: dict[str, object] = {"@@name": points.name}
        if "@@x" in names and points.series.has_x:
            own = x[place] if row_place is None else raw_x[row_place]
            values["@@x"] = formats.value_text(own, options.x_axis)
        for name, texts in parts.items():
            if texts[place] is not None or name == "@@y":
                values[name] = texts[place]
        if row_place is not None:
            # A column's name counts before what the chart itself tells.
            values |= rows[row_place]
        filled.append(fill_template(template, values))
    return filled
