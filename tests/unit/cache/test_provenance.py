import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from watchframe.cache import Provenance
from watchframe.errors import CacheFormatError

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
FULL = Provenance(
    server="https://watch.example",
    parameters={"market": ["WETH"], "period": {"start": "2024-01-01", "end": "2024-02-01"}},
    retrieved_at=NOON,
    stored_at=NOON + timedelta(seconds=1, microseconds=7),
    server_time=NOON + timedelta(seconds=2),
    requested_at=NOON - timedelta(seconds=3),
    query_id=42,
    query_name="Borrows \u201cq\u201d",
    query_result_id=7,
    runtime_s=0.25,
    data_source_id=1,
    data_source="main",
    text_hash="aa",
    sql="select 1",
    query_text="select 1 -- x",
    is_truncated=True,
)


def test_provenance_written_and_read_is_the_same():
    assert Provenance.from_json(FULL.to_json()) == FULL


def test_provenance_minimal_round_trip():
    bare = Provenance(server="s", retrieved_at=NOON, stored_at=NOON)
    assert Provenance.from_json(bare.to_json()) == bare


def test_provenance_time_of_another_zone():
    there = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    moved = Provenance(server="s", retrieved_at=there, stored_at=NOON)
    assert Provenance.from_json(moved.to_json()).retrieved_at == NOON


def test_provenance_of_a_later_release():
    text = json.dumps(json.loads(FULL.to_json()) | {"colour": "blue"})
    assert Provenance.from_json(text) == FULL


@pytest.mark.parametrize("name", ["retrieved_at", "stored_at", "server_time", "requested_at"])
def test_provenance_time_without_zone_is_refused(name):
    times = {"retrieved_at": NOON, "stored_at": NOON, name: NOON.replace(tzinfo=None)}
    with pytest.raises(ValueError, match=name):
        Provenance(server="s", **times)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        json.dumps(json.loads(FULL.to_json()) | {"parameters": 5}),
        json.dumps(json.loads(FULL.to_json()) | {"retrieved_at": "yesterday"}),
        json.dumps(json.loads(FULL.to_json()) | {"retrieved_at": "2026-01-05T12:00:00"}),
        json.dumps(json.loads(FULL.to_json()) | {"stored_at": None}),
        json.dumps(json.loads(FULL.to_json()) | {"stored_at": 5}),
    ],
)
def test_provenance_unreadable_is_a_format_error(text):
    with pytest.raises(CacheFormatError):
        Provenance.from_json(text)


def test_provenance_of_an_older_release_is_not_truncated():
    values = json.loads(FULL.to_json())
    del values["is_truncated"]
    assert not Provenance.from_json(json.dumps(values)).is_truncated
