"""Axes of a chart: where a value lies, which values are marked, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

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
        """Give the position of `value`."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Give round values from at most `low` to at least `high`, evenly apart."""
    if low == high:
        high = low + 1.0
    rough = (high - low) / about
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * times for times in (1, 2, 2.5, 5, 10) if size * times >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [place * step for place in range(first, last + 1)]


def number_words(value: float) -> str:
    """Give a number in the few signs that an axis has room for, such as ``2.5M``."""
    size = abs(value)
    if size >= _LONGEST_PLAIN:
        return f"{value:.3g}"
    for unit, letter in _UNITS:
        if size >= unit:
            return f"{value / unit:.4g}{letter}"
    return f"{value:.4g}"


def time_ticks(low: float, high: float, most: int = 7) -> tuple[list[float], str]:
    """Give round moments from `low` to `high`, and the format that tells them apart.

    Both in seconds since 1970, UTC. Whole years, months, days, hours, ... whichever gives the most
    marks that are not more than `most`; `low` itself where no round moment lies between.
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


def time_words(seconds: float, format_: str) -> str:
    """Give a moment in that format."""
    return (_EPOCH + timedelta(seconds=seconds)).strftime(format_)


def _months(seconds: float) -> float:
    """Give the months since year 0, with a part of one where it has begun."""
    moment = _EPOCH + timedelta(seconds=seconds)
    whole = moment.year * 12 + moment.month - 1
    is_round = (moment.day, moment.hour, moment.minute, moment.second) == (1, 0, 0, 0)
    return whole if is_round else whole + 0.5


def _seconds(months: int) -> float:
    return (datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()
