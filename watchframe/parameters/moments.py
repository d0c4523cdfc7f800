"""Dates and times as Python has them, to wall-clock moments, to the wire's text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from watchframe.parameters.dynamic import (
    DYNAMIC_DATES,
    DYNAMIC_RANGES,
    Span,
    resolve_dynamic_date,
    resolve_dynamic_range,
)
from watchframe.parameters.plain import is_nothing, plain

#: Parameter type -> how fine its text is.
TIMESPEC = {
    "date": "days",
    "datetime-local": "minutes",
    "datetime-with-seconds": "seconds",
    "date-range": "days",
    "datetime-range": "minutes",
    "datetime-range-with-seconds": "seconds",
}

#: A time with a fraction of its hour or minute.
_FRACTION_OF_MORE = re.compile(r".{10}.\d\d(:?\d\d)?[.,]", re.ASCII)

_DATE_NAMES = {name: name for name in DYNAMIC_DATES} | {
    "now": "d_now",
    "today": "d_now",
    "yesterday": "d_yesterday",
}
_RANGE_NAMES = (
    {name: name for name in DYNAMIC_RANGES}
    | {name.removeprefix("d_"): name for name in DYNAMIC_RANGES}
    | {item.label.lower(): name for name, item in DYNAMIC_RANGES.items()}
)
_FIRST, _LAST = "start_time", "end_time"


def wire_moment(moment: datetime, type_: str) -> str:
    """Give the text of a moment; what is finer than the type can tell is cut off."""
    spec = TIMESPEC[type_]
    if spec == "days":
        return moment.date().isoformat()
    return moment.replace(microsecond=0).isoformat(sep=" ", timespec=spec)


def as_moment(value: object, *, now: datetime, timezone: tzinfo) -> datetime:
    """Give the wall-clock moment that `value` means in `timezone`.

    A dynamic name, ISO text, a date (its midnight), a datetime (without a zone: as it stands), or
    what can give one of these: a Timestamp, a datetime64, an Arrow scalar, a Period of a day or
    less (its start).

    Raises
    ------
    ValueError, OverflowError
        It is not a moment.
    """
    value = plain(value)
    if isinstance(value, str):
        name = _DATE_NAMES.get(value.strip().lower())
        if name is not None:
            return resolve_dynamic_date(name, now=now, timezone=timezone)
        value = _from_text(value.strip())
    if _is_period(value):
        if _end_of(value, _LAST) - _end_of(value, _FIRST) >= timedelta(days=1):
            raise ValueError(value)
        value = _end_of(value, _FIRST)
    if is_nothing(value):  # NaT is an instance of datetime
        raise ValueError(value)
    if isinstance(value, datetime):
        return _wall_clock(value, timezone)
    if isinstance(value, date):
        return datetime.combine(value, time())
    raise ValueError(value)


def as_span(value: object, *, now: datetime, timezone: tzinfo) -> Span:
    """Give the two wall-clock moments that `value` means in `timezone`.

    A dynamic name, ``"start--end"``, or whatever has two ends; a Period as an end gives its own. An
    Interval that is open on the right ends just before that.

    Raises
    ------
    ValueError, OverflowError
        It is not a range.
    """
    if isinstance(value, str):
        name = _RANGE_NAMES.get(value.strip().lower())
        if name is not None:
            return resolve_dynamic_range(name, now=now, timezone=timezone)
        ends: Sequence[object] = value.split("--")
    else:
        ends = _ends(value)
    first, last = ends  # other than two are a ValueError as well
    return (
        as_moment(_end_of(first, _FIRST), now=now, timezone=timezone),
        as_moment(_end_of(last, _LAST), now=now, timezone=timezone),
    )


def _ends(value: object) -> Sequence[object]:
    """Give start and end of whatever has two."""
    if isinstance(value, Mapping):
        if set(value) != {"start", "end"}:
            raise ValueError(value)
        return value["start"], value["end"]
    if isinstance(value, slice):
        if value.step is not None:
            raise ValueError(value)
        return value.start, value.stop
    if _is_period(value):
        return value, value
    if hasattr(value, "left") and hasattr(value, "right"):  # a pandas.Interval
        return value.left, _closed_end(value)
    # A set has no first.
    if isinstance(value, Iterable) and not isinstance(value, set | frozenset):
        return list(value)
    raise ValueError(value)


def _closed_end(interval: Any) -> object:
    """Give the last moment of an Interval: an end that does not belong to it is none."""
    end = interval.right
    is_open = isinstance(end, datetime) and not getattr(interval, "closed_right", True)
    return end - timedelta(microseconds=1) if is_open else end


def _from_text(text: str) -> datetime:
    # fromisoformat takes any letter or digit there, and half an hour ("T10,5") for half a second.
    if text[10:11] not in ("", "T", "t", " ") or _FRACTION_OF_MORE.match(text):
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    if moment.date().isoformat() != text[:10]:
        raise ValueError(text)  # "2024-W01", "20240102": dates, but nobody's spelling here
    return moment


def _wall_clock(moment: datetime, timezone: tzinfo) -> datetime:
    if hasattr(moment, "to_pydatetime"):  # a Timestamp may have nanoseconds, which are cut off
        moment = moment.to_pydatetime(warn=False)
    return moment if moment.tzinfo is None else moment.astimezone(timezone).replace(tzinfo=None)


def _is_period(value: object) -> bool:
    return hasattr(value, _FIRST) and hasattr(value, _LAST) and hasattr(value, "freqstr")


def _end_of(value: Any, which: str) -> Any:
    """Give the first or last moment of a pandas.Period; of anything else, itself."""
    return getattr(value, which) if _is_period(value) else value
