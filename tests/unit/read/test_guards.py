"""Which values the server may take for one another, and which results its limit has cut."""

import pytest

from watchframe.read.question import ends_in_auto_limit, is_confusable_value, is_probably_cut


@pytest.mark.parametrize(
    ("value", "options"),
    [
        ("New York", ()),
        ("a/*", ()),
        ("*/b", ()),
        ("a--b", ()),
        (["WETH", "New York"], ()),
        ({"start": "2026-01-01 00:00", "end": "x"}, ()),
        ("NewYork", ("New York", "NewYork")),
        ("weth", ("WETH", "weth")),
        (["INV", "weth"], ("INV", "WETH", "weth")),
    ],
)
def test_confusable_values_have_a_twin_or_room_for_one(value, options):
    assert is_confusable_value(value, options)


@pytest.mark.parametrize(
    ("value", "options"),
    [("WETH", ()), (5, ()), (["WETH", "INV"], ("WETH", "INV", "New York")), ("", ("", "a"))],
)
def test_other_values_are_not_confusable(value, options):
    assert not is_confusable_value(value, options)


@pytest.mark.parametrize(
    ("may_be_cut", "rows", "ran", "is_cut"),
    [
        (True, 1000, "select 1 LIMIT 1000", True),
        (True, 1000, None, True),
        (True, 1000, "select 1", False),
        (True, 999, "select 1 LIMIT 1000", False),
        (False, 1000, "select 1 LIMIT 1000", False),
    ],
)
def test_result_is_probably_cut_at_the_server_limit(may_be_cut, rows, ran, is_cut):
    assert is_probably_cut(may_be_cut=may_be_cut, rows=rows, ran=ran) is is_cut


@pytest.mark.parametrize(
    ("sql", "ends"),
    [("a limit 1000;\n", True), ("a LIMIT 1000", True), ("a LIMIT 10000", False), ("1000", False)],
)
def test_auto_limit_is_seen_at_the_end_alone(sql, ends):
    assert ends_in_auto_limit(sql) is ends
