"""Values of ``number`` parameters."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction

from watchframe.models import ParameterDefinition
from watchframe.parameters.json_type import JSON
from watchframe.parameters.plain import plain
from watchframe.parameters.understanding import Circumstances, UnfitValueError

#: A uint256 has 78; a float, written out, up to 1,074.
MAX_DIGITS = 1100

#: What the server's ``float()`` takes beyond this (``1_000``, ``nan``, other scripts' digits) would
#: go into the SQL unchanged.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,5})?", re.ASCII)
_INTEGER = re.compile(r"-?\d+", re.ASCII)


def number(value: object, _definition: ParameterDefinition, _at: Circumstances) -> JSON:
    """Give a finite number that renders without an exponent and without losing a digit.

    An int stays one, of whatever size; so does a float whose repr has no exponent. Anything else
    that is no integer becomes text, which the server takes as well.
    """
    value = plain(value)
    if isinstance(value, bool):
        raise UnfitValueError("a number", "1 and 0 are numbers.")
    if isinstance(value, int):
        return int(value) if abs(value) < 10**MAX_DIGITS else _too_long()
    if isinstance(value, float):
        return _from_float(value)
    if isinstance(value, Decimal):
        return _written_out(value)
    if isinstance(value, Fraction):
        return _from_fraction(value)
    if isinstance(value, str):
        return _from_text(value.strip())
    raise UnfitValueError("a number")


def _from_float(value: float) -> JSON:
    if not math.isfinite(value):
        raise UnfitValueError("a finite number")
    written = repr(float(value))
    return _written_out(Decimal(written)) if "e" in written else float(value)


def _from_text(text: str) -> JSON:
    if not _NUMBER.fullmatch(text):
        hint = "Leave out the commas and underscores." if re.search(r"\d[,_]\d", text) else None
        raise UnfitValueError("a number", hint)
    return _written_out(Decimal(text))


def _from_fraction(value: Fraction) -> JSON:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    if Fraction(exact) != value:
        raise UnfitValueError("a number with an end", "Round it first.")
    return _written_out(exact)


def _written_out(value: Decimal) -> JSON:
    parts = value.as_tuple()
    if not isinstance(parts.exponent, int):  # NaN, infinity
        raise UnfitValueError("a finite number")
    if len(parts.digits) + abs(parts.exponent) > MAX_DIGITS:
        return _too_long()
    digits = format(value, "f")
    return int(digits) if _INTEGER.fullmatch(digits) else digits


def _too_long() -> JSON:
    raise UnfitValueError(f"a number of at most {MAX_DIGITS} digits")
