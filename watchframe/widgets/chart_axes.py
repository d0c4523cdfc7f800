"""Axes of a chart: where a value lies, which values are marked, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

_DAY = 86_400.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
_LONGEST_PLAIN = 1e15


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


def time_words(seconds: float, span: float) -> str:
    """Give a moment to the precision that matters within `span` seconds."""
    moment = _EPOCH + timedelta(seconds=seconds)
    if span >= 3 * _DAY:
        return moment.strftime("%Y-%m-%d")
    return moment.strftime("%m-%d %H:%M") if span >= 600 else moment.strftime("%H:%M:%S")  # noqa: PLR2004 - ten minutes
