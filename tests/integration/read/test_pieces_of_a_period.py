"""A long range in pieces, against the demo server."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from watchframe import read_watch_query, read_watch_sweep
from watchframe.errors import ArgumentError
from watchframe.models import ParameterDefinition


def posts(demo):
    return [item for item in demo.requests if item.path.endswith("/results")]


def periods(demo):
    return [item.body["parameters"]["period"] for item in posts(demo)]


def made_query(client, condition, type_="datetime-range-with-seconds"):
    """Return a query of moments with fractions of a second around two days' borders."""
    text = f"""
        select t from (values
            (timestamp '2026-01-01 00:00:00'), ('2026-01-01 23:59:00'), ('2026-01-01 23:59:30'),
            ('2026-01-01 23:59:59.5'), ('2026-01-01 23:59:59.999999'), ('2026-01-02 00:00:00'),
            ('2026-01-02 23:59:59.25'), ('2026-01-03 00:00:00'), ('2026-01-03 12:00:00')
        ) as moments(t)
        where {condition}
        order by t
    """
    period = ParameterDefinition(name="period", type=type_, title="Period")
    return client.queries.create("moments", text, 1, parameters=[period]).id


def test_period_in_pieces_gives_the_rows_of_the_whole(client):
    period = {"period": ("2025-11-17", "2026-02-03")}
    whole = read_watch_query(33, period, client=client)
    pieces = read_watch_sweep(33, period, split={"period": "1M"}, client=client)
    pd.testing.assert_frame_equal(pieces, whole)
    assert len(pieces.attrs["watchframe"]["reads"]) == 4


@pytest.mark.slow
@pytest.mark.parametrize("type_", ["datetime-range", "datetime-range-with-seconds"])
@pytest.mark.parametrize(
    "condition",
    [
        "t between '{{ period.start }}' and '{{ period.end }}'",
        "t >= '{{ period.start }}' and t <= '{{ period.end }}'",
        "t >= '{{ period.start }}' and t < '{{ period.end }}'",
        "t > '{{ period.start }}' and t <= '{{ period.end }}'",
    ],
)
def test_pieces_of_times_cover_each_moment_once(client, condition, type_):
    query = made_query(client, condition, type_)
    period = {"period": ("2026-01-01 00:00:00", "2026-01-03 12:00:00")}
    whole = read_watch_query(query, period, client=client)
    pieces = read_watch_sweep(query, period, split={"period": "1D"}, client=client)
    assert len(pieces.attrs["watchframe"]["reads"]) == 3
    pd.testing.assert_frame_equal(pieces, whole)


def test_hours_of_the_demo_in_pieces_are_those_of_the_whole(client):
    period = {"period": ("2026-01-10 06:00", "2026-01-16 18:30")}
    whole = read_watch_query(34, period, client=client)
    pieces = read_watch_sweep(34, period, split={"period": "1D"}, client=client)
    pd.testing.assert_frame_equal(pieces, whole)


def test_pieces_of_days_with_open_end_share_borders(client, demo):
    query = made_query(client, "t >= '{{ period.start }}' and t < '{{ period.end }}'", "date-range")
    period = {"period": ("2026-01-01", "2026-01-03")}
    pieces = read_watch_sweep(query, period, split={"period": "1D"}, client=client)
    assert len(pieces) == 7
    assert sorted(item["end"] for item in periods(demo)) == ["2026-01-02", "2026-01-03"]


def test_query_without_either_end_is_refused_unless_told(client, demo):
    query = made_query(client, "t > '{{ period.start }}' and t < '{{ period.end }}'")
    period = {"period": ("2026-01-01 00:00:00", "2026-01-03 12:00:00")}
    with pytest.raises(ArgumentError, match="which ends of 'period'"):
        read_watch_sweep(query, period, split={"period": "1D"}, client=client)
    assert posts(demo) == []
    told = read_watch_sweep(query, period, split={"period": "1D"}, inclusive="left", client=client)
    assert len(told.attrs["watchframe"]["reads"]) == 3


def test_second_read_in_pieces_runs_only_the_last_one(client, demo):
    first = {"period": ("2025-11-01", "2026-02-03")}
    read_watch_sweep(33, first, split={"period": "1M"}, client=client)
    demo.requests.clear()
    later = {"period": ("2025-11-01", "2026-02-04")}
    read_watch_sweep(33, later, split={"period": "1M"}, client=client)
    assert [item["end"] for item in periods(demo)] == ["2026-02-04"]


