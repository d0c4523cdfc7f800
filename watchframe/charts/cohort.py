"""COHORT: how many of the people of each day, week or month are left at each later stage."""

from __future__ import annotations

import calendar
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from watchframe.charts.colors import Color, color_scale, mix_hsl, parse_color
from watchframe.charts.data import Data, Options, Prepared, merged
from watchframe.charts.javascript import (
    leading_integer,
    leading_number,
    number_of,
    property_order,
    shown_text,
    text_of,
)
from watchframe.charts.moment_format import format_moment, milliseconds_of, moment_of
from watchframe.charts.numeral import number_formatter
from watchframe.charts.ordering import is_number, sorted_by
from watchframe.charts.templates import fill_template
from watchframe.charts.values import Row

_DEFAULTS = {
    "timeInterval": "daily",
    "mode": "diagonal",
    "dateColumn": "date",
    "stageColumn": "day_number",
    "totalColumn": "total",
    "valueColumn": "value",
    "showTooltips": True,
    "percentValues": True,
    "timeColumnTitle": "Time",
    "peopleColumnTitle": "Users",
    "stageColumnTitle": "{{ @ }}",
    "numberFormat": "0,0[.]00",
    "percentFormat": "0.00%",
    "noValuePlaceholder": "-",
    "colors": {"min": "#ffffff", "max": "#002FB4", "steps": 7},
}
_LOWEST, _HIGHEST = Color(255, 255, 255), Color(0, 0x2F, 0xB4)
_TIME_FORMATS = {
    "daily": "MMMM D, YYYY",
    "weekly": "[Week of] MMM D, YYYY",
    "monthly": "MMMM YYYY",
}
_DAYS = {"daily": 1, "weekly": 7}
_MONTHS_OF_YEAR = 12
#: From here on a number's text has an exponent, and the integer that it begins with is another.
_LARGEST_PLAIN = 1e21
#: With other numbers of classes colors are continuous.
_FEWEST_CLASSES, _MOST_CLASSES = 2, 1e9
#: A larger table is none that anybody reads, and may not fit into memory.
_MOST_ROWS, _MOST_STAGES, _MOST_CELLS = 5_000, 2_000, 250_000


class _Gap(Enum):
    """A stage that a row does not have, which is not the same as zero people."""

    GAP = "gap"


#: People, and those of each stage: None is none, as is a stage that is a gap.
_CohortRow = list[int | _Gap | None]


def prepare_cohort(options: Options, data: Data) -> Prepared:
    """Return the table's rows: a time, its people, and those of each stage.

    Returns
    -------
    dict
        ``options_resolved``, ``initial_date`` (a datetime or None), ``rows_prepared`` (numbers:
        the people, then the stages), ``stage_titles``, ``cells`` (for each row ``time``,
        ``people`` and ``stages``: of each the ``text``, and the ``color`` if it has a value) and
        ``hovers`` (for each row the texts that the stages show on hovering, or None). A ``note``
        says what was left out of a table that is too large.
    """
    resolved = merged(_DEFAULTS, options)
    interval = resolved["timeInterval"] if resolved["timeInterval"] in _TIME_FORMATS else "daily"
    groups = _groups(resolved, data)
    rows, note = _rows(groups, interval, is_simple=resolved["mode"] == "simple")
    width = max(map(len, rows), default=0)
    start = groups[0].date if groups else None
    cells = _Cells.of_options(resolved)
    shown = [cells.of_row(row, width) for row in rows]
    return {
        "options_resolved": resolved,
        "initial_date": start,
        "rows_prepared": [[None if value is _Gap.GAP else value for value in row] for row in rows],
        "stage_titles": [
            fill_template(resolved["stageColumnTitle"], {"@": stage}) for stage in range(1, width)
        ],
        "cells": [
            {
                "time": _time_label(start, offset, interval),
                "people": cells.number(row[0] or 0),
                "stages": [stage for stage, _ in stages],
            }
            for offset, (row, stages) in enumerate(zip(rows, shown, strict=True))
        ],
        "hovers": [[hover for _, hover in stages] for stages in shown],
    } | ({"note": note} if note else {})


@dataclass(slots=True)
class _Group:
    """The people of one date, and how many were left by stage."""

    date: datetime | None
    total: int
    values: dict[int | None, int | None] = field(default_factory=dict)


def _groups(options: Options, data: Data) -> list[_Group]:
    """Return the groups of dates; none if a column is missing."""
    names = [options[f"{part}Column"] for part in ("date", "stage", "total", "value")]
    if not all(isinstance(name, str) and name in data.columns for name in names):
        return []
    date, stage, total, value = names
    groups: dict[str, _Group] = {}

    def place(found: tuple[Row, int | None]) -> object:
        when, number = found[0].get(date), found[1]
        if isinstance(when, str):
            return when + ("NaN" if number is None else text_of(number))
        return math.nan if number is None else number_of(when) + number

    numbered = [(row, leading_integer(row.get(stage))) for row in data.rows]
    for row, number in sorted_by(numbered, place):
        when = moment_of(row.get(date))
        key = "NaN" if when is None else str(milliseconds_of(when))
        if key not in groups:
            groups[key] = _Group(when, _people(row.get(total)) or 0)
        groups[key].values[number] = _people(row.get(value)) or None
    return [groups[key] for key in property_order(groups)]


