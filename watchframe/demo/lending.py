"""The demo's data: events of an invented lending protocol, made in DuckDB from a fixed seed.

Every random draw is a slice of ``sha256("<seed>:<table>:<row number>")``, and all sums are done on
integers, so the same seed gives the same rows on every machine and version of DuckDB.

The tables (their statements are in `lending_tables`):

``markets``     one row a token: address, decimals, factor, tags (a list), oracle (a struct)
``accounts``    one row a borrower: address, label (few have one), region, profile (JSON)
``prices``      one row a market and day: ``price_usd`` (null where the oracle was silent)
``events``      one row a deposit, borrow, repay, withdraw or liquidation, in order of time
``allowances``  uint256 amounts: unlimited approvals of 2**256 - 1 among them

``events.amount_raw`` is the exact amount as the chain has it, ``events.amount`` the same in tokens.
The events run on past the present day, to the end of 2028, so that "the last 30 days" has rows
whenever it is asked for.
"""

from __future__ import annotations

from datetime import date

import duckdb

from watchframe.demo import lending_tables
from watchframe.demo.lending_markets import ACCOUNT_LABELS, MARKETS, REGIONS

FIRST_DAY = date(2024, 1, 1)
LAST_DAY = date(2028, 12, 31)
SECONDS_PER_BLOCK = 12
FIRST_BLOCK = 18_908_895
ACCOUNTS = 5_000
ALLOWANCES = 2_000

DEFAULT_SEED = 20_240_101
DEFAULT_EVENTS = 240_000


def build_lending_database(
    connection: duckdb.DuckDBPyConnection,
    *,
    seed: int = DEFAULT_SEED,
    events: int = DEFAULT_EVENTS,
) -> None:
    """Create and fill the five tables of the demo in `connection`'s database.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Its database must not have these tables yet.
    seed : int
        Another seed gives other rows; the same one the same rows.
    events : int
        The number of rows of ``events``, spread evenly over the five years.

    Raises
    ------
    ValueError
        `events` is not between 1 and one a block.
    duckdb.CatalogException
        One of the tables is there already.
    """
    blocks = ((LAST_DAY - FIRST_DAY).days + 1) * 86_400 // SECONDS_PER_BLOCK
    if not 1 <= events <= blocks:
        raise ValueError(f"events must be from 1 to {blocks:,} (one a block), not {events:,}.")
    _create_markets(connection, seed)
    _create_accounts(connection, seed)
    _create_prices(connection, seed)
    _create_events(connection, seed, events, blocks)
    _create_allowances(connection, seed)
    connection.execute("drop table market_settings")


def _create_markets(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    connection.execute(lending_tables.MARKET_SETTINGS)
    connection.executemany(
        "insert into market_settings values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                n,
                market.symbol,
                market.decimals,
                market.typical_amount,
                market.start_price,
                market.daily_step,
                market.collateral_factor,
                market.description,
                market.is_paused,
            )
            for n, market in enumerate(MARKETS)
        ],
    )
    connection.execute(lending_tables.MARKETS, {"seed": seed, "first_day": FIRST_DAY})


def _create_accounts(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    connection.execute(
        lending_tables.ACCOUNTS,
        {
            "seed": seed,
            "accounts": ACCOUNTS,
            "labels": list(ACCOUNT_LABELS),
            "regions": list(REGIONS),
            "first_day": FIRST_DAY,
        },
    )


def _create_prices(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    days = (LAST_DAY - FIRST_DAY).days + 1
    connection.execute(lending_tables.PRICES, {"seed": seed, "first_day": FIRST_DAY, "days": days})


def _create_events(
    connection: duckdb.DuckDBPyConnection, seed: int, events: int, blocks: int
) -> None:
    connection.execute(
        lending_tables.EVENTS,
        {
            "seed": seed,
            "events": events,
            "blocks": blocks,
            "first_block": FIRST_BLOCK,
            "block_seconds": SECONDS_PER_BLOCK,
            "first_day": FIRST_DAY,
            "accounts": ACCOUNTS,
            "markets": len(MARKETS),
        },
    )


def _create_allowances(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    connection.execute(
        lending_tables.ALLOWANCES,
        {
            "seed": seed,
            "allowances": ALLOWANCES,
            "accounts": ACCOUNTS,
            "markets": len(MARKETS),
            "unlimited": str(2**256 - 1),
        },
    )
