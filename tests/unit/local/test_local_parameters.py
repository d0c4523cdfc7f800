"""Values in local SQL are literals, which they cannot leave."""

import datetime as dt
import decimal

import pytest

from watchframe.errors import ArgumentError, MissingParameterError, UnknownParameterError
from watchframe.local.database import run
from watchframe.local.parameters import with_literals

NOW = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)


def written(sql, **params):
    return with_literals(sql, params, now=NOW, timezone=dt.UTC)[0]


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("it's", "'it''s'"),
        (5, "5"),
        (-5, "(-5)"),
        (10**40, str(10**40)),
        (decimal.Decimal("1.12345678901234567890"), "1.12345678901234567890"),
        (dt.date(2026, 1, 31), "DATE '2026-01-31'"),
        (dt.datetime.fromisoformat("2026-01-31T10:05:03"), "TIMESTAMP '2026-01-31 10:05:03'"),
        (["x'", "y"], "'x''', 'y'"),
        ([1, 2], "1, 2"),
    ],
)
def test_a_value_outside_of_quotes_is_a_literal(value, literal):
    assert written("SELECT {{ a }}", a=value) == f"SELECT {literal}"


def test_a_value_within_quotes_cannot_end_them():
    assert written("SELECT '%{{ a }}%', \"{{ a }}\"", a="x'\"") == "SELECT '%x''\"%', \"x'\"\"\""
    assert written("FROM param_query_4_{m={{ a }}}", a="x&b=} y") == (
        "FROM param_query_4_{m=x%26b%3D%7D%20y}"
    )


def test_both_ends_of_a_range():
    sql = "SELECT {{ p.start }}, {{ p.end }}"
    assert written(sql, p=("2026-01-01", "2026-02-01")) == (
        "SELECT DATE '2026-01-01', DATE '2026-02-01'"
    )


@pytest.mark.parametrize(
    "value", ["'; DROP TABLE x; --", "{{ b }}", "$$", "\\'", "*/ OR 1=1 /*", "x\n--", "''"]
)
def test_any_text_comes_back_as_it_was(value):
    for sql in ("SELECT {{ a }} AS v", "SELECT '{{ a }}' AS v"):
        assert run(written(sql, a=value), {}).to_pylist() == [{"v": value}]


def test_a_tag_in_a_comment_needs_no_value():
    assert written("SELECT 1 -- {{ a }}") == "SELECT 1 -- {{ a }}"


@pytest.mark.parametrize(
    ("sql", "params", "error"),
    [
        ("SELECT {{ a }}", {}, MissingParameterError),
        ("SELECT 1", {"a": 1}, UnknownParameterError),
        ("SELECT '{{ a }}'", {"a": ["x", "y"]}, ArgumentError),
        ("SELECT $${{ a }}$$", {"a": "x"}, ArgumentError),
        ("SELECT e'{{ a }}'", {"a": "x"}, ArgumentError),
        ("SELECT {{# a }}1{{/ a }}", {"a": 1}, ArgumentError),
    ],
)
def test_what_has_no_safe_place_is_refused(sql, params, error):
    with pytest.raises(error):
        written(sql, **params)
