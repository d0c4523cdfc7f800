"""One value of each parameter type: from what Python has to what the wire takes."""

from __future__ import annotations

import difflib
import math
import numbers
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from enum import Enum
from typing import Any

from watchframe.models import ParameterDefinition
from watchframe.parameters.json_type import JSON
from watchframe.parameters.moments import as_moment, as_span, wire_moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a value is understood by, beside its definition.

    Attributes
    ----------
    now : datetime
        Aware; the same for all parameters of one read.
    timezone : tzinfo
        Where dynamic dates and aware times are told.
    options : sequence of str or None
        The choices of a ``query`` parameter; None where they are not known.
    """

    now: datetime
    timezone: tzinfo
    options: Sequence[str] | None = None


class UnfitValueError(ValueError):
    """A value does not fit.

    Parameters
    ----------
    expected : str
        What would.
    hint : str or None
    """

    def __init__(self, expected: str, hint: str | None = None) -> None:
        super().__init__(expected)
        self.expected = expected
        self.hint = hint


Understand = Callable[[object, ParameterDefinition, Circumstances], JSON]

#: How many options an error lists.
SHOWN = 20

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_INTEGER = re.compile(r"-?(0|[1-9]\d*)", re.ASCII)


def text(value: object, _definition: ParameterDefinition, _at: Circumstances) -> JSON:
    """Give a string; a number is written out."""
    value = plain(value)
    if isinstance(value, str):
        return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    raise UnfitValueError("a string")


def text_pattern(value: object, definition: ParameterDefinition, at: Circumstances) -> JSON:
    """Give a string that matches the pattern, whole."""
    pattern = definition.regex or ""
    try:
        matches = re.compile(pattern).fullmatch(str(text(value, definition, at)))
    except re.error as error:
        raise UnfitValueError(
            f"a string that matches {pattern!r}",
            f"That is not a pattern that the server understands ({error}): tell its author.",
        ) from None
    if matches is None:
        raise UnfitValueError(f"a string that matches {pattern!r} from end to end")
    return matches.string


def number(value: object, _definition: ParameterDefinition, _at: Circumstances) -> JSON:
    """Give a finite number; as text where JSON's own would lose digits or have an exponent."""
    value = plain(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = Decimal(value.strip())
    if isinstance(value, bool) or not isinstance(value, numbers.Real | Decimal):
        raise UnfitValueError("a number")
    if isinstance(value, int):
        return value
    if not math.isfinite(value):
        raise UnfitValueError("a finite number")
    if not isinstance(value, Decimal):
        real = float(value)
        if "e" not in repr(real):
            return real
        value = Decimal(repr(real))
    digits = format(value, "f")
    return int(digits) if _INTEGER.fullmatch(digits) else digits


def choice(value: object, definition: ParameterDefinition, at: Circumstances) -> JSON:
    """Give one of the options, or a list of them where several may be chosen."""
    options = definition.enum_options if definition.type == "enum" else at.options
    if definition.multi is None:
        return _option(value, options)
    chosen = [_option(item, options) for item in _items(value)]
    if not chosen:
        raise UnfitValueError("at least one value", "An empty list renders to nothing in the SQL.")
    return list(dict.fromkeys(chosen))


def moment(value: object, definition: ParameterDefinition, at: Circumstances) -> JSON:
    """Give a date or a time, as fine as its type has it."""
    try:
        found = as_moment(value, now=at.now, timezone=at.timezone)
    except (ValueError, OverflowError):
        raise UnfitValueError(
            f"a date such as {wire_moment(_EXAMPLE, definition.type)!r}, a datetime, a Timestamp, "
            "or 'd_now', 'd_yesterday'"
        ) from None
    return wire_moment(found, definition.type)


def span(value: object, definition: ParameterDefinition, at: Circumstances) -> JSON:
    """Give start and end, as fine as their type has them."""
    example = wire_moment(_EXAMPLE, definition.type)
    try:
        start, end = as_span(value, now=at.now, timezone=at.timezone)
    except (ValueError, OverflowError):
        raise UnfitValueError(
            f"a start and an end such as ({example!r}, {example!r}), a Period, an Interval, "
            "or a name such as 'd_last_7_days'"
        ) from None
    if end < start:
        raise UnfitValueError("an end that is not before the start")
    return {"start": wire_moment(start, definition.type), "end": wire_moment(end, definition.type)}


def plain(value: Any) -> Any:
    """Give the Python value in an Enum's member or in numpy's scalar."""
    if isinstance(value, Enum):
        value = value.value
    if hasattr(value, "item") and hasattr(value, "dtype") and getattr(value, "ndim", 0) == 0:
        return value.item()
    return value


def _option(value: object, options: Sequence[str] | None) -> str:
    value = plain(value)
    if value is None or isinstance(value, Mapping | list | tuple | set | frozenset):
        raise UnfitValueError("one value of the list")
    text = str(value)
    if options is not None and text not in options:
        close = difflib.get_close_matches(text, options, n=3)
        known = ", ".join(map(repr, options[:SHOWN]))
        if len(options) > SHOWN:
            known += ", ..."
        raise UnfitValueError(
            f"one of {known}" if options else "one of the list, which is empty",
            f"Did you mean {' or '.join(map(repr, close))}?" if close else None,
        )
    return text


def _items(value: object) -> Iterable[object]:
    if isinstance(value, str) or not isinstance(value, Iterable) or isinstance(value, Mapping):
        return [value]
    return sorted(value) if isinstance(value, set | frozenset) else value


_EXAMPLE = datetime(2024, 1, 31, 13, 45, 59)  # noqa: DTZ001 - the wire form has no zone


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterType:
    """A parameter type: what it takes, what is sent, and how the one becomes the other.

    Attributes
    ----------
    takes : str
        In words, for the reference page.
    sends : str
        The wire form, as an example.
    understand : callable
    """

    takes: str
    sends: str
    understand: Understand


PARAMETER_TYPES: dict[str, ParameterType] = {
    "text": ParameterType(
        takes="a string; an integer or a Decimal is written out",
        sends='`"New York"`',
        understand=text,
    ),
    "text-pattern": ParameterType(
        takes="a string that matches the pattern from end to end",
        sends='`"0x00ff"`',
        understand=text_pattern,
    ),
    "number": ParameterType(
        takes="an int of any size, a finite float, a Decimal, a numpy number, or a number as text",
        sends='`5`, `0.25`, `"0.000000000000000001"`',
        understand=number,
    ),
    "enum": ParameterType(
        takes="one of the options; where several may be chosen, any iterable of them",
        sends='`"WETH"`, `["WETH", "INV"]`',
        understand=choice,
    ),
    "query": ParameterType(
        takes="one of the values that the dropdown's query gives; or several, as `enum`",
        sends='`"WETH"`, `["WETH", "INV"]`',
        understand=choice,
    ),
    **{
        name: ParameterType(
            takes="a date, datetime, Timestamp, datetime64 or Period, ISO text, or a dynamic date; "
            "an aware time is told in the settings' time zone",
            sends=f'`"{wire_moment(_EXAMPLE, name)}"`',
            understand=moment,
        )
        for name in ("date", "datetime-local", "datetime-with-seconds")
    },
    **{
        name: ParameterType(
            takes='two of the above as a tuple, list, slice or `{"start": ..., "end": ...}`; a '
            'Period, an Interval, `"start--end"`, or a dynamic range',
            sends=f'`{{"start": "{wire_moment(_EXAMPLE, name)}", "end": ...}}`',
            understand=span,
        )
        for name in ("date-range", "datetime-range", "datetime-range-with-seconds")
    },
}
"""The server's word -> the type. The reference page is made from this table."""

#: What a type that this release does not know is taken for, as the front end does.
FALLBACK = PARAMETER_TYPES["text"]
