"""Queries 70 to 89, of the version "fork" alone: its own data sources, and its own chart types.

70 to 79 ask a chain and services; 80 to 85 ask what other queries gave, and files; 86 to 89 have
charts of types that only Inverse Watch draws.
"""

from __future__ import annotations

from watchframe.demo.catalogue_charts import MARKETS_AT_A_GLANCE
from watchframe.demo.catalogue_drawings import ACCOUNTS_BY_COUNTRY
from watchframe.demo.catalogue_types import (
    ParameterMapping,
    SavedDashboard,
    SavedParameter,
    SavedQuery,
    SavedVisualization,
    SavedWidget,
)
from watchframe.demo.chain_sources import CONTRACT, EVENTS
from watchframe.demo.sources import (
    COINGECKO_SOURCE,
    CSV_SOURCE,
    DEFILLAMA_SOURCE,
    EVMLOGS_SOURCE,
    EVMSTATE_SOURCE,
    EVMTRANSACTIONS_SOURCE,
    GRAPHQL_SOURCE,
    JSON_SOURCE,
    QUERY_RESULTS_SOURCE,
)


def _logs(events: str, first: int = 19_000_000, last: str = "latest") -> str:
    return (
        f'contract_address: "{CONTRACT}"\nevent_name: {events}\n'
        f"start_block: {first}\nend_block: {last}"
    )


