"""Values as JavaScript has them; the expected ones are what node prints."""

import math

import pytest

from watchframe.charts.javascript import (
    is_truthy,
    leading_number,
    number_of,
    property_order,
    text_of,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([], True),
        ({}, True),
        ("", False),
        (0, False),
        (None, False),
        ("0", True),
        (1.5, True),
        (math.nan, False),
    ],
)
def test_value_is_true_as_in_javascript(value, expected):
    assert is_truthy(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0, "1"),
        (-0.0, "0"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1e-6, "0.000001"),
        (-2.5e-9, "-2.5e-9"),
        (5e-324, "5e-324"),
        (math.inf, "Infinity"),
        (True, "true"),
        (None, "null"),
        (2**70, "1180591620717411303424"),  # node would round it
    ],
)
def test_text_is_that_of_javascript(value, expected):
    assert text_of(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(" 12 ", 12), ("0x10", 16), ("1e3", 1000), ("", 0), (None, 0), (True, 1)],
)
def test_number_is_that_of_javascript(value, expected):
    assert number_of(value) == expected


def test_text_that_only_begins_with_a_number_is_one_for_parse_float():
    assert math.isnan(number_of("12px"))
    assert leading_number("12px") == 12


def test_names_that_are_integers_come_first():
    assert property_order(["b", "10", "9", "a", "01", "b"]) == ["9", "10", "b", "a", "01"]
