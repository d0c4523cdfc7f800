"""Queries 1 to 29: the quickstart's, and one for each parameter type that is not a date.

A dropdown (20 to 29) shows the latest result of the query that feeds it; before that one has run,
the server refuses every value. Query 20 has: a shared dashboard has its dropdown.
"""

from __future__ import annotations

from watchframe.demo.catalogue_types import (
    MultiValues,
    SavedParameter,
    SavedQuery,
    SavedVisualization,
)
from watchframe.demo.lending import MARKETS

_QUOTED = MultiValues(prefix="'", suffix="'")
_SYMBOLS = tuple(market.symbol for market in MARKETS)


def _line_chart(name: str, x: str, y: str) -> SavedVisualization:
    return SavedVisualization(
        type="CHART",
        name=name,
        options={
            "globalSeriesType": "line",
            "columnMapping": {x: "x", y: "y"},
            "xAxis": {"type": "datetime", "labels": {"enabled": True}},
            "yAxis": [{"type": "linear"}, {"type": "linear", "opposite": True}],
            "legend": {"enabled": False},
            "missingValuesAsZero": False,
            "seriesOptions": {},
        },
    )


PARAMETER_QUERIES = (
    SavedQuery(
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
                "markets", "enum", "Markets", ["WETH", "WBTC"], enum_options=_SYMBOLS, multi=_QUOTED
            ),
            SavedParameter(
                "period", "date-range", "Period", {"start": "2026-01-01", "end": "2026-03-31"}
            ),
            SavedParameter("min_amount", "number", "Least amount (tokens)", 1),
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
            SavedVisualization.chart(
                "Borrows by day",
                "line",
                {"day": "x", "borrows": "y", "market": "series"},
                xAxis={"type": "datetime", "labels": {"enabled": True}},
            ),
        ),
    ),
    SavedQuery(
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
            SavedVisualization.chart(
                "Borrows and repayments",
                "column",
                {"market": "x", "borrows": "y", "repayments": "y"},
                xAxis={"type": "category", "labels": {"enabled": True}},
                seriesOptions={
                    "borrows": {"zIndex": 0, "index": 0, "type": "column", "yAxis": 0},
                    "repayments": {"zIndex": 1, "index": 0, "type": "column", "yAxis": 0},
                },
            ),
        ),
    ),
    SavedQuery(
        id=10,
        name="Accounts by label",
        description=(
            "A text parameter. Try 'New York' and then 'NewYork': "
            "the server's cache confuses the two."
        ),
        text="""\
select account_id, address, label, region, is_contract, first_seen
from accounts
where label = '{{ label }}'
order by account_id
""",
        parameters=(SavedParameter("label", "text", "Label", "New York"),),
        tags=("parameters",),
    ),
    SavedQuery(
        id=11,
        name="Transactions by hash",
        description="A text-pattern parameter: the first digits of a transaction's hash.",
        text="""\
select tx_hash, block_number, block_time, market, kind, amount
from events
where starts_with(tx_hash, '{{ hash }}')
order by block_number, log_index
""",
        parameters=(
            SavedParameter(
                "hash", "text-pattern", "Hash begins with", "0x00ff", regex="0x[0-9a-f]{4,64}"
            ),
        ),
        tags=("parameters",),
    ),
    SavedQuery(
        id=12,
        name="Largest events",
        description="A number parameter.",
        text="""\
select event_id, block_time, market, kind, account, amount_raw, amount_usd
from events
where amount_usd >= {{ min_usd }}
order by amount_usd desc, event_id
limit 100
""",
        parameters=(SavedParameter("min_usd", "number", "Least value (US dollars)", 5_000_000),),
        tags=("parameters",),
        visualizations=(
            SavedVisualization(
                type="DETAILS",
                name="The largest event",
                options={
                    "columns": [
                        {
                            "name": "block_time",
                            "title": "Time",
                            "order": 0,
                            "visible": True,
                            "displayAs": "datetime",
                            "dateTimeFormat": "D MMMM YYYY, HH:mm:ss",
                        },
                        {"name": "market", "title": "Market", "order": 1, "visible": True},
                        {"name": "kind", "title": "Kind", "order": 2, "visible": True},
                        {
                            "name": "amount_usd",
                            "title": "Value",
                            "order": 3,
                            "visible": True,
                            "displayAs": "number",
                            "numberFormat": "$0,0.00",
                        },
                        {
                            "name": "account",
                            "title": "Account",
                            "order": 4,
                            "visible": True,
                            "displayAs": "link",
                            "linkUrlTemplate": "https://explorer.example/address/{{ @ }}",
                            "linkTextTemplate": "{{ @ }}",
                        },
                        {"name": "event_id", "order": 5, "visible": False},
                        {"name": "amount_raw", "order": 6, "visible": False},
                    ]
                },
            ),
        ),
    ),
    SavedQuery(
        id=13,
        name="Events of one kind by month",
        description="An enum parameter with one value.",
        text="""\
select
    date_trunc('month', block_time)::date as month,
    count(*) as events,
    round(sum(amount_usd), 2) as amount_usd
from events
where kind = '{{ kind }}'
group by month
order by month
""",
        parameters=(
            SavedParameter(
                "kind",
                "enum",
                "Kind",
                "borrow",
                enum_options=("borrow", "repay", "deposit", "withdraw", "liquidation"),
            ),
        ),
        tags=("parameters",),
        visualizations=(
            _line_chart("Events by month", "month", "events"),
            SavedVisualization(
                type="COUNTER",
                name="Dollars of the last month",
                options={
                    "counterLabel": "last month",
                    "counterColName": "amount_usd",
                    "rowNumber": -1,
                    "targetColName": "amount_usd",
                    "targetRowNumber": -2,
                    "stringDecimal": 0,
                    "stringDecChar": ".",
                    "stringThouSep": ",",
                    "stringPrefix": "$",
                    "formatTargetValue": True,
                    "tooltipFormat": "0,0.000",
                },
            ),
        ),
    ),
    SavedQuery(
        id=14,
        name="Markets by decimals",
        description="An enum parameter with several values, joined without quotation marks.",
        text="""\
select symbol, decimals, collateral_factor, is_paused, listed_on
from markets
where decimals in ({{ decimals }})
order by symbol
""",
        parameters=(
            SavedParameter(
                "decimals",
                "enum",
                "Decimals",
                ["6", "18"],
                enum_options=("6", "8", "18"),
                multi=MultiValues(),
            ),
        ),
        tags=("parameters",),
    ),
    SavedQuery(
        id=15,
        name="Accounts, perhaps of one region",
        description="A section of the template: with an empty region there is no such filter.",
        text="""\
select region, count(*) as accounts, count(label) as labelled, max(first_seen) as last_seen
from accounts
where true
    {{#region}}and region = '{{ region }}'{{/region}}
group by region
order by region
""",
        parameters=(
            SavedParameter(
                "region",
                "text-pattern",
                "Region (or nothing)",
                "",
                regex="(Americas|Europe|Asia|Africa|Oceania)?",
            ),
        ),
        tags=("parameters",),
    ),
    SavedQuery(
        id=20,
        name="Dropdown: markets",
        description="Columns `value` and `name`: what is sent, and what is shown.",
        text="""\
select symbol as value, symbol || ' (' || decimals || ' decimals)' as name
from markets
order by symbol
""",
        tags=("dropdown",),
    ),
    SavedQuery(
        id=21,
        name="Dropdown: accounts",
        description="5,000 choices, the labelled accounts first.",
        text="""\
select coalesce(label, substr(address, 1, 10) || '…') as name, address as value
from accounts
order by label is null, name, address
""",
        tags=("dropdown",),
    ),
    SavedQuery(
        id=22,
        name="Dropdown: decimals",
        description="One column of numbers, of another name: it is both shown and sent, as text.",
        text='select distinct decimals as "Decimals" from markets order by 1',
        tags=("dropdown",),
    ),
    SavedQuery(
        id=23,
        name="Price of a market",
        description="A dropdown parameter with one value.",
        text="""\
select day, market, price_usd, source
from prices
where market = '{{ market }}' and day between '2026-01-01' and '2026-12-31'
order by day
""",
        parameters=(SavedParameter("market", "query", "Market", "INV", query_id=20),),
        tags=("parameters",),
        visualizations=(_line_chart("Price", "day", "price_usd"),),
    ),
    SavedQuery(
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
                "markets", "query", "Markets", ["INV", "sDOLA"], query_id=20, multi=_QUOTED
            ),
        ),
        tags=("parameters",),
    ),
    SavedQuery(
        id=25,
        name="Events of an account",
        description=(
            "Two dropdown parameters from two queries, one of them with thousands of choices."
        ),
        text="""\
select event_id, block_time, market, kind, amount_raw, amount, amount_usd, tx_hash
from events
where account = '{{ account }}' and market in ({{ markets }})
order by event_id
""",
        parameters=(
            SavedParameter("account", "query", "Account", query_id=21),
            SavedParameter("markets", "query", "Markets", ["WETH"], query_id=20, multi=_QUOTED),
        ),
        tags=("parameters",),
    ),
    SavedQuery(
        id=26,
        name="Collateral factors by decimals",
        description="A dropdown parameter whose choices are numbers.",
        text="""\
select symbol, decimals, collateral_factor
from markets
where decimals = {{ decimals }}
order by symbol
""",
        parameters=(SavedParameter("decimals", "query", "Decimals", "18", query_id=22),),
        tags=("parameters",),
    ),
)
