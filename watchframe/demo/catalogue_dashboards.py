"""The demo's dashboards, and queries 100 to 103, which are made for them."""

from __future__ import annotations

from watchframe.demo.catalogue_types import (
    ParameterMapping,
    SavedDashboard,
    SavedParameter,
    SavedQuery,
    SavedVisualization,
    SavedWidget,
)

_PERIOD = SavedParameter(
    "period", "date-range", "Period", {"start": "2026-01-01", "end": "2026-03-31"}
)


def _counter(name: str, column: str, label: str, **options: object) -> SavedVisualization:
    """Return a counter, which compares with the period before."""
    saved = {
        "counterLabel": label,
        "counterColName": column,
        "rowNumber": 1,
        "targetColName": f"{column}_before",
        "targetRowNumber": 1,
        "stringDecimal": 0,
        "stringDecChar": ".",
        "stringThouSep": ",",
        "formatTargetValue": True,
    }
    return SavedVisualization(type="COUNTER", name=name, options={**saved, **options})


def _columns(*columns: tuple[str, str, dict[str, object]]) -> list[dict[str, object]]:
    """Return a table's columns, each with its name, its title and what it is shown as."""
    return [
        {"name": name, "title": title, "order": place, "visible": True, **options}
        for place, (name, title, options) in enumerate(columns)
    ]


