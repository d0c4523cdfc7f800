"""Queries 90 to 99, for saved visualizations of the types that no other query's rows fit."""

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

# Each account has a country of its region: the first ones of a list more often. As accounts have a
# region only, these are invented too.
ACCOUNTS_BY_COUNTRY = """\
with countries(region, place, country, iso_a3, capital, latitude, longitude) as (
    values
    ('Americas', 0, 'United States', 'USA', 'Washington', 38.90, -77.04),
    ('Americas', 1, 'Brazil', 'BRA', 'Brasília', -15.79, -47.88),
    ('Americas', 2, 'Canada', 'CAN', 'Ottawa', 45.42, -75.70),
    ('Americas', 3, 'Mexico', 'MEX', 'Mexico City', 19.43, -99.13),
    ('Americas', 4, 'Argentina', 'ARG', 'Buenos Aires', -34.60, -58.38),
    ('Americas', 5, 'Chile', 'CHL', 'Santiago', -33.45, -70.67),
    ('Europe', 0, 'Germany', 'DEU', 'Berlin', 52.52, 13.41),
    ('Europe', 1, 'France', 'FRA', 'Paris', 48.86, 2.35),
    ('Europe', 2, 'United Kingdom', 'GBR', 'London', 51.51, -0.13),
    ('Europe', 3, 'Spain', 'ESP', 'Madrid', 40.42, -3.70),
    ('Europe', 4, 'Poland', 'POL', 'Warsaw', 52.23, 21.01),
    ('Europe', 5, 'Switzerland', 'CHE', 'Bern', 46.95, 7.45),
    ('Asia', 0, 'Japan', 'JPN', 'Tokyo', 35.68, 139.69),
    ('Asia', 1, 'South Korea', 'KOR', 'Seoul', 37.57, 126.98),
    ('Asia', 2, 'India', 'IND', 'New Delhi', 28.61, 77.21),
    ('Asia', 3, 'Vietnam', 'VNM', 'Hanoi', 21.03, 105.85),
    ('Asia', 4, 'Indonesia', 'IDN', 'Jakarta', -6.21, 106.85),
    ('Asia', 5, 'Turkey', 'TUR', 'Ankara', 39.93, 32.86),
    ('Africa', 0, 'Nigeria', 'NGA', 'Abuja', 9.08, 7.40),
    ('Africa', 1, 'South Africa', 'ZAF', 'Pretoria', -25.75, 28.19),
    ('Africa', 2, 'Kenya', 'KEN', 'Nairobi', -1.29, 36.82),
    ('Africa', 3, 'Egypt', 'EGY', 'Cairo', 30.04, 31.24),
    ('Africa', 4, 'Morocco', 'MAR', 'Rabat', 34.02, -6.84),
    ('Africa', 5, 'Ghana', 'GHA', 'Accra', 5.60, -0.19),
    ('Oceania', 0, 'Australia', 'AUS', 'Canberra', -35.28, 149.13),
    ('Oceania', 1, 'New Zealand', 'NZL', 'Wellington', -41.29, 174.78),
    ('Oceania', 2, 'Papua New Guinea', 'PNG', 'Port Moresby', -9.44, 147.18),
    ('Oceania', 3, 'Fiji', 'FJI', 'Suva', -18.14, 178.44),
    ('Oceania', 4, 'Solomon Islands', 'SLB', 'Honiara', -9.43, 159.95),
    ('Oceania', 5, 'Vanuatu', 'VUT', 'Port Vila', -17.73, 168.32)
)
select country, iso_a3, region, capital, latitude, longitude, count(*) as accounts
from accounts
join countries using (region)
where place = floor(6 * (account_id % 100) * (account_id % 100) / 10000)
group by all
order by accounts desc, country
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
    SavedQuery(
        id=94,
        name="Accounts of a month, step by step",
        description="How many accounts came how far in January 2026: for a funnel.",
        text="""\
with active as (
    select account, max(if(kind = 'borrow', amount_usd, 0)) as largest
    from events
    where block_time >= '2026-01-01' and block_time < '2026-02-01'
    group by account
),
steps(place, step, least) as (
    values
    (1, 'were there', 0.0), (2, 'took a loan', 0.01), (3, 'of $1,000', 1e3),
    (4, 'of $10,000', 1e4), (5, 'of $100,000', 1e5)
)
select place, step, count(*) as accounts
from active
join steps on largest >= least
group by all
order by place
""",
        tags=("charts",),
        visualizations=(
            SavedVisualization(
                type="FUNNEL",
                name="How large loans are",
                options={
                    "stepCol": {"colName": "step", "displayAs": "Accounts that"},
                    "valueCol": {"colName": "accounts", "displayAs": "Accounts"},
                    "autoSort": False,
                    "sortKeyCol": {"colName": "place", "reverse": False},
                    "itemsLimit": 100,
                    "percentValuesRange": {"min": 0.01, "max": 1000},
                    "numberFormat": "0,0[.]00",
                    "percentFormat": "0[.]00%",
                },
            ),
        ),
    ),
    SavedQuery(
        id=95,
        name="What accounts do first",
        description="The first three acts of accounts in 2026, and how many accounts had these.",
        text="""\
