"""For every parameter type: set a value as a person would, run, and see the right rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import pytest
from playwright.sync_api import expect

from watchframe.demo.lending import build_lending_database


@dataclass
class Case:
    """The query, what a person does, the parameters it sets, and SQL for the rows to expect."""

    query: int
    set_value: Callable[[object], object]
    params: dict[str, object] | None
    sql: str


TEXT = Case(
    10,
    lambda cell: cell.get_by_label("Label").fill("NewYork"),
    {"label": "NewYork"},
    "select account_id from accounts where label = 'NewYork' order by account_id",
)
PATTERN = Case(
    11,
    lambda cell: cell.get_by_label("Hash begins with").fill("0x00fe"),
    {"hash": "0x00fe"},
    "select tx_hash from events where starts_with(tx_hash, '0x00fe') "
    "order by block_number, log_index",
)
NUMBER = Case(
    12,
    lambda cell: cell.get_by_label("Least value (US dollars)").fill("30000000"),
    {"min_usd": 30_000_000},
    "select event_id from events where amount_usd >= 30000000 order by amount_usd desc, event_id",
)
ENUM = Case(
    13,
    lambda cell: cell.get_by_label("Kind").select_option("liquidation"),
    {"kind": "liquidation"},
    "select distinct date_trunc('month', block_time)::date from events "
    "where kind = 'liquidation' order by 1",
)


def choose_in_list(cell):
    """By mouse: a click opens the list, one in it adds a value, one on a chip drops it."""
    cell.locator(".wf-search-field input").click()
    cell.locator(".wf-options").get_by_text("8", exact=True).click()
    expect(cell.locator(".wf-chip")).to_have_text(["6 ✕", "8 ✕", "18 ✕"])
    cell.get_by_title("Remove 6").click()
    expect(cell.locator(".wf-chip")).to_have_text(["8 ✕", "18 ✕"])
    cell.get_by_role("button", name="All 3", exact=True).wait_for()
    cell.get_by_title("Hide the values of").click()
    expect(cell.locator(".wf-options button")).to_have_count(0)


ENUM_SEVERAL = Case(
    14,
    choose_in_list,
    {"decimals": ["8", "18"]},
    "select symbol from markets where decimals in (8, 18) order by symbol",
)
DROPDOWN = Case(
    23,
    lambda cell: cell.get_by_label("Market", exact=True).select_option("USDC (6 decimals)"),
    {"market": "USDC"},
    "select day from prices where market = 'USDC' and day between '2026-01-01' and '2026-12-31' "
    "order by day",
)


def paste_markets(cell):
    cell.get_by_title("Remove INV (18 decimals)").click()
    field = cell.locator(".wf-search-field input")
    field.evaluate(
        """(field, text) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData('text/plain', text);
            const facts = { clipboardData, bubbles: true, cancelable: true };
            field.dispatchEvent(new ClipboardEvent('paste', facts));
        }""",
        "CRV\nDOGE",
    )
    expect(cell.locator(".wf-chip")).to_have_text(["CRV (18 decimals) ✕", "sDOLA (18 decimals) ✕"])
    expect(cell.locator(".wf-parameter-query .wf-hint").first).to_have_text(
        "Not among the values: DOGE."
    )
    expect(field).to_have_value("")


DROPDOWN_SEVERAL = Case(
    24,
    paste_markets,
    {"markets": ["CRV", "sDOLA"]},
    "select distinct date_trunc('month', day)::date as month, market from prices "
    "where market in ('CRV', 'sDOLA') order by month, market",
)


def choose_account(cell):
    cell.get_by_placeholder("search 5,000 values").fill("whale")
    matches = cell.locator(".wf-options button")
    expect(matches).to_have_count(1)  # thousands have become one
    matches.click()


DROPDOWN_OF_THOUSANDS = Case(
    25,
    choose_account,
    None,
    "select event_id from events where market = 'WETH' and account = "
    "(select address from accounts where label = 'The \"Whale\"') order by event_id",
)
DATE = Case(
    30,
    lambda cell: cell.get_by_label("Day", exact=True).fill("3 Feb 2026"),
    {"day": "2026-02-03"},
    "select distinct date_trunc('hour', block_time) from events "
    "where block_time::date = '2026-02-03' order by 1",
)


def fill_range(cell, start, end):
    cell.get_by_title("Period: open or shut the calendar").click()
    cell.get_by_label("from", exact=True).fill(start)
    cell.get_by_label("to", exact=True).fill(end)
    cell.get_by_role("button", name="Done").click()


DATETIME = Case(
    31,
    lambda cell: cell.get_by_label("Since", exact=True).fill("2026-03-01 06:07"),
    {"since": "2026-03-01 06:07"},
    "select event_id from events where block_time >= '2026-03-01 06:07' "
    "order by event_id limit 500",
)
DATETIME_WITH_SECONDS = Case(
    32,
    lambda cell: cell.get_by_label("Until", exact=True).fill("2026-03-01 06:07:08"),
    {"until": "2026-03-01 06:07:08"},
    "select event_id from events where block_time <= '2026-03-01 06:07:08' "
    "order by event_id desc limit 500",
)
DATE_RANGE = Case(
    33,
    lambda cell: fill_range(cell, "2026-02-01", "2026-02-10"),
    {"period": ["2026-02-01", "2026-02-10"]},
    "select distinct block_time::date from events "
    "where block_time::date between '2026-02-01' and '2026-02-10' order by 1",
)
DATETIME_RANGE = Case(
    34,
    lambda cell: fill_range(cell, "2026-02-01 01:30", "2026-02-01 20:15"),
    {"period": ["2026-02-01 01:30", "2026-02-01 20:15"]},
    "select distinct date_trunc('hour', block_time) from events "
    "where block_time between '2026-02-01 01:30' and '2026-02-01 20:15' order by 1",
)
DATETIME_RANGE_WITH_SECONDS = Case(
    35,
    lambda cell: fill_range(cell, "2026-02-01 01:30:05", "2026-02-01 03:15:59"),
    {"period": ["2026-02-01 01:30:05", "2026-02-01 03:15:59"]},
    "select event_id from events "
    "where block_time between '2026-02-01 01:30:05' and '2026-02-01 03:15:59' order by event_id",
)

EVERY_TYPE = {
    "text": TEXT,
    "text-pattern": PATTERN,
    "number": NUMBER,
    "enum": ENUM,
    "enum, several": ENUM_SEVERAL,
    "query": DROPDOWN,
    "query, several": DROPDOWN_SEVERAL,
    "query, thousands": DROPDOWN_OF_THOUSANDS,
    "date": DATE,
    "datetime-local": DATETIME,
    "datetime-with-seconds": DATETIME_WITH_SECONDS,
    "date-range": DATE_RANGE,
    "datetime-range": DATETIME_RANGE,
    "datetime-range-with-seconds": DATETIME_RANGE_WITH_SECONDS,
}


@pytest.fixture(scope="module")
def lending():
    """The rows of the demo's data, made from the same seed beside its server."""
    with duckdb.connect() as connection:
        build_lending_database(connection)
        yield connection