DASHBOARD_QUERIES = (
    SavedQuery(
        id=100,
        name="Liquidations, in numbers",
        description="One row: a period, and the one of the same length before it.",
        text="""\
with period as (
    select '{{ period.start }}'::date as first, '{{ period.end }}'::date as last
),
periods as (
    select first, last, false as is_before from period
    union all
    select first - (last - first + 1)::integer, first - 1, true from period
),
totals as (
    select
        is_before,
        count(*) as liquidations,
        count(distinct account) as accounts,
        round(coalesce(sum(amount_usd), 0), 2) as amount_usd,
        round(coalesce(max(amount_usd), 0), 2) as largest_usd
    from events
    join periods on block_time::date between first and last
    where kind = 'liquidation'
    group by is_before
)
select
    coalesce(max(liquidations) filter (where not is_before), 0) as liquidations,
    coalesce(max(liquidations) filter (where is_before), 0) as liquidations_before,
    coalesce(max(accounts) filter (where not is_before), 0) as accounts,
    coalesce(max(accounts) filter (where is_before), 0) as accounts_before,
    coalesce(max(amount_usd) filter (where not is_before), 0) as amount_usd,
    coalesce(max(amount_usd) filter (where is_before), 0) as amount_usd_before,
    coalesce(max(largest_usd) filter (where not is_before), 0) as largest_usd,
    coalesce(max(largest_usd) filter (where is_before), 0) as largest_usd_before
from totals
""",
        parameters=(_PERIOD,),
        tags=("dashboards",),
        visualizations=(
            _counter("Liquidations", "liquidations", "liquidations"),
            _counter("Liquidated", "amount_usd", "US dollars", stringPrefix="$"),
            _counter("Largest", "largest_usd", "US dollars, the largest one", stringPrefix="$"),
            _counter("Accounts", "accounts", "accounts"),
        ),
    ),
    SavedQuery(
        id=101,
        name="Liquidations by day and market",
        description="Its market is a filter: on a dashboard one control for all that have it.",
        text="""\
select
    block_time::date as day,
    strftime(block_time, '%Y-%m') as month,
    market as "market::multi-filter",
    region,
    count(*) as liquidations,
    round(sum(amount_usd), 2) as amount_usd
from events
join accounts on accounts.address = account
where kind = 'liquidation'
    and block_time::date between '{{ period.start }}' and '{{ period.end }}'
group by all
order by day, "market::multi-filter", region
""",
        parameters=(_PERIOD,),
        tags=("dashboards",),
        visualizations=(
            SavedVisualization.chart(
                "Liquidated by day",
                "column",
                {"day": "x", "amount_usd": "y", "market::multi-filter": "series"},
                series={"stacking": "stack", "error_y": {"type": "data", "visible": True}},
                xAxis={"type": "datetime", "labels": {"enabled": True}},
                yAxis=[
                    {"type": "linear", "title": {"text": "US dollars"}},
                    {"type": "linear", "opposite": True},
                ],
                numberFormat="$0,0",
            ),
            SavedVisualization.chart(
                "Share of each market",
                "pie",
                {"market::multi-filter": "x", "amount_usd": "y"},
                numberFormat="$0,0",
            ),
            SavedVisualization(
                type="PIVOT",
                name="Liquidations by region and month",
                options={
                    "controls": {"enabled": False},
                    "rendererOptions": {"table": {"colTotals": True, "rowTotals": True}},
                    "rows": ["region"],
                    "cols": ["month"],
                    "vals": ["liquidations"],
                    "aggregatorName": "Integer Sum",
                    "rendererName": "Table",
                    "rowOrder": "key_a_to_z",
                    "colOrder": "key_a_to_z",
                    "valueFilter": {},
                },
            ),
        ),
    ),
    SavedQuery(
        id=102,
        name="Largest liquidations of a period",
        description="A row a liquidation, with links; its market is a filter.",
        text="""\
select
    block_time,
    market as "market::multi-filter",
    amount_raw,
    amount,
    amount_usd,
    account,
    tx_hash
from events
where kind = 'liquidation' and amount_usd >= {{ least }}
    and block_time::date between '{{ period.start }}' and '{{ period.end }}'
order by amount_usd desc, event_id
limit {{ rows }}
""",
        parameters=(
            _PERIOD,
            SavedParameter("least", "number", "Least value (US dollars)", 0),
            SavedParameter("rows", "number", "Rows", 12),
        ),
        tags=("dashboards",),
        visualizations=(
            SavedVisualization(
                type="TABLE",
                name="Largest liquidations",
                options={
                    "itemsPerPage": 25,
                    "columns": _columns(
                        (
                            "block_time",
                            "Time",
                            {"displayAs": "datetime", "dateTimeFormat": "YYYY-MM-DD HH:mm"},
                        ),
                        ("market::multi-filter", "Market", {"displayAs": "string"}),
                        (
                            "amount",
                            "Tokens",
                            {
                                "displayAs": "number",
                                "alignContent": "right",
                                "numberFormat": "0,0.0000",
                            },
                        ),
                        (
                            "amount_usd",
                            "Value",
                            {
                                "displayAs": "number",
                                "alignContent": "right",
                                "numberFormat": "$0,0.00",
                            },
                        ),
                        (
                            "account",
                            "Account",
                            {
                                "displayAs": "link",
                                "linkUrlTemplate": "https://explorer.example/address/{{ @ }}",
                                "linkTextTemplate": "{{ @ }}",
                            },
                        ),
                        (
                            "tx_hash",
                            "Transaction",
                            {
                                "displayAs": "link",
                                "linkUrlTemplate": "https://explorer.example/tx/{{ @ }}",
                                "linkTextTemplate": "open",
                            },
                        ),
                        ("amount_raw", "Units", {"visible": False}),
                    ),
                },
            ),
        ),
    ),
    SavedQuery(
        id=103,
        name="Events by kind and month",
        description="A filter of one value, its first: the dashboard has it at the widget.",
        text="""\
select
    date_trunc('month', block_time)::date as month,
    kind as "kind::filter",
    count(*) as events
from events
where block_time >= '2026-01-01' and block_time < '2027-01-01'
group by all
order by month, "kind::filter"
""",
        tags=("dashboards",),
        visualizations=(
            SavedVisualization.chart(
                "Events of a kind",
                "line",
                {"month": "x", "events": "y", "kind::filter": "series"},
                xAxis={"type": "datetime", "labels": {"enabled": True}},
            ),
        ),
    ),
)


def _shared(*names: str) -> dict[str, ParameterMapping]:
    """Return the mappings of parameters that the dashboard has under their own names."""
    return {name: ParameterMapping("dashboard-level", name) for name in names}


