"""A quick chart of a result, as inline SVG: a number against the first time or category column.

No JavaScript: the marks are drawn here, texts are escaped, and colors read on light and dark
backgrounds alike.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from watchframe.plain_text import html_text
from watchframe.widgets.table import encoding, is_number

_DAY = 86_400.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONDAY = 4 * _DAY  # the first one after the epoch
_UNITS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
_LONGEST_PLAIN = 1e15
_CLOCK_STEPS: tuple[tuple[float, str], ...] = (
    *((float(step), "%H:%M:%S") for step in (1, 5, 15, 30)),
    *((60.0 * step, "%H:%M") for step in (1, 5, 15, 30)),
    *((3600.0 * step, "%m-%d %H:%M") for step in (1, 3, 6, 12)),
    *((_DAY * step, "%Y-%m-%d") for step in (1, 2, 7, 14)),
)
_YEAR_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
_MONTH_STEPS = (1, 2, 3, 6, *(12 * years for years in _YEAR_STEPS))


@dataclass(frozen=True, slots=True)
class Scale:
    """From a value to a position."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> Self:
        """Make one that spans `values`."""
        return cls(min(values), max(values), start, end)

    def __call__(self, value: float) -> float:
        """Return the position of `value`."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Return evenly spaced round values from at most `low` to at least `high`."""
    if low == high:
        high = low + 1.0
    rough = (high - low) / about
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * times for times in (1, 2, 2.5, 5, 10) if size * times >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [place * step for place in range(first, last + 1)]


def number_text(value: float) -> str:
    """Return a number in the few characters that an axis has room for, such as ``2.5M``."""
    size = abs(value)
    if size >= _LONGEST_PLAIN:
        return f"{value:.3g}"
    for unit, letter in _UNITS:
        if size >= unit:
            return f"{value / unit:.4g}{letter}"
    return f"{value:.4g}"


def time_ticks(low: float, high: float, most: int = 7) -> tuple[list[float], str]:
    """Return round moments from `low` to `high`, and the format that distinguishes them.

    Both in seconds since 1970, UTC. Whole years, months, days, hours, ... whichever makes the most
    marks up to `most`; `low` itself where no round moment lies between.
    """
    for step, format_ in _CLOCK_STEPS:
        start = _MONDAY if step >= 7 * _DAY else 0.0
        first, last = math.ceil((low - start) / step), math.floor((high - start) / step)
        if last - first < most:
            found = [start + place * step for place in range(first, last + 1)]
            return (found or [low]), format_
    for months in _MONTH_STEPS:
        first, last = math.ceil(_months(low) / months), math.floor(_months(high) / months)
        if last - first < most:
            break
    found = [_seconds(place * months) for place in range(first, last + 1)]
    return (found or [low]), "%Y" if months % 12 == 0 else "%Y-%m"


def time_text(seconds: float, format_: str) -> str:
    """Return a moment in that format."""
    return (_EPOCH + timedelta(seconds=seconds)).strftime(format_)


def _months(seconds: float) -> float:
    """Return the months since year 0; half a month more where one has begun."""
    moment = _EPOCH + timedelta(seconds=seconds)
    whole = moment.year * 12 + moment.month - 1
    is_round = (moment.day, moment.hour, moment.minute, moment.second) == (1, 0, 0, 0)
    return whole if is_round else whole + 0.5


