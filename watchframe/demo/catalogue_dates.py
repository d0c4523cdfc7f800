"""Queries 30 to 39: one for each date and range parameter type, with fixed and dynamic defaults."""

from __future__ import annotations

from watchframe.demo.catalogue_types import SavedParameter, SavedQuery, SavedVisualization

_BY_HOUR = """\
select
    date_trunc('hour', block_time) as hour,
    count(*) as events,
    round(sum(amount_usd), 2) as amount_usd
from events
where {condition}
group by hour
order by hour
"""

_IN_ORDER = """\
select event_id, block_time, market, kind, amount, amount_usd
from events
where {condition}
order by event_id {direction}
limit 500
"""

_BY_DAY = """\
select
    block_time::date as day,
    count(*) as events,
    count(liquidator) as liquidations,
    round(sum(amount_usd), 2) as amount_usd
from events
where {condition}
group by day
order by day
"""

_DAYS = "block_time::date between '{{ period.start }}' and '{{ period.end }}'"
_TIMES = "block_time between '{{ period.start }}' and '{{ period.end }}'"

DATE_QUERIES = (
    SavedQuery(
        id=30,
        name="Events of a day by hour",
        description="A date parameter.",
        text=_BY_HOUR.format(condition="block_time::date = '{{ day }}'"),
        parameters=(SavedParameter("day", "date", "Day", "2026-01-15"),),
        tags=("parameters", "dates"),
    ),
    SavedQuery(
        id=31,
        name="Events since a minute",
        description="A datetime-local parameter: to the minute.",
        text=_IN_ORDER.format(condition="block_time >= '{{ since }}'", direction="asc"),
        parameters=(SavedParameter("since", "datetime-local", "Since", "2026-01-15 12:30"),),
        tags=("parameters", "dates"),
    ),
    SavedQuery(
        id=32,
        name="Events until a second",
        description="A datetime-with-seconds parameter: the newest events first.",
        text=_IN_ORDER.format(condition="block_time <= '{{ until }}'", direction="desc"),
        parameters=(
            SavedParameter("until", "datetime-with-seconds", "Until", "2026-01-15 12:30:36"),
        ),
        tags=("parameters", "dates"),
    ),
    SavedQuery(
        id=33,
        name="Events by day",
        description="A date-range parameter; both days are part of it.",
        text=_BY_DAY.format(condition=_DAYS),
        parameters=(
            SavedParameter(
                "period", "date-range", "Period", {"start": "2026-01-01", "end": "2026-01-31"}
            ),
        ),
        tags=("parameters", "dates"),
        visualizations=(
            SavedVisualization.chart(
                "Dollars, and liquidations",
                "column",
                {"day": "x", "amount_usd": "y", "liquidations": "y"},
                xAxis={"type": "datetime", "labels": {"enabled": True}},
                yAxis=[
                    {"type": "linear", "title": {"text": "US dollars"}},
                    {"type": "linear", "opposite": True, "title": {"text": "liquidations"}},
                ],
                seriesOptions={
                    "amount_usd": {"zIndex": 0, "index": 0, "type": "column", "yAxis": 0},
                    "liquidations": {"zIndex": 1, "index": 0, "type": "line", "yAxis": 1},
                },
                alignYAxesAtZero=True,
            ),
        ),
    ),
    SavedQuery(
        id=34,
        name="Events by hour",
        description="A datetime-range parameter: to the minute.",
        text=_BY_HOUR.format(condition=_TIMES),
        parameters=(
            SavedParameter(
                "period",
                "datetime-range",
                "Period",
                {"start": "2026-01-15 06:00", "end": "2026-01-16 18:30"},
            ),
        ),
        tags=("parameters", "dates"),
    ),
    SavedQuery(
        id=35,
        name="Events between two seconds",
        description="A datetime-range-with-seconds parameter.",
        text=_IN_ORDER.format(condition=_TIMES, direction="asc"),
        parameters=(
            SavedParameter(
                "period",
                "datetime-range-with-seconds",
                "Period",
                {"start": "2026-01-15 06:00:00", "end": "2026-01-15 09:59:59"},
            ),
        ),
        tags=("parameters", "dates"),
    ),
    SavedQuery(
        id=36,
        name="Events of yesterday by hour",
        description="A date parameter whose default is the dynamic `d_yesterday`.",
        text=_BY_HOUR.format(condition="block_time::date = '{{ day }}'"),
        parameters=(SavedParameter("day", "date", "Day", "d_yesterday"),),
        tags=("parameters", "dates", "dynamic"),
    ),
    SavedQuery(
        id=37,
        name="Events until now",
        description="No default at all, but `useCurrentDateTime`: without a value it means now.",
        text=_IN_ORDER.format(condition="block_time <= '{{ until }}'", direction="desc"),
        parameters=(
            SavedParameter("until", "datetime-with-seconds", "Until", use_current_datetime=True),
        ),
        tags=("parameters", "dates", "dynamic"),
    ),
    SavedQuery(
        id=38,
        name="Events of the last 30 days",
        description="A date-range parameter whose default is the dynamic `d_last_30_days`.",
        text=_BY_DAY.format(condition=_DAYS),
        parameters=(SavedParameter("period", "date-range", "Period", "d_last_30_days"),),
        tags=("parameters", "dates", "dynamic"),
    ),
    SavedQuery(
        id=39,
        name="Events of last week, and of the last 24 hours",
        description="Two ranges with dynamic defaults, `d_last_week` and `d_last_24_hours`.",
        text=_BY_HOUR.format(
            condition=(
                "block_time between '{{ week.start }}' and '{{ week.end }}'\n"
                "    or block_time between '{{ hours.start }}' and '{{ hours.end }}'"
            )
        ),
        parameters=(
            SavedParameter("week", "datetime-range", "Week", "d_last_week"),
            SavedParameter("hours", "datetime-range-with-seconds", "Hours", "d_last_24_hours"),
        ),
        tags=("parameters", "dates", "dynamic"),
    ),
)
