"""Queries 90 to 93: rows for charts of every kind, for a pivot table and for a table of links."""

from __future__ import annotations

from watchframe.demo.catalogue_types import SavedQuery, SavedVisualization

#: What one market is beside the others, in a row each.
MARKETS_AT_A_GLANCE = """\
with changes as (
    select
        market,
        price_usd,
        price_usd / lag(price_usd) over (partition by market order by day) - 1 as change
    from prices
),
risks as (
    select
        market,
        round(avg(price_usd), 4) as mean_price_usd,
        round(100 * stddev_pop(change), 4) as volatility_percent
    from changes
    group by market
),
totals as (
    select
        market,
        count(*) as events,
        count(liquidator) as liquidations,
        round(sum(amount_usd) / 1e6, 3) as amount_musd
    from events
    group by market
)
select
    symbol as market,
    mean_price_usd,
    volatility_percent,
    100 * collateral_factor as collateral_percent,
    events,
    liquidations,
    amount_musd
from markets
join risks on risks.market = symbol
join totals on totals.market = symbol
order by symbol
"""

CHART_QUERIES = (
    SavedQuery(
        id=90,
        name="Loans by month and market",
        description="A row a month and market: for stacked areas, percents and pivot tables.",
        text="""\
select
    date_trunc('month', block_time)::date as month,
    'Q' || quarter(block_time) as quarter,
    market,
    count(*) as loans,
    round(sum(amount_usd), 2) as amount_usd
from events
where kind = 'borrow'
    and market in ('WETH', 'wstETH', 'CRV', 'USDC', 'sDOLA', 'INV')
    and block_time >= '2026-01-01' and block_time < '2027-01-01'
group by all
order by month, market
""",
        tags=("charts",),
        visualizations=(
            SavedVisualization.chart(
                "Dollars by month, stacked",
                "area",
                {"month": "x", "amount_usd": "y", "market": "series"},
                xAxis={"type": "datetime", "labels": {"enabled": True}},
                series={"stacking": "stack", "error_y": {"type": "data", "visible": True}},
                numberFormat="$0,0",
            ),
            SavedVisualization.chart(
                "Share of each market",
                "column",
                {"month": "x", "amount_usd": "y", "market": "series"},
                xAxis={"type": "datetime", "labels": {"enabled": True}},
                series={
                    "stacking": "stack",
                    "percentValues": True,
                    "error_y": {"type": "data", "visible": True},
                },
                color_scheme="Tableau 10",
            ),
            SavedVisualization.chart(
                "Loans by market, in a row each",
                "column",
                {"market": "x", "loans": "y"},
                xAxis={"type": "category", "labels": {"enabled": True}},
                swappedAxes=True,
                legend={"enabled": False},
            ),
            SavedVisualization(
                type="PIVOT",
                name="Dollars by market and quarter",
                options={
                    "controls": {"enabled": False},
                    "rendererOptions": {"table": {"colTotals": True, "rowTotals": True}},
                    "rows": ["market"],
                    "cols": ["quarter"],
                    "vals": ["amount_usd"],
                    "aggregatorName": "Integer Sum",
                    "rendererName": "Table Heatmap",
                    "rowOrder": "value_z_to_a",
                    "colOrder": "key_a_to_z",
                    "valueFilter": {},
                },
            ),
        ),
    ),
    SavedQuery(
        id=91,
        name="Prices by month, in percent",
        description="Every market's mean price of a month, in percent of its January 2026.",
        text="""\
with monthly as (
    select date_trunc('month', day)::date as month, market, avg(price_usd) as price_usd
    from prices
    where day between '2026-01-01' and '2026-12-31'
    group by all
)
select
    month,
    strftime(month, '%b') as month_name,
    market,
    round(
        100 * price_usd / first_value(price_usd) over (partition by market order by month), 2
    ) as percent_of_january
from monthly
order by month, market
""",
        tags=("charts",),
        visualizations=(
            SavedVisualization.chart(
                "Prices, by color",
                "heatmap",
                {"month_name": "x", "market": "y", "percent_of_january": "zVal"},
                xAxis={"type": "category", "labels": {"enabled": True}},
                yAxis=[{"type": "category"}, {"type": "linear", "opposite": True}],
                sortX=False,
                sortY=True,
                reverseY=True,
                colorScheme="RdBu",
                showDataLabels=True,
                numberFormat="0",
            ),
            SavedVisualization.chart(
                "Prices, in steps",
                "line",
                {"month": "x", "percent_of_january": "y", "market": "series"},
                xAxis={"type": "datetime", "labels": {"enabled": True}},
                lineShape="hv",
                missingValuesAsZero=False,
            ),
        ),
    ),
    SavedQuery(
        id=92,
        name="Markets at a glance",
        description="Prices, risks and sizes, a row a market: for bubbles and two axes.",
        text=MARKETS_AT_A_GLANCE,
        tags=("charts",),
        visualizations=(
            SavedVisualization.chart(
                "Risk and collateral",
                "bubble",
                {
                    "volatility_percent": "x",
                    "collateral_percent": "y",
                    "amount_musd": "size",
                    "market": "series",
                },
                xAxis={
                    "type": "linear",
                    "labels": {"enabled": True},
                    "title": {"text": "Change of a day, percent"},
                },
                yAxis=[
                    {"type": "linear", "title": {"text": "Collateral factor, percent"}},
                    {"type": "linear", "opposite": True},
                ],
                sizemode="area",
                coefficient=0.5,
            ),
            SavedVisualization.chart(
                "Events, and how prices change",
                "column",
                {"market": "x", "events": "y", "volatility_percent": "y"},
                xAxis={"type": "category", "labels": {"enabled": True}},
                yAxis=[
                    {"type": "linear", "title": {"text": "events"}},
                    {"type": "linear", "opposite": True, "title": {"text": "percent a day"}},
                ],
                seriesOptions={
                    "events": {"zIndex": 0, "index": 0, "type": "column", "yAxis": 0},
                    "volatility_percent": {
                        "zIndex": 1,
                        "index": 0,
                        "type": "line",
                        "yAxis": 1,
                        "name": "change of a day (right)",
                        "color": "#E92828",
                    },
                },
                legend={"enabled": True, "placement": "below", "traceorder": "normal"},
            ),
        ),
    ),
    SavedQuery(
        id=93,
        name="Liquidations of 2026",
        description="A row a liquidation, of all sizes: for scatter and box charts.",
        text="""\
select
    event_id,
    block_time,
    market,
    amount_usd,
    gas_used,
    (details ->> 'bonus_percent')::integer as bonus_percent,
    tx_hash
from events
where kind = 'liquidation' and block_time >= '2026-01-01' and block_time < '2027-01-01'
order by event_id
limit 400
""",
        tags=("charts",),
        visualizations=(
            SavedVisualization.chart(
                "Size of each liquidation",
                "scatter",
                {"block_time": "x", "amount_usd": "y", "market": "series"},
                xAxis={"type": "datetime", "labels": {"enabled": True}},
                yAxis=[
                    {"type": "logarithmic", "title": {"text": "US dollars"}},
                    {"type": "linear", "opposite": True},
                ],
                textFormat="{{ @@name }}: {{ @@y }} ({{ bonus_percent }} % bonus)",
                numberFormat="$0,0",
            ),
            SavedVisualization.chart(
                "Sizes by market",
                "box",
                {"market": "x", "amount_usd": "y"},
                xAxis={"type": "category", "labels": {"enabled": True}},
                yAxis=[{"type": "logarithmic"}, {"type": "linear", "opposite": True}],
                legend={"enabled": False},
            ),
            SavedVisualization(
                type="TABLE",
                name="Liquidations, with links",
                options={
                    "itemsPerPage": 10,
                    "columns": [
                        {
                            "name": "block_time",
                            "title": "Time",
                            "order": 0,
                            "visible": True,
                            "displayAs": "datetime",
                            "dateTimeFormat": "D MMM YYYY, HH:mm",
                        },
                        {
                            "name": "market",
                            "title": "Market",
                            "order": 1,
                            "visible": True,
                            "displayAs": "string",
                            "allowSearch": True,
                        },
                        {
                            "name": "amount_usd",
                            "title": "Value",
                            "order": 2,
                            "visible": True,
                            "displayAs": "number",
                            "alignContent": "right",
                            "numberFormat": "$0,0.00",
                        },
                        {
                            "name": "gas_used",
                            "title": "Gas",
                            "order": 3,
                            "visible": True,
                            "displayAs": "number",
                            "alignContent": "right",
                            "numberFormat": "0.0a",
                            "nullValue": "not known",
                        },
                        {
                            "name": "bonus_percent",
                            "title": "Bonus, percent",
                            "order": 4,
                            "visible": True,
                            "displayAs": "number",
                            "alignContent": "center",
                            "numberFormat": "0",
                        },
                        {
                            "name": "tx_hash",
                            "title": "Transaction",
                            "order": 5,
                            "visible": True,
                            "displayAs": "link",
                            "linkUrlTemplate": "https://explorer.example/tx/{{ @ }}",
                            "linkTextTemplate": "of event {{ event_id }}",
                            "linkTitleTemplate": "{{ @ }}",
                            "linkOpenInNewTab": True,
                        },
                        {"name": "event_id", "order": 6, "visible": False, "displayAs": "number"},
                    ],
                },
            ),
        ),
    ),
)
