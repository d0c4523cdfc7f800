"""Queries 94 to 99: rows for the types of saved visualizations that are no charts."""

from __future__ import annotations

from watchframe.demo.catalogue_types import SavedQuery, SavedVisualization

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

DRAWING_QUERIES = (
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
