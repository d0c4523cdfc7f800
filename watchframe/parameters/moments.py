"""Dates, times and ranges: from Python's values and dynamic names to the text that is sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from watchframe.parameters.values import is_null, to_python

#: Name -> what a person reads.
DYNAMIC_DATES = {"d_now": "Today / now", "d_yesterday": "Yesterday"}

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class DynamicRange:
    """A named range.

    Attributes
    ----------
    label : str
        What a person reads.
    resolve : callable
        Returns start and end, without a zone, from an aware now.
    """

    label: str
    resolve: Callable[[datetime], Span]


def resolve_dynamic_date(name: str, *, now: datetime, timezone: tzinfo) -> datetime:
    """Return the moment of ``d_now`` or ``d_yesterday`` (the same time of day), without a zone."""
    local = now.astimezone(timezone)
    if name == "d_yesterday":
        wall = (local - timedelta(days=1)).replace(fold=0)
        # Where the clocks skipped that time of day, it moves forward.
        local = wall.astimezone(UTC).astimezone(timezone)
    return local.replace(tzinfo=None)


def resolve_dynamic_range(name: str, *, now: datetime, timezone: tzinfo) -> Span:
    """Return start and end of a named range, without a zone."""
    return DYNAMIC_RANGES[name].resolve(now.astimezone(timezone))


def _whole(unit: str, ago: int) -> Callable[[datetime], Span]:
    """Return the resolver of a whole day, week, month or year, `ago` of them before this one."""

    def resolve(now: datetime) -> Span:
        import pandas as pd  # noqa: PLC0415 - the command line's help needs none of it

        period = pd.Period(now.replace(tzinfo=None), unit) - ago
        return period.start_time.to_pydatetime(), period.end_time.floor("s").to_pydatetime()

    return resolve


def _last_hours(hours: int) -> Callable[[datetime], Span]:
    """Return the resolver of the last hours, as they pass, whatever the clocks do."""

    def resolve(now: datetime) -> Span:
        start = (now.astimezone(UTC) - timedelta(hours=hours)).astimezone(now.tzinfo)
        return start.replace(tzinfo=None), now.replace(tzinfo=None)

    return resolve


def _since_midnight(*, days: int = 0, months: int = 0) -> Callable[[datetime], Span]:
    """Return the resolver of the time since the midnight so many days or months ago."""

    def resolve(now: datetime) -> Span:
        import pandas as pd  # noqa: PLC0415 - as above

        wall = now.replace(tzinfo=None)
        start = (pd.Timestamp(wall) - pd.DateOffset(days=days, months=months)).normalize()
        return start.to_pydatetime(), wall

    return resolve


#: pandas' words for calendar units; a week ends on Saturday.
_DAY, _WEEK, _MONTH, _YEAR = "D", "W-SAT", "M", "Y"

DYNAMIC_RANGES: dict[str, DynamicRange] = {
    "d_today": DynamicRange("Today", _whole(_DAY, 0)),
    "d_yesterday": DynamicRange("Yesterday", _whole(_DAY, 1)),
    "d_this_week": DynamicRange("This week", _whole(_WEEK, 0)),
    "d_this_month": DynamicRange("This month", _whole(_MONTH, 0)),
    "d_this_year": DynamicRange("This year", _whole(_YEAR, 0)),
    "d_last_week": DynamicRange("Last week", _whole(_WEEK, 1)),
    "d_last_month": DynamicRange("Last month", _whole(_MONTH, 1)),
    "d_last_year": DynamicRange("Last year", _whole(_YEAR, 1)),
    "d_last_hour": DynamicRange("Last hour", _last_hours(1)),
    "d_last_8_hours": DynamicRange("Last 8 hours", _last_hours(8)),
    "d_last_24_hours": DynamicRange("Last 24 hours", _last_hours(24)),
    "d_last_7_days": DynamicRange("Last 7 days", _since_midnight(days=7)),
    "d_last_14_days": DynamicRange("Last 14 days", _since_midnight(days=14)),
    "d_last_30_days": DynamicRange("Last 30 days", _since_midnight(days=30)),
    "d_last_60_days": DynamicRange("Last 60 days", _since_midnight(days=60)),
    "d_last_90_days": DynamicRange("Last 90 days", _since_midnight(days=90)),
    "d_last_12_months": DynamicRange("Last 12 months", _since_midnight(months=12)),
    "d_last_2_years": DynamicRange("Last 2 years", _since_midnight(months=24)),
    "d_last_3_years": DynamicRange("Last 3 years", _since_midnight(months=36)),
    "d_last_10_years": DynamicRange("Last 10 years", _since_midnight(months=120)),
}
"""Name -> range, in the order of the front end's menus."""


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

