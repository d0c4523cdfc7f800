"""The kernel's side of a table: pages that answer a state, and what messages ask for."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet
import pytest

from tests.unit.widgets.conftest import until
from watchframe import show_watch_table
from watchframe.decode.typing_rules import ENCODING, INTEGER
from watchframe.errors import ArgumentError
from watchframe.widgets import table_files
from watchframe.widgets.result_table import ResultTable
from watchframe.widgets.table_columns import Rows

BIG = 2**255
FRAME = pd.DataFrame(
    {
        "market": ["WETH", "INV", None, "weth 2"],
        "amount": pd.Series([BIG, 5, None, 10**18], dtype=object),
        "x": [1.5, 2.5, None, 0.5],
    }
)
FRAME.attrs["watchframe"] = {
    "query_name": "Borrows: by/market é",
    "retrieved_at": "2026-03-04T05:06:07",
}


@pytest.fixture
def table():
    made = ResultTable(Rows.of(FRAME), rows_per_page=2)
    yield made
    made.close()


def ask(table, **changes):
    """Change the state as a front end does, and return the first column of the page it gets."""
    table.state = {**table.state, **changes}
    until(lambda: not table.busy)
    return [row[0] for row in table.page["rows"]]


def told(table, monkeypatch, **message):
    """Send a message as a front end does, and return the answer's content and its buffers."""
    sent = []
    monkeypatch.setattr(table, "send", lambda *answer: sent.append(answer))
    table._handle_custom_msg({"request": 7, **message}, [])
    until(lambda: sent)
    content, buffers = sent[0]
    assert content.pop("request") == 7
    return content, buffers


def test_table_says_what_its_columns_are(table):
    assert table.columns == [
        {
            "name": "market",
            "dtype": str(FRAME["market"].dtype),
            "kind": "text",
            "can_be_amount": False,
        },
        {"name": "amount", "dtype": "object", "kind": "number", "can_be_amount": True},
        {"name": "x", "dtype": "float64", "kind": "number", "can_be_amount": False},
    ]
    assert (table.total, table.found) == (4, 4)
    assert table.page == {
        "start": 0,
        "rows": [["WETH", str(BIG), "1.5"], ["INV", "5", "2.5"]],
        "numbers": [0, 1],
        "request": None,
    }


def test_state_is_answered_with_a_page(table):
    assert ask(table, sort=[[1, "descending"]], request=3) == ["WETH", "weth 2"]
    assert table.page["request"] == 3
    assert table.page["numbers"] == [0, 3]
    assert ask(table, start=2) == ["INV", None]
    assert ask(table, filters={"0": "weth", "1": "many"}) == ["WETH", "weth 2"]
    assert table.page["start"] == 0  # there is no third row any more
    assert table.found == 2
    assert list(table.notes) == ["1"]
    assert ask(table, search="5", filters={}, start=0) == ["WETH", "weth 2"]
    assert ask(table, search="", sort=[], start=0, size=3) == ["WETH", "INV", None]


def test_amounts_and_separators_change_the_texts(table):
    ask(table, amounts={"1": 18, "0": 18}, separators=True, sort=[[1, "ascending"]])
    assert [row[1] for row in table.page["rows"]] == [
        "0.000000000000000005",
        "1",
    ]
    assert ask(table, filters={"1": ">=1"}) == ["weth 2", "WETH"]
    assert table.page["rows"][1][1]["text"].startswith("57,896,")


def test_state_that_makes_no_sense_is_the_state_without_it(table):
    wrong = {"sort": [[9, "ascending"], "x", [0, 1]], "filters": {"9": "a", "0": 5}, "size": -1}
    assert ask(table, **wrong, start="x", amounts=[1], hidden=7, search=None) == ["WETH"]
    assert ask(table, size=10**9, start=10**9) == ["WETH", "INV", None, "weth 2"]


@pytest.mark.parametrize("message", [None, [], "cell", {"type": []}, {"type": "x"}])
def test_message_that_makes_no_sense_is_not_answered(table, message):
    table._handle_custom_msg(message, [])


def test_names_of_columns_have_nothing_that_turns_a_text_around():
    table = ResultTable(Rows.of(pd.DataFrame({"\u202eegnahc": [1]})))
    assert table.columns[0]["name"] == r"\u202eegnahc"
    table.close()


def test_newest_state_wins(table):
    for column in (0, 1, 2) * 5:
        table.state = {**table.state, "sort": [[column, "ascending"]]}
    assert ask(table) == ["weth 2", "WETH"]


def test_other_rows_keep_what_was_set_for_the_same_columns(table):
    ask(table, sort=[[2, "ascending"]], search="weth", separators=True)
    table.show(Rows.of(FRAME.iloc[:1]))
    assert (table.total, table.found, table.state["search"]) == (1, 1, "weth")
    table.show(Rows.of(FRAME[["x"]]))
    assert (table.found, table.state) == (4, {"size": 2, "separators": True})


