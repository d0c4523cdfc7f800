"""The texts of a table's cells."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from watchframe.widgets.table_cells import (
    LONGEST,
    cell_text,
    cells,
    panel_text,
    taken,
    tsv,
    with_separators,
)

HASH = "0x" + "12ab" * 16
TEXT = pa.field("x", pa.string())
NUMBER = pa.field("x", pa.string(), metadata={b"watchframe.encoding": b"integer"})
JSON_FIELD = pa.field("x", pa.string(), metadata={b"watchframe.encoding": b"json"})


def cell(text, field=TEXT, **how):
    return cells(field, pa.chunked_array([[text]]), **how)[0]


def test_cell_text_is_what_people_read():
    assert [cell_text(value) for value in (True, False)] == ["true", "false"]
    assert cell_text(2.0) == "2"
    assert cell_text(1e300) == "1e+300"
    assert cell_text(Decimal("1E+3")) == "1000"
    assert cell_text(date(2026, 1, 2)) == "2026-01-02"
    moment = datetime(2026, 1, 2, 3, 4, 5, 6000, tzinfo=UTC)
    assert cell_text(moment) == "2026-01-02 03:04:05.006000Z"
    assert cell_text(moment.replace(tzinfo=None, microsecond=0)) == "2026-01-02 03:04:05"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("short", "short"),
        ("", {"text": "", "kind": "empty"}),
        (HASH, {"text": "0x12ab…12ab", "full": HASH, "kind": "hash"}),
        ("a" * 24, "a" * 24),
        ("one word and another one", "one word and another one"),
        ("https://x.org/a", {"text": "https://x.org/a", "full": "https://x.org/a", "kind": "link"}),
        ("javascript:alert(1)//https://", {"text": "javasc…s://", "kind": "hash"}),
        ("a\u202eb", {"text": "a\\u202eb", "full": "a\u202eb"}),
        ("x y " * 1000, {"more": True, "full": ("x y " * 1000)[:LONGEST]}),
    ],
)
def test_cell_of_a_text(text, expected):
    found = cell(text)
    if isinstance(expected, dict):
        assert found == found | expected
        assert len(found["text"]) <= 160
    else:
        assert found == expected


def test_cell_of_a_number_has_all_digits():
    digits = str(2**255)
    assert cell(digits, NUMBER) == digits
    assert cell("-1234567", NUMBER, separators=True) == {"text": "-1,234,567", "full": "-1234567"}
    assert cell("1234567890123456789", NUMBER, decimals=18) == {
        "text": "1.234567…",
        "full": "1.234567890123456789",
    }
    amount = cell("15" + "0" * 20, NUMBER, decimals=18, separators=True)
    assert amount == {"text": "1,500", "full": "1500"}
    assert cell("-7", NUMBER, decimals=18) == "-0.000000000000000007"


def test_separators_leave_exponents_alone():
    assert [with_separators(text) for text in ("1e+300", "1.5e-07", "nan", "1234.5678")] == [
        "1e+300",
        "1.5e-07",
        "nan",
        "1,234.5678",
    ]


def test_panel_keeps_numbers_as_sent():
    shown = panel_text(JSON_FIELD, pa.chunked_array([['{"a":1.0,"b":1e400}']]))
    assert shown == '{\n  "a": 1.0,\n  "b": 1e400\n}'
    assert panel_text(JSON_FIELD, pa.chunked_array([['"a \\u202e"']])) == "a \u202e"


def test_tsv_quotes_what_would_end_a_field():
    assert tsv([("a\tb", ["1", None]), ("c", ['say "x"', "two\nlines"])]) == (
        '"a\tb"\tc\n1\t"say ""x"""\n\t"two\nlines"'
    )


def test_taken_are_those_rows():
    values = pa.chunked_array([["a", "b"], ["c"], []])
    for numbers in ([2, 0], [], [1] * 1200):
        found = taken(values, np.array(numbers, np.int64)).to_pylist()
        assert found == [values[number].as_py() for number in numbers]
