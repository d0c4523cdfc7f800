"""Queries 1 and 2: the quickstart's, with parameters, and one without."""

from __future__ import annotations

from watchframe.demo.catalogue_types import (
    MultiValues,
    SavedParameter,
    SavedQuery,
    SavedVisualization,
)
from watchframe.demo.lending_markets import MARKETS

QUOTED = MultiValues(prefix="'", suffix="'")
SYMBOLS = tuple(market.symbol for market in MARKETS)

BORROWS_BY_MARKET = SavedQuery(
    id=1,
    name="Borrows by market",
    description="What was borrowed, day by day: the first query of the tutorial.",
    text="""\
select
    block_time::date as day,
    market,
    count(*) as borrows,
    count(distinct account) as borrowers,
    sum(amount_raw) as amount_raw,
    round(sum(amount), 6) as amount,
    round(sum(amount_usd), 2) as amount_usd,
    max(block_time) as last_borrow_at,
    arg_max(tx_hash, amount_raw) as largest_tx
from events
where kind = 'borrow'
    and market in ({{ markets }})
    and block_time::date between '{{ period.start }}' and '{{ period.end }}'
    and amount >= {{ min_amount }}
group by all
order by day, market
""",
    parameters=(
        SavedParameter(
            name="markets",
            type="enum",
            title="Markets",
            value=["WETH", "WBTC"],
            enum_options=SYMBOLS,
            multi=QUOTED,
        ),
        SavedParameter(
            name="period",
            type="date-range",
            title="Period",
            value={"start": "2026-01-01", "end": "2026-03-31"},
        ),
        SavedParameter(name="min_amount", type="number", title="Least amount (tokens)", value=1),
    ),
    tags=("lending", "tutorial"),
    visualizations=(
        SavedVisualization(
            type="CHART",
            name="Borrowed a day, in dollars",
            options={
                "globalSeriesType": "column",
                "columnMapping": {"day": "x", "amount_usd": "y", "market": "series"},
                "series": {"stacking": "stack", "error_y": {"type": "data", "visible": True}},
                "xAxis": {"type": "datetime", "labels": {"enabled": True}},
                "yAxis": [{"type": "linear"}, {"type": "linear", "opposite": True}],
                "legend": {"enabled": True},
                "seriesOptions": {},
            },
        ),
    ),
)

MARKET_TOTALS = SavedQuery(
    id=2,
    name="Market totals",
    description="All markets over the whole period; a query without parameters.",
    text="""\
select
    market,
    count(*) as events,
    count(*) filter (where kind = 'borrow') as borrows,
    count(*) filter (where kind = 'repay') as repayments,
    count(liquidator) as liquidations,
    sum(amount_raw) as amount_raw,
    round(sum(amount_usd), 2) as amount_usd,
    min(block_time) as first_event_at,
    max(block_time) as last_event_at
from events
group by market
order by market
""",
    tags=("lending",),
    visualizations=(
        SavedVisualization(
            type="CHART",
            name="Events by market",
            options={
                "globalSeriesType": "pie",
                "columnMapping": {"market": "x", "events": "y"},
                "legend": {"enabled": True},
                "seriesOptions": {},
            },
        ),
    ),
)

START_QUERIES = (BORROWS_BY_MARKET, MARKET_TOTALS)
