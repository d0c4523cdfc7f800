"""The digits of numbers by a pattern of numeral.js: rounding, thousands, signs, ``0.0a``."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

import numpy as np

from watchframe.charts.javascript import Number, text_of

Writer = Callable[[Number], str]


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands between thousands, and before the decimals."""

    thousands: str
    decimal: str


def digits_writer(pattern: str, marks: Marks) -> Writer:
    """Return what writes numbers without a unit."""
    rest = pattern
    parentheses, sign = "(" in rest, None
    if parentheses:
        rest = re.sub(r"[(|)]", "", rest)
    elif "+" in rest or "-" in rest:
        sign = _Sign(always="+" in rest, first=rest.startswith("+" if "+" in rest else "-"))
        rest = re.sub(r"[+|\-]", "", rest)
    shortened = None
    if found := re.search("a([kmbt]?)", rest):
        space = " " if " a" in rest else ""
        shortened = _Shortened(space, found[1])
        rest = re.sub(f"{space}a[kmbt]?", "", rest, count=1)
    optional = "[.]" in rest
    integer, *fractions = rest.replace("[.]", ".", 1).split(".")
    fraction = fractions[0] if fractions else ""
    required, *others = fraction.replace("]", "", 1).split("[") if "[" in fraction else [fraction]
    layout = _Layout(
        marks=marks,
        parentheses=parentheses,
        sign=sign,
        shortened=shortened,
        optional=optional,
        decimals=min(len(required), _MOST_DECIMALS),
        more=min(len(others[0]), _MOST_DECIMALS) if others else 0,
        grouped="," in rest,
        width=integer.split(",")[0].count("0"),
        no_integer=not integer and bool(fractions),
    )
    return layout.write if layout.is_special else UsualDigits.of(layout)


@dataclass(frozen=True, slots=True)
class UsualDigits:
    """Writes most numbers faster: those that Python formats to the same digits.

    Attributes
    ----------
    write : callable
        Writes any number.
    python_format : str
    scale : float
        Ten to the power of the decimals.
    below : float
        The size from which on numbers are written by `write`.
    no_decimals : str
        What is left out at the end of a text.
    minus_zero : str
        The text of a negative number that is rounded to zero.
    unit : str
        What is behind each number.
    """

    write: Writer
    python_format: str
    scale: float
    below: float
    no_decimals: str
    minus_zero: str
    unit: str = ""

    @classmethod
    def of(cls, layout: _Layout) -> UsualDigits:
        """Return what writes numbers of a layout that Python formats too."""
        decimals = layout.decimals
        python_format = f"{',' if layout.grouped else ''}.{decimals}f"
        return cls(
            write=layout.write,
            python_format=python_format,
            scale=10.0**decimals,
            below=_WITH_HALVES / 10**decimals,
            no_decimals="." + "0" * decimals if decimals and layout.optional else "",
            minus_zero=f"{-0.0:{python_format}}",
        )

    def __call__(self, number: Number) -> str:
        """Return the text of a number."""
        if isinstance(number, Decimal):
            return self.write(number) + self.unit
        # Where half of the last decimal is left over, or nearly so, Python may round elsewhere:
        # it rounds what is stored, and the page what is written.
        is_usual = (
            -self.below < number < self.below
            and abs(number * self.scale % 1 - 0.5)
            > _NEAR_HALF + abs(number * self.scale) * _PRECISION
        )
        text = format(number, self.python_format) if is_usual else self.write(number)
        return self._finished([text])[0]

    def many(self, numbers: Sequence[int | float]) -> list[str]:
        """Return the text of each number."""
        try:
            array = np.array(numbers, dtype=float)
        except OverflowError:  # An integer that is no double.
            return list(map(self, numbers))
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = array * self.scale
            from_half = np.abs(scaled % 1 - 0.5)
        is_usual = np.abs(array) < self.below
        is_usual &= from_half > _NEAR_HALF + np.abs(scaled) * _PRECISION
        texts = list(map(f"{{:{self.python_format}}}".format, array.tolist()))
        for place in np.flatnonzero(~is_usual).tolist():
            texts[place] = self.write(numbers[place])
        return self._finished(texts)

    def _finished(self, texts: list[str]) -> list[str]:
        if self.minus_zero in texts:
            texts = [text[1:] if text == self.minus_zero else text for text in texts]
        if self.no_decimals:
            texts = [text.removesuffix(self.no_decimals) for text in texts]
        return [text + self.unit for text in texts] if self.unit else texts


#: JavaScript writes no more.
_MOST_DECIMALS = 100


@dataclass(frozen=True, slots=True)
class _Sign:
    always: bool  # or of negative numbers only
    first: bool  # or last

    def of(self, written: str, *, negative: bool) -> str:
        mark = "-" if negative else "+"
        return mark + written if self.first else written + mark


@dataclass(frozen=True, slots=True)
class _Shortened:
    space: str
    unit: str  # or, if empty, what is best for the number

    def of(self, number: Number) -> tuple[Number, str]:
        """Return a number in thousands, millions and so on, and their sign."""
        size = abs(float(number))
        for unit, least in _UNITS.items():
            if unit == self.unit or (not self.unit and size >= least):
                return float(number) / least, self.space + unit
        return number, self.space

    def rounded(self, integer: str, unit: str) -> tuple[str, str]:
        """Return the next unit where rounding made 1000, as of 999,999; negative ones stay."""
        if self.unit or unit in {"", "t"} or len(integer) < _GROUP + 1 or not integer.isdecimal():
            return integer, unit
        return text_of(int(integer) / 1000), _NEXT_UNITS.get(unit, unit)


