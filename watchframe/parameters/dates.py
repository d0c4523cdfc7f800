"""Values of the date types: a moment, or a range of two."""

from __future__ import annotations

from datetime import datetime

from watchframe.models import ParameterDefinition
from watchframe.parameters.dynamic import DYNAMIC_DATES, DYNAMIC_RANGES
from watchframe.parameters.json_type import JSON
from watchframe.parameters.moments import as_moment, as_span, wire_moment
from watchframe.parameters.nearest import did_you_mean, nearest
from watchframe.parameters.understanding import Circumstances, UnfitValueError

#: What examples in messages and on the reference page are made of.
EXAMPLE = datetime(2024, 1, 31, 13, 45, 59)  # noqa: DTZ001 - the wire form has no zone


def moment(value: object, definition: ParameterDefinition, at: Circumstances) -> JSON:
    """Give a date or a time, as fine as its type has it."""
    try:
        found = as_moment(value, now=at.now, timezone=at.timezone)
    except (ValueError, OverflowError):
        hint = f"{value!r} is a range; this is one date." if _is_name(value, ranges=True) else None
        raise UnfitValueError(
            f"a date such as {wire_moment(EXAMPLE, definition.type)!r}, a datetime, a Timestamp, "
            "or 'd_now', 'd_yesterday'",
            hint or did_you_mean(_names_near(value, DYNAMIC_DATES)),
        ) from None
    return wire_moment(found, definition.type)


def span(value: object, definition: ParameterDefinition, at: Circumstances) -> JSON:
    """Give start and end, as fine as their type has them; both belong to the range."""
    example = wire_moment(EXAMPLE, definition.type)
    try:
        start, end = as_span(value, now=at.now, timezone=at.timezone)
    except (ValueError, OverflowError):
        raise UnfitValueError(
            f"a start and an end such as ({example!r}, {example!r}), a Period, an Interval, "
            "or a name such as 'd_last_7_days'",
            did_you_mean(_names_near(value, DYNAMIC_RANGES)) or _hint_of_ends(value),
        ) from None
    if end < start:
        raise UnfitValueError("an end that is not before the start", "Swap the two.")
    return {"start": wire_moment(start, definition.type), "end": wire_moment(end, definition.type)}


def _hint_of_ends(value: object) -> str | None:
    if isinstance(value, slice) and None in (value.start, value.stop):
        return "Both ends are needed; 'd_now' may be one of them."
    if _is_name(value, ranges=False):
        return f"{value!r} is one date; this is a range, of which it may be an end."
    if isinstance(value, set | frozenset):
        return "A set has no first: give a tuple."
    return None


def _is_name(value: object, *, ranges: bool) -> bool:
    return isinstance(value, str) and value in (DYNAMIC_RANGES if ranges else DYNAMIC_DATES)


def _names_near(value: object, names: object) -> tuple[str, ...]:
    return nearest(value, names) if isinstance(value, str) else ()  # type: ignore[arg-type]
