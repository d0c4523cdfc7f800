"""Which answer of a lock a read gets."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from watchframe.read.lock_file import Lock, LockedAnswer, LockedRead
from watchframe.read.lock_replay import Replay

SERVER = "https://host"


def answer(day, digit):
    return LockedAnswer(
        server=SERVER,
        query_id=1,
        parameters={"day": day},
        text="text",
        retrieved_at=datetime(2026, 1, 2, tzinfo=UTC),
        rows=1,
        row_hash="sha256:" + 64 * digit,
    )


def asks(day):
    return SimpleNamespace(parameters={"day": day}, facts={"query_id": 1})


def test_no_day_gets_the_rows_of_another_that_a_dynamic_date_meant():
    asked = {"server": SERVER, "query": 1, "params": {"day": "d_today"}}
    across_midnight = [answer("2026-01-01", "a"), answer("2026-01-02", "b")]
    lock = Lock(reads=[LockedRead(asked=asked, answers=across_midnight)])
    replayed = Replay(Path("report.lock"), lock)
    assert replayed._key_of(asks("2026-01-01"), SERVER) == ""
    assert replayed._key_of(asks("2026-01-02"), SERVER) == ""
    one = Replay(
        Path("report.lock"), Lock(reads=[LockedRead(asked=asked, answers=across_midnight[:1])])
    )
    assert one._key_of(asks("2026-01-01"), SERVER) != ""
