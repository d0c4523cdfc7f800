"""Dates and times as Python has them, to wall-clock moments, to the wire's text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from typing import Any

from watchframe.parameters.dynamic import (
    DYNAMIC_DATES,
    DYNAMIC_RANGES,
    Span,
    resolve_dynamic_date,
    resolve_dynamic_range,
)

#: Parameter type -> how fine its text is.
TIMESPEC = {
    "date": "days",
    "datetime-local": "minutes",
    "datetime-with-seconds": "seconds",
    "date-range": "days",
    "datetime-range": "minutes",
    "datetime-range-with-seconds": "seconds",
}

_DATE_NAMES = {**{name: name for name in DYNAMIC_DATES}, "now": "d_now", "today": "d_now"}
_DATE_NAMES["yesterday"] = "d_yesterday"
_RANGE_NAMES = {
    **{name: name for name in DYNAMIC_RANGES},
    **{item.label.lower(): name for name, item in DYNAMIC_RANGES.items()},
}


def wire_moment(moment: datetime, type_: str) -> str:
    """Give the text of a moment; what is finer than the type can tell is cut off."""
    spec = TIMESPEC[type_]
    if spec == "days":
        return moment.date().isoformat()
    return moment.replace(microsecond=0).isoformat(sep=" ", timespec=spec)


def as_moment(value: object, *, now: datetime, timezone: tzinfo) -> datetime:
    """Give the wall-clock moment that `value` means in `timezone`.

    Raises
    ------
    ValueError
        It is not a moment.
    """
    if isinstance(value, str):
        name = _DATE_NAMES.get(value.strip().lower())
        if name is not None:
            return resolve_dynamic_date(name, now=now, timezone=timezone)
        value = _from_text(value)
    value = _pythonic(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return value
        return value.astimezone(timezone).replace(tzinfo=None)
    if isinstance(value, date):
        return datetime.combine(value, time())
    raise ValueError(value)


def as_span(value: object, *, now: datetime, timezone: tzinfo) -> Span:
    """Give the two wall-clock moments that `value` means in `timezone`.

    Raises
    ------
    ValueError
        It is not a range.
    """
    if isinstance(value, str):
        name = _RANGE_NAMES.get(value.strip().lower())
        if name is not None:
            return resolve_dynamic_range(name, now=now, timezone=timezone)
        ends: Sequence[object] = value.split("--")
    else:
        ends = _ends(value)
    # Other than two ends are a ValueError as well.
    start, end = (as_moment(item, now=now, timezone=timezone) for item in ends)
    return start, end


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
    if hasattr(value, "start_time") and hasattr(value, "end_time"):  # pandas.Period
        return value.start_time, value.end_time
    if hasattr(value, "left") and hasattr(value, "right"):  # pandas.Interval
        return value.left, value.right
    if isinstance(value, Sequence):
        return value
    try:
        return list(value)  # type: ignore[call-overload,no-any-return]  # an array, an index
    except TypeError:
        raise ValueError(value) from None


def _from_text(text: str) -> datetime:
    moment = datetime.fromisoformat(text.strip())
    if moment.date().isoformat() != text.strip()[:10]:
        raise ValueError(text)  # "2024-W01", "20240102": dates, but nobody's spelling here
    return moment


def _pythonic(value: Any) -> object:
    if hasattr(value, "start_time") and hasattr(value, "to_timestamp"):  # pandas.Period
        value = value.start_time
    if type(value).__module__ == "numpy" and type(value).__name__ == "datetime64":
        import pandas as pd  # noqa: PLC0415 - loaded already by whoever has such a value

        value = pd.Timestamp(value)
    if hasattr(value, "to_pydatetime"):
        if value != value:  # noqa: PLR0124 - NaT
            raise ValueError(value)
        return value.to_pydatetime(warn=False)
    return value
