"""What the fast path must not let through, or lose: each test fails without its guard."""

import json
import threading
import time
from pathlib import Path

import pytest

from watchframe.decode import compiled, to_frame
from watchframe.decode.exact import decode_exactly
from watchframe.decode.streaming import decode_streaming
from watchframe.errors import DecodeError

_NEW_YEAR = "2024-01-01T00:00:00"
ROWS = [{"a": n, "b": f"x{n}"} for n in range(60)]


def body_of(rows, types, **data):
    declared = [{"name": name, "friendly_name": name, "type": kind} for name, kind in types.items()]
    return json.dumps(
        {"query_result": {"id": 1, "data": {"columns": declared, "rows": rows, **data}}}
    ).encode()


@pytest.mark.parametrize(
    "log",
    [
        [{"a": 1}],
        [{"a": 1, "b": "y"}] * 50,
        [{"a": 1}, {"a": 2}] * 9,
        [{"rows": [{"a": 1}]}],
        [[{"a": 1}], [{"a": 2}]] * 30,
    ],
)
@pytest.mark.parametrize("block_size", [16, 28, 100, 10_000])
def test_objects_behind_the_rows_are_no_rows(log, block_size):
    body = body_of(ROWS, {"a": "integer", "b": "string"}, log=log)
    found = decode_streaming([body], block_size=block_size).table
    assert found.equals(decode_exactly(body).table)
    assert len(found) == len(ROWS)


@pytest.mark.parametrize("rows", [2, 60])
@pytest.mark.parametrize("waiting", range(12))
def test_block_cut_in_a_log_while_others_wait_loses_no_row(rows, waiting):
    """The last blocks wait when the bad one is found: it has to be cut anew even then."""
    log = [{"a": 1}] * (20 * waiting)
    body = body_of(ROWS[:rows], {"a": "integer", "b": "string"}, log=log)
    one_by_one = [body[at : at + 1] for at in range(len(body))]
    found = decode_streaming(one_by_one, block_size=254).table
    assert found.to_pylist() == ROWS[:rows]


def test_rows_said_twice_are_the_last_ones_as_json_has_it():
    twice = body_of(ROWS, {"a": "integer"}).replace(b"]}}", b'], "rows": []}}')
    assert decode_streaming([twice], block_size=64).table.num_rows == 0


def test_nested_objects_with_first_key_are_cut_around():
    rows = [{"id": n, "items": [{"id": 1, "x": 2}, {"id": 3, "x": 4}]} for n in range(50)]
    body = body_of(rows, {"id": "integer", "items": None})
    seen = []
    found = decode_streaming([body], block_size=70, on_batch=seen.append).table
    assert list(to_frame(found)["items"]) == [row["items"] for row in rows]
    assert sum(len(batch) for batch in seen) == 50  # by the fast path, and not by the exact one


def test_columns_behind_the_rows_decode_to_the_same_table():
    rows = [
        {"n": n, "w": n * 10**70, "t": _NEW_YEAR, "d": "2024-01-02", "z": _NEW_YEAR + "Z"}
        for n in range(80)
    ]
    types = {
        "n": "float",
        "w": "integer",
        "t": "datetime",
        "d": "date",
        "z": "datetime",
        "no": "date",
    }
    ahead = json.loads(body_of([*rows, {"late": 5}], {**types, "late": "integer"}))
    data = ahead["query_result"]["data"]
    ahead["query_result"]["data"] = {"rows": data["rows"], "columns": data["columns"]}
    behind = json.dumps(ahead).encode()
    exact = decode_exactly(behind).table
    found = decode_streaming([behind], block_size=300).table
    assert found.equals(exact, check_metadata=True)


@pytest.mark.parametrize("rows", [None, compiled.rows])
def test_integer_zero_with_a_sign_among_floats_is_zero(rows, monkeypatch):
    monkeypatch.setattr(compiled, "rows", rows)
    body = body_of([{"a": 1.5}, {"a": 0.0}] * 3, {"a": "float"})
    body = body.replace(b"0.0", b"-0", 1).replace(b"0.0", b"-0.0", 1)
    found = decode_streaming([body], block_size=16).table["a"].to_pylist()
    assert repr(found) == "[1.5, 0.0, 1.5, -0.0, 1.5, 0.0]"


@pytest.mark.parametrize("size", [1, 5_000, 10**9])
def test_damage_is_found_at_its_byte_without_the_exact_path(size, monkeypatch):
    good = body_of(ROWS * 20, {"a": "integer", "b": "string"})
    at = good.index(b'"x59"', len(good) // 2)
    body = good[:at] + b"?" + good[at:]
    monkeypatch.setattr("watchframe.decode.streaming.decode_exactly", None)  # never asked
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    for damaged, offset in ((chunks, at), ([good[:at]], at), ([good, b"}"], len(good))):
        with pytest.raises(DecodeError) as caught:
            decode_streaming(damaged, block_size=500)
        assert caught.value.offset == offset


def test_row_that_is_no_object_is_named_with_its_byte():
    body = body_of(ROWS, {"a": "integer"}).replace(b'{"a": 30, "b": "x30"}', b"7")
    for decode in (decode_exactly, lambda body: decode_streaming([body], block_size=200)):
        with pytest.raises(DecodeError, match="Row 30") as caught:
            decode(body)
        assert body[caught.value.offset :].startswith(b"7,")


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, DecodeError])
def test_broken_body_leaves_no_thread(error):
    body = body_of(ROWS * 3000, {"a": "integer", "b": "string"})

    def tasks():
        return {path.name for path in Path("/proc/self/task").iterdir()}

    def broken():
        yield body[: len(body) // 2]
        raise error("broken")

    list(decode_streaming([body]).table.columns)  # what Arrow keeps for the process is there now
    before, threads = tasks(), set(threading.enumerate())
    with pytest.raises(error):
        decode_streaming(broken())
    assert set(threading.enumerate()) == threads
    for _ in range(100):  # a thread that was joined is seen by the system for a moment yet
        if tasks() <= before:
            return
        time.sleep(0.05)
    raise AssertionError(tasks() - before)


@pytest.mark.parametrize("reader", [None, compiled.rows])
@pytest.mark.parametrize("first", ["plain", 'with a "quote"'])
def test_bytes_that_are_not_utf8_are_no_text(reader, first, monkeypatch):
    monkeypatch.setattr(compiled, "rows", reader)
    rows = [{"a": n, "b": first if n == 140 else f"x{n}"} for n in range(200)]
    body = body_of(rows, {"a": "integer", "b": "string"}).replace(b'"x141"', b'"x\xff1"')
    with pytest.raises(DecodeError) as caught:
        decode_streaming([body], block_size=10_000)
    assert caught.value.offset == body.index(b"\xff")
