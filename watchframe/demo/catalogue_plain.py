"""Queries 10 to 19: one for each parameter type that is neither a date nor a dropdown query."""

from __future__ import annotations

from watchframe.demo.catalogue_types import (
    MultiValues,
    SavedParameter,
    SavedQuery,
    SavedVisualization,
)

TEXT = SavedQuery(
    id=10,
    name="Accounts by label",
    description=(
        "A text parameter. Try 'New York' and then 'NewYork': the server's cache confuses the two."
    ),
    text="""\
select account_id, address, label, region, is_contract, first_seen
from accounts
where label = '{{ label }}'
order by account_id
""",
    parameters=(SavedParameter(name="label", type="text", title="Label", value="New York"),),
    tags=("parameters",),
)

TEXT_PATTERN = SavedQuery(
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
            name="hash",
            type="text-pattern",
            title="Hash begins with",
            value="0x00ff",
            regex="0x[0-9a-f]{4,64}",
        ),
    ),
    tags=("parameters",),
)

NUMBER = SavedQuery(
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
    parameters=(
        SavedParameter(
            name="min_usd", type="number", title="Least value (US dollars)", value=5_000_000
        ),
    ),
    tags=("parameters",),
)

ENUM = SavedQuery(
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
            name="kind",
            type="enum",
            title="Kind",
            value="borrow",
            enum_options=("borrow", "repay", "deposit", "withdraw", "liquidation"),
        ),
    ),
    tags=("parameters",),
    visualizations=(
        SavedVisualization(
            type="CHART",
            name="Events by month",
            options={
                "globalSeriesType": "line",
                "columnMapping": {"month": "x", "events": "y"},
                "xAxis": {"type": "datetime", "labels": {"enabled": True}},
                "yAxis": [{"type": "linear"}, {"type": "linear", "opposite": True}],
                "legend": {"enabled": False},
                "seriesOptions": {},
            },
        ),
    ),
)

ENUM_UNQUOTED = SavedQuery(
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
            name="decimals",
            type="enum",
            title="Decimals",
            value=["6", "18"],
            enum_options=("6", "8", "18"),
            multi=MultiValues(),
        ),
    ),
    tags=("parameters",),
)

OPTIONAL_FILTER = SavedQuery(
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
            name="region",
            type="text-pattern",
            title="Region (or nothing)",
            value="",
            regex="(Americas|Europe|Asia|Africa|Oceania)?",
        ),
    ),
    tags=("parameters",),
)

PLAIN_QUERIES = (TEXT, TEXT_PATTERN, NUMBER, ENUM, ENUM_UNQUOTED, OPTIONAL_FILTER)
