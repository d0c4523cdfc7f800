"""Keys of rows that the server does not declare are columns too."""

import json
from pathlib import Path

import pytest

from watchframe.decode import (
    column_kinds,
    column_warnings,
    compiled,
    concat_results,
    decode_query_result,
    to_frame,
    with_kinds,
)
from watchframe.decode.column_warnings import UNDECLARED
from watchframe.decode.exact import decode_exactly
from watchframe.decode.streaming import decode_streaming
from watchframe.errors import ArgumentError, ColumnTypeWarning, DecodeError

RECORDED = Path(__file__).parents[2] / "data/wire_versions/fork_sources"


def recorded(name):
    return json.loads((RECORDED / name).read_text())["response"]["body"]


def body_of(rows, types=None, *, rows_first=False, **more):
    data = {"rows": rows, **more}
    if types is not None:
        data["columns"] = [
            {"name": name, "friendly_name": name, "type": type_} for name, type_ in types
        ]
    if not rows_first:
        data = dict(reversed(data.items()))
    return json.dumps({"query_result": {"id": 1, "data": data}}).encode()


def undeclared_columns(table):
    return [field.name for field in table.schema if UNDECLARED in field.metadata]


def exactly(body, columns=None):
    return decode_exactly(body, columns=columns)


def compiled_rows(body, columns=None):
    return decode_streaming([body], columns=columns, block_size=300)


def arrow_rows(body, columns=None):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "rows", None)
        return compiled_rows(body, columns)


ALL = pytest.mark.parametrize("decode", [exactly, compiled_rows, arrow_rows])
ORDERS = pytest.mark.parametrize("rows_first", [False, True], ids=["columns first", "rows first"])
USUAL = [{"block": n, "event": "Transfer", "value": n * 10**30} for n in range(300)]
#: Behind all rows that plans are made of, and several blocks of others.
LATE = [
    {"block": 300, "pool": "0xab", "deltas": [1, -(10**20)]},
    {"block": 301, "event": None, "fee": 0.5},
    {"block": 302, "pool": "0xcd", "fee": 7, "none": None},
]


@ALL
def test_undeclared_keys_of_two_events_are_columns(decode):
    body = recorded("024_evmlogs_two_events_result.json")
    data = body["query_result"]["data"]
    table = decode(json.dumps(body).encode()).table
    frame = to_frame(table)
    declared = [column["name"] for column in data["columns"]]
    added = ["poolId", "liquidityProvider", "tokens", "deltas", "protocolFeeAmounts"]
    assert list(frame.columns) == [*declared, *added]
    assert frame["value"][2] == 2**256 - 1
    assert frame["deltas"][3] == [-(10**20), 3 * 10**18]
    assert frame["poolId"].isna().tolist() == ["poolId" not in row for row in data["rows"]]
    (warning,) = column_warnings(table)
    assert isinstance(warning, ColumnTypeWarning)
    assert all(repr(name) in str(warning) for name in added)
    assert "'value'" not in str(warning)


@ALL
@ORDERS
def test_undeclared_keys_of_late_rows_are_columns(decode, rows_first):
    rows = [*USUAL, *LATE, *USUAL]
    types = [("block", "integer"), ("absent", "date"), ("value", "integer"), ("event", "string")]
    table = decode(body_of(rows, types, rows_first=rows_first)).table
    added = ["pool", "deltas", "fee", "none"]
    assert table.column_names == ["block", "absent", "value", "event", *added]
    assert undeclared_columns(table) == added
    frame = to_frame(table)
    shown = frame.astype(object).where(frame.notna(), None)
    for name in ("block", "value", "event", *added):
        assert list(shown[name]) == [row.get(name) for row in rows]
    assert [str(frame[name].dtype) for name in added] == ["string", "object", "Float64", "string"]


@ALL
@ORDERS
def test_undeclared_key_of_a_late_row_is_a_column(decode, rows_first):
    """Without integers beyond 64 bits, arrays and objects, which have a reader of their own."""
    rows = [{"block": n, "event": "x"} for n in range(300)] + [{"block": 1, "fee": 0.5}, {}]
    types = [("block", "integer"), ("event", "string")]
    table = decode(body_of(rows, types, rows_first=rows_first)).table
    assert table.to_pylist() == [{"block": None, "event": None, "fee": None, **row} for row in rows]


