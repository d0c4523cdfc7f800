from __future__ import annotations

import pytest

from watchframe.parameters.typed_numbers import comma_problem, without_grouping


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("1,000", "1000"),
        (" -12,345,678.90 ", "-12345678.90"),
        ("1 000 000", "1000000"),
        ("1\u202f000", "1000"),
        ("1_000_000", "1000000"),
        ("1,000e3", "1000e3"),
        ("1e6", "1e6"),
    ],
)
def test_grouping_is_left_out(typed, plain):
    assert without_grouping(typed) == plain


@pytest.mark.parametrize(
    "typed", ["1,5", "0,500", "1,00,000", "1000,000", "1,000 000", "1 5", "1.000,5", "_1", "a,b"]
)
def test_text_that_may_mean_something_else_stays(typed):
    assert without_grouping(typed) == typed


def test_comma_of_decimals_is_answered_with_the_point():
    assert "write 1.5 for decimals" in comma_problem("1,5")
    assert "1,000" in comma_problem("1,00,000")
    assert comma_problem("many") == ""
