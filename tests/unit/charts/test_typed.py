"""Columns as arrays have the values that lists of them have."""

import datetime as dt
import math

import numpy as np

from watchframe.charts.javascript import text_of
from watchframe.charts.typed import Coded, Typed

START = np.datetime64("2024-03-01T10:05:00", "us")


def test_texts_of_times_have_the_decimals_that_each_has():
    seconds = Typed(START + np.arange(2) * np.timedelta64(1, "s"))
    assert seconds.texts() == ["2024-03-01 10:05:00", "2024-03-01 10:05:01"]
    parts = Typed(START + np.array([0, 120_000, 1_001], "m8[us]")).texts()
    assert [text[20:] for text in parts] == ["", "120", "001001"]
    early = Typed(np.array(["0001-01-01"], "M8[us]"))
    assert early.texts() == ["0001-01-01 00:00:00"]
    assert list(early) == [dt.datetime(1, 1, 1, tzinfo=dt.UTC)]


def test_missing_values_stay_so_wherever_they_are_put():
    numbers = Typed(np.array([1, 2, math.inf]), np.array([True, False, False]))
    assert numbers == [None, 2, math.inf]
    assert numbers.at([2, 0]) == [math.inf, None]
    assert not numbers.is_increasing
    assert numbers.at([1, 2]).is_increasing
    assert repr(list(numbers.finite(0))) == "[0, 2.0, 0]"


def test_places_are_found_by_texts_in_the_order_that_these_come_first():
    coded = Coded(np.array([2, 0, 1, 2, 0]), ["b", "1", 1])
    assert coded == [1, "b", "1", 1, "b"]
    found = coded.places_by(text_of)
    assert list(found.items()) == [("1", [0, 2, 3]), ("b", [1, 4])]
    assert list(coded.at([1, 3]).places_by(text_of).items()) == [("b", [0]), ("1", [1])]
