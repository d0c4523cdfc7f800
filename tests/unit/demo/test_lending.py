"""The demo's data is the same for the same seed, exact, and as varied as it says."""

import hashlib
from datetime import datetime, timedelta

import duckdb
import pytest

from watchframe.demo.lending import (
    ACCOUNT_LABELS,
    DEFAULT_EVENTS,
    DEFAULT_SEED,
    FIRST_BLOCK,
    FIRST_DAY,
    LAST_DAY,
    MARKETS,
    SECONDS_PER_BLOCK,
    build_lending_database,
)

TABLES = ("markets", "accounts", "prices", "events", "allowances")
FEW_EVENTS = 3_000


@pytest.fixture(scope="module")
def lending():
    with duckdb.connect() as connection:
        build_lending_database(connection)
        yield connection


def rows_of(connection, table):
    return connection.execute(f"from {table}").fetchall()


def built(**options):
    with duckdb.connect() as connection:
        build_lending_database(connection, **options)
        return {table: rows_of(connection, table) for table in TABLES}


def test_rows_of_one_seed_are_the_same():
    assert built(seed=7, events=FEW_EVENTS) == built(seed=7, events=FEW_EVENTS)


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES)
def test_rows_of_another_seed_are_others(table):
    assert built(seed=7, events=50)[table] != built(seed=8, events=50)[table]


def test_tables_are_these_five(lending):
    assert {name for (name,) in lending.execute("show tables").fetchall()} == set(TABLES)


def test_events_are_at_least_two_hundred_thousand(lending):
    (count,) = lending.execute("select count(distinct tx_hash) from events").fetchone()
    assert count == DEFAULT_EVENTS
    assert count >= 200_000


def test_events_are_those_that_python_computes(lending):
    columns = "event_id, block_number, block_time, tx_hash, market, amount_raw, amount"
    blocks = ((LAST_DAY - FIRST_DAY).days + 1) * 86_400 // SECONDS_PER_BLOCK
    for number, block_number, time, tx_hash, symbol, raw, amount in lending.execute(
        f"select {columns} from events where event_id % 480 = 7"
    ).fetchall():
        tx = hashlib.sha256(f"{DEFAULT_SEED}:event:{number}".encode()).hexdigest()
        draws = {start: int(tx[start:end], 16) for start, end in ((0, 6), (6, 12), (24, 28))}
        market = MARKETS[draws[6] % len(MARKETS)]
        block = number * blocks // DEFAULT_EVENTS + draws[0] % (blocks // DEFAULT_EVENTS)
        one_token = 10**market.decimals
        size = market.typical_amount * one_token * 65_536 // max(64, draws[24])

        assert tx_hash == f"0x{tx}"
        assert symbol == market.symbol
        assert block_number == FIRST_BLOCK + block
        assert time == datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(
            seconds=block * SECONDS_PER_BLOCK
        )
        assert raw == size + int(tx[28:43], 16) % one_token
        assert amount == pytest.approx(raw / one_token, rel=1e-15)


def test_events_never_go_back_in_time(lending):
    times = [time for (time,) in lending.execute("select block_time from events").fetchall()]
    assert times == sorted(times)
    assert times[0].date() == FIRST_DAY
    assert times[-1].date() == LAST_DAY


def test_events_leave_no_day_out(lending):
    (days,) = lending.execute("select count(distinct block_time::date) from events").fetchone()
    assert days == (LAST_DAY - FIRST_DAY).days + 1


def test_liquidations_alone_have_a_liquidator(lending):
    mixed = lending.execute(
        """
        select count(*) from events
        where (kind = 'liquidation') <> (liquidator is not null)
            or (kind = 'liquidation') <> (details is not null)
        """
    ).fetchone()
    assert mixed == (0,)
    assert lending.execute("select count(liquidator) > 1000 from events").fetchone() == (True,)


@pytest.mark.parametrize("column", ["gas_used", "via_router", "amount_usd", "liquidator"])
def test_nullable_column_has_nulls_and_values(lending, column):
    values, rows = lending.execute(f"select count({column}), count(*) from events").fetchone()
    assert 0 < values < rows


def test_amounts_are_beyond_what_a_float_can_hold(lending):
    lost = lending.execute(
        """
        select count(*) from events join markets on symbol = market
        where decimals = 18 and amount_raw::double::hugeint <> amount_raw
        """
    ).fetchone()
    assert lost > (100_000,)


def test_allowances_are_uint256_with_unlimited_and_null(lending):
    texts = [text for (text,) in lending.execute("select amount from allowances").fetchall()]
    amounts = [int(text) for text in texts if text is not None]
    assert None in texts
    assert max(amounts) == 2**256 - 1
    assert min(amounts) >= 0
    assert any(2**128 < amount < 2**256 - 1 for amount in amounts)


def test_labels_are_as_written_and_two_differ_by_a_space(lending):
    labels = [
        label
        for (label,) in lending.execute(
            "select label from accounts where label is not null order by account_id"
        ).fetchall()
    ]
    assert labels == list(ACCOUNT_LABELS)
    without_spaces = ["".join(label.split()) for label in labels]
    assert len(set(without_spaces)) == len(labels) - 1


def test_accounts_with_a_label_have_events(lending):
    silent = lending.execute(
        "select label from accounts anti join events on account = address where label is not null"
    ).fetchall()
    assert silent == []


@pytest.mark.parametrize("events", [0, -1, 20_000_000])
def test_build_without_room_for_the_events_makes_no_table(events):
    with duckdb.connect() as connection:
        with pytest.raises(ValueError, match="events must be from 1 to 13,154,400"):
            build_lending_database(connection, events=events)
        assert connection.execute("show tables").fetchall() == []


def test_build_of_tables_that_exist_is_an_error():
    with duckdb.connect() as connection:
        build_lending_database(connection, events=10)
        with pytest.raises(duckdb.CatalogException, match="already exists"):
            build_lending_database(connection, events=10)
