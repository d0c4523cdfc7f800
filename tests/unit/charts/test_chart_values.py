import datetime as dt
import math
from decimal import Decimal

import numpy as np
import pytest

from watchframe.charts.chart_values import (
    as_number,
    clean_number,
    clean_numbers,
    distinct,
    drawable,
    identities,
    moment_of,
    on_axis,
    plotted,
    plus,
    sorted_places,
)
from watchframe.charts.typed import Typed

NOON = dt.datetime(2024, 3, 1, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1,234.5", 1234.5),
        ("$12", 12),
        ("7%", 7),
        (" 5 ", 5),
        ("1e3", 1000),
        ("0x10", 16),
        ("€3,000", None),
        ("", None),
        ("  ", None),
        ("9" * 5000, None),
        (True, None),
        (None, None),
        (math.inf, None),
        (math.nan, None),
        (10**400, None),
        (NOON, None),
        (Decimal("2.5"), 2.5),
        (Decimal("NaN"), None),
        (2**60 + 1, 2**60 + 1),
    ],
)
def test_numbers_are_read_as_plotly_reads_them(value, expected):
    assert clean_number(value) == expected
    assert clean_numbers([value, 1]) == [expected, 1]


def test_moments_are_texts_that_keep_fractions_of_a_second():
    moments = [NOON, NOON.replace(microsecond=120_000), NOON.replace(microsecond=123_456)]
    assert plotted(moments) == [
        "2024-03-01 12:00:00",
        "2024-03-01 12:00:00.120",
        "2024-03-01 12:00:00.123456",
    ]
    assert on_axis(moments) == moments
    assert drawable(moments) == plotted(moments)


@pytest.mark.parametrize(
    "value",
    [
        "2024-03-01 12:00",
        "2024-03-01T14:00:00+02:00",
        "2024/3/1 12:00",
        "3/1/2024 12:00:00",
        "Mar 1, 2024 12:00",
        "1 March 2024 12:00 GMT",
        "Fri, 01 Mar 2024 12:00:00 GMT",
        1_709_294_400_000,
        NOON,
    ],
)
def test_axis_of_dates_reads_what_a_browser_reads(value):
    assert moment_of(value) == NOON
    assert plotted(on_axis([value], is_dates=True)) == ["2024-03-01 12:00:00"]


@pytest.mark.parametrize("value", ["x", "", "13/13/2024", "Foo 1, 2024", None, True, 1e300])
def test_axis_of_dates_leaves_what_is_none(value):
    assert plotted(on_axis([value], is_dates=True)) == [value]


def test_year_or_month_alone_is_its_first_day():
    assert plotted(on_axis(["2024", "2024-03"], is_dates=True)) == [
        "2024-01-01 00:00:00",
        "2024-03-01 00:00:00",
    ]


def test_values_are_sorted_as_on_the_page():
    def in_order(values):
        return [values[place] for place in sorted_places(values)]

    assert in_order([10, 9, None, 100, 9.5]) == [9, 9.5, 10, 100, None]
    assert in_order(["b", "10", "9", "a", "Z"]) == ["10", "9", "Z", "a", "b"]
    # Units of UTF-16: a letter of two units is before one of a single unit.
    assert in_order(["\uffee", "\U0001d4b3"]) == ["\U0001d4b3", "\uffee"]
    assert sorted_places([2, 1, 2, 1]) == [1, 3, 0, 2]


def test_boolean_is_no_number_when_points_are_told_apart():
    assert len(set(identities([1, True, 1.0, "1"]))) == 3


def test_browser_has_doubles_and_nothing_that_is_no_number():
    assert drawable([1, 2**60 + 1, math.nan, math.inf, None, "a", True]) == [
        1,
        float(2**60),
        None,
        None,
        None,
        "a",
        True,
    ]
    assert drawable([2**53 + 1]) == [2**53]
    assert drawable([10**400]) == [None]


def test_sums_are_javascripts():
    assert plus(1, None) == 1
    assert plus("a", 1) == "a1"
    assert plus(10**308 * 2, 1.5) == math.inf
    assert math.isnan(as_number("a"))
    assert math.isnan(as_number(10**400))


def test_times_that_are_all_missing_are_not_drawn():
    times = Typed(np.zeros(2, "M8[us]"), np.array([True, True]))
    assert drawable(on_axis(times)) == [None, None]


def test_distinct_values_of_columns_are_in_the_order_that_they_come():
    columns = [[2.0, -0.0, 3.0], [0.0, 1.0, 2.0]]
    for given in (columns, [Typed(np.array(values)) for values in columns]):
        found, places = distinct(given)
        assert repr(list(found)) == "[2.0, 0.0, 3.0, 1.0]"
        assert [of_column.tolist() for of_column in places] == [[0, 1, 2], [1, 3, 0]]
    found, places = distinct([[None, "a", True], ["a", 1, None]])
    assert found == [None, "a", True, 1]
    assert [of_column.tolist() for of_column in places] == [[0, 1, 2], [1, 3, 0]]
    assert distinct([]) == ([], [])
