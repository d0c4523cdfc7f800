"""``output=``: the same rows for pandas, Arrow and polars."""

import json
import sys

import polars as pl
import pyarrow as pa
import pytest

from watchframe import read_watch_query, read_watch_sql, read_watch_sweep
from watchframe.errors import ArgumentError

LARGEST = 2**256 - 1
PYTHON_SOURCE = 2
SHAPES = f"""
result = {{}}
add_result_column(result, 'wei', 'wei', 'integer')
add_result_column(result, 'list', 'list', 'string')
add_result_column(result, 'day', 'day', 'date')
add_result_row(result, {{'wei': {LARGEST}, 'list': [1, 2], 'day': '2026-01-02'}})
"""
READS = [
    lambda **given: read_watch_query(13, {"kind": "repay"}, **given),
    lambda **given: read_watch_sql("select 1 as a", "Lending", **given),
    lambda **given: read_watch_sweep(13, [{"kind": "repay"}, {"kind": "borrow"}], **given),
]


@pytest.mark.parametrize("read", READS)
def test_output_kinds_hold_the_same_rows(client, read):
    frame = read(client=client)
    table = read(client=client, output="arrow")
    polars = read(client=client, output="polars")
    assert isinstance(table, pa.Table)
    assert isinstance(polars, pl.DataFrame)
    assert table.column_names == polars.columns == list(frame.columns)
    assert table.num_rows == len(polars) == len(frame)
    assert polars.to_dicts() == table.to_pylist()
    expected = json.loads(json.dumps(frame.attrs["watchframe"]))
    found = json.loads(table.schema.metadata[b"watchframe"])
    assert found.keys() == expected.keys()


@pytest.mark.filterwarnings("ignore::watchframe.errors.ColumnTypeWarning")
def test_output_polars_keeps_every_digit(client):
    frame = read_watch_sql(SHAPES, PYTHON_SOURCE, client=client, output="polars")
    assert frame.schema == {"wei": pl.String, "list": pl.String, "day": pl.Date}
    assert int(frame["wei"].item()) == LARGEST
    assert json.loads(frame["list"].item()) == [1, 2]


@pytest.mark.parametrize("cache", ["use", "off"])
@pytest.mark.parametrize("output", ["arrow", "polars"])
def test_output_columns_are_those_asked_for(client, output, cache):
    given = {"columns": ["events", "month"], "cache": cache, "output": output, "client": client}
    table = read_watch_query(13, {"kind": "repay"}, **given)
    names = table.column_names if output == "arrow" else table.columns
    assert names == ["events", "month"]
    with pytest.raises(ArgumentError, match="no column 'nope'"):
        read_watch_query(13, {"kind": "repay"}, **{**given, "columns": ["nope"]})


def test_output_arrow_of_chosen_columns_has_pandas_dtypes(client):
    table = read_watch_query(
        13, {"kind": "repay"}, columns=["events"], client=client, output="arrow"
    )
    described = json.loads(table.schema.metadata[b"pandas"])
    assert [item["name"] for item in described["columns"]] == ["events"]


@pytest.mark.parametrize("output", ["arrow", "polars"])
@pytest.mark.parametrize(
    "given",
    [
        {"index_col": "events"},
        {"dtype": {"events": "float64"}},
        {"parse_dates": ["month"]},
        {"dtype_backend": "pyarrow"},
    ],
)
@pytest.mark.parametrize("read", READS)
def test_output_refuses_what_is_for_pandas_alone(client, demo, read, given, output):
    (name,) = given
    with pytest.raises(
        ArgumentError, match=f"{name} is for pandas alone, and output is '{output}'"
    ):
        read(client=client, output=output, **given)
    assert demo.requests == []


@pytest.mark.parametrize("read", READS)
def test_output_of_another_word_is_refused(client, demo, read):
    with pytest.raises(ArgumentError, match="output is 'numpy'") as caught:
        read(client=client, output="numpy")
    assert "polars" in caught.value.hint
    assert demo.requests == []


def test_output_polars_without_polars_says_what_to_install(client, demo, monkeypatch):
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ArgumentError) as caught:
        read_watch_query(2, output="polars", client=client)
    assert 'pip install "watchframe[polars]"' in caught.value.hint
    assert demo.requests == []


@pytest.mark.parametrize("output", ["pandas", "arrow", "polars"])
def test_columns_named_twice_are_there_once(client, output):
    found = read_watch_query(13, columns=["month", "month"], output=output, client=client)
    assert list(getattr(found, "column_names", None) or found.columns) == ["month"]


def test_columns_as_one_text_are_refused(client):
    with pytest.raises(ArgumentError, match="columns is the text 'month'") as caught:
        read_watch_query(13, columns="month", client=client)
    assert caught.value.hint == "Give a list: ['month']."
