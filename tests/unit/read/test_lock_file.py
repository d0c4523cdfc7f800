"""The text of a lock: sorted, stable, and refused where it is not what was frozen."""

import json
from datetime import UTC, datetime
from enum import Enum

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from watchframe.errors import LockError
from watchframe.read.lock_asked import asked_query, json_value
from watchframe.read.lock_file import (
    LOCK_VERSION,
    Lock,
    LockedAnswer,
    LockedRead,
    parse_lock,
    write_lock,
)
from watchframe.references import parse_reference

HASH = f"sha256:{'0' * 64}"


def read_of(query, **parameters):
    """Return a locked read of a query."""
    answer = LockedAnswer(
        server="https://host",
        query_id=query,
        query_result_id=7,
        parameters=parameters,
        text="t",
        retrieved_at=datetime(2026, 11, 1, tzinfo=UTC),
        rows=3,
        row_hash=HASH,
    )
    asked = {"server": "https://host", "query": query, "params": parameters}
    return LockedRead(asked=asked, answers=[answer])


LOCK = Lock(reads=[read_of(2), read_of(10, amount=2**100, share=0.1), read_of(1, text="\ud800")])


def test_what_was_written_is_read():
    found = parse_lock(LOCK.to_text(), "report.lock")
    assert found.to_text() == LOCK.to_text()
    assert {json.dumps(read.asked) for read in found.reads} == {
        json.dumps(read.asked) for read in LOCK.reads
    }
    assert [read.asked["query"] for read in found.reads] == [1, 2, 10]


def test_order_of_the_reads_does_not_count():
    assert Lock(reads=LOCK.reads[::-1]).to_text() == LOCK.to_text()


def test_each_value_stands_on_a_line_of_its_own():
    one, other = LOCK.to_text(), Lock(reads=[*LOCK.reads[1:], read_of(2, market="WETH")]).to_text()
    changed = set(other.splitlines()) - set(one.splitlines())
    assert changed  # the value, what stands around it, and the checksum
    assert len(changed) < 6


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: text.replace(b'"rows": 3', b'"rows": 4', 1), "was edited"),
        (lambda text: text.replace(b"sha256:0", b"sha256:1", 1), "was edited"),
        (lambda text: text.replace(b'"version": 1', b'"version": 2'), "is a lock of version 2"),
        (lambda text: text[: len(text) // 2], "is damaged, or no lock"),
        (lambda text: b"", "is damaged, or no lock"),
        (lambda text: b"\xff\x00", "is damaged, or no lock"),
        (lambda text: b"[" * 100_000, "is damaged, or no lock"),
        (lambda text: b'{"reads": []}', "is damaged, or no lock"),
        (lambda text: b"<<<<<<< ours\n" + text, "were not merged"),
    ],
)
def test_what_is_not_that_lock_is_refused(damage, words):
    with pytest.raises(LockError, match=words) as caught:
        parse_lock(damage(LOCK.to_text()), "report.lock")
    assert caught.value.hint


def test_every_cut_and_every_other_byte_is_refused():
    text = LOCK.to_text()
    for place in range(0, len(text) - 1, 37):
        for damaged in (text[:place], text[:place] + b"\x01" + text[place + 1 :]):
            with pytest.raises(LockError):
                parse_lock(damaged, "report.lock")


def test_version_is_that_of_the_file():
    assert json.loads(LOCK.to_text())["version"] == LOCK_VERSION == 1


def test_a_lock_that_cannot_be_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "report.lock"
    path.mkdir()
    with pytest.raises(LockError, match="cannot be written"):
        write_lock(LOCK, path)
    assert path.is_dir()
    assert list(tmp_path.iterdir()) == [path]


class Market(Enum):
    WETH = "WETH"


@pytest.mark.parametrize(
    ("value", "as_json"),
    [
        (pd.Timestamp("2024-03-01 12:00"), "2024-03-01T12:00:00"),
        (np.datetime64("2024-03-01T12:00"), "2024-03-01T12:00:00"),
        (np.int64(3), 3),
        (np.bool_(1), True),
        (2**100, 2**100),
        (float("nan"), None),
        (pd.NaT, None),
        (float("inf"), "inf"),
        (Market.WETH, "WETH"),
        (pa.scalar("WETH"), "WETH"),
        ({"b", "a"}, ["a", "b"]),
        (pd.Series(["a", "b"]), ["a", "b"]),
        (range(2), [0, 1]),
        (
            {"start": pd.Timestamp("2024-03-01"), "end": "d_now"},
            {"start": "2024-03-01T00:00:00", "end": "d_now"},
        ),
    ],
)
def test_values_as_json(value, as_json):
    found = json_value(value)
    assert found == as_json
    assert type(found) is type(as_json)


def test_what_is_asked_has_no_key():
    reference = parse_reference(
        "https://host/queries/42?p_market=WETH&api_key=abcdefghijklmnopqrstuvwxyz0123456789abcd"
    )
    asked = asked_query("https://host", reference, {"day": "d_today"}, {})
    assert asked == {
        "server": "https://host",
        "query": 42,
        "address": {"market": "WETH"},
        "params": {"day": "d_today"},
    }
