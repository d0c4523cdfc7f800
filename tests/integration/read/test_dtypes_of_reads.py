"""``dtype=`` and ``parse_dates=`` in every function that gives frames."""

import json
from pathlib import Path

import pandas as pd
import pytest

from watchframe import (
    read_watch_queries,
    read_watch_query,
    read_watch_sql,
    read_watch_sweep,
    submit_watch_query,
    submit_watch_sweep,
)
from watchframe.decode import concat_results, decode_query_result, to_frame
from watchframe.errors import ArgumentError, ColumnTypeWarning
from watchframe.models import ParameterDefinition

SOURCES = Path(__file__).parents[2] / "data" / "wire_versions" / "fork_sources"
LARGEST = 2**256 - 1
SQL = f"select '{LARGEST}' as value, '0.5' as amount, 1704067200 as block_time, {{{{ n }}}} as n"
GIVEN = {
    "dtype": {"value": "integer", "amount": "decimal(38, 18)"},
    "parse_dates": {"block_time": "s"},
}


@pytest.fixture
def query(client):
    number = ParameterDefinition(name="n", type="number", title="n")
    return client.queries.create("digits", SQL, 1, parameters=[number]).id


def test_dtype_is_taken_by_every_function(client, query):
    one = {"n": 1}
    frames = [
        read_watch_query(query, one, client=client, **GIVEN),
        read_watch_query(query, one, max_age="1h", client=client, **GIVEN),
        *read_watch_queries([(query, one)], client=client, **GIVEN),
        read_watch_sweep(query, [one], client=client, **GIVEN),
        read_watch_sql(SQL, "Lending", one, client=client, **GIVEN),
        submit_watch_query(query, one, client=client, **GIVEN).result(),
        submit_watch_sweep(query, [one], client=client, **GIVEN).result(),
    ]
    for frame in frames:
        assert frame["value"].tolist() == [LARGEST]
        assert str(frame["amount"].dtype) == "decimal128(38, 18)[pyarrow]"
        assert frame["block_time"].tolist() == [pd.Timestamp("2024-01-01T00Z")]


def test_dtype_that_does_not_fit_is_an_argument_error(client, query):
    with pytest.raises(ArgumentError, match="'amount' cannot become Int64: row 0"):
        read_watch_query(query, {"n": 1}, dtype={"amount": "Int64"}, client=client)
    # Of many reads, the row is that of the whole frame.
    sets = [{"n": 1}, {"n": 1.5}]
    with pytest.raises(ArgumentError, match="'n_parameter' cannot become Int64: row 1"):
        read_watch_sweep(query, sets, dtype={"n_parameter": "Int64"}, client=client)


def test_dtype_after_a_frame_was_kept_is_of_this_read_alone(client, query):
    plain = read_watch_query(query, {"n": 1}, max_age="1h", client=client)
    read_watch_query(query, {"n": 1}, max_age="1h", client=client, **GIVEN)
    again = read_watch_query(query, {"n": 1}, max_age="1h", client=client)
    assert again.dtypes.equals(plain.dtypes)


def test_table_to_pandas_is_the_frame(client):
    for read, params in (
        (read_watch_query, {"kind": "repay"}),
        (read_watch_sweep, [{"kind": "repay"}]),
    ):
        table = read(13, params, client=client, output="arrow")
        frame = read(13, params, client=client)
        pd.testing.assert_frame_equal(to_frame(table), frame)
        days = [name for name in frame if table.schema.field(name).type == "date32[day]"]
        found = table.to_pandas().astype(dict.fromkeys(days, "datetime64[us]"))
        pd.testing.assert_frame_equal(found, frame)


def test_column_that_is_converted_needs_no_warning(client):
    given = {"dtype": {"amount": "string", "rate": "Float64"}, "client": client}
    with pytest.warns(ColumnTypeWarning) as plain:
        read_watch_query(61, client=client)
    for read in (
        lambda: read_watch_query(61, **given),
        lambda: read_watch_sweep(61, [{}], **given),
        lambda: submit_watch_query(61, **given).result(),
    ):
        with pytest.warns(ColumnTypeWarning) as less:
            read()
        assert [str(item.message).split("'")[1] for item in less] == ["note"]
    assert {str(item.message).split("'")[1] for item in plain} == {"rate", "note"}


def recorded(number):
    (path,) = SOURCES.glob(f"{number}_*.json")
    body = json.loads(path.read_text())["response"]["body"]
    return decode_query_result([json.dumps(body).encode()]).table


def test_recorded_digits_become_integers():
    balances = to_frame(
        recorded("028"), dtype={"value": "integer"}, parse_dates={"block_time": "s"}
    )
    assert balances["value"].dtype in ("Int64", object)
    assert str(balances["block_time"].dtype) == "datetime64[us, UTC]"
    graph = to_frame(recorded("076"), dtype={"value": "integer"})
    assert graph["value"].tolist() == [22827089052896823876123, 0]


@pytest.mark.parametrize(("full", "empty"), [("012", "016"), ("076", "080")])
def test_recorded_result_without_rows_adds_no_columns(full, empty):
    tables = [recorded(empty), recorded(full), recorded(empty)]
    assert tables[0].num_columns < tables[1].num_columns
    whole = concat_results(tables)
    assert whole.equals(tables[1])
