"""Dynamic dates and ranges, resolved as the server's front end does (moment.js, locale "en").

The server understands none of them. Source: ``tests/data/dynamic_dates.json``.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

#: Name -> what a person reads.
DYNAMIC_DATES = {"d_now": "Today / now", "d_yesterday": "Yesterday"}

_LAST_MOMENT = time(23, 59, 59)
_SUNDAY_OFFSET = 1

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class DynamicRange:
    """A named range.

    Attributes
    ----------
    label : str
        What a person reads.
    resolve : callable
        Gives start and end, in the wall clock of now's zone.
    """

    label: str
    resolve: Callable[[datetime], Span]


def resolve_dynamic_date(name: str, *, now: datetime, timezone: tzinfo) -> datetime:
    """Give the moment of ``d_now`` or ``d_yesterday`` (the same time of day), without its zone."""
    local = now.astimezone(timezone)
    if name == "d_yesterday":
        wall = (local - timedelta(days=1)).replace(fold=0)
        # Where the clocks skipped that time of day, it moves forward.
        local = wall.astimezone(UTC).astimezone(timezone)
    return local.replace(tzinfo=None)


def resolve_dynamic_range(name: str, *, now: datetime, timezone: tzinfo) -> Span:
    """Give start and end of a named range, without their zone."""
    start, end = DYNAMIC_RANGES[name].resolve(now.astimezone(timezone))
    return start.replace(tzinfo=None), end.replace(tzinfo=None)


def _whole(first: datetime, last: datetime) -> Span:
    return (
        datetime.combine(first.date(), time()),
        datetime.combine(last.date(), _LAST_MOMENT),
    )


def _days(ago: int) -> Callable[[datetime], Span]:
    return lambda now: _whole(now - timedelta(days=ago), now - timedelta(days=ago))


def _week(ago: int) -> Callable[[datetime], Span]:
    def resolve(now: datetime) -> Span:
        sunday = now - timedelta(days=(now.weekday() + _SUNDAY_OFFSET) % 7 + 7 * ago)
        return _whole(sunday, sunday + timedelta(days=6))

    return resolve


def _month(ago: int) -> Callable[[datetime], Span]:
    def resolve(now: datetime) -> Span:
        first = _months_before(now.replace(day=1), ago)
        return _whole(first, first.replace(day=calendar.monthrange(first.year, first.month)[1]))

    return resolve


def _year(ago: int) -> Callable[[datetime], Span]:
    return lambda now: _whole(
        now.replace(year=now.year - ago, month=1, day=1),
        now.replace(year=now.year - ago, month=12, day=31),
    )


def _last_hours(hours: int) -> Callable[[datetime], Span]:
    """Hours as they pass, whatever the clocks do."""
    return lambda now: (
        (now.astimezone(UTC) - timedelta(hours=hours)).astimezone(now.tzinfo),
        now,
    )


def _last_days(days: int) -> Callable[[datetime], Span]:
    return lambda now: (_whole(now - timedelta(days=days), now)[0], now)


def _last_months(months: int) -> Callable[[datetime], Span]:
    return lambda now: (_whole(_months_before(now, months), now)[0], now)


def _months_before(moment: datetime, months: int) -> datetime:
    """Give the same day so many months before, or that month's last day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


DYNAMIC_RANGES: dict[str, DynamicRange] = {
    "d_today": DynamicRange("Today", _days(0)),
    "d_yesterday": DynamicRange("Yesterday", _days(1)),
    "d_this_week": DynamicRange("This week", _week(0)),
    "d_this_month": DynamicRange("This month", _month(0)),
    "d_this_year": DynamicRange("This year", _year(0)),
    "d_last_week": DynamicRange("Last week", _week(1)),
    "d_last_month": DynamicRange("Last month", _month(1)),
    "d_last_year": DynamicRange("Last year", _year(1)),
    "d_last_hour": DynamicRange("Last hour", _last_hours(1)),
    "d_last_8_hours": DynamicRange("Last 8 hours", _last_hours(8)),
    "d_last_24_hours": DynamicRange("Last 24 hours", _last_hours(24)),
    "d_last_7_days": DynamicRange("Last 7 days", _last_days(7)),
    "d_last_14_days": DynamicRange("Last 14 days", _last_days(14)),
    "d_last_30_days": DynamicRange("Last 30 days", _last_days(30)),
    "d_last_60_days": DynamicRange("Last 60 days", _last_days(60)),
    "d_last_90_days": DynamicRange("Last 90 days", _last_days(90)),
    "d_last_12_months": DynamicRange("Last 12 months", _last_months(12)),
    "d_last_2_years": DynamicRange("Last 2 years", _last_months(24)),
    "d_last_3_years": DynamicRange("Last 3 years", _last_months(36)),
    "d_last_10_years": DynamicRange("Last 10 years", _last_months(120)),
}
"""Name -> range, in the order of the front end's menus."""
