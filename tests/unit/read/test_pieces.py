"""Splitting a range: exact pieces, no overlap, no gap, the same ones tomorrow."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchframe.errors import ArgumentError
from watchframe.read.pieces import over_since, range_pieces

YEAR = {"start": "2025-02-10", "end": "2026-02-09"}


def test_months_of_a_year_begin_on_the_first():
    pieces = range_pieces(YEAR, "date-range", "1M")
    assert pieces[0] == {"start": "2025-02-10", "end": "2025-02-28"}
    assert pieces[1] == {"start": "2025-03-01", "end": "2025-03-31"}
    assert pieces[-1] == {"start": "2026-02-01", "end": "2026-02-09"}
    assert len(pieces) == 13


def test_inner_pieces_stay_the_same_a_day_later():
    tomorrow = {"start": "2025-02-11", "end": "2026-02-10"}
    today_pieces, tomorrow_pieces = (
        range_pieces(value, "date-range", "1M") for value in (YEAR, tomorrow)
    )
    assert today_pieces[1:-1] == tomorrow_pieces[1:-1]


@pytest.mark.parametrize("every", ["7D", "W", "2W", "3M", "Q", "1h"])
def test_pieces_of_a_moved_range_keep_their_borders(every):
    here = {"start": "2025-05-14 10:11", "end": "2025-09-01 00:00"}
    later = {"start": "2025-05-15 10:12", "end": "2025-09-01 00:00"}
    starts = [
        {piece["start"] for piece in range_pieces(value, "datetime-range", every)[1:]}
        for value in (here, later)
    ]
    assert starts[1] <= starts[0]


def test_weeks_begin_on_sunday():
    pieces = range_pieces({"start": "2026-11-18", "end": "2026-11-30"}, "date-range", "W")
    assert [piece["start"] for piece in pieces] == ["2026-11-18", "2026-11-22", "2026-11-29"]


def test_half_open_pieces_share_their_borders():
    pieces = range_pieces(
        {"start": "2026-01-15 06:00:00", "end": "2026-01-15 08:30:00"},
        "datetime-range-with-seconds",
        "1h",
        inclusive="left",
    )
    assert [(piece["start"][11:], piece["end"][11:]) for piece in pieces] == [
        ("06:00:00", "07:00:00"),
        ("07:00:00", "08:00:00"),
        ("08:00:00", "08:30:00"),
    ]


def test_a_range_within_one_piece_stays_whole():
    day = {"start": "2026-01-15", "end": "2026-01-15"}
    assert range_pieces(day, "date-range", "1M") == [day]


def test_the_calendars_last_year_is_no_obstacle():
    value = {"start": "9999-11-15", "end": "9999-12-31"}
    assert len(range_pieces(value, "date-range", "1M")) == 2


@pytest.mark.parametrize(
    "every",
    ["", "0M", "1 fortnight", "-1D", "12", "1h", "1m", "M-MON", "W-JAN", "Q-MON", "D-SUN", 7, None],
)
def test_a_length_that_cannot_be_used_raises_argument_error(every):
    with pytest.raises(ArgumentError, match="split has the length"):
        range_pieces(YEAR, "date-range", every)


def test_a_parameter_that_is_no_range_cannot_be_split():
    with pytest.raises(ArgumentError, match="type 'date'"):
        range_pieces(YEAR, "date", "1M")


DAYS = st.dates(date(1990, 1, 1), date(2060, 1, 1))


@given(
    start=DAYS,
    length=st.integers(0, 900),
    every=st.sampled_from(["1D", "5D", "W", "M", "2M", "Q", "Y"]),
)
def test_every_day_lies_in_exactly_one_piece(start, length, every):
    end = start + timedelta(days=length)
    pieces = range_pieces({"start": start.isoformat(), "end": end.isoformat()}, "date-range", every)
    days = [
        first + timedelta(days=offset)
        for piece in pieces
        for first, last in [(date.fromisoformat(piece["start"]), date.fromisoformat(piece["end"]))]
        for offset in range((last - first).days + 1)
    ]
    assert days == [start + timedelta(days=offset) for offset in range(length + 1)]


@given(
    start=st.datetimes()
    .filter(lambda moment: moment.year < 9000)
    .map(lambda moment: moment.replace(microsecond=0)),
    hours=st.integers(0, 400),
    inclusive=st.sampled_from(["both", "left", "right"]),
)
def test_consecutive_pieces_meet(start, hours, inclusive):
    value = {"start": str(start), "end": str(start + timedelta(hours=hours))}
    pieces = range_pieces(value, "datetime-range-with-seconds", "7h", inclusive=inclusive)
    step = timedelta(microseconds=1) if inclusive == "both" else timedelta()
    assert (pieces[0]["start"], pieces[-1]["end"]) == (value["start"], value["end"])
    for one, following in itertools.pairwise(pieces):
        gap = datetime.fromisoformat(following["start"]) - datetime.fromisoformat(one["end"])
        assert gap == step


@given(
    start=st.timedeltas(timedelta(), timedelta(days=9000)).map(
        datetime.fromisoformat("2000-01-01").__add__
    ),
    length=st.timedeltas(timedelta(), timedelta(days=400)),
    moment=st.timedeltas(timedelta(), timedelta(days=400)),
    type_=st.sampled_from(["datetime-range", "datetime-range-with-seconds"]),
    every=st.sampled_from(["1D", "W", "W-WED", "M", "QS-FEB", "Q", "36h"]),
    inclusive=st.sampled_from(["both", "left", "right"]),
)
def test_every_moment_lies_in_exactly_one_piece(start, length, moment, type_, every, inclusive):
    timespec = "minutes" if type_ == "datetime-range" else "seconds"
    value = {
        side: found.isoformat(sep=" ", timespec=timespec)
        for side, found in (("start", start), ("end", start + length))
    }
    at = datetime.fromisoformat(value["start"]) + moment

    def within(piece):
        first, last = (datetime.fromisoformat(piece[side]) for side in ("start", "end"))
        return (first < at if inclusive == "right" else first <= at) and (
            at < last if inclusive == "left" else at <= last
        )

    pieces = range_pieces(value, type_, every, inclusive=inclusive)
    assert sum(map(within, pieces)) == within(value)


def test_piece_of_minutes_leaves_no_second_out():
    value = {"start": "2026-01-15 06:00", "end": "2026-01-16 18:30"}
    assert range_pieces(value, "datetime-range", "1D") == [
        {"start": "2026-01-15 06:00", "end": "2026-01-15 23:59:59.999999"},
        {"start": "2026-01-16 00:00", "end": "2026-01-16 18:30"},
    ]


def test_range_has_no_empty_last_piece():
    value = {"start": "2026-01-01", "end": "2026-02-01"}
    assert range_pieces(value, "date-range", "M", inclusive="left") == [value]
    assert len(range_pieces(value, "date-range", "M")) == 2


@pytest.mark.parametrize(
    ("every", "starts"),
    [
        ("W-MON", ["2026-11-23", "2026-11-30"]),
        ("2M", ["2027-01-01"]),
        ("QS-FEB", []),
        ("QE-NOV", ["2026-12-01"]),
        ("Y-NOV", ["2026-12-01"]),
        ("YS-DEC", ["2026-12-01"]),
        ("A", ["2027-01-01"]),
        (pd.offsets.MonthBegin(), ["2026-12-01", "2027-01-01"]),
        (pd.offsets.Week(weekday=3), ["2026-11-19", "2026-11-26"]),
    ],
)
def test_pandas_words_and_offsets_say_where_pieces_begin(every, starts):
    pieces = range_pieces({"start": "2026-11-18", "end": "2027-01-05"}, "date-range", every)
    assert [piece["start"] for piece in pieces[1:]][: len(starts)] == starts
    assert starts or len(pieces) == 1


@pytest.mark.parametrize(("end", "every"), [("9999-12-31", "7D"), ("9999-12-31", "W")])
def test_spans_end_with_the_calendar(end, every):
    pieces = range_pieces({"start": "9999-12-01", "end": end}, "date-range", every)
    assert pieces[-1]["end"] == end


def test_more_pieces_than_anybody_means_are_refused():
    value = {"start": "2020-01-01 00:00", "end": "2026-01-01 00:00"}
    with pytest.raises(ArgumentError, match="more than 10,000 pieces"):
        range_pieces(value, "datetime-range", "1min")


@pytest.mark.parametrize(
    ("piece", "type_", "now", "seconds"),
    [
        # The end of the day where it ends last, twelve hours behind UTC.
        ({"start": "2026-01-01", "end": "2026-01-31"}, "date-range", "2026-02-01T12:00", None),
        ({"start": "2026-01-01", "end": "2026-01-31"}, "date-range", "2026-02-01T12:01", 60),
        (
            {"start": "2026-01-01 00:00", "end": "2026-01-31 23:59:59.999999"},
            "datetime-range-with-seconds",
            "2026-02-01T12:01",
            pytest.approx(59, abs=0.1),
        ),
        ({"start": "9999-01-01", "end": "9999-12-31"}, "date-range", "2026-02-01T12:00", None),
    ],
)
def test_piece_is_over_once_it_is_so_everywhere(piece, type_, now, seconds):
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert over_since(piece, type_, moment) == seconds