FORK_QUERIES = (
    SavedQuery(
        id=70,
        name="DOLA transfers (evmlogs)",
        description="Rows before columns, unix seconds, and a column of uint256 amounts.",
        text=_logs("Transfer"),
        data_source_id=EVMLOGS_SOURCE,
        tags=("fork", "onchain"),
    ),
    SavedQuery(
        id=71,
        name="Transfers and changes of the pool (evmlogs)",
        description="Two events: the rows of the second have keys that no column declares.",
        text=_logs("[Transfer, PoolBalanceChanged]", last="19000025"),
        data_source_id=EVMLOGS_SOURCE,
        tags=("fork", "onchain"),
    ),
    SavedQuery(
        id=72,
        name="Transfers of a quiet minute (evmlogs)",
        description="No rows, and fewer columns than with rows.",
        text=_logs("Transfer", first=19_000_090, last="19000099"),
        data_source_id=EVMLOGS_SOURCE,
        tags=("fork", "empty"),
    ),
    SavedQuery(
        id=73,
        name="Logs of an event (evmlogs)",
        description="Parameters within YAML.",
        text=_logs("{{ event }}").replace("19000000", "{{ start }}").replace("latest", "{{end}}"),
        data_source_id=EVMLOGS_SOURCE,
        parameters=(
            SavedParameter("event", "enum", "Event", "Transfer", enum_options=EVENTS),
            SavedParameter("start", "number", "First block", 19_000_000),
            SavedParameter("end", "text-pattern", "Last block", "latest", regex="latest|[0-9]+"),
        ),
        tags=("fork", "parameters"),
    ),
    SavedQuery(
        id=74,
        name="DOLA supply (evmstate)",
        description="A uint256 as text, block by block.",
        text=_logs("", last="19000007").replace("event_name: ", "function_name: totalSupply"),
        data_source_id=EVMSTATE_SOURCE,
        tags=("fork", "onchain"),
    ),
    SavedQuery(
        id=75,
        name="Transactions of the contract (evmtransactions)",
        description="Amounts in floats, gas prices in integers.",
        text=f'address: "{CONTRACT}"\nstart_block: 19000000\nend_block: 19000002',
        data_source_id=EVMTRANSACTIONS_SOURCE,
        tags=("fork", "onchain"),
    ),
    SavedQuery(
        id=76,
        name="ERC-20 transfers (GraphQL)",
        description="Digits in texts, exact integers in a column of texts, keys that are missing.",
        text='{ erc20Transfers(first: 1000 where: {id_gt: ""}) { timestamp id value } }',
        data_source_id=GRAPHQL_SOURCE,
        tags=("fork",),
    ),
    SavedQuery(
        id=77,
        name="No transfers (GraphQL)",
        description="No rows and no columns.",
        text="{ empty { id } }",
        data_source_id=GRAPHQL_SOURCE,
        tags=("fork", "empty"),
    ),
    SavedQuery(
        id=78,
        name="Price of ether (CoinGecko)",
        description="One row of numbers, for a counter.",
        text="endpoint: simple-price\ncoingeckoID: ethereum",
        data_source_id=COINGECKO_SOURCE,
        tags=("fork",),
        visualizations=(
            SavedVisualization(
                type="COUNTER",
                name="Ether, in dollars",
                options={"counterColName": "price_usd", "rowNumber": 1, "stringPrefix": "$"},
            ),
        ),
    ),
    SavedQuery(
        id=79,
        name="Price of ether by hour (CoinGecko)",
        description="Unix milliseconds beside ISO texts; floats and integers in one column.",
        text="endpoint: market-chart\ncoingeckoID: ethereum",
        data_source_id=COINGECKO_SOURCE,
        tags=("fork",),
    ),
    SavedQuery(
        id=80,
        name="DOLA transfers by size (Query Results)",
        description="SQL over query 70: the digits of a uint256 are texts, declared as integers.",
        text="""\
select block, event_name, value, length(value) as digits
from query_70
order by length(value) desc, value desc
""",
        data_source_id=QUERY_RESULTS_SOURCE,
        tags=("fork", "onchain"),
    ),
    SavedQuery(
        id=81,
        name="Busy markets (Query Results)",
        description="SQL over query 2, with a parameter.",
        text="""\
select market, events, amount_usd
from query_2
where events >= {{ events }}
order by events desc
""",
        data_source_id=QUERY_RESULTS_SOURCE,
        parameters=(SavedParameter("events", "number", "Least number of events", 1),),
        tags=("fork", "parameters"),
    ),
    SavedQuery(
        id=82,
        name="Busy markets, from the cache (Query Results)",
        description="Fails before query 2 has ever run.",
        text="select market, events from cached_query_2 order by events desc",
        data_source_id=QUERY_RESULTS_SOURCE,
        tags=("fork", "conduct"),
    ),
    SavedQuery(
        id=83,
        name="Pools (DefiLlama)",
        description="Names with what they were nested in; a key that only some rows have.",
        text="endpoint: pools",
        data_source_id=DEFILLAMA_SOURCE,
        tags=("fork",),
    ),
    SavedQuery(
        id=84,
        name="A file of JSON",
        description="A uint256, lists, objects and hexadecimal numbers; a name with a dot.",
        text="url: http://files.invalid/data.json",
        data_source_id=JSON_SOURCE,
        tags=("fork",),
    ),
    SavedQuery(
        id=85,
        name="A file of CSV",
        description="Columns before rows; a uint256 as text, integers that nulls made floats.",
        text="url: http://files.invalid/data.csv\nparse_dates: [day]",
        data_source_id=CSV_SOURCE,
        tags=("fork",),
    ),
    SavedQuery(
        id=86,
        name="Price of INV by week",
        description="The first, highest, lowest and last price of each week of 2026.",
        text="""\
select
    date_trunc('week', day)::date as week,
    arg_min(price_usd, day) as open,
    max(price_usd) as high,
    min(price_usd) as low,
    arg_max(price_usd, day) as close
from prices
where market = 'INV' and day between '2025-12-29' and '2026-12-27'
group by week
order by week
""",
        tags=("fork", "charts"),
        visualizations=(
            SavedVisualization.chart(
                "Candles",
                "candlestick",
                {"week": "x", "open": "open", "high": "high", "low": "low", "close": "close"},
                xAxis={"type": "datetime", "labels": {"enabled": True}},
            ),
        ),
    ),
    SavedQuery(
        id=87,
        name="Markets, in the ways of Inverse Watch",
        description="The rows of query 92, drawn as only Inverse Watch does.",
        text=MARKETS_AT_A_GLANCE,
        tags=("fork", "charts"),
        visualizations=(
            SavedVisualization.chart(
                "Collateral around a center", "radar", {"market": "x", "collateral_percent": "y"}
            ),
            SavedVisualization.chart(
                "Risk and collateral, with waves",
                "effectScatter",
                {"volatility_percent": "x", "collateral_percent": "y", "market": "series"},
            ),
        ),
    ),
    SavedQuery(
        id=88,
        name="Collateral factor of INV",
        description="One row, for a gauge.",
        text="""\
select symbol as market, 100 * collateral_factor as collateral_percent
from markets
where symbol = 'INV'
""",
        tags=("fork", "charts"),
        visualizations=(
            SavedVisualization.chart(
                "Collateral factor",
                "gauge",
                {"market": "x", "collateral_percent": "y"},
                yAxis=[
                    {"type": "linear", "rangeMin": 0, "rangeMax": 100},
                    {"type": "linear", "opposite": True},
                ],
            ),
        ),
    ),
    SavedQuery(
        id=89,
        name="Accounts by country, as tiles",
        description="The rows of query 97, drawn as only Inverse Watch does.",
        text=ACCOUNTS_BY_COUNTRY,
        tags=("fork", "charts"),
        visualizations=(
            SavedVisualization.chart(
                "Countries as tiles",
                "treemap",
                {"country": "x", "accounts": "y", "region": "series"},
            ),
        ),
    ),
)

FORK_DASHBOARDS = (
    SavedDashboard(
        id=20,
        slug="transfer-dola",
        name="Transfer DOLA",
        tags=("fork",),
        is_shared=True,
        widgets=(
            SavedWidget(position=(0, 0, 4, 4), query_id=78, visualization="Ether, in dollars"),
            SavedWidget(
                position=(0, 4, 12, 8),
                query_id=73,
                mappings={
                    "event": ParameterMapping("dashboard-level", "event"),
                    "start": ParameterMapping("static-value", "start", 19_000_000),
                    "end": ParameterMapping("static-value", "end", "latest"),
                },
            ),
            SavedWidget(position=(0, 12, 12, 8), query_id=80),
        ),
    ),
)
