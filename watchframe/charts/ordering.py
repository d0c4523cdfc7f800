"""How the page sorts values of any type: as lodash does, and as react-pivottable does."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from watchframe.charts.javascript import Number, number_of, text_of

_Item = TypeVar("_Item")

_DIGITS_OR_NOT = re.compile(r"[0-9]+|[^0-9]+")
_DIGITS = frozenset("0123456789")


def sorted_by(items: Iterable[_Item], key: Callable[[_Item], object]) -> list[_Item]:
    """Return items by a key, as lodash's `sortBy`: null and NaN are last, equal ones as they came.

    Texts are compared as texts with each other, and as numbers with anything else.
    """
    found = list(items)
    keys = [key(item) for item in found]
    order = range(len(found))
    if {type(value) for value in keys} <= {int, float} and not any(map(is_nan, keys)):
        numbers: list[Any] = keys
        return [found[index] for index in sorted(order, key=numbers.__getitem__)]
    compared = [_ascending_key(value) for value in keys]
    return [found[index] for index in sorted(order, key=compared.__getitem__)]


@functools.lru_cache(maxsize=256, typed=True)
def natural_key(value: object, *, reverse: bool = False) -> Any:
    """Return what a pivot table sorts a value by, or what puts the last one first.

    Null is before NaN, and both before numbers and texts of numbers; other texts are last. The
    digits in a text are compared as numbers, or as decimals where the first one is a zero.
    """
    return (_reverse_natural if reverse else _natural)(_Natural.of(value))


def natural_keys(values: Iterable[object]) -> list[Any]:
    """Return what a pivot table sorts each of many values by, quicker than by `natural_key`."""
    found = [_Natural.of(value) for value in values]
    return _plain_keys(found) or [_natural(item) for item in found]


def is_number(value: object) -> bool:
    """Return whether a value is a number to JavaScript: a boolean is none."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def is_nan(value: object) -> bool:
    """Return whether a value is a number that is none."""
    return isinstance(value, float | Decimal) and value != value  # noqa: PLR0124 - NaN


def is_finite(value: object) -> bool:
    """Return whether a value is a number that is neither NaN nor infinite."""
    return is_number(value) and value not in _NO_NUMBERS and not is_nan(value)


_NO_NUMBERS = (float("inf"), float("-inf"))


def code_units(text: str) -> bytes:
    """Return what JavaScript compares a text by."""
    return text.encode("utf-16-be", "surrogatepass")


def _ascending(first: object, second: object) -> int:
    ranks = [2 if is_nan(value) else 1 if value is None else 0 for value in (first, second)]
    if any(ranks):
        return ranks[0] - ranks[1]
    if isinstance(first, str) and isinstance(second, str):
        return _sign(code_units(first), code_units(second))
    one, other = number_of(first), number_of(second)
    # What is no number is neither above nor below.
    return 0 if is_nan(one) or is_nan(other) else _sign(one, other)


_ascending_key = functools.cmp_to_key(_ascending)


@dataclass(frozen=True, slots=True)
class _Natural:
    kind: int
    number: Number
    is_text: bool
    text: str
    parts: list[str] | None

    @classmethod
    def of(cls, value: object) -> _Natural:
        number = number_of(value)
        if value is None:
            kind = 0
        elif is_nan(number):
            kind = 1 if is_number(value) else 3
        else:
            kind = 2
        text = text_of(value)
        has_digits = kind > 1 and not _DIGITS.isdisjoint(text)
        return cls(
            kind=kind,
            number=number if kind == 2 else 0,  # noqa: PLR2004 - a kind
            is_text=not is_number(value),
            text=text,
            parts=_DIGITS_OR_NOT.findall(text) if has_digits else None,
        )


def _natural_order(first: _Natural, second: _Natural) -> int:
    one, other = (first.kind, first.number), (second.kind, second.number)
    if one != other:
        return _sign(one, other)
    if first.kind == 1:
        return -1
    if not (first.is_text and second.is_text):
        return first.is_text - second.is_text
    return _text_order(first, second)


_natural = functools.cmp_to_key(_natural_order)


def _reverse_natural_order(first: _Natural, second: _Natural) -> int:
    return -_natural_order(first, second)


_reverse_natural = functools.cmp_to_key(_reverse_natural_order)


def _text_order(first: _Natural, second: _Natural) -> int:
    if first.parts is None or second.parts is None:
        return _sign(code_units(first.text), code_units(second.text))
    for part, other in zip(first.parts, second.parts, strict=False):
        if part != other:
            if part[0] in _DIGITS and other[0] in _DIGITS:
                return _sign(_digits_value(part), _digits_value(other))
            return _sign(code_units(part), code_units(other))
    return len(first.parts) - len(second.parts)


def _plain_keys(values: Sequence[_Natural]) -> list[Any] | None:
    """Return tuples that are in natural order; None where that order contradicts itself."""
    texts = [value for value in values if value.is_text and value.kind > 0]
    has_digits = {value.parts is not None for value in texts}
    if len(has_digits) > 1 or any(value.kind == 1 for value in values):
        return None
    numbers: dict[float, str] = {}

    def plain(part: str) -> float | bytes | None:
        if part[0] not in _DIGITS:
            return code_units(part)
        number = _digits_value(part)
        return number if numbers.setdefault(number, part) == part else None

    keys = []
    for value in values:
        parts: tuple[Any, ...] = ()
        if value.parts is not None and value.is_text:
            # Digits are between the other characters.
            place = 1 if value.text[0] in _DIGITS else 0 if value.text[0] < "0" else 2
            parts = (place, *map(plain, value.parts))
        elif value.is_text and value.kind > 0:
            parts = (code_units(value.text),)
        if None in parts:
            return None
        keys.append((value.kind, value.number, value.is_text, parts))
    return keys


def _digits_value(digits: str) -> float:
    return float("." + digits if digits[0] == "0" else digits)


def _sign(first: Any, second: Any) -> int:
    return int(first > second) - int(first < second)
