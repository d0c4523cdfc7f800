"""BOXPLOT: the quartiles of each column; the page calls it deprecated, and draws it yet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from watchframe.charts.data import Data, Options, Prepared
from watchframe.charts.javascript import number_of, shown_text

#: A whisker is no longer than so many times the distance of the quartiles.
_LONGEST_WHISKER = 1.5


def prepare_box_plot(options: Options, data: Data) -> Prepared:
    """Return a box for each column.

    Returns
    -------
    dict
        ``x_axis_label``, ``y_axis_label``; ``range`` (the ends of the y axis, or None without
        any number), and ``boxes``: ``name``, ``quartiles`` (lower, median, upper), ``whiskers``
        (lower, upper) and ``outliers``; the lists are empty of a column without any number.
    """
    boxes = [_Box.of_values(name, [row.get(name) for row in data.rows]) for name in data.columns]
    ends = [end for box in boxes for end in (*box.whiskers, *box.outliers[:1], *box.outliers[-1:])]
    return {
        "x_axis_label": shown_text(options.get("xAxisLabel")),
        "y_axis_label": shown_text(options.get("yAxisLabel")),
        "range": [math.floor(min(ends)) * 0.99, math.ceil(max(ends)) * 1.01] if ends else None,
        "boxes": [asdict(box) for box in boxes],
    }


@dataclass(frozen=True, slots=True)
class _Box:
    name: str
    quartiles: list[float]
    whiskers: list[float]
    outliers: list[float]

    @classmethod
    def of_values(cls, name: str, values: Sequence[object]) -> _Box:
        """Return the box of a column: null is zero, and what is no number is left out."""
        numbers = sorted(filter(math.isfinite, map(_number, values)))
        if not numbers:
            return cls(name, [], [], [])
        quartiles = [_quantile(numbers, share) for share in (0.25, 0.5, 0.75)]
        reach = (quartiles[2] - quartiles[0]) * _LONGEST_WHISKER
        low, high = quartiles[0] - reach, quartiles[2] + reach
        inside = [number for number in numbers if low <= number <= high]
        outliers = [number for number in numbers if not low <= number <= high]
        return cls(name, quartiles, [*inside[:1], *inside[-1:]], outliers)


def _number(value: object) -> float:
    try:
        return float(number_of(value))
    except OverflowError:
        return math.inf


def _quantile(numbers: Sequence[float], share: float) -> float:
    place = (len(numbers) - 1) * share
    below = math.floor(place)
    rest = place - below
    if not rest:
        return numbers[below]
    return numbers[below] + rest * (numbers[below + 1] - numbers[below])
