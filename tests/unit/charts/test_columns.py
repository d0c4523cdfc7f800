"""Rows and columns are read alike, whatever names each row has."""

import datetime as dt

from watchframe.charts import plotly_spec
from watchframe.charts.columns import Columns

ROWS = [{"day": "2024-03-01", "usd": 1}, {"day": "2024-03-02", "usd": None}]


def test_columns_of_rows_are_those_given_by_column():
    by_column = {"day": ["2024-03-01", "2024-03-02"], "usd": [1, None]}
    for columns in (Columns.of(ROWS), Columns.of(by_column)):
        assert columns.names == ["day", "usd"]
        assert [row["usd"] for row in columns.rows()] == [1, None]
        assert columns.values("day")[1] == dt.datetime(2024, 3, 2, tzinfo=dt.UTC)
        assert columns.values("gone") == [None, None]
    saved = {"options": {"columnMapping": {"day": "x", "usd": "y"}}}
    names = [{"name": name} for name in by_column]
    assert plotly_spec(saved, names, by_column) == plotly_spec(saved, names, ROWS)


def test_rows_may_have_names_of_their_own():
    for rows in ([{"a": 1}, {"b": "x"}], [{"a": 1, "c": 2}, {"a": 3, "b": "x"}]):
        columns = Columns.of(rows)
        assert columns.rows() == rows
        assert columns.values("b") == [None, "x"]
        assert columns.names[-1] == "b"
        assert columns.at([1]).rows() == rows[1:]
    assert Columns.of([{1: 2, "b": 3}]).rows() == [{"1": 2, "b": 3}]
    assert (Columns.of([]).names, Columns.of([]).rows()) == ([], [])


def test_times_are_read_alike_in_bulk_and_one_by_one():
    times = ["2024-03-01T10:05:00", "2024-02-30T10:05:00", "2024-03-01 10:05:00", "x", None]
    times.append("2024-W10-1T10:05:00")
    one_by_one = [Columns.of({"at": [time]}).values("at")[0] for time in times]
    assert Columns.of({"at": times}).values("at") == one_by_one
    assert one_by_one[0] == dt.datetime(2024, 3, 1, 10, 5, tzinfo=dt.UTC)
    assert one_by_one[1:] == times[1:]