def test_new_execution_is_one_of_the_last_piece_alone(client, demo):
    period = {"period": ("2025-11-01", "2026-02-03")}
    read_watch_sweep(33, period, split={"period": "1M"}, client=client)
    demo.requests.clear()
    read_watch_sweep(33, period, split={"period": "1M"}, max_age=0, client=client)
    assert [(item.body["max_age"], item.body["parameters"]) for item in posts(demo)] == [
        (0, {"period": {"start": "2026-02-01", "end": "2026-02-03"}})
    ]
    demo.requests.clear()
    read_watch_sweep(33, period, split={"period": "1M"}, cache="refresh", client=client)
    assert len(posts(demo)) == 4


def test_pieces_not_over_are_read_by_max_age(client, demo):
    today = datetime.now(UTC).date()
    period = {"period": (today - timedelta(days=4), today + timedelta(days=2))}
    read_watch_sweep(33, period, split={"period": "1D"}, client=client)
    demo.requests.clear()
    read_watch_sweep(33, period, split={"period": "1D"}, max_age=0, client=client)
    starts = [datetime.fromisoformat(item["start"]).date() for item in periods(demo)]
    assert {today, today + timedelta(days=1), today + timedelta(days=2)} <= set(starts)
    assert min(starts) >= today - timedelta(days=1)  # over at noon UTC, where the day ends last


def test_copy_from_before_the_piece_end_is_read_again(client, demo, monkeypatch):
    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=40)

    month = pd.Period(datetime.now(UTC).date(), "M")
    last = month.start_time.date()
    # Not the month before this one: west of here its last day may still go on.
    closed = (month - 2).start_time.date()
    period = {"period": (closed, (month + 4).end_time.date())}
    read_watch_sweep(33, period, split={"period": "1M"}, client=client)
    demo.requests.clear()
    # The same call in forty days: this month is over then, and the copy is of the middle of it.
    monkeypatch.setattr("watchframe.read.pieces.datetime", Later)
    monkeypatch.setattr("watchframe.read.options.ReadOptions.clock", lambda _: Later.now(UTC))
    read_watch_sweep(33, period, split={"period": "1M"}, client=client)
    asked = {
        item.body["parameters"]["period"]["start"]: item.body["max_age"] for item in posts(demo)
    }
    assert last.isoformat() in asked
    assert 0 < asked[last.isoformat()] < 40 * 86400  # no result of before its end will do
    assert closed.isoformat() not in asked


def test_pieces_over_are_read_again_after_a_query_edit(client, demo):
    query = made_query(client, "t between '{{ period.start }}' and '{{ period.end }}'")
    period = {"period": ("2026-01-01 00:00:00", "2026-01-03 12:00:00")}
    read_watch_sweep(query, period, split={"period": "1D"}, max_age=0, client=client)
    found = client.queries.get(query)
    client.queries.update(found, text=found.text.replace("select t", "select t, 1 as one"))
    again = read_watch_sweep(query, period, split={"period": "1D"}, max_age=0, client=client)
    assert list(again.columns) == ["t", "one"]


def test_pieces_within_max_age_need_no_request(client, demo):
    period = {"period": ("2025-11-01", "2026-02-03")}
    read_watch_sweep(33, period, split={"period": "1M"}, max_age="1h", client=client)
    demo.requests.clear()
    read_watch_sweep(33, period, split={"period": "1M"}, max_age="1h", client=client)
    assert demo.requests == []


def test_dynamic_range_is_split_as_it_is_now(client, demo):
    read_watch_sweep(33, {"period": "d_last_30_days"}, split={"period": "W"}, client=client)
    found = sorted(periods(demo), key=lambda item: item["start"])
    assert 5 <= len(found) <= 6
    today = datetime.now(UTC).date()
    assert found[-1]["end"] == today.isoformat()
    assert found[0]["start"] == (today - timedelta(days=30)).isoformat()


@pytest.mark.parametrize(
    ("query", "split", "words"),
    [
        (32, {"until": "1D"}, "no range parameter 'until'"),
        (13, {"kind": "1D"}, "no range parameter 'kind'"),
        (33, {"peroid": "1D"}, "no range parameter 'peroid'"),
        (33, {"period": "1h"}, "split has the length"),
        (33, {"period": 30}, "split has the length"),
        (33, {}, "split is {}"),
    ],
)
def test_unsplittable_period_is_refused_before_any_run(client, demo, query, split, words):
    with pytest.raises(ArgumentError, match=words):
        read_watch_sweep(query, split=split, client=client)
    assert posts(demo) == []
