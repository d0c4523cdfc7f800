"""The parameters in a cell's body."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchframe.errors import ArgumentError
from watchframe.magics.body import parse_body
from watchframe.parameters.text_syntax import write_value

NAMESPACE = {"markets": ["WETH", "INV"], "day": date(2026, 1, 1), "all_of_them": {"a": 1, "b": 2}}


def test_parse_body_parameter_of_each_line():
    body = """\
# what the report is about
markets: [WETH, INV]
period: 2026-01-01 to 2026-03-31

min_amount: 10
note: 'a: b'
url: https://host/x
Start Date: $day
"""
    assert parse_body(body, NAMESPACE) == {
        "markets": ["WETH", "INV"],
        "period": "2026-01-01 to 2026-03-31",
        "min_amount": "10",
        "note": "a: b",
        "url": "https://host/x",
        "Start Date": date(2026, 1, 1),
    }


@pytest.mark.parametrize("indent", ["", "  ", "\t"])
def test_parse_body_list_below_its_name(indent):
    body = f"markets:\n{indent}- WETH\n{indent}- 'INV'\nx: 1"
    assert parse_body(body, NAMESPACE) == {"markets": ["WETH", "INV"], "x": "1"}


def test_parse_body_range_below_its_name():
    body = "period:\n  start: $day\n  end: 2026-03-31\n"
    assert parse_body(body, NAMESPACE) == {
        "period": {"start": date(2026, 1, 1), "end": "2026-03-31"}
    }


def test_parse_body_json():
    body = '{"n": 10, "x": 1.5, "markets": "$markets", "t": "a $markets", "d": "$$day"}'
    assert parse_body(body, NAMESPACE) == {
        "n": 10,
        "x": 1.5,
        "markets": ["WETH", "INV"],
        "t": "a $markets",
        "d": "$day",
    }


def test_parse_body_ignores_remarks():
    body = """\
markets: [WETH, INV]  # the big ones
min_amount: 10 # least
title: Proposal #12
note: 'a # b'  # c
list:   # below
  - x # y
  - "z # w"
"""
    assert parse_body(body, NAMESPACE) == {
        "markets": ["WETH", "INV"],
        "min_amount": "10",
        "title": "Proposal #12",
        "note": "a # b",
        "list": ["x", "z # w"],
    }


@given(st.text(st.characters(blacklist_characters="\n")))
def test_parse_body_reads_written_values(text):
    assert parse_body(f"a: {write_value(text)}\nb: [{write_value(text)}]", {}) == {
        "a": text,
        "b": [text],
    }


def test_parse_body_bracket_over_several_lines():
    body = "markets: [WETH,  # large\n  INV,\n]\nmin_amount: 1"
    assert parse_body(body, NAMESPACE) == {"markets": ["WETH", "INV"], "min_amount": "1"}


def test_parse_body_json_variable_without_quotes():
    with pytest.raises(ArgumentError, match="line 3 column 12") as caught:
        parse_body('{"n": 1,\n"markets": $markets}', NAMESPACE)
    assert '"$markets"' in caught.value.hint


@pytest.mark.parametrize("body", ["$all_of_them", "{all_of_them}\n"])
def test_parse_body_items_of_one_variable(body):
    assert parse_body(body, NAMESPACE) == {"a": 1, "b": 2}


def test_parse_body_variable_that_is_no_dict():
    with pytest.raises(ArgumentError, match="'markets', which is a list"):
        parse_body("$markets", NAMESPACE)


def test_parse_body_empty_gives_nothing():
    assert parse_body("\n# only a remark\n", NAMESPACE) == {}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("a: 1\nb 2", "Line 3 of the cell, 'b 2'"),
        ("a: 1\na: 2", "Line 3 of the cell gives 'a' a second time"),
        ("x: 1\n\na: $nothing", "Line 4 of the cell: There is no variable 'nothing'"),
        ("a:", "Line 2 of the cell: A value is missing"),
        ("a: 1\n  - 2", "Line 2 of the cell has a value, and more lines below it"),
        ("- a", "Line 2 of the cell, '- a'"),
        ('{"a": 1, "a": 2}', "'a' is given twice"),
        ('{"a": 1,}', "not JSON"),
        ("[1, 2]", "a list, whose values have no names"),
    ],
)
def test_parse_body_names_wrong_line(body, words):
    with pytest.raises(ArgumentError) as caught:
        parse_body(body, NAMESPACE)
    assert words in caught.value.message
