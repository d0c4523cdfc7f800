"""Recorded bodies decode to what was sent; damaged ones to one clear error."""

import json
import threading
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from watchframe.decode import decode_query_result, to_frame
from watchframe.decode.exact import decode_exactly
from watchframe.decode.streaming import decode_streaming
from watchframe.errors import DecodeError

DATA = Path(__file__).parents[2] / "data"
RECORDED = {
    path.stem: body
    for path in sorted((DATA / "wire").glob("*.json"))
    if isinstance(body := json.loads(path.read_text())["response"].get("body"), dict)
    and "query_result" in body
}
CORPUS = sorted((DATA / "decode_corpus").glob("*.bin"))


def body_of(rows, columns=None, **more):
    names = columns or {name: None for row in rows if isinstance(row, dict) for name in row}
    declared = [
        {"name": name, "friendly_name": name, "type": type_} for name, type_ in names.items()
    ]
    data = {"columns": declared, "rows": rows}
    return json.dumps({"query_result": {"id": 1, "data": data, **more}}).encode()


def exactly(body):
    return decode_exactly(body)


def streaming(body):
    return decode_streaming([body], block_size=64)


BOTH = pytest.mark.parametrize("decode", [exactly, streaming])


@BOTH
@pytest.mark.parametrize("name", RECORDED)
def test_recorded_result_decodes_to_what_was_sent(name, decode):
    body = RECORDED[name]
    decoded = decode(json.dumps(body).encode())
    data = body["query_result"]["data"]
    assert decoded.table.column_names == [column["name"] for column in data["columns"]]
    assert decoded.table.num_rows == len(data["rows"])
    assert decoded.info.id == body["query_result"].get("id")
    for backend in ("numpy_nullable", "pyarrow"):
        frame = to_frame(decoded.table, dtype_backend=backend)
        for column in data["columns"]:
            sent = [row.get(column["name"]) for row in data["rows"]]
            got = list(frame[column["name"]])
            assert [as_sent(value, like) for value, like in zip(got, sent, strict=True)] == sent


def as_sent(value, like):
    """Return a frame's value as the server writes it; `like` tells how finely it writes a time."""
    if like is None:
        return None if value is None or pd.isna(value) else value
    if isinstance(value, date):  # a Timestamp is one too
        moment = pd.Timestamp(value)
        if len(like) == len("2024-01-02"):
            return str(moment.date())
        text = moment.isoformat(timespec="milliseconds" if "." in like else "seconds")
        return text.replace("+00:00", "Z")
    plain = value.item() if isinstance(value, np.generic) else value
    assert isinstance(plain, bool) is isinstance(like, bool)  # for True == 1
    return plain


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_what_fuzzing_found_is_a_table_or_a_decode_error(path):
    body = path.read_bytes()
    for decode in (exactly, streaming):
        try:
            to_frame(decode(body).table)
        except DecodeError:
            continue


GOOD = body_of([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}] * 40)


@BOTH
@pytest.mark.parametrize("length", [0, 1, 30, len(GOOD) // 2, len(GOOD) - 1])
def test_truncated_body_is_an_error_with_its_offset(decode, length):
    with pytest.raises(DecodeError, match="not JSON") as caught:
        decode(GOOD[:length])
    assert caught.value.offset <= length


@BOTH
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>502 Bad Gateway</html>", "not JSON"),
        (GOOD + b"x", "not JSON"),
        (GOOD.replace(b'"x"', b'"\xff"'), "not UTF-8"),
        (b'{"job": {}}', "not a query result"),
        (b"[1]", "not a query result"),
        (GOOD.replace(b"}, {", b"} {", 1), "not JSON"),
        (body_of([{"a": 1}, 5]), "Row 1 of the result is not an object"),
        (b'{"query_result": {"data": {"columns": [], "rows": 5}}}', "no list of rows"),
        (b'{"query_result": {"data": {"rows": [], "columns": 5}}}', "no list of columns"),
        (b'{"query_result": {"id": 5}}', "no data"),
        (b"[" * 100_000, "nested too deeply|not JSON"),
    ],
)
def test_what_is_no_result_is_one_decode_error(decode, body, words):
    with pytest.raises(DecodeError, match=words):
        decode(body)


@BOTH
def test_lone_surrogates_are_kept(decode):
    frame = to_frame(decode(body_of([{"a": "\ud800x"}] + [{"a": "y"}] * 30)).table)
    assert frame["a"][0] == "\ud800x"


@BOTH
def test_duplicate_keys_give_the_last_value_as_json_has_it(decode):
    body = GOOD.replace(b'{"a": 2, ', b'{"a": 7, "a": 2, ', 1)
    assert list(to_frame(decode(body).table)["a"])[:2] == [1, 2]


