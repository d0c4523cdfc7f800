"""Texts of the data show as they are in plotly, and numbers are what it can draw."""

import datetime as dt
from decimal import Decimal

import pytest

from watchframe.drawing.plotly_texts import Markup, escaped, plotly_value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WETH", "WETH"),
        ("<b>R&D</b>", "&lt;b&gt;R&amp;D&lt;/b&gt;"),
        ('<a href="javascript:x()">', '&lt;a href="javascript:x()"&gt;'),
        ("&lt;", "&amp;lt;"),
        ("$5", "$5"),
        ("$5 to $10", "&#36;5 to &#36;10"),
        ("$$", "&#36;&#36;"),
        ("a\x1b[0m\u202e", "a\\x1b[0m\\u202e"),
        ("\ud800", "\\ud800"),
    ],
)
def test_text_is_shown_as_it_is(text, expected):
    assert escaped(text) == expected
    assert plotly_value({"text": text}) == {"text": expected}
    assert plotly_value([text, "a"]) == [expected, "a"]
    assert plotly_value([text, None, 1]) == [expected, None, 1]


def test_texts_of_one_list_are_told_apart():
    # Beside each other they would be a formula, and a sign of the one would be the other's.
    assert plotly_value(["$1", "$2"]) == ["$1", "$2"]
    assert plotly_value(["a", "b<"]) == ["a", "b&lt;"]


def test_markup_of_our_own_and_formats_stay():
    text = Markup("<b>x</b>")
    assert plotly_value({"hovertext": [text, "<"]}) == {"hovertext": ["<b>x</b>", "&lt;"]}
    assert plotly_value({"xaxis": {"tickformat": "<10$,$"}}) == {"xaxis": {"tickformat": "<10$,$"}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3),
        (2**53, 2**53),
        (2**256, 2.0**256),
        (10**400, None),
        (float("nan"), None),
        (float("inf"), None),
        (Decimal("0.5"), 0.5),
        (Decimal("sNaN"), None),
        (True, True),
        (None, None),
        (dt.datetime(2024, 3, 1, 10, tzinfo=dt.UTC), "2024-03-01 10:00:00"),
        (dt.date(2024, 3, 1), "2024-03-01"),
    ],
)
def test_value_is_one_of_plotly(value, expected):
    assert plotly_value(value) == expected
    assert plotly_value([value]) == [expected]
    assert plotly_value([value, "a"]) == [expected, "a"]
    assert type(plotly_value(value)) is type(expected)  # 3 is written as 3, not as 3.0
