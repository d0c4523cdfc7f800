"""The marked line of a statement."""

from __future__ import annotations

import pytest

from watchframe.display.messages import line_number, marked_sql

SQL = "select\n  a,\n  b\nform t\nwhere x = 1\nlimit 5"


@pytest.mark.parametrize(
    ("reason", "number"),
    [
        ('relation "x" does not exist\nLINE 4: ...form t\n           ^\n', 4),
        ("Parser Error: syntax error\n\nLINE 12: form t", 12),
        ("ERROR: mismatched input 'form' at line 4:1", 4),
        ("line 4:1: mismatched input 'form'", 4),
        ("Syntax error: unexpected identifier at [4:1]", 4),
        ("near line: 4", 4),
        ("deadline 4 exceeded", None),
        ("no such table: t", None),
    ],
)
def test_line_number_is_found_in_a_message(reason, number):
    assert line_number(reason) == number


def test_marked_sql_by_line_number():
    assert marked_sql(SQL, "LINE 4: ...form t") == [
        "    2 |   a,",
        "    3 |   b",
        "--> 4 | form t",
        "    5 | where x = 1",
        "    6 | limit 5",
    ]


@pytest.mark.parametrize(
    "reason", ["LINE 7: x", "LINE 0: x", "no such table", "Error:\nLINE 4: form t\n    ^\n"]
)
def test_marked_sql_without_a_line_to_add_marks_nothing(reason):
    assert marked_sql(SQL, reason) == []


@pytest.mark.parametrize(
    ("reason", "marked"),
    [
        ('near "form": syntax error', "--> 2 | form events"),
        ("Incorrect syntax near 'FORM'.", "--> 2 | form events"),
        ("no such column: totl", "--> 3 | order by totl"),
        ('near "events": syntax error', None),  # two lines have it
        ('near "vents": syntax error', None),  # a part of a word is another word
    ],
)
def test_marked_sql_by_word(reason, marked):
    lines = marked_sql("select events\nform events\norder by totl", reason)
    assert [line for line in lines if line.startswith("-->")] == ([marked] if marked else [])