_UNITS = {"t": 10**12, "b": 10**9, "m": 10**6, "k": 10**3}
_NEXT_UNITS = {"k": "m", "m": "b", "b": "t"}
_GROUP = 3


@dataclass(frozen=True, slots=True)
class _Layout:
    marks: Marks
    parentheses: bool
    sign: _Sign | None
    shortened: _Shortened | None
    optional: bool  # whether decimals are left out where all are zero
    decimals: int
    more: int  # decimals that are written where they are not zero
    grouped: bool
    width: int
    no_integer: bool

    @property
    def is_special(self) -> bool:
        """Whether Python formats no number like this."""
        return (
            self.parentheses
            or self.sign is not None
            or self.shortened is not None
            or self.more > 0
            or self.width > 1
            or self.no_integer
            or self.marks != Marks(",", ".")
        )

    def write(self, number: Number) -> str:
        if number != number:  # noqa: PLR0124 - NaN
            number = 0
        signed, unit = self.sign, ""
        if signed and not signed.always and number >= 0:
            signed = None
        if self.shortened:
            number, unit = self.shortened.of(number)
        negative, integer, fraction = _fixed(number, self.decimals, self.more)
        if self.optional and not fraction.strip("0"):
            fraction = ""
        if self.shortened and not negative:
            integer, unit = self.shortened.rounded(integer, unit)
        integer = "" if self.no_integer else integer.rjust(self.width, "0")
        if self.grouped and len(integer) > _GROUP and integer[0].isdecimal():
            integer = self._grouped(integer)
        written = f"{integer}{self.marks.decimal}{fraction}{unit}" if fraction else integer + unit
        if self.parentheses:
            return f"({written})" if negative else written
        if signed:
            return signed.of(written, negative=negative)
        return f"-{written}" if negative else written

    def _grouped(self, integer: str) -> str:
        whole, point, rest = integer.partition(".")
        start = len(whole) % _GROUP
        groups = [whole[place : place + _GROUP] for place in range(start, len(whole), _GROUP)]
        return (
            self.marks.thousands.join([whole[:start], *groups] if start else groups) + point + rest
        )


def _fixed(number: Number, decimals: int, more: int) -> tuple[bool, str, str]:
    """Return whether a rounded number is negative, its integer's digits, and its decimals."""
    if isinstance(number, int):
        scaled: int = number * 10**decimals
        if abs(number) > LARGEST_SAFE or abs(scaled) < _EXACT:
            return _parts(scaled, decimals, 0)
        number = float(number)
    if isinstance(number, float):
        if math.isinf(number):
            return number < 0, "Infinity", ""
        if number == 0 or _SMALLEST <= abs(number) < _LARGEST:
            return _fixed_float(number, decimals, more)
        number = Decimal(repr(number))
    _, digits, exponent = number.normalize(_CONTEXT).as_tuple()
    places = min(max(-int(exponent) if any(digits) else 0, decimals), decimals + more)
    half_more = _CONTEXT.add(_CONTEXT.scaleb(number, places), _HALF)
    return _parts(math.floor(half_more), places, places - decimals)


def _fixed_float(number: float, decimals: int, more: int) -> tuple[bool, str, str]:
    """Return the same of a float that JavaScript writes without an exponent."""
    mantissa, _, power = repr(number).partition("e")
    places = decimals
    if more and not number.is_integer():
        own = len(mantissa.partition(".")[2].rstrip("0")) - int(power or 0)
        places = min(max(own, decimals), decimals + more)
    # As it is written, and not as it is stored: 1.005 has the two decimals 1.01.
    scaled = float(f"{mantissa}e{int(power or 0) + places}") if places else number
    if abs(scaled) < _EXACT:
        floor = math.floor(scaled)
        rounded = floor + (scaled - floor >= _HALF)
    else:
        # The digits of what is stored: 1e15 has the ten decimals .1250000000.
        stored = Decimal(scaled / 10.0**places)
        rounded = int(_CONTEXT.to_integral_value(_CONTEXT.scaleb(stored, places)))
    return _parts(rounded, places, places - decimals)


#: What is outside of these has an exponent in JavaScript, and is NaN to numeral.
_SMALLEST, _LARGEST = 1e-6, 1e21
#: Below it a float has all integers and halves; the page has all integers up to the other.
_EXACT, LARGEST_SAFE = 2**52, 2**53
#: Below this product of two floats it is seen whether it is near a half: it is not off by more
#: than a part of it, and a thousandth.
_WITH_HALVES, _PRECISION, _NEAR_HALF = 2**47, 2.0**-50, 0.001
_HALF = Decimal("0.5")
_CONTEXT = Context(prec=1000, rounding=ROUND_HALF_UP)


def _parts(rounded: int, places: int, most_zeros: int) -> tuple[bool, str, str]:
    digits = str(abs(rounded))
    if not places:
        return rounded < 0, digits, ""
    digits = digits.rjust(places + 1, "0")
    fraction = digits[-places:]
    zeros = min(len(fraction) - len(fraction.rstrip("0")), most_zeros)
    return rounded < 0, digits[:-places], fraction[: places - zeros]
