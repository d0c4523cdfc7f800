"""What a pivot table makes of the records of a cell: the 20 aggregators of react-pivottable 0.11.

Values and texts are as the page has them: a median of nothing is printed as ``0.00``, and an
average of nothing is empty.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal, Protocol

from watchframe.charts.javascript import leading_number, number_of, text_of
from watchframe.charts.ordering import is_nan, is_number, natural_key

Record = Mapping[str, Any]
Text = Callable[[Any], str]

#: From here on JavaScript prints a number with an exponent, whatever the format.
_LARGEST = 1e21
#: Integers keep all digits up to here; larger ones are floats, so that no sum of them fails.
_LARGEST_INTEGER = 10**100


class Aggregator(Protocol):
    """Collects records; then it has a value, which may be None, NaN or infinite."""

    def push(self, record: Record) -> None:
        """Take one record."""

    def value(self) -> Any:
        """Return what the records make."""


@dataclass(frozen=True, slots=True)
class Aggregation:
    """How a cell's value is made and printed.

    Attributes
    ----------
    create : callable
        Returns an aggregator of the columns chosen, of which a missing one is None.
    text : callable
        Prints a value.
    share_of : {"total", "row", "column"}, optional
        The value is divided by that of all records, or of those in the cell's row or column.
    """

    create: Callable[[str | None, str | None], Aggregator]
    text: Text
    share_of: Literal["total", "row", "column"] | None = None


@dataclass(slots=True)
class _Count:
    count: int = 0

    def push(self, _: Record) -> None:
        self.count += 1

    def value(self) -> int:
        return self.count


@dataclass(slots=True)
class _Unique:
    name: str | None
    combine: Callable[[list[Any]], Any]
    found: dict[Any, Any] = field(default_factory=dict)

    def push(self, record: Record) -> None:
        value = record.get(self.name or "")
        self.found.setdefault("NaN" if is_nan(value) else (isinstance(value, str), value), value)

    def value(self) -> Any:
        return self.combine(list(self.found.values()))


@dataclass(slots=True)
class _Sum:
    name: str | None
    sum: int | float = 0

    def push(self, record: Record) -> None:
        self.sum += _number(record.get(self.name or "")) or 0

    def value(self) -> int | float:
        return self.sum


@dataclass(slots=True)
class _SumOverSum:
    above: _Sum
    below: _Sum

    def push(self, record: Record) -> None:
        self.above.push(record)
        self.below.push(record)

    def value(self) -> float:
        return divided(self.above.sum, self.below.sum)


@dataclass(slots=True)
class _Extreme:
    name: str | None
    choose: Callable[[float, float], float]
    found: float | None = None

    def push(self, record: Record) -> None:
        number = _number(record.get(self.name or ""))
        if number is not None:
            self.found = number if self.found is None else self.choose(number, self.found)

    def value(self) -> float | None:
        return self.found


@dataclass(slots=True)
class _FirstOrLast:
    name: str | None
    is_last: bool
    found: Any = None
    key: Any = None

    def push(self, record: Record) -> None:
        value = record.get(self.name or "")
        key = natural_key(value)
        # A null that was found counts as nothing found, as on the page.
        known = key if self.found is None else self.key
        if key >= known if self.is_last else key <= known:
            self.found, self.key = value, key

    def value(self) -> Any:
        return self.found


@dataclass(slots=True)
class _Median:
    name: str | None
    numbers: list[int | float] = field(default_factory=list)

    def push(self, record: Record) -> None:
        number = _number(record.get(self.name or ""))
        if number is not None:
            self.numbers.append(number)

    def value(self) -> float | None:
        if not self.numbers:
            return None
        self.numbers.sort()
        middle = (len(self.numbers) - 1) / 2
        return (self.numbers[math.floor(middle)] + self.numbers[math.ceil(middle)]) / 2


@dataclass(slots=True)
class _Statistic:
    name: str | None
    finish: Callable[[_Statistic], float]
    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def push(self, record: Record) -> None:
        number = _number(record.get(self.name or ""))
        if number is None:
            return
        number = float(number)
        self.count += 1
        if self.count == 1:
            self.mean = number
        mean = self.mean + (number - self.mean) / self.count
        self.squares += (number - self.mean) * (number - mean)
        self.mean = mean

    def value(self) -> float:
        return self.finish(self)


def divided(above: float | None, below: float | None) -> float:
    """Return a quotient, which is NaN or infinite where one divides by zero."""
    above, below = above or 0, below or 0
    if below:
        return above / below
    return math.nan if not above or is_nan(above) else math.copysign(math.inf, above)


def _number(value: object) -> int | float | None:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_INTEGER:
        return value
    number = value if isinstance(value, float) else leading_number(value)
    return None if math.isnan(number) else number


def _mean(found: _Statistic) -> float:
    return found.mean if found.count else math.nan


def _variance(found: _Statistic) -> float:
    return found.squares / (found.count - 1) if found.count > 1 else 0


def _deviation(found: _Statistic) -> float:
    variance = _variance(found)
    return math.sqrt(variance) if variance >= 0 else math.nan


def _decimals(digits: int, *, scale: int = 1, suffix: str = "") -> Text:
    def text(value: Any) -> str:
        if value is None:
            value = 0
        if not is_number(value) or is_nan(value) or value in {math.inf, -math.inf}:
            return ""
        return _fixed(value * scale, digits) + suffix

    return text


def _fixed(number: Any, digits: int) -> str:
    if isinstance(number, int):
        return f"{number:,}" + ("." + "0" * digits if digits else "")
    if abs(number) >= _LARGEST:
        return text_of(number)
    exact = Decimal(number or 0).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{exact:,f}"


def _plain(value: Any) -> str:
    return "" if value is None else text_of(value)


def _number_or_plain(value: Any) -> str:
    if value is None or is_number(value):
        return _TWO(value)
    number = number_of(value)
    return text_of(value) if is_nan(number) else _TWO(number)


def _joined(values: list[Any]) -> str:
    return ", ".join(map(_plain, values))


_WHOLE, _TWO = _decimals(0), _decimals(2)
_PERCENT = _decimals(1, scale=100, suffix="%")


def _statistic(finish: Callable[[_Statistic], float]) -> Aggregation:
    return Aggregation(lambda name, _: _Statistic(name, finish), _TWO)


def _sum(name: str | None, _: str | None) -> Aggregator:
    return _Sum(name)


#: By the name that the page shows.
AGGREGATIONS: Mapping[str, Aggregation] = {
    "Count": Aggregation(lambda *_: _Count(), _WHOLE),
    "Count Unique Values": Aggregation(lambda name, _: _Unique(name, len), _WHOLE),
    "List Unique Values": Aggregation(lambda name, _: _Unique(name, _joined), _plain),
    "Sum": Aggregation(_sum, _TWO),
    "Integer Sum": Aggregation(_sum, _WHOLE),
    "Average": _statistic(_mean),
    "Median": Aggregation(lambda name, _: _Median(name), _TWO),
    "Sample Variance": _statistic(_variance),
    "Sample Standard Deviation": _statistic(_deviation),
    "Minimum": Aggregation(lambda name, _: _Extreme(name, min), _number_or_plain),
    "Maximum": Aggregation(lambda name, _: _Extreme(name, max), _number_or_plain),
    "First": Aggregation(lambda name, _: _FirstOrLast(name, is_last=False), _number_or_plain),
    "Last": Aggregation(lambda name, _: _FirstOrLast(name, is_last=True), _number_or_plain),
    "Sum over Sum": Aggregation(lambda above, below: _SumOverSum(_Sum(above), _Sum(below)), _TWO),
    "Sum as Fraction of Total": Aggregation(_sum, _PERCENT, "total"),
    "Sum as Fraction of Rows": Aggregation(_sum, _PERCENT, "row"),
    "Sum as Fraction of Columns": Aggregation(_sum, _PERCENT, "column"),
    "Count as Fraction of Total": Aggregation(lambda *_: _Count(), _PERCENT, "total"),
    "Count as Fraction of Rows": Aggregation(lambda *_: _Count(), _PERCENT, "row"),
    "Count as Fraction of Columns": Aggregation(lambda *_: _Count(), _PERCENT, "column"),
}
