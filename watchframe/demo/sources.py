"""The data sources of a fresh server, by version."""

from __future__ import annotations

import duckdb

from watchframe.demo.catalogue_types import LENDING_SOURCE, PYTHON_SOURCE
from watchframe.demo.chain_sources import ChainSource
from watchframe.demo.dialects import Dialect
from watchframe.demo.execution import DataSource
from watchframe.demo.python_source import PythonSource
from watchframe.demo.service_sources import ServiceSource
from watchframe.demo.sql_engine import SqlSource

SQLITE_SOURCE, DUCKDB_SOURCE = 3, 4
QUERY_RESULTS_SOURCE = 5
EVMLOGS_SOURCE, EVMSTATE_SOURCE, EVMTRANSACTIONS_SOURCE = 6, 7, 8
COINGECKO_SOURCE, DEFILLAMA_SOURCE, GRAPHQL_SOURCE = 9, 10, 11
JSON_SOURCE, CSV_SOURCE, EXCEL_SOURCE = 12, 13, 14


def sources_of(dialect: Dialect, database: duckdb.DuckDBPyConnection) -> dict[int, DataSource]:
    """Return the data sources, by their ids, but Query Results, which needs the others."""
    found: list[DataSource] = [
        SqlSource(
            id=number,
            name=name,
            type=type_,
            connection=database,
            has_exact_numeric=dialect.has_exact_numeric and type_ == "pg",
            writes_nan=dialect.writes_nan,
        )
        for number, name, type_ in (
            (LENDING_SOURCE, "Lending", "pg"),
            (SQLITE_SOURCE, "Lending (SQLite)", "sqlite"),
            (DUCKDB_SOURCE, "Lending (DuckDB)", "duckdb"),
        )
    ]
    found.append(PythonSource(id=PYTHON_SOURCE, name="Python"))
    if dialect.is_fork:
        found += [
            ChainSource(id=EVMLOGS_SOURCE, name="Logs", type="evmlogs"),
            ChainSource(id=EVMSTATE_SOURCE, name="State", type="evmstate"),
            ChainSource(id=EVMTRANSACTIONS_SOURCE, name="Transactions", type="evmtransactions"),
            ServiceSource(id=COINGECKO_SOURCE, name="CoinGecko", type="coingecko"),
            ServiceSource(id=DEFILLAMA_SOURCE, name="DefiLlama", type="defillama"),
            ServiceSource(id=GRAPHQL_SOURCE, name="Subgraph", type="graphql", syntax="graphql"),
            ServiceSource(id=JSON_SOURCE, name="JSON", type="json"),
            ServiceSource(id=CSV_SOURCE, name="CSV", type="csv"),
            ServiceSource(id=EXCEL_SOURCE, name="Excel", type="excel"),
        ]
    return {source.id: source for source in sorted(found, key=lambda source: source.id)}