@pytest.mark.parametrize("type_", EVERY_TYPE)
def test_value_set_and_run_gives_its_rows(notebook, lending, type_):
    case = EVERY_TYPE[type_]
    expected = lending.execute(case.sql).fetchall()
    assert expected, "a test that expects no rows cannot fail"

    cell = notebook.show(f"picker = pick({case.query}, run=False); picker")
    wait_for_options(cell, type_)
    case.set_value(cell)
    cell.get_by_role("button", name="Run").click()
    cell.get_by_text("data of").wait_for()

    first = cell.locator(".wf-grid tbody td:first-child")
    texts = [str(row[0]) for row in expected[:10]]
    expect(first).to_have_text([shortened(text) for text in texts])
    wholes = first.evaluate_all("cells => cells.map(cell => cell.title || cell.innerText)")
    assert wholes == texts
    assert f"{len(expected):,} row" in cell.get_by_role("status").inner_text()
    assert int(notebook.value("len(picker.df)")) == len(expected)
    if case.params is not None:
        assert json.loads(notebook.value("__import__('json').dumps(picker.params)")) == case.params


def shortened(text):
    """What a cell of the grid shows of a text: of a hash its ends, and the whole on hovering."""
    return f"{text[:6]}…{text[-4:]}" if text.startswith("0x") and len(text) > 24 else text


def wait_for_options(cell, type_):
    """A dropdown's values come a moment after the picker."""
    if type_.startswith("query"):
        cell.locator(".wf-parameter-query").locator("select, .wf-tags").first.wait_for()
