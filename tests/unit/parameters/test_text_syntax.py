"""Values in a line or a body, and variables, which are taken whole."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watchframe.errors import ArgumentError
from watchframe.parameters.moments import as_span
from watchframe.parameters.text_syntax import (
    read_assignments,
    read_json,
    read_value,
    split_assignment,
    write_json,
    write_value,
)

NOW = datetime(2026, 5, 6, 7, 8, tzinfo=UTC)
START, END = date(2026, 1, 1), date(2026, 3, 31)
NAMESPACE = {"markets": ["WETH", "INV"], "start": START, "end": END, "evil": "'; drop table x --"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("WETH", "WETH"),
        ("10", "10"),
        ("New York, NY", "New York, NY"),
        ("d_last_7_days", "d_last_7_days"),
        ("'[WETH]'", "[WETH]"),
        ("'it''s'", "it's"),
        ('"it\'s"', "it's"),
        ("''", ""),
        ("$$start", "$start"),
        ("$5 or less", "$5 or less"),
        ("[WETH, INV]", ["WETH", "INV"]),
        ("[ 'a, b', \"c\" , d ]", ["a, b", "c", "d"]),
        ("[WETH,]", ["WETH"]),
        ("[]", []),
        ("[$start, x]", [START, "x"]),
        ("2026-01-01..2026-03-31", "2026-01-01..2026-03-31"),
        ("2026-01-01 to 2026-03-31", "2026-01-01 to 2026-03-31"),
        ("'2026-01-01' -- \"2026-03-31\"", ("2026-01-01", "2026-03-31")),
        ("$start..d_now", (START, "d_now")),
        ("$start--2026-03-31 10:00", (START, "2026-03-31 10:00")),
        ("(2026-01-01, 2026-03-31)", ("2026-01-01", "2026-03-31")),
        ("$start..$end", (START, END)),
        ("{start} to {end}", (START, END)),
        ("from here to there", "from here to there"),
        ('{"start": "2026-01-01", "end": "$end"}', {"start": "2026-01-01", "end": END}),
    ],
)
def test_read_value_in_natural_form(text, value):
    assert read_value(text, NAMESPACE) == value


@pytest.mark.parametrize("text", ["$markets", "{markets}", " { markets } "])
def test_read_value_variable_gives_the_very_object(text):
    assert read_value(text, NAMESPACE) is NAMESPACE["markets"]


def test_read_value_variable_of_sql_is_unchanged():
    assert read_value("$evil", NAMESPACE) == "'; drop table x --"


def test_read_value_unknown_variable_names_the_nearest():
    with pytest.raises(ArgumentError, match="no variable 'market'") as caught:
        read_value("$market", NAMESPACE)
    assert "markets" in str(caught.value.hint)


@pytest.mark.parametrize("text", ["since $start", "x{markets}"])
def test_read_value_refuses_a_variable_within_text(text):
    with pytest.raises(ArgumentError, match="whole or not at all"):
        read_value(text, NAMESPACE)


@pytest.mark.parametrize("text", ["$start.year", "$markets[0]", "$start.strftime('%Y')"])
def test_read_value_expression_is_refused(text):
    with pytest.raises(ArgumentError, match="more than the name of a variable"):
        read_value(text, NAMESPACE)


@pytest.mark.parametrize(
    "text", ["[a, b", "[a] b]", "[a], [b]", "(a, [b)", "'a", "'a'b'", "['a]", '{"a": }']
)
def test_read_value_left_open_is_refused(text):
    with pytest.raises(ArgumentError):
        read_value(text, NAMESPACE)


@pytest.mark.parametrize("text", ["", "  "])
def test_read_value_empty_says_how_to_write_it(text):
    with pytest.raises(ArgumentError, match="missing") as caught:
        read_value(text, NAMESPACE)
    assert "''" in str(caught.value.hint)


@given(st.text() | st.from_regex(r"[\[({$'\"]?\w*[\])},.'\"]?( to |\.\.)?\w*", fullmatch=True))
def test_write_value_read_again_is_the_same_text(text):
    assert read_value(write_value(text), {"a": 1}) == text


@given(st.lists(st.text()))
@example([":'"])
def test_write_value_list_keeps_its_items(texts):
    assert read_value(write_value(texts), {}) == texts


@given(st.tuples(st.text(), st.text()))
def test_write_value_pair_keeps_its_ends(pair):
    assert read_value(write_value(pair), {}) == pair


TYPED_RANGES = [
    ("2026-01-01", "2026-01-31"),
    ("2026-01-01 10:00", "2026-01-31 10:00:59"),
    ("2026-01-01T10:00", "d_now"),
    ("d_yesterday", "d_now"),
]


@pytest.mark.parametrize("namespace", [{}, None])
@pytest.mark.parametrize("between", ["..", "--", " .. ", " -- ", " to "])
@pytest.mark.parametrize("pair", TYPED_RANGES)
def test_range_typed_is_a_range_and_a_text_as_it_stands(pair, between, namespace):
    typed = between.join(pair)
    value = read_value(typed, namespace)
    assert as_span(value, now=NOW, timezone=UTC) == as_span(pair, now=NOW, timezone=UTC)
    assert as_span(read_value(write_value(pair), namespace), now=NOW, timezone=UTC) == (
        as_span(pair, now=NOW, timezone=UTC)
    )
    assert value == typed


@pytest.mark.parametrize(
    "typed",
    [
        *("-5..5", "10--5", "a..b", "../data", "a -- b", "x--", "..", "2026-01-01..", "5 to 6"),
        *("0x00..ff", "-- a comment", "2026-01-01..2026-01-02..2026-01-03"),
    ],
)
def test_text_with_dots_or_hyphens_stays_as_it_is(typed):
    for namespace in ({}, None):
        assert read_value(typed, namespace) == typed
        assert read_value(write_value(typed), namespace) == typed
    with pytest.raises(ValueError, match=r"\S"):
        as_span(typed, now=NOW, timezone=UTC)


def test_range_of_variables_is_text_where_there_are_none():
    assert read_value("$start..$end", None) == "$start..$end"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (5, "5"),
        (0.25, "0.25"),
        ("New York", "New York"),
        ("2026-01-01 10:00", "2026-01-01 10:00"),
        ("a, b", "'a, b'"),
        ("it's", "it's"),
        ("'", "''''"),
        (["WETH", "a, b"], "[WETH, 'a, b']"),
        (("2026-01-01", "2026-01-31"), "2026-01-01..2026-01-31"),
        (("a", "b"), "(a, b)"),
    ],
)
def test_write_value_writes_as_people_do(value, written):
    assert write_value(value) == written


@given(st.dictionaries(st.text(), st.text() | st.lists(st.text()) | st.integers()))
@example({"a": "$x", "b": ["$$x"]})
def test_write_json_read_again_is_the_same(params):
    assert read_json(write_json(params), {"x": 1}) == params


@pytest.mark.parametrize("text", ["$PEPE", "$$PEPE", "up to $start", "a{start}b"])
def test_read_value_without_variables_keeps_their_signs(text):
    assert read_value(text, None) == text


def test_read_assignments_name_twice():
    assert read_assignments([("a", "[x, y]"), ("b", "")], None) == {"a": ["x", "y"], "b": ""}
    with pytest.raises(ArgumentError, match="twice") as caught:
        read_assignments([("a", "x"), ("a", "y")], None)
    assert "-p 'a=[a, b]'" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a=b", ("a", "b")),
        (" a = b=c", ("a", " b=c")),
        ("a=", ("a", "")),
        ("a", None),
        ("=b", None),
    ],
)
def test_split_assignment_splits_at_the_first_sign(text, parts):
    assert split_assignment(text) == parts
