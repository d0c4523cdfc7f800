"""Dates and times are written as moment.js writes them.

``pytest tests/unit/charts/test_moment_format.py --golden FOLDER`` compares other cases.
"""

from datetime import UTC, datetime

import pytest

from watchframe.charts.moment_format import datetime_formatter, format_moment
from watchframe.charts.values import page_value

MOMENT = datetime(2024, 2, 29, 18, 5, 9, 987_000, tzinfo=UTC)


def test_golden_times_are_written_as_the_page_writes_them(format_cases):
    cases = format_cases("datetime")
    made = [datetime_formatter(case["format"])(page_value(case["value"])) for case in cases]
    assert made == [case["text"] for case in cases]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("Mo Do DDDo do Qo wo Wo yo", "2nd 29th 60th 4th 1st 9th 9th 2024th"),
        ("hmm hmmss Hmm Hmmss", "605 60509 1805 180509"),
        ("S SS SSS SSSSSS", "9 98 987 987000"),
        ("YYYYY YYYYYY y NNNN", "02024 +002024 2024 Anno Domini"),
        ("ll, LTS", "Feb 29, 2024, 6:05:09 PM"),
        ("llll", "Thu, Feb 29, 2024 6:05 PM"),
        ("[at] H[h] \\LT \\D", "at 18h LT D"),
        ("z zz Z ZZ", "UTC Coordinated Universal Time +00:00 +0000"),
        ("gggg-ww GGGG-WW", "2024-09 2024-09"),
        ("?!", "?!"),
        ("", ""),
    ],
)
def test_moment_has_the_text_of_its_pattern(pattern, text):
    assert format_moment(MOMENT, pattern) == text


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (datetime(2024, 12, 29, tzinfo=UTC), "2025 1 2024 52"),
        (datetime(2023, 1, 1, tzinfo=UTC), "2023 1 2022 52"),
        (datetime(9999, 12, 31, tzinfo=UTC), "10000 1 9999 52"),
    ],
)
def test_week_is_in_the_year_that_has_most_of_it(day, text):
    assert format_moment(day, "gggg w GGGG W") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "1970-01-01 00:00:00.000"),
        (1_709_287_506_500.9, "2024-03-01 10:05:06.500"),
        ("2024-03-01 10:05:06,25", "2024-03-01 10:05:06.250"),
        ("2024-03-01 10:05+05:30", "2024-03-01 04:35:00.000"),
        ("20240301T1005", "2024-03-01 10:05:00.000"),
        ("2024-03", "2024-03-01 00:00:00.000"),
        ("2024-W09-5", "2024-03-01 00:00:00.000"),
        ("2024-061", "2024-03-01 00:00:00.000"),
        ("2024-03-01 24:00", "2024-03-02 00:00:00.000"),
        ("Fri, 01 Mar 2024 10:05:06 GMT", "2024-03-01 10:05:06.000"),
        ("1 Mar 24 10:05 EST", "2024-03-01 15:05:00.000"),
        ("1 Mar 99 10:05 -0130 (comment)", "1999-03-01 11:35:00.000"),
    ],
)
def test_text_or_number_is_read_as_a_time(value, text):
    assert datetime_formatter("YYYY-MM-DD HH:mm:ss.SSS")(value) == text


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "2024-02-30",
        "2023-366",
        "2024-W60",
        "2024-03 10:00",
        "2024-03-01 24:01",
        "2024-03-01 25:00",
        " 2024-03-01",
        "Thu, 01 Mar 2024 10:05:06 GMT",
        "31 Feb 2024 10:05 Z",
        "1" * 5000,
    ],
)
def test_text_that_is_no_time_stays(value):
    assert datetime_formatter("YYYY")(value) == value


@pytest.mark.parametrize(
    ("value", "text"), [(None, "null"), (True, "true"), (1e20, "100000000000000000000")]
)
def test_value_that_is_no_time_is_written_as_text(value, text):
    assert datetime_formatter("YYYY")(value) == text


@pytest.mark.parametrize("pattern", ["", None, 5])
def test_moment_without_a_pattern_is_its_milliseconds(pattern):
    assert datetime_formatter(pattern)(MOMENT) == "1709229909987"
