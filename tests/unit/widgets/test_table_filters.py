"""Which rows pass a filter as people write it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from watchframe.widgets.table_columns import Rows
from watchframe.widgets.table_filters import FilterProblemError, containing, passing


def passed(values, text, dtype=object, **how):
    """Return the values of a column that pass a filter."""
    table = Rows.of(pd.DataFrame({"x": pd.Series(values, dtype=dtype)})).table
    mask = passing(table.schema[0], table.column(0), text, **how)
    return [value for value, is_passing in zip(values, mask, strict=True) if is_passing]


def test_number_filters_as_people_write_them():
    values = [5, 10, 1000, 1_000_000, None]
    for text, expected in {
        ">1e3": [1_000_000],
        ">= 1,000": [1000, 1_000_000],
        "10..1_000": [10, 1000],
        "10..": [10, 1000, 1_000_000],
        "..10": [5, 10],
        "5": [5],
        "!5": [10, 1000, 1_000_000, None],
        "5.5": [],
        "null": [None],
        "!null": [5, 10, 1000, 1_000_000],
        " NULL ": [None],
    }.items():
        assert passed(values, text, "Int64") == expected, text
        assert passed(values, text) == expected, text


def test_short_floats_are_compared_as_they_are_shown():
    values = [0.1, 0.2, None]
    for text, expected in {"0.1": [0.1], ">0.1": [0.2], "1e300": [], "<1e300": [0.1, 0.2]}.items():
        assert passed(values, text, "float32") == expected, text


def test_amounts_are_compared_as_they_are_shown():
    assert passed([10**18, 2 * 10**18], ">1.5", decimals=18) == [2 * 10**18]
    assert passed([1, 2], "=0.000000000000000001", decimals=18) == [1]


def test_text_filters_as_people_write_them():
    values = ["WETH", "weth 2", "null", "", None]
    for text, expected in {
        "weth": ["WETH", "weth 2"],
        "=WETH": ["WETH"],
        "!=WETH": ["weth 2", "null", "", None],
        "null": [None],
        "=null": ["null"],
        "=": [""],
        "\ud800": [],
    }.items():
        assert passed(values, text, "string") == expected, text


def test_search_looks_at_what_is_shown():
    rows = Rows.of(
        pd.DataFrame(
            {
                "number": [12.0, 0.5],
                "time": pd.to_datetime(["2026-01-02 10:00", "2026-02-01 00:00"], utc=True),
                "json": [{"a": "Q"}, None],
                "flag": [True, False],
            }
        )
    )
    for text, expected in {
        "12": [True, False],
        "0.5": [False, True],
        "-02-01 00": [False, True],
        '{"a": "q"}': [True, False],
        "FALSE": [False, True],
        "12.0": [False, False],
    }.items():
        assert containing(rows.table, text).tolist() == expected, text


NOW = datetime(2026, 1, 1, 1, tzinfo=UTC)
#: Filters, and when what they name starts and ends, by its parts.
PERIODS = {
    "2026": ((2026, 1, 1), (2027, 1, 1)),
    "2026-02": ((2026, 2, 1), (2026, 3, 1)),
    "2026-02-03": ((2026, 2, 3), (2026, 2, 4)),
    "2026-02-03 04": ((2026, 2, 3, 4), (2026, 2, 3, 5)),
    "2026-02-03T04:05": ((2026, 2, 3, 4, 5), (2026, 2, 3, 4, 6)),
    "2026-02-03 04:05:06Z": ((2026, 2, 3, 4, 5, 6), (2026, 2, 3, 4, 5, 7)),
}


@pytest.mark.parametrize("zone", [None, UTC])
@pytest.mark.parametrize("text", PERIODS)
def test_times_are_within_or_outside_of_a_period(text, zone):
    first, after = (datetime(*parts, tzinfo=zone) for parts in PERIODS[text])
    tick = timedelta(microseconds=1)
    values = [first - tick, first, after - tick, after, None]
    assert passed(values, text) == values[1:3]
    assert passed(values, f"!{text}") == [values[0], *values[3:]]
    assert passed(values, f"< {text}") == values[:1]
    assert passed(values, f"<={text}") == values[:3]
    assert passed(values, f"> {text}") == values[3:4]
    assert passed(values, f">={text}") == values[1:4]
    assert passed(values, f"{text}..{text}") == values[1:3]
    assert passed(values, f"..{text}") == values[:3]


def test_times_of_a_zone_are_compared_as_they_are_shown():
    values = pd.to_datetime(["2026-01-01 23:30", "2026-01-02 00:30"], utc=True)
    frame = pd.DataFrame({"x": values.tz_convert("Asia/Tokyo")})
    table = Rows.of(frame).table
    assert passing(table.schema[0], table.column(0), "2026-01-02").tolist() == [True, True]


def test_times_beyond_those_of_the_column_are_compared():
    for dtype in ("datetime64[ns]", "datetime64[ns, UTC]"):
        now = NOW if "UTC" in dtype else NOW.replace(tzinfo=None)
        for text, found in {"0001": [], "9998": [], ">0001": [now], "<9998": [now]}.items():
            assert passed([now, None], text, dtype) == found, text
    far = pa.chunked_array([pa.array([2**62, None], pa.timestamp("s"))])
    assert passing(pa.field("x", far.type), far, ">2026").tolist() == [True, False]


def test_times_at_the_end_of_the_last_year_are_found():
    values = pd.Series(["2026-01-01", "9999-12-31"], dtype="datetime64[us]").tolist()
    for text in ("9999", "9999-12", "9999-12-31", ">2026", "9999-12-31..9999-12-31"):
        assert passed(values, text, "datetime64[us]") == values[1:], text
    assert passed(values, ">9999-12-31", "datetime64[us]") == []


def test_booleans_are_true_or_false():
    values = [True, False, None]
    assert passed(values, "true", "boolean") == [True]
    assert passed(values, "!TRUE", "boolean") == [False, None]


@pytest.mark.parametrize(
    ("values", "text", "expected"),
    [
        ([1], "many", "Write a number"),
        ([1], ">", "Write a number"),
        ([1], "nan", "Write a number"),
        ([1], "1e999999999", "Write a number"),
        ([1], "1,0000", "A comma only groups thousands"),
        ([1], ">1,5", "write 1.5 for decimals"),
        ([1], "..", "beside the two points"),
        ([True], "yes", "Write true, false"),
        ([NOW], "yesterday", "Write a time"),
        ([NOW], "2026-13", "Write a time"),
        (["a"], "!", "missing behind"),
    ],
)
def test_wrong_filter_says_what_is_right(values, text, expected):
    with pytest.raises(FilterProblemError, match=expected):
        passed(values, text)
