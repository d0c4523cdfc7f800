"""Numbers as numeral.js 2.0.6 writes them by a pattern such as ``0,0[.]00`` or ``0.0a``.

See http://numeraljs.com/#format. Percentages are not multiplied (`scalePercentBy100` is false),
and where numeral writes NaN of a number, or rounds a long integer, all digits are written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import cast

from watchframe.charts.javascript import Number, number_of, shown_text, text_of
from watchframe.charts.moment_format import ordinal_suffix
from watchframe.charts.numeral_digits import (
    LARGEST_SAFE,
    Marks,
    UsualDigits,
    Writer,
    digits_writer,
)


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """Writes any value as a number, one by one or many at once."""

    _write: Callable[[object], str]
    _usual: UsualDigits | None = None

    def __call__(self, value: object) -> str:
        """Return a value's text."""
        return self._write(value)

    def many(self, values: Sequence[object]) -> list[str]:
        """Return the text of each value, which is quicker than one by one."""
        kinds = set(map(type, values))
        if self._usual is not None and kinds <= {int, float}:
            return self._usual.many(cast("Sequence[int | float]", values))
        # Of one type, equal values have the same text.
        distinct = set(values) if len(kinds) == 1 else values
        if len(distinct) * 2 > len(values):
            return list(map(self._write, values))
        texts = {value: self._write(value) for value in distinct}
        return [texts[value] for value in values]


def number_formatter(pattern: object, *, thousands: str = ",", decimal: str = ".") -> NumberFormat:
    """Return what writes any value as a number by `pattern`.

    None and an empty text are empty, and another text that is no number is zero. Without a
    pattern, values are written as they are.

    Parameters
    ----------
    pattern : str
    thousands, decimal : str
        What stands between thousands, and before the decimals.
    """
    if not isinstance(pattern, str) or not pattern:
        return NumberFormat(shown_text)
    make = next((make for kind, make in _KINDS if kind.search(pattern)), digits_writer)
    write = make(pattern, Marks(thousands, decimal))

    def text(value: object) -> str:
        if isinstance(value, float):
            return write(value)
        return "" if value is None or value == "" else write(_number(value))

    return NumberFormat(text, write if isinstance(write, UsualDigits) else None)


def _number(value: object) -> Number:
    """Return a value as an integer or a float, or as a Decimal with more digits than a float."""
    number = number_of(value)
    if isinstance(number, int):
        if number.bit_length() < _MOST_BITS:
            return number
        return math.inf if number > 0 else -math.inf
    if isinstance(number, float):
        return number
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return math.nan if number.is_nan() else float(number)
    rounded = float(number)
    return rounded if Decimal(repr(rounded)) == number else number


#: What is longer is infinite, as it is in JavaScript.
_MOST_BITS, _MOST_DIGITS = 1024, 308


def _basis_points(pattern: str, marks: Marks) -> Writer:
    write = digits_writer(re.sub(r"\s?BPS", "", pattern, count=1), marks)
    unit = " BPS" if " BPS" in pattern else "BPS"

    def text(number: Number) -> str:
        exact = isinstance(number, int) and abs(number) <= LARGEST_SAFE
        return _with_unit(write((float(number) if exact else number) * 10_000), unit)

    return text


def _bytes(pattern: str, marks: Marks) -> Writer:
    write = digits_writer(re.sub(r"\s?i?b", "", pattern, count=1), marks)
    base, infix = (1024, "i") if "ib" in pattern else (1000, "")
    space = " " if " b" in pattern or " ib" in pattern else ""

    def text(number: Number) -> str:
        # Negative numbers, and those between 0 and 1, have no unit.
        if not (number == 0 or number >= 1):
            return write(number) + space
        power = 0
        while power < len(_BYTE_PREFIXES) and number >= base ** (power + 1):
            power += 1
        unit = f"{_BYTE_PREFIXES[power - 1]}{infix}B" if power else "B"
        return write(float(number) / base**power if power else number) + space + unit

    return text


_BYTE_PREFIXES = "KMGTPEZY"


def _currency(pattern: str, marks: Marks) -> Writer:
    write = digits_writer(re.sub(r"\s?\$\s?", "", pattern, count=1), marks)
    before = pattern[: len(pattern) - len(re.sub(r"\A[+|\-(\s$]+", "", pattern))]
    after = pattern[len(re.sub(r"[+|\-)\s$]+\Z", "", pattern)) :]

    def text(number: Number) -> str:
        front, back = before, after
        if number >= 0:
            front = re.sub(r"[-(]", "", front, count=1)
            back = re.sub(r"[-)]", "", back, count=1)
        elif number < 0 and "-" not in front and "(" not in front:
            front = f"-{front}"
        written = write(number)
        # Where the sign is not written, as of -0.001, the symbol is one place too far.
        for place, symbol in enumerate(front):
            if symbol in "$ ":
                written = written[:place] + symbol + written[place:]
        for place, symbol in enumerate(reversed(back)):
            if symbol in "$ ":
                end = len(written) - place
                written = written[: max(end, 0)] + symbol + written[max(end, 0) :]
        return written

    return text


def _exponential(pattern: str, marks: Marks) -> Writer:
    write = digits_writer(re.sub(r"e[+|\-]0", "", pattern, count=1), marks)

    def text(number: Number) -> str:
        exact = Decimal(repr(float(number)))
        if exact.is_infinite():
            return write(number)
        power = exact.adjusted() if exact and exact.is_finite() else 0
        return f"{write(float(exact.scaleb(-power)))}e{power:+d}"

    return text


def _ordinal(pattern: str, marks: Marks) -> Writer:
    write = digits_writer(re.sub(r"\s?o", "", pattern, count=1), marks)
    space = " " if " o" in pattern else ""

    def text(number: Number) -> str:
        # What follows is of the number before it is rounded, and of no negative one.
        counts = number > 0 and float(number).is_integer()
        return write(number) + space + (ordinal_suffix(int(number)) if counts else "th")

    return text


def _percentage(pattern: str, marks: Marks) -> Writer:
    write = digits_writer(re.sub(r"\s?%", "", pattern, count=1), marks)
    unit = " %" if " %" in pattern else "%"
    if isinstance(write, UsualDigits):
        return replace(write, unit=unit)
    return lambda number: _with_unit(write(number), unit)


def _time(_pattern: str, _marks: Marks) -> Writer:
    def text(number: Number) -> str:
        value = float(number)
        hours = _floor(value / 60 / 60)
        minutes = _floor((value - hours * 60 * 60) / 60)
        seconds = _floor(value - hours * 60 * 60 - minutes * 60 + 0.5)
        return f"{text_of(hours)}:{_two_digits(minutes)}:{_two_digits(seconds)}"

    return text


def _floor(number: float) -> float:
    return float(math.floor(number)) if math.isfinite(number) else number


def _two_digits(part: float) -> str:
    return "0" * (part < 10) + text_of(part)  # noqa: PLR2004


def _with_unit(written: str, unit: str) -> str:
    # Within parentheses.
    return written[:-1] + unit + written[-1:] if ")" in written else written + unit


#: In this order.
_KINDS = (
    (re.compile("BPS"), _basis_points),
    (re.compile(r"[0\s]i?b"), _bytes),
    (re.compile(r"\$"), _currency),
    (re.compile(r"e\+|e-"), _exponential),
    (re.compile("o"), _ordinal),
    (re.compile("%"), _percentage),
    (re.compile(":"), _time),
)