@ALL
@ORDERS
@pytest.mark.parametrize("types", [None, []])
def test_result_without_declared_columns_has_its_rows(decode, types, rows_first):
    """GraphQL declares no columns for a page of exactly 1,000 rows."""
    rows = [{"id": f"0x{n:040x}", "amount": str(n)} for n in range(1000)]
    table = decode(body_of(rows, types, rows_first=rows_first, log=[])).table
    assert table.to_pylist() == rows
    assert undeclared_columns(table) == ["id", "amount"]


@ALL
@pytest.mark.parametrize("types", [None, []])
def test_rows_without_keys_are_counted(decode, types):
    table = decode(body_of([{}] * 5, types)).table
    assert (table.num_rows, to_frame(table).shape) == (5, (5, 0))
    assert column_warnings(table) == []


@ALL
def test_result_without_rows_or_columns_is_empty(decode):
    body = json.dumps(recorded("080_gql_empty_result.json")).encode()
    assert to_frame(decode(body).table).shape == (0, 0)


@ALL
@ORDERS
def test_undeclared_column_is_chosen_by_name(decode, rows_first):
    body = body_of([*USUAL, *LATE], [("block", "integer")], rows_first=rows_first)
    table = decode(body, ["fee", "none", "block", "value"]).table
    assert table.column_names == ["block", "fee", "none", "value"]
    assert table["fee"].to_pylist()[-2:] == [0.5, 7.0]
    assert undeclared_columns(table) == ["fee", "none", "value"]
    assert undeclared_columns(decode(body, ["block"]).table) == []
    with pytest.raises(ArgumentError, match="no column 'nope'") as caught:
        decode(body, ["block", "nope"])
    assert "block" in caught.value.hint


@ALL
@ORDERS
def test_keys_that_differ_in_unicode_form_are_two_columns(decode, rows_first):
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    rows = [{composed: n, decomposed: -n} for n in range(150)] + [{decomposed: 7}]
    table = decode(body_of(rows, [(composed, "integer")], rows_first=rows_first)).table
    assert table.column_names == [composed, decomposed]
    assert table.to_pylist() == [{composed: row.get(composed), **row} for row in rows]


@ALL
@ORDERS
def test_column_declared_twice_is_one_column(decode, rows_first):
    types = [("a", "integer"), ("b", "string"), ("a", "string")]
    rows = [{"a": n, "b": "x"} for n in range(150)]
    table = decode(body_of(rows, types, rows_first=rows_first)).table
    assert table.to_pylist() == rows
    assert column_warnings(table) == []


@ALL
@pytest.mark.parametrize("place", [0, 50, 149])
def test_undeclared_key_lone_surrogate_is_a_decode_error(decode, place):
    rows = [{"a": n} for n in range(150)]
    rows[place]["\ud800"] = 1
    body = body_of(rows, [("a", "integer")])
    with pytest.raises(DecodeError, match=r"key in the rows .* not Unicode") as caught:
        decode(body)
    assert body[caught.value.offset :].startswith(b'"rows"')
    assert decode(body, ["a"]).table.num_rows == 150


def test_undeclared_keys_many_names_are_one_warning():
    body = body_of([{f"c{number}": 1 for number in range(5000)}], [])
    (warning,) = column_warnings(decode_query_result([body]).table)
    assert "'c9' and 4,990 more" in str(warning)
    assert len(str(warning)) < 400


def test_undeclared_columns_of_results_are_those_of_all():
    first = exactly(body_of([{"a": 1, "b": "x"}], [("a", "integer")])).table
    second = exactly(body_of([{"a": 2, "c": 2**70}], [("a", "integer")])).table
    third = exactly(body_of([{"a": 3, "b": "y"}], [("a", "integer"), ("b", "string")])).table
    frame = to_frame(concat_results([first, second, third]))
    assert frame.astype(object).where(frame.notna(), None).to_dict("list") == {
        "a": [1, 2, 3],
        "b": ["x", None, "y"],
        "c": [None, 2**70, None],
    }


def test_undeclared_column_of_nulls_still_warns():
    full = exactly(body_of([{"a": 1, "b": 2}], [("a", "integer")])).table
    nulls = exactly(body_of([{"a": 1, "b": None}], [("a", "integer")])).table
    typed = with_kinds(nulls, column_kinds(full))
    assert typed.schema.field("b").type == full.schema.field("b").type
    assert [str(warning) for warning in column_warnings(typed)] == [
        str(warning) for warning in column_warnings(nulls)
    ]


def test_column_requested_of_no_rows_is_not_a_key():
    table = exactly(body_of([], [("a", "integer")]), columns=["b"]).table
    assert table.column_names == ["b"]
    assert not column_warnings(table)