@BOTH
def test_nan_and_infinity_of_old_servers_are_floats(decode):
    rows = [{"f": float("nan")}, {"f": float("inf")}, {"f": -float("inf")}, {"f": 0.5}] * 9
    frame = to_frame(decode(body_of(rows, {"f": "float"})).table, dtype_backend="pyarrow")
    assert str(frame["f"].dtype) == "double[pyarrow]"
    assert frame["f"][1] == float("inf")


@pytest.mark.slow
@BOTH
def test_ten_thousand_columns(decode):
    names = [f"c{number}" for number in range(10_000)]
    rows = [dict.fromkeys(names, 1)] * 3
    table = decode(body_of(rows, dict.fromkeys(names, "integer"))).table
    assert (table.num_columns, table.num_rows) == (10_000, 3)


@BOTH
def test_rows_nested_a_thousand_deep_decode_or_fail(decode):
    nested = b"[" * 900 + b"]" * 900
    body = body_of([{"a": 0}] * 5, {"a": None}).replace(b": 0}", b": " + nested + b"}")
    try:
        rows = decode(body).table.num_rows
    except DecodeError:
        return
    assert rows == 5


@pytest.mark.slow
def test_string_of_200_mb_is_read():
    text = "x" * 200_000_000
    body = body_of([{"a": text}, {"a": "y"}])
    chunks = (body[start : start + 65536] for start in range(0, len(body), 65536))
    assert decode_query_result(chunks).table.column("a").to_pylist() == [text, "y"]


@BOTH
@pytest.mark.parametrize(
    ("declared", "values"),
    [
        ("float", [0.5, 2**53 + 1]),
        ("float", [2**53 + 1, 2**53 + 3]),
        ("integer", [1, 1.5]),
        ("integer", [1, 1.0]),
        ("integer", [1, "abc"]),
        ("integer", [1, 2**256 - 1]),
        (None, [2**63, -(2**63) - 1]),
        ("boolean", [True, 1]),
        ("string", ["a", 5]),
        ("datetime", ["2024-01-01T00:00:00", "2024-01-01T00:00:00Z"]),
        ("datetime", ["2024-01-01T00:00:00.1234567"]),
        ("date", ["2024-01-02", "0000-00-00"]),
        ("date", ["20240102"]),
    ],
)
def test_silent_losses_of_typed_readers_do_not_happen(decode, declared, values):
    rows = [{"v": value} for value in [values[0]] * 30 + values + [None]]
    frame = to_frame(decode(body_of(rows, {"v": declared})).table)
    got = list(frame["v"])[30 : 30 + len(values)]
    for value, sent in zip(got, values, strict=True):
        if hasattr(value, "isoformat"):
            assert value.isoformat() == sent
        else:
            assert value == sent
            assert isinstance(sent, bool) == (str(value) in ("True", "False"))


@BOTH
def test_zoned_and_naive_times_are_told_apart(decode):
    rows = [{"n": "2024-01-01T00:00:37.123", "z": "2024-01-01T05:30:00+05:30"}] * 40
    frame = to_frame(decode(body_of(rows, {"n": "datetime", "z": "datetime"})).table)
    assert str(frame["n"].dtype) == "datetime64[us]"
    assert str(frame["z"].dtype) == "datetime64[us, UTC]"
    assert frame["z"][0].isoformat() == "2024-01-01T00:00:00+00:00"


def test_only_wanted_columns_are_decoded():
    rows = [{"a": n, "b": str(n), "c": [n]} for n in range(5000)]
    decoded = decode_query_result([body_of(rows)], columns=["b"])
    assert decoded.table.column_names == ["b"]


def test_no_thread_is_left_behind_after_an_error():
    before = set(threading.enumerate())
    body = body_of([{"a": n} for n in range(200_000)])

    def broken():
        yield body[:1_500_000]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        decode_query_result(broken())
    assert set(threading.enumerate()) == before


@BOTH
@pytest.mark.parametrize(
    "keys",
    [
        ["truncated", "columns", "rows"],
        ["columns", "truncated", "rows"],
        ["columns", "rows", "truncated"],
        ["truncated", "rows", "columns"],
        ["rows", "truncated", "columns"],
        ["rows", "columns", "truncated"],
    ],
)
@pytest.mark.parametrize(
    ("said", "is_truncated"), [(True, True), (False, False), (None, False), ("true", False)]
)
def test_truncated_is_read_wherever_it_stands_in_the_data(decode, keys, said, is_truncated):
    body = json.loads(GOOD)
    data = {**body["query_result"]["data"], "truncated": said}
    body["query_result"]["data"] = {key: data[key] for key in keys}
    decoded = decode(json.dumps(body).encode())
    assert decoded.info.is_truncated is is_truncated
    assert decoded.table.num_rows == 80


@BOTH
def test_truncated_said_twice_is_what_was_said_last(decode):
    twice = GOOD.replace(b'"columns"', b'"truncated": true, "columns"', 1)
    twice = twice.replace(b"}]}}", b'}], "truncated": false}}')
    assert not decode(twice).info.is_truncated