DASHBOARDS = (
    SavedDashboard(
        id=1,
        slug="lending-overview",
        name="Lending overview",
        tags=("lending",),
        is_shared=True,
        widgets=(
            SavedWidget(
                position=(0, 0, 12, 2),
                text="# Lending\nInvented data; `period` and `markets` hold for all of it.",
            ),
            SavedWidget(
                position=(0, 2, 6, 8),
                query_id=1,
                visualization="Borrowed a day, in dollars",
                mappings={
                    **_shared("markets", "period"),
                    "min_amount": ParameterMapping("static-value", "min_amount", 1),
                },
            ),
            SavedWidget(position=(6, 2, 6, 8), query_id=33, mappings=_shared("period")),
            SavedWidget(
                position=(0, 10, 6, 8),
                query_id=23,
                visualization="Price",
                mappings={"market": ParameterMapping("widget-level", "market")},
            ),
            SavedWidget(position=(6, 10, 6, 8), query_id=2, visualization="Events by market"),
        ),
    ),
    SavedDashboard(
        id=2,
        slug="recent-activity",
        name="Recent activity",
        tags=("lending", "dynamic"),
        widgets=(
            SavedWidget(
                position=(0, 0, 12, 8),
                query_id=38,
                mappings={"period": ParameterMapping("dashboard-level", "days")},
            ),
            SavedWidget(
                position=(0, 8, 12, 8),
                query_id=13,
                visualization="Events by month",
                mappings={"kind": ParameterMapping("static-value", "kind", "liquidation")},
            ),
        ),
    ),
    SavedDashboard(
        id=3,
        slug="liquidations",
        name="Liquidations",
        tags=("lending", "risk"),
        is_shared=True,
        has_filters=True,
        parameter_order=("period",),
        widgets=(
            SavedWidget(
                position=(0, 0, 12, 2),
                text=(
                    "## Liquidations\nWho was liquidated, and for **how much**: invented data. "
                    "*Period* holds for all tiles; each counter compares with the period before. "
                    "[How liquidations work](https://docs.example/liquidations)"
                ),
            ),
            *(
                SavedWidget(
                    position=(3 * place, 2, 3, 5),
                    query_id=100,
                    visualization=name,
                    mappings=_shared("period"),
                )
                for place, name in enumerate(("Liquidations", "Liquidated", "Largest", "Accounts"))
            ),
            SavedWidget(
                position=(0, 7, 8, 9),
                query_id=101,
                visualization="Liquidated by day",
                mappings=_shared("period"),
            ),
            SavedWidget(
                position=(8, 7, 4, 9),
                query_id=101,
                visualization="Share of each market",
                mappings=_shared("period"),
            ),
            SavedWidget(
                position=(0, 16, 6, 8),
                query_id=23,
                visualization="Price",
                mappings={"market": ParameterMapping("widget-level", "market", title="Price of")},
            ),
            SavedWidget(
                position=(6, 16, 6, 8),
                query_id=101,
                visualization="Liquidations by region and month",
                mappings=_shared("period"),
            ),
            SavedWidget(
                position=(0, 24, 12, 10),
                has_automatic_height=True,
                query_id=102,
                visualization="Largest liquidations",
                mappings={
                    **_shared("period"),
                    "least": ParameterMapping("static-value", "least", 1000),
                    "rows": ParameterMapping("widget-level", "rows"),
                },
            ),
            SavedWidget(
                position=(0, 34, 12, 2),
                text="Liquidations below $1,000 are left out of the table.",
            ),
        ),
    ),
    SavedDashboard(
        id=4,
        slug="odd-widgets",
        name="Odd widgets",
        tags=("conduct",),
        widgets=(
            SavedWidget(
                position=(0, 0, 12, 2),
                text="<script>alert('text')</script> Whatever shows this shows it as *text*.",
            ),
            SavedWidget(position=(0, 2, 4, 6), query_id=51),
            SavedWidget(position=(4, 2, 4, 6), query_id=52, mappings=_shared("divisor")),
            SavedWidget(position=(8, 2, 4, 6), query_id=44),
            SavedWidget(position=(0, 8, 6, 6), query_id=57, mappings=_shared("choice")),
            SavedWidget(position=(6, 8, 6, 6), query_id=103, visualization="Events of a kind"),
            SavedWidget(position=(0, 14, 12, 5), query_id=2, is_hidden=True),
            SavedWidget(query_id=49, visualization="Events in all"),
        ),
    ),
)
