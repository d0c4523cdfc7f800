"""The formats of files with rows."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime

import pandas as pd
import pyarrow as pa

from watchframe.cli.output import FILE_FORMATS
from watchframe.file_formats import json_lines, write_table


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


def test_tsv_tabs_and_quotes_around_texts():
    file = io.BytesIO()
    write_table("tsv", pa.table({"n": [1, None], "text": ["a\tb", ""]}), file)
    assert file.getvalue() == b'"n"\t"text"\n1\t"a\tb"\n\t""\n'
    file.seek(0)
    assert pd.read_csv(file, sep="\t", keep_default_na=False)["text"].tolist() == ["a\tb", ""]


def test_every_format_writes_many_rows_and_none():
    many = pa.table({"n": range(25_000)})
    for name in FILE_FORMATS:
        for table in (many, many.slice(0, 0)):
            file = io.BytesIO()
            assert write_table(name, table, file) == ""
            assert file.tell() > 0
    assert [line.count(b"\n") for line in (written("csv", many), written("csv", many[:0]))] == [
        25_001,
        1,
    ]


def written(name, table):
    file = io.BytesIO()
    write_table(name, table, file)
    return file.getvalue()
