"""The pieces of the command line that need no server."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

import watchframe.errors
from watchframe.cli.messages import MEANINGS, exit_code
from watchframe.cli.output import aligned_lines, json_lines, table_lines
from watchframe.config.files import atomic_file
from watchframe.errors import ConnectError, TransportTimeoutError, WatchframeError


def test_exit_codes_cover_every_error():
    kinds = [getattr(watchframe.errors, name) for name in watchframe.errors.__all__]
    errors = [kind for kind in kinds if issubclass(kind, WatchframeError)]
    assert len(errors) > 20
    assert {exit_code(kind.__new__(kind)) for kind in errors} <= set(MEANINGS) - {0}
    assert exit_code(ConnectError("away")) == 6
    assert exit_code(TransportTimeoutError("silent")) == 5
    assert exit_code(ValueError("a bug")) == 1


def test_json_lines_give_valid_json_of_every_kind():
    moment = datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)
    table = pa.table(
        {
            "int": pa.array([1, None], pa.int64()),
            "float": pa.array([float("nan"), 0.1]),
            "time": pa.array([moment.replace(tzinfo=None), None], pa.timestamp("us")),
            "utc": pa.array([moment, None], pa.timestamp("us", "UTC")),
            "day": pa.array([date(2026, 1, 2), None]),
            'a "name"': ["\u2028\x00", ""],
        }
    )
    assert json.loads("".join(json_lines(table))) == [
        {
            "int": 1,
            "float": None,
            "time": "2026-01-02T03:04:05.678000",
            "utc": "2026-01-02T03:04:05.678000+00:00",
            "day": "2026-01-02",
            'a "name"': "\u2028\x00",
        },
        {"int": None, "float": 0.1, "time": None, "utc": None, "day": None, 'a "name"': ""},
    ]
    assert json.loads("".join(json_lines(table.slice(0, 0)))) == []


def test_table_lines_align_by_width():
    table = pa.table({"name": ["日本", "ab"], "n": [5, None]})
    assert list(table_lines(table)) == [
        "name     n",
        "----  ----",
        "日本     5",
        "ab    null",
    ]


def test_aligned_lines_when_a_cell_is_too_long_cuts_it():
    lines = list(aligned_lines(["x"], [["a" * 30]], widest=10))
    assert lines[-1] == "aaaaaaa..."


def test_atomic_file_when_the_block_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(b"old")

    def fail():
        with atomic_file(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
