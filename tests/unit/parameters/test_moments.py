"""Dynamic dates and ranges are the front end's, for every row of its golden table."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from watchframe.models import ParameterDefinition, Query
from watchframe.parameters import DYNAMIC_DATES, DYNAMIC_RANGES, normalize_parameters

TABLE = json.loads((Path(__file__).parents[2] / "data" / "dynamic_dates.json").read_text())


def resolve(type_, name, row):
    query = Query(
        id=1,
        name="q",
        text="{{ p }}",
        parameters=(ParameterDefinition(name="p", type=type_, title="p"),),
    )
    now = datetime.fromisoformat(row["now_utc"])
    return normalize_parameters(query, {"p": name}, now=now, timezone=ZoneInfo(row["tz"]))["p"]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row['tz']} {row['now_utc']}")
def test_dynamic_range_resolves_as_in_the_front_end(row):
    found = {
        name: {type_: resolve(type_, name, row) for type_ in types}
        for name, types in row["ranges"].items()
    }
    assert found == row["ranges"]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row['tz']} {row['now_utc']}")
def test_dynamic_date_resolves_as_in_the_front_end(row):
    found = {
        name: {type_: resolve(type_, name, row) for type_ in types}
        for name, types in row["singles"].items()
    }
    assert found == row["singles"]


def test_dynamic_tables_have_the_front_ends_names():
    assert all(set(row["ranges"]) == set(DYNAMIC_RANGES) for row in TABLE)
    assert all(set(row["singles"]) == set(DYNAMIC_DATES) for row in TABLE)


def test_golden_table_is_read_whole():
    ranges = sum(len(types) for row in TABLE for types in row["ranges"].values())
    singles = sum(len(types) for row in TABLE for types in row["singles"].values())
    assert (len(TABLE), ranges, singles) == (50, 50 * 20 * 3, 50 * 2 * 3)


def test_dynamic_tables_have_distinct_labels():
    labels = [item.label for item in DYNAMIC_RANGES.values()]
    assert len(set(labels)) == len(labels)
    assert len(set(DYNAMIC_DATES.values())) == len(DYNAMIC_DATES)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("last 7 days", "d_last_7_days"),
        ("Last 7 Days", "d_last_7_days"),
        ("last_7_days", "d_last_7_days"),
        ("this month", "d_this_month"),
        ("yesterday", "d_yesterday"),
    ],
)
def test_range_by_its_everyday_name_is_that_range(written, name):
    row = {"tz": "UTC", "now_utc": "2026-03-31T10:00:00Z"}
    assert resolve("datetime-range", written, row) == resolve("datetime-range", name, row)


@pytest.mark.parametrize(("written", "name"), [("now", "d_now"), ("Today", "d_now")])
def test_date_by_its_everyday_name_is_that_date(written, name):
    row = {"tz": "UTC", "now_utc": "2026-03-31T10:00:00Z"}
    assert resolve("datetime-local", written, row) == resolve("datetime-local", name, row)


def test_dynamic_names_share_one_now():
    definitions = tuple(
        ParameterDefinition(name=name, type="datetime-with-seconds", title=name, default="d_now")
        for name in ("a", "b")
    )
    query = Query(id=1, name="q", text="{{ a }} {{ b }}", parameters=definitions)
    wire = normalize_parameters(
        query, None, now=datetime(2026, 1, 1, 23, 59, 59, 999999, tzinfo=UTC), timezone=UTC
    )
    assert wire == {"a": "2026-01-01 23:59:59", "b": "2026-01-01 23:59:59"}