def _people(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and 1 <= abs(value) < _LARGEST_PLAIN:
        return int(value)
    return leading_integer(leading_number(value))


def _rows(
    groups: Sequence[_Group], interval: str, *, is_simple: bool
) -> tuple[list[_CohortRow], str]:
    """Return the rows, with those of dates that are missing, and a note if not all."""
    stages = [stage for group in groups for stage in group.values if stage is not None]
    first, width = min(stages, default=0), 0
    if stages and is_simple:
        width = max(stages) - first + 1
    elif stages:
        apart = _intervals(groups[0].date, groups[-1].date, interval)
        width = 0 if apart is None else apart + 1
    shown = min(max(0, width), _MOST_STAGES)
    most_rows = min(_MOST_ROWS, _MOST_CELLS // max(1, shown))
    rows: list[_CohortRow] = []
    count = 0
    for group, missing in _with_gaps(groups, interval):
        for is_group in [False] * min(missing, most_rows - len(rows)) + [True]:
            if len(rows) >= most_rows:
                break
            # A table that is not simple ends in a diagonal: each row has a stage less.
            last = first + (shown if is_simple else min(shown, width - len(rows)))
            row: _CohortRow = [group.total if is_group else 0]
            if not is_simple:
                row += [group.values.get(stage) or 0 for stage in range(first, last)]
            elif is_group:
                row += [group.values.get(stage, _Gap.GAP) for stage in range(first, last)]
            rows.append(row)
        count += missing + 1
    if len(rows) == count and shown >= width:
        return rows, ""
    return rows, (
        f"The first {len(rows):,} of {count:,} rows and {shown:,} of {width:,} stages are shown."
    )


def _with_gaps(groups: Sequence[_Group], interval: str) -> Iterator[tuple[_Group, int]]:
    """Return each group, and how many dates are missing between the one before and it."""
    previous: datetime | None = None
    for group in groups:
        apart = _intervals(previous, group.date, interval)
        yield group, max(0, abs(apart or 0) - 1)
        previous = group.date


def _intervals(start: datetime | None, end: datetime | None, interval: str) -> int | None:
    """Return how many whole days, weeks or months are between two dates."""
    if start is None or end is None:
        return None
    if interval in _DAYS:
        return math.trunc((end - start) / timedelta(days=_DAYS[interval]))
    return -_months(end, start) if start > end else _months(start, end)


def _months(start: datetime, end: datetime) -> int:
    months = (end.year - start.year) * _MONTHS_OF_YEAR + end.month - start.month
    # A month from the 31st ends on the last day of a shorter one.
    day = min(start.day, calendar.monthrange(end.year, end.month)[1])
    return months - ((end.day, end.time()) < (day, start.time()))


def _time_label(start: datetime | None, offset: int, interval: str) -> str:
    if start is None:
        return "Invalid date"
    try:
        if interval in _DAYS:
            moment = start + timedelta(days=_DAYS[interval] * offset)
        else:
            years, month = divmod(start.month - 1 + offset, _MONTHS_OF_YEAR)
            year, month = start.year + years, month + 1
            day = min(start.day, calendar.monthrange(year, month)[1])
            moment = start.replace(year=year, month=month, day=day)
    except (ValueError, OverflowError):
        return "Invalid date"
    return format_moment(moment, _TIME_FORMATS[interval])


@dataclass(frozen=True, slots=True)
class _Cells:
    """How stages are printed and colored."""

    is_percent: bool
    has_hover: bool
    number: Callable[[object], str]
    percent: Callable[[object], str]
    placeholder: str
    color: Callable[[float], str]

    @classmethod
    def of_options(cls, options: Options) -> _Cells:
        colors = options["colors"]
        return cls(
            is_percent=bool(options["percentValues"]),
            has_hover=bool(options["showTooltips"] and options["percentValues"]),
            number=number_formatter(options["numberFormat"]),
            percent=number_formatter(options["percentFormat"]),
            placeholder=shown_text(options["noValuePlaceholder"]),
            color=_class_colors(colors["min"], colors["max"], colors["steps"]),
        )

    def of_row(self, row: _CohortRow, width: int) -> list[tuple[dict[str, str], str | None]]:
        """Return each stage's cell, and the text that it shows on hovering."""
        base = row[0] or 0
        stages: list[tuple[dict[str, str], str | None]] = []
        for value in [*row[1:], *[_Gap.GAP] * (width - len(row))]:
            share = _share(value, base)
            if share is None:
                stages.append(({"text": self.placeholder}, None))
                continue
            text = self.percent(share) if self.is_percent else self.number(value)
            hover = self.number(value) if self.has_hover else None
            stages.append(({"text": text, "color": self.color(share)}, hover))
        return stages


def _share(value: Any, base: Any) -> float | None:
    if value is _Gap.GAP or not base:
        return None
    share = float((value or 0) / base * 100)
    return share if math.isfinite(share) else None


def _class_colors(lowest: object, highest: object, steps: object) -> Callable[[float], str]:
    """Return what gives the color of a percentage: that of its class, of so many classes."""
    color_at = color_scale(
        [parse_color(lowest) or _LOWEST, parse_color(highest) or _HIGHEST], mix_hsl
    )
    wanted = number_of(steps) if is_number(steps) or isinstance(steps, str) else 0
    if not _FEWEST_CLASSES <= wanted <= _MOST_CLASSES:
        return lambda share: color_at(share / 100)
    classes, width = math.floor(wanted), float(wanted)

    def color(share: float) -> str:
        found = math.floor(min(100, max(0, share)) / 100 * width)
        # Rounding may have put it beside its class.
        found += (share >= (found + 1) / width * 100) - (share < found / width * 100)
        return color_at(min(classes - 1, found) / (classes - 1))

    return color