#: What stands between the two ends of a range.
_BETWEEN = re.compile(r"\.\.|--|\s+to\s+")

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


def dynamic_name(value: object, type_: str) -> str | None:
    """Return the dynamic value that a parameter's value spells, such as ``d_now`` for ``Today``."""
    if not isinstance(value, str) or type_ not in TIMESPEC:
        return None
    names = _RANGE_NAMES if "range" in type_ else _DATE_NAMES
    return names.get(value.strip().lower())


def wire_moment(moment: datetime, type_: str) -> str:
    """Return the text of a moment; what is finer than the type is cut off."""
    spec = TIMESPEC[type_]
    if spec == "days":
        return moment.date().isoformat()
    return moment.replace(microsecond=0).isoformat(sep=" ", timespec=spec)


def as_moment(value: object, *, now: datetime, timezone: tzinfo) -> datetime:
    """Return the wall-clock moment that `value` means in `timezone`.

    A dynamic name, ISO text, a date (its midnight), a datetime (without a zone: as it stands), or
    what converts to one of these: a Timestamp, a datetime64, an Arrow scalar, a Period of a day or
    less (its start).

    Raises
    ------
    ValueError, OverflowError
        It is not a moment.
    """
    value = to_python(value)
    if isinstance(value, str):
        name = _DATE_NAMES.get(value.strip().lower())
        if name is not None:
            return resolve_dynamic_date(name, now=now, timezone=timezone)
        value = _from_text(value.strip())
    if _is_period(value):
        if _end_of(value, _LAST) - _end_of(value, _FIRST) >= timedelta(days=1):
            raise ValueError(value)
        value = _end_of(value, _FIRST)
    if is_null(value):  # NaT is an instance of datetime
        raise ValueError(value)
    if isinstance(value, datetime):
        return _wall_clock(value, timezone)
    if isinstance(value, date):
        return datetime.combine(value, time())
    raise ValueError(value)


def as_span(value: object, *, now: datetime, timezone: tzinfo) -> Span:
    """Return the two wall-clock moments that `value` means in `timezone`.

    A dynamic name, ``"start..end"``, ``"start--end"``, or anything with two ends; a Period as an
    end stands for its own end. An Interval that is open on the right ends just before that.

    Raises
    ------
    ValueError, OverflowError
        It is not a range.
    """
    if isinstance(value, str):
        name = _RANGE_NAMES.get(value.strip().lower())
        if name is not None:
            return resolve_dynamic_range(name, now=now, timezone=timezone)
        ends: Sequence[object] = _BETWEEN.split(value)
    else:
        ends = _ends(value)
    first, last = ends  # any other number of ends is a ValueError too
    return (
        as_moment(_end_of(first, _FIRST), now=now, timezone=timezone),
        as_moment(_end_of(last, _LAST), now=now, timezone=timezone),
    )


def _ends(value: object) -> Sequence[object]:
    """Return start and end of anything that has two."""
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
    """Return the last moment that belongs to an Interval."""
    end = interval.right
    is_open = isinstance(end, datetime) and not getattr(interval, "closed_right", True)
    return end - timedelta(microseconds=1) if is_open else end


def _from_text(text: str) -> datetime:
    # fromisoformat takes any letter or digit there, and half an hour ("T10,5") for half a second.
    if text[10:11] not in ("", "T", "t", " ") or _FRACTION_OF_MORE.match(text):
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    if moment.date().isoformat() != text[:10]:
        raise ValueError(text)  # "2024-W01", "20240102": dates, but not to the server
    return moment


def _wall_clock(moment: datetime, timezone: tzinfo) -> datetime:
    if hasattr(moment, "to_pydatetime"):  # a Timestamp may have nanoseconds, which are cut off
        moment = moment.to_pydatetime(warn=False)
    return moment if moment.tzinfo is None else moment.astimezone(timezone).replace(tzinfo=None)


def _is_period(value: object) -> bool:
    return hasattr(value, _FIRST) and hasattr(value, _LAST) and hasattr(value, "freqstr")


def _end_of(value: Any, which: str) -> Any:
    """Return the first or last moment of a pandas.Period; anything else as it is."""
    return getattr(value, which) if _is_period(value) else value