def test_failure_is_said_and_the_next_state_is_answered(monkeypatch):
    marked = pa.field("amount", pa.string(), metadata={ENCODING: INTEGER})
    schema = pa.schema([marked, pa.field("x", pa.decimal128(10, -2))])
    rows = pa.table([["5", "many"], [Decimal(100), Decimal(200)]], schema=schema)
    table = ResultTable(Rows(table=rows, dtypes=("object", "object")))
    table.state = {**table.state, "sort": [[0, "ascending"]]}
    until(lambda: table.busy.startswith("It failed: ArrowInvalid"))
    assert ask(table, sort=[[1, "descending"]]) == ["many", "5"]
    content, _ = told(table, monkeypatch, type="download", format="parquet", scope="all")
    assert content["note"].startswith("It failed: OSError"), "Parquet has no such decimals"
    table.close()


def test_cell_is_given_whole(table, monkeypatch):
    assert told(table, monkeypatch, type="cell", row=0, column=1) == (
        {"type": "cell"},
        [str(BIG).encode()],
    )
    content, buffers = told(table, monkeypatch, type="cell", row=99, column="x")
    assert (content["type"], buffers) == ("error", [])


def test_copy_is_of_all_rows_or_of_the_page(table, monkeypatch):
    ask(table, sort=[[2, "descending"]], search="weth", hidden=[2], amounts={"1": 18})
    content, (text,) = told(table, monkeypatch, type="copy", scope="found")
    assert content == {"type": "text", "note": "2 rows copied."}
    lines = text.decode().split("\n")
    assert lines[0] == "market\tamount"
    assert lines[2] == "weth 2\t1"
    content, (text,) = told(table, monkeypatch, type="copy", scope="all")
    assert [line.split("\t")[0] for line in text.decode().split("\n")[1:]] == [
        "INV",
        "WETH",
        "weth 2",
        "",
    ]
    monkeypatch.setattr(table_files, "MOST_CELLS", 4)
    content, (text,) = told(table, monkeypatch, type="copy", scope="all")
    assert content["note"].startswith("2 rows copied, which are this page: 4 rows are too much")
    assert text.count(b"\n") == 2
    monkeypatch.setattr(table_files, "LARGEST_FILE", 20)
    content, _ = told(table, monkeypatch, type="copy", scope="page")
    assert content["note"].endswith("which is too much for the clipboard. Download them.")


def test_download_has_the_rows_with_their_order(table, monkeypatch):
    ask(table, sort=[[2, "ascending"]], search="weth")
    content, (file,) = told(table, monkeypatch, type="download", format="parquet", scope="all")
    assert content["name"] == "borrows-by-market-e-2026-03-04.parquet"
    assert content["note"].startswith("4 rows in borrows")
    read = pa_parquet.read_table(pa.BufferReader(file))
    assert read.column("amount").to_pylist() == [str(10**18), str(BIG), "5", None]
    content, (file,) = told(table, monkeypatch, type="download", format="csv", scope="found")
    assert pa_csv.read_csv(pa.BufferReader(file)).column("x").to_pylist() == [0.5, 1.5]
    content, (file,) = told(table, monkeypatch, type="download", format="xlsx", scope="all")
    assert "Text, since Excel would round the numbers: amount." in content["note"]
    sheet = openpyxl.load_workbook(io.BytesIO(file)).active
    assert sheet["B3"].value == str(BIG)


def test_download_that_is_too_large_names_the_code(table, monkeypatch):
    monkeypatch.setattr(table_files, "LARGEST_FILE", 50)
    for format_, call in {"csv": "to_csv", "parquet": "to_parquet", "xlsx": "to_excel"}.items():
        content, buffers = told(table, monkeypatch, type="download", format=format_, scope="all")
        assert content["type"] == "error"
        assert f'df.{call}("borrows-by-market-e-2026-03-04.{format_}"' in content["code"]
        assert buffers == []
    assert told(table, monkeypatch, type="download", format="exe")[0]["type"] == "error"


def test_shown_table_has_plain_rows_beside_it():
    view = show_watch_table(FRAME, decimals={"amount": 18})
    assert repr(view) == "<Table of 4 rows, 3 columns>"
    grid, plain = view.children[1].children
    assert grid.state["amounts"] == {"1": 18}
    assert str(BIG) in plain.value
    assert "pip install anywidget" in plain.value
    ask(grid, search="inv")
    assert view.last_state().count("<tr>") == 2
    view.close()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rows_per_page": 0}, "rows_per_page is 0"),
        ({"decimals": {"x": 18}}, "'x', which is no column of integers"),
        ({"decimals": {"amount": -1}}, "-1 digits"),
    ],
)
def test_wrong_options_of_a_table_are_refused(options, message):
    with pytest.raises(ArgumentError, match=message):
        show_watch_table(FRAME, **options)