def _seconds(months: int) -> float:
    return (datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()


MOST_SERIES, MOST_POINTS = 6, 600

Points = list[tuple[float, float]]


def heights(column: pa.ChunkedArray) -> np.ndarray:
    """Return a column's numbers as float64; NaN for nulls and for what is beyond all floats."""
    found = pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return np.where(np.isfinite(found), found, np.nan)


def line_points(table: pa.Table, x: str, number: str, series: str | None) -> dict[str, Points]:
    """Return the points of each line by time: seconds since 1970, and values.

    Parameters
    ----------
    table : pyarrow.Table
    x : str
        A column of dates or times.
    number : str
        A column of numbers.
    series : str or None
        A column of texts or booleans: a line for each of the largest; None for one line.
    """
    times = table.column(x)
    moments = pc.cast(times, pa.timestamp("us", getattr(times.type, "tz", None)))
    seconds = pc.cast(pc.cast(moments, pa.int64()), pa.float64()).to_numpy() / 1e6
    values = heights(table.column(number))
    is_known = np.isfinite(seconds) & np.isfinite(values)
    if series is None:
        return {number: _line(seconds[is_known], values[is_known])} if is_known.any() else {}
    texts = pc.fill_null(pc.cast(table.column(series), pa.string()), "null")
    names = texts.combine_chunks().dictionary_encode()
    places = names.indices.to_numpy(zero_copy_only=False)
    sizes = np.bincount(places[is_known], np.abs(values[is_known]), minlength=len(names.dictionary))
    counts = np.bincount(places[is_known], minlength=len(names.dictionary))
    largest = [place for place in np.argsort(-sizes, kind="stable") if counts[place]]
    found = {}
    for place in largest[:MOST_SERIES]:
        chosen = is_known & (places == place)
        found[names.dictionary[int(place)].as_py()] = _line(seconds[chosen], values[chosen])
    return found


def _line(seconds: np.ndarray, values: np.ndarray) -> Points:
    """Sort points by time; keep the lowest and the highest of every few where there are many."""
    order = np.argsort(seconds, kind="stable")
    seconds, values = seconds[order], values[order]
    size = math.ceil(2 * len(values) / MOST_POINTS)
    if size > 2:  # noqa: PLR2004 - two of two would be kept anyway
        kept: list[int] = []
        for start in range(0, len(values), size):
            few = values[start : start + size]
            kept.extend(sorted({start + int(few.argmin()), start + int(few.argmax())}))
        seconds, values = seconds[kept], values[kept]
    return list(zip(seconds.tolist(), values.tolist(), strict=True))


WIDTH, HEIGHT = 720, 280
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 26, 34
MOST_BARS = 24
#: Okabe and Ito's colors, in an order that reads on white and on dark gray.
COLORS = ("#0f8fd6", "#e69f00", "#1aa67f", "#d55e00", "#cc79a7", "#8f7ee7")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What can be drawn of a table.

    Attributes
    ----------
    x : str
        A column of times, or else of categories.
    is_time : bool
    series : str or None
        The column of categories beside a time that distinguishes lines.
    numbers : tuple of str
        The columns that can be drawn.
    """

    x: str
    is_time: bool
    series: str | None
    numbers: tuple[str, ...]


class NoChartError(ValueError):
    """Nothing can be drawn of a table; the message says why, for people."""


def chart_choice(table: pa.Table) -> Choice:
    """Return what can be drawn of `table`.

    A line or a bar stands for one row: where several rows have the same time or category, and the
    same series, it would join what belongs to different things.

    Raises
    ------
    NoChartError
        A chart makes no sense, or would be a wrong picture.
    """
    fields = list(table.schema)
    times = [
        field.name
        for field in fields
        if pa.types.is_date(field.type) or pa.types.is_timestamp(field.type)
    ]
    categories = [
        field.name for field in fields if pa.types.is_string(field.type) and not encoding(field)
    ]
    numbers = tuple(field.name for field in fields if is_number(field))
    enough = 2
    if not (times or categories) or not numbers or table.num_rows < enough:
        raise NoChartError("It takes a number and a time or a category, and at least two rows.")
    if len({field.name for field in fields}) < len(fields):
        raise NoChartError("Two columns have the same name.")
    if times:
        flags = [field.name for field in fields if pa.types.is_boolean(field.type)]
        series = _series(table, times[0], [*categories, *flags])
        return Choice(x=times[0], is_time=True, series=series, numbers=numbers)
    if table.num_rows > 10 * MOST_BARS:
        raise NoChartError(f"{table.num_rows:,} bars are too many.")
    x = next((name for name in categories if _count(table, name) == table.num_rows), None)
    if x is None:
        raise NoChartError(f"Several rows have the same {_named(categories[0])}.")
    return Choice(x=x, is_time=False, series=None, numbers=numbers)


def _series(table: pa.Table, time: str, categories: Sequence[str]) -> str | None:
    """Return the column that distinguishes lines; None where all rows are one line.

    A category that differs in every row only names the row, and one that is the same in all rows
    distinguishes nothing. Where no time repeats, each line has at least two rows on average.
    """
    known = table.select([time, *categories]).filter(pc.is_valid(table.column(time)))
    is_one_line = _count(known, time) == known.num_rows
    most = known.num_rows // 2 if is_one_line else known.num_rows - 1
    groups = [name for name in categories if 1 < _count(known, name) <= most]
    if is_one_line and not groups:
        return None
    for name in groups:
        others = [other for other in groups if other != name]
        if _count(known, time, name) == known.num_rows and all(
            _count(known, name, other) == _count(known, name) for other in others
        ):
            return name
    if len(groups) > 1:
        raise NoChartError(
            f"Rows differ by {' and by '.join(map(_named, groups))}, and a line would join what "
            "belongs to different ones. Choose one in the query, or sum them up."
        )
    same = [time, *groups]
    raise NoChartError(f"Several rows have the same {' and '.join(map(_named, same))}.")


def _count(table: pa.Table, *names: str) -> int:
    """Return how many different values the columns have together."""
    groups: int = table.group_by(list(names)).aggregate([]).num_rows
    return groups


def _named(column: str) -> str:
    return f"“{column}”"


def chart_svg(table: pa.Table, choice: Choice, number: str) -> str:
    """Return the chart of the column `number`."""
    title = f"{number} by {choice.x}"
    drawn = _lines(table, choice, number) if choice.is_time else _bars(table, choice, number)
    return (
        f'<svg class="wf-chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{html_text(title)}" xmlns="http://www.w3.org/2000/svg">{drawn}</svg>'
    )


def _lines(table: pa.Table, choice: Choice, number: str) -> str:
    points = line_points(table, choice.x, number, choice.series)
    if not points:
        return _nothing()
    moments = [moment for series in points.values() for moment, _ in series]
    values = [value for series in points.values() for _, value in series]
    total = _count(table, choice.series) if choice.series is not None else 1
    x = Scale.over(moments, LEFT, WIDTH - RIGHT)
    y_ticks = ticks(min(*values, 0.0), max(*values, 0.0))
    y = Scale(y_ticks[0], y_ticks[-1], HEIGHT - BOTTOM, TOP)
    parts = [_grid(y, y_ticks), _time_axis(x)]
    for (name, series), color in zip(points.items(), COLORS, strict=False):
        path = " ".join(f"{x(moment):.1f},{y(value):.1f}" for moment, value in series)
        if len(series) == 1:  # a line of one point cannot be seen
            ((moment, value),) = series
            parts.append(
                f'<circle cx="{x(moment):.1f}" cy="{y(value):.1f}" r="2.5" fill="{color}"/>'
            )
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="1.8" '
            f'stroke-linejoin="round"><title>{html_text(name)}</title></polyline>'
        )
    more = f"the {len(points)} largest of {total:,}" if total > len(points) else ""
    return "".join(parts) + _legend(list(points), more)


def _bars(table: pa.Table, choice: Choice, number: str) -> str:
    values = heights(table.column(number)).tolist()
    rows = zip(table.column(choice.x).to_pylist(), values, strict=True)
    pairs = [(name, value) for name, value in rows if math.isfinite(value)]
    shown = pairs[:MOST_BARS]
    if not shown:
        return _nothing()
    values = [value for _, value in shown]
    y_ticks = ticks(min(*values, 0.0), max(*values, 0.0))
    y = Scale(y_ticks[0], y_ticks[-1], HEIGHT - BOTTOM, TOP)
    step = (WIDTH - LEFT - RIGHT) / len(shown)
    letters = max(3, int(step / 6.5))
    parts = [_grid(y, y_ticks)]
    for place, (name, value) in enumerate(shown):
        left, top, foot = LEFT + place * step, min(y(value), y(0)), max(y(value), y(0))
        text = "null" if name is None else str(name)
        parts.append(
            f'<rect x="{left + step * 0.15:.1f}" y="{top:.1f}" width="{step * 0.7:.1f}" '
            f'height="{max(foot - top, 0.5):.1f}" fill="{COLORS[0]}">'
            f"<title>{html_text(text)}: {number_text(value)}</title></rect>"
            f'<text x="{left + step / 2:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">'
            f"{html_text(text if len(text) <= letters else text[: letters - 1] + '…')}</text>"
        )
    more = f" (the first {MOST_BARS} of {len(pairs)})" if len(pairs) > MOST_BARS else ""
    return "".join(parts) + _legend([number + more])


def _grid(y: Scale, y_ticks: Sequence[float]) -> str:
    return "".join(
        f'<line class="wf-axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(t):.1f}" y2="{y(t):.1f}"/>'
        f'<text x="{LEFT - 6}" y="{y(t) + 4:.1f}" text-anchor="end">{number_text(t)}</text>'
        for t in y_ticks
    )


def _time_axis(x: Scale) -> str:
    marks, format_ = time_ticks(x.low, x.high)
    foot, words = HEIGHT - BOTTOM, []
    half = 30  # of a text's width, about: those at the ends may not stick out
    for at in marks:
        left = x(at)
        anchor = "start" if left < LEFT + half else "end" if left > WIDTH - half else "middle"
        words.append(
            f'<line class="wf-axis" x1="{left:.1f}" x2="{left:.1f}" y1="{foot}" y2="{foot + 4}"/>'
            f'<text x="{left:.1f}" y="{foot + 17}" text-anchor="{anchor}">'
            f"{time_text(at, format_)}</text>"
        )
    return "".join(words)


def _legend(names: Sequence[str], more: str = "") -> str:
    parts, left = [], float(LEFT)
    for name, color in zip(names, COLORS, strict=False):
        text = name if len(name) <= 28 else name[:27] + "…"  # noqa: PLR2004 - what fits
        parts.append(
            f'<rect x="{left:.0f}" y="6" width="10" height="10" rx="2" fill="{color}"/>'
            f'<text x="{left + 15:.0f}" y="15">{html_text(text)}</text>'
        )
        left += 30 + 6.6 * len(text)
    if more:
        parts.append(f'<text x="{left:.0f}" y="15">{more}</text>')
    return "".join(parts)


def _nothing() -> str:
    return f'<text x="{WIDTH / 2}" y="{HEIGHT / 2}" text-anchor="middle">nothing to draw</text>'
