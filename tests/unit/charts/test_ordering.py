"""Values of any type are sorted as the page sorts them."""

import math
import random
from datetime import UTC, datetime

import pytest

from watchframe.charts.ordering import natural_key, natural_keys, sorted_by


@pytest.mark.parametrize(
    "ordered",
    [
        [-1, 0, 2.5, 10],
        ["10", "9", "B", "a"],
        [1, "2", 3, None, math.nan],
        ["\U0001f600", "\uffff"],  # code units, not code points
        [datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC), None],
        [],
    ],
)
def test_lodash_puts_numbers_texts_and_nothing(ordered):
    mixed = ordered[::-1]
    assert repr(sorted_by(mixed, lambda value: value)) == repr(ordered)


def test_equal_ones_stay_as_they_came():
    pairs = [(1, "b"), (0, "x"), (1.0, "a"), (True, "c")]
    assert [name for _, name in sorted_by(pairs, lambda pair: pair[0])] == ["x", "b", "a", "c"]


def test_pivot_tables_sort_naturally():
    ordered = [
        *[None, math.nan, -3, 0, "", 7, "7", "7.0", "10", math.inf, "Infinity"],
        *["B", "a", "a2", "a10", "a10b", "a 01", "a 1", "\U0001f600", "\uffff"],
    ]
    mixed = ordered.copy()
    random.Random(1).shuffle(mixed)
    assert repr(sorted(mixed, key=natural_key)) == repr(ordered)
    by_reverse = sorted(ordered, key=lambda value: natural_key(value, reverse=True))
    assert repr(by_reverse) == repr(ordered[::-1])


@pytest.mark.parametrize(
    "values",
    [
        ["a2", "a10", "a1", "b1", "1a", "~1", "!1", 7, "7", None],
        ["b", "a", "\U0001f600", "\uffff"],
        ["01", "010", "1", "00", "0"],  # equal digits of other texts
        ["b", "a1", "a"],  # a text of no digits among others
        [math.nan, 1, math.nan, None],
    ],
)
def test_many_values_are_sorted_as_each_would_be(values):
    keys = natural_keys(values)
    found = [values[place] for place in sorted(range(len(values)), key=keys.__getitem__)]
    assert repr(found) == repr(sorted(values, key=natural_key))
