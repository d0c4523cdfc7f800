"""Queries 20 to 29: the ones that feed dropdowns, and the ones whose parameters are such dropdowns.

A dropdown shows the latest result of the query that feeds it; before that one has run, the server
refuses every value.
"""

from __future__ import annotations

from watchframe.demo.catalogue_start import QUOTED
from watchframe.demo.catalogue_types import SavedParameter, SavedQuery, SavedVisualization

MARKET_CHOICES = SavedQuery(
    id=20,
    name="Dropdown: markets",
    description="Columns `value` and `name`: what is sent, and what is shown.",
    text="""\
select symbol as value, symbol || ' (' || decimals || ' decimals)' as name
from markets
order by symbol
""",
    tags=("dropdown",),
)

ACCOUNT_CHOICES = SavedQuery(
    id=21,
    name="Dropdown: accounts",
    description="5,000 choices, the labelled accounts first.",
    text="""\
select coalesce(label, substr(address, 1, 10) || '…') as name, address as value
from accounts
order by label is null, name, address
""",
    tags=("dropdown",),
)

DECIMALS_CHOICES = SavedQuery(
    id=22,
    name="Dropdown: decimals",
    description="One column of numbers, of another name: it is both shown and sent, as text.",
    text='select distinct decimals as "Decimals" from markets order by 1',
    tags=("dropdown",),
)

PRICE_OF_A_MARKET = SavedQuery(
    id=23,
    name="Price of a market",
    description="A dropdown parameter with one value.",
    text="""\
select day, market, price_usd, source
from prices
where market = '{{ market }}' and day between '2026-01-01' and '2026-12-31'
order by day
""",
    parameters=(
        SavedParameter(
            name="market", type="query", title="Market", value="INV", query_id=MARKET_CHOICES.id
        ),
    ),
    tags=("parameters",),
    visualizations=(
        SavedVisualization(
            type="CHART",
            name="Price",
            options={
                "globalSeriesType": "line",
                "columnMapping": {"day": "x", "price_usd": "y"},
                "xAxis": {"type": "datetime", "labels": {"enabled": True}},
                "yAxis": [{"type": "linear"}, {"type": "linear", "opposite": True}],
                "legend": {"enabled": False},
                "seriesOptions": {},
            },
        ),
    ),
)

PRICES_OF_MARKETS = SavedQuery(
    id=24,
    name="Monthly prices of markets",
    description="A dropdown parameter with several values.",
    text="""\
select
    date_trunc('month', day)::date as month,
    market,
    round(avg(price_usd), 4) as mean_price_usd,
    count(*) - count(price_usd) as days_without_price
from prices
where market in ({{ markets }})
group by all
order by month, market
""",
    parameters=(
        SavedParameter(
            name="markets",
            type="query",
            title="Markets",
            value=["INV", "sDOLA"],
            query_id=MARKET_CHOICES.id,
            multi=QUOTED,
        ),
    ),
    tags=("parameters",),
)

EVENTS_OF_AN_ACCOUNT = SavedQuery(
    id=25,
    name="Events of an account",
    description="Two dropdown parameters from two queries, one of them with thousands of choices.",
    text="""\
select event_id, block_time, market, kind, amount_raw, amount, amount_usd, tx_hash
from events
where account = '{{ account }}' and market in ({{ markets }})
order by event_id
""",
    parameters=(
        SavedParameter(name="account", type="query", title="Account", query_id=ACCOUNT_CHOICES.id),
        SavedParameter(
            name="markets",
            type="query",
            title="Markets",
            value=["WETH"],
            query_id=MARKET_CHOICES.id,
            multi=QUOTED,
        ),
    ),
    tags=("parameters",),
)

MARKETS_OF_DECIMALS = SavedQuery(
    id=26,
    name="Collateral factors by decimals",
    description="A dropdown parameter whose choices are numbers.",
    text="""\
select symbol, decimals, collateral_factor
from markets
where decimals = {{ decimals }}
order by symbol
""",
    parameters=(
        SavedParameter(
            name="decimals",
            type="query",
            title="Decimals",
            value="18",
            query_id=DECIMALS_CHOICES.id,
        ),
    ),
    tags=("parameters",),
)

DROPDOWN_QUERIES = (
    MARKET_CHOICES,
    ACCOUNT_CHOICES,
    DECIMALS_CHOICES,
    PRICE_OF_A_MARKET,
    PRICES_OF_MARKETS,
    EVENTS_OF_AN_ACCOUNT,
    MARKETS_OF_DECIMALS,
)