with acts as (
    select account, kind, row_number() over (partition by account order by event_id) as place
    from events
    where block_time >= '2026-01-01'
),
paths as (
    select
        max(kind) filter (where place = 1) as stage1,
        max(kind) filter (where place = 2) as stage2,
        max(kind) filter (where place = 3) as stage3
    from acts
    where place <= 3
    group by account
)
select stage1, stage2, stage3, count(*) as value
from paths
group by all
order by all
""",
        tags=("charts",),
        visualizations=(
            SavedVisualization(type="SANKEY", name="From act to act", options={}),
            SavedVisualization(type="SUNBURST_SEQUENCE", name="Acts in rings", options={}),
        ),
    ),
    SavedQuery(
        id=96,
        name="Debtors without a repayment",
        description="Who had a first loan in a month, and how many had repaid nothing since.",
        text="""\
with firsts as (
    select account, min(block_time) as taken_at
    from events
    where kind = 'borrow'
    group by account
),
repaid as (
    select firsts.account, min(block_time) as repaid_at
    from firsts
    join events on events.account = firsts.account and kind = 'repay' and block_time > taken_at
    group by firsts.account
),
debtors as (
    select date_trunc('month', taken_at)::date as month, taken_at, repaid_at
    from firsts
    left join repaid using (account)
    where taken_at < '2024-07-01'
),
totals as (select month, count(*) as total from debtors group by month)
select
    month as date,
    stage as day_number,
    total,
    count(*) filter (
        where repaid_at is null or repaid_at >= month + to_months(stage::integer)
    ) as value
from debtors
join totals using (month)
join range(1, 7) as stages(stage) on month + to_months(stage::integer) <= date '2024-07-01'
group by all
order by date, day_number
""",
        tags=("charts",),
        visualizations=(
            SavedVisualization(
                type="COHORT",
                name="Still in debt, by month",
                options={
                    "timeInterval": "monthly",
                    "mode": "simple",
                    "dateColumn": "date",
                    "stageColumn": "day_number",
                    "totalColumn": "total",
                    "valueColumn": "value",
                    "showTooltips": True,
                    "percentValues": True,
                    "timeColumnTitle": "First loan",
                    "peopleColumnTitle": "Debtors",
                    "stageColumnTitle": "Month {{ @ }}",
                    "numberFormat": "0,0[.]00",
                    "percentFormat": "0.0%",
                    "noValuePlaceholder": "-",
                    "colors": {"min": "#ffffff", "max": "#002FB4", "steps": 7},
                },
            ),
        ),
    ),
    SavedQuery(
        id=97,
        name="Accounts by country",
        description="Places (as invented as the accounts): for maps and a cloud of words.",
        text=ACCOUNTS_BY_COUNTRY,
        tags=("charts",),
        visualizations=(
            SavedVisualization(
                type="CHOROPLETH",
                name="Accounts on a map of countries",
                options={
                    "mapType": "countries",
                    "keyColumn": "iso_a3",
                    "targetField": "iso_a3",
                    "valueColumn": "accounts",
                    "clusteringMode": "q",
                    "steps": 5,
                    "valueFormat": "0,0",
                    "noValuePlaceholder": "none",
                    "colors": {
                        "min": "#799CFF",
                        "max": "#002FB4",
                        "background": "#ffffff",
                        "borders": "#ffffff",
                        "noValue": "#dddddd",
                    },
                    "legend": {"visible": True, "position": "bottom-left", "alignText": "right"},
                },
            ),
            SavedVisualization(
                type="MAP",
                name="Capitals of the accounts",
                options={
                    "latColName": "latitude",
                    "lonColName": "longitude",
                    "classify": "region",
                    "groups": {
                        "Africa": {"color": "#FB8D3D"},
                        "Americas": {"color": "#356AFF"},
                        "Asia": {"color": "#E92828"},
                        "Europe": {"color": "#3BD973"},
                        "Oceania": {"color": "#604FE9"},
                    },
                    "clusterMarkers": False,
                    "tooltip": {"enabled": True, "template": "{{ capital }}"},
                    "popup": {
                        "enabled": True,
                        "template": "{{ capital }}, {{ country }}: {{ accounts }}",
                    },
                },
            ),
            SavedVisualization(
                type="WORD_CLOUD",
                name="Countries by size",
                options={
                    "column": "country",
                    "frequenciesColumn": "accounts",
                    "wordLengthLimit": {"min": None, "max": None},
                    "wordCountLimit": {"min": None, "max": None},
                },
            ),
        ),
    ),
    SavedQuery(
        id=98,
        name="Weekly changes of prices",
        description="Numbers alone, a column a market: for a box plot.",
        text="""\
with weekly as (
    select market, date_trunc('week', day) as week, arg_max(price_usd, day) as price_usd
    from prices
    group by all
),
changes as (
    select
        market,
        week,
        100 * (price_usd / lag(price_usd) over (partition by market order by week) - 1) as change
    from weekly
)
select
    round(max(change) filter (where market = 'WETH'), 3) as WETH,
    round(max(change) filter (where market = 'WBTC'), 3) as WBTC,
    round(max(change) filter (where market = 'wstETH'), 3) as wstETH,
    round(max(change) filter (where market = 'INV'), 3) as INV
from changes
where change is not null
group by week
order by week
""",
        tags=("charts",),
        visualizations=(
            SavedVisualization(
                type="BOXPLOT",
                name="Change of a week, in percent",
                options={"xAxisLabel": "Market", "yAxisLabel": "Change of a week, percent"},
            ),
        ),
    ),
)
