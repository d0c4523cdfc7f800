"""What becomes of a result when a newer one takes its place."""

import pickle
import sqlite3
from datetime import timedelta

import pyarrow as pa
import pytest

from watchframe.cache import ResultCache
from watchframe.cache.history import key_of, past_name
from watchframe.errors import CacheWarning, ConfigurationError

OTHER = "cd" * 32


@pytest.fixture
def cache(tmp_path, clock):
    with ResultCache(tmp_path / "cache", history="30d", clock=clock) as cache:
        yield cache


@pytest.fixture
def put(cache, clock, key, provenance):
    """Store a result of the clock's moment, whose rows tell its number."""

    def put(number: int, *, under: str = key, size: int = 3, **facts: object) -> None:
        known = {"retrieved_at": clock.now, "query_result_id": number} | facts
        assert cache.put(under, pa.table({"n": [number] * size}), provenance(**known))

    return put


def numbers(cache, key):
    """Return the numbers of all results of a key, newest first, each read whole."""
    moments = [head.provenance.retrieved_at for head in cache.results_under(key)]
    return [cache.get_past(key, moment).table["n"][0].as_py() for moment in moments]


@pytest.mark.parametrize("size", [3, 20_000], ids=["in the index", "in a file"])
def test_replaced_result_is_a_past_one(cache, clock, key, put, size):
    moments = []
    for number in range(3):
        put(number, size=size)
        moments.append(clock.now)
        clock.pass_time(days=1)
    assert cache.get(key).table["n"].to_pylist() == [2] * size
    heads = cache.results_under(key)
    assert [head.provenance.retrieved_at for head in heads] == moments[::-1]
    assert [head.rows for head in heads] == [size] * 3
    assert [head.key for head in heads] == [key] * 3
    for number, moment in enumerate(moments):
        entry = cache.get_past(key, moment)
        assert entry.table["n"].to_pylist() == [number] * size
        assert (entry.key, entry.provenance.query_result_id) == (key, number)
    assert cache.get_past(key, moments[0] + timedelta(microseconds=1)) is None
    assert cache.verify().damaged == ()
    assert cache.size() == cache.entries()["bytes"].sum() == sum(head.size for head in heads)


def test_without_history_only_the_newest_stays(tmp_path, clock, key, table, provenance):
    with ResultCache(tmp_path, clock=clock) as cache:
        for _ in range(3):
            cache.put(key, table, provenance(retrieved_at=clock.now))
            clock.pass_time(days=1)
        assert cache.history is None
        assert len(cache.results_under(key)) == len(cache.entries()) == 1


def test_bytes_of_a_past_result_are_not_copied(cache, clock, put):
    put(1, size=50_000)
    (before,) = (cache.directory / "v1").glob("*/*/*.val")
    written = before.stat()
    clock.pass_time(days=1)
    put(2, size=50_000)
    assert before.stat().st_ino == written.st_ino
    assert before.stat().st_mtime_ns == written.st_mtime_ns
    assert len(list((cache.directory / "v1").glob("*/*/*.val"))) == 2


def test_the_same_result_is_not_kept_twice(cache, clock, key, put):
    put(1)
    first = clock.now
    clock.pass_time(days=1)
    put(1)  # the same id
    put(7, retrieved_at=clock.now)  # the same moment
    assert numbers(cache, key) == [7]
    clock.pass_time(days=1)
    put(8)
    put(1, retrieved_at=first)
    assert numbers(cache, key) == [8, 7, 1]
    put(7, retrieved_at=first + timedelta(days=1))  # a past one is the newest to arrive again
    assert numbers(cache, key) == [8, 7, 1]
    assert cache.get(key).table["n"][0].as_py() == 7
    assert len(cache.entries()) == 3


def test_results_of_different_keys_do_not_mix(cache, clock, key, put):
    for number in range(4):
        put(number, under=(key, OTHER)[number % 2])
        clock.pass_time(days=1)
    assert numbers(cache, key) == [2, 0]
    assert numbers(cache, OTHER) == [3, 1]
    assert cache.get_past(key, clock.now - timedelta(days=1)) is None


def test_result_stays_for_history_after_it_was_replaced(cache, clock, key, put):
    """Not after its own time: what was the newest 30 days ago can be a year old."""
    put(1)
    clock.pass_time(days=60)
    put(2)
    clock.pass_time(days=30)
    put(3)
    assert numbers(cache, key) == [3, 2, 1]
    clock.pass_time(seconds=1)
    put(4)
    assert numbers(cache, key) == [4, 3, 2]


def test_past_results_go_before_newest_ones(tmp_path, clock, key, provenance):
    with ResultCache(tmp_path, size_limit=450_000, history="30d", clock=clock) as cache:
        text = pa.table({"text": ["x" * 1000] * 100})
        cache.put(OTHER, text, provenance())  # the longest unused
        for _ in range(5):
            clock.pass_time(days=1)
            cache.put(key, text, provenance(retrieved_at=clock.now))
        assert cache.get(OTHER) is not None
        moments = [head.provenance.retrieved_at for head in cache.results_under(key)]
        assert moments == [clock.now - timedelta(days=days) for days in range(3)]
        cache.prune(size_limit=250_000)
        assert len(cache.results_under(key)) == 1
        assert cache.get(OTHER) is not None


def test_history_longer_than_unused_entries_stay(tmp_path, clock, key, table, provenance):
    with ResultCache(tmp_path, history="52w", clock=clock) as cache:
        for _ in range(4):
            cache.put(key, table, provenance(retrieved_at=clock.now))
            clock.pass_time(days=100)
        cache.put(OTHER, table, provenance())
        assert len(cache.results_under(key)) == 3  # and the newest was unused for 100 days
        assert cache.get(key) is None


def test_prune_by_time_takes_past_results(cache, clock, key, put):
    for number in range(3):
        put(number)
        clock.pass_time(days=1)
    assert cache.get(key) is not None  # a use now
    assert cache.prune(unused_for=timedelta(days=1, hours=1)).entries == 1
    assert numbers(cache, key) == [2, 1]


def test_cache_without_history_leaves_what_others_keep(cache, clock, key, put, table, provenance):
    put(1)
    clock.pass_time(days=1)
    put(2)
    with ResultCache(cache.directory, clock=clock) as other:
        clock.pass_time(days=60)
        other.put(key, table, provenance(retrieved_at=clock.now))
        assert [head.provenance.query_result_id for head in other.results_under(key)] == [None, 1]
        clock.pass_time(days=31)
        other.put(OTHER, table, provenance())
        assert len(other.results_under(key)) == 1


def test_reading_a_past_result_does_not_prolong_it(cache, clock, key, put):
    put(1)
    first = clock.now
    clock.pass_time(days=1)
    put(2)
    clock.pass_time(days=20)
    assert cache.get_past(key, first) is not None
    clock.pass_time(days=11)
    put(3)
    assert numbers(cache, key) == [3, 2]


def test_listing_says_when_each_was_replaced(cache, clock, key, put):
    put(1)
    clock.pass_time(days=1)
    put(2)
    clock.pass_time(hours=1)
    frame = cache.entries().set_index("retrieved_at").sort_index()
    assert frame["key"].tolist() == [key, key]
    assert frame["replaced_at"].tolist()[0] == clock.now - timedelta(hours=1)
    assert frame["replaced_at"].isna().tolist() == [False, True]
    assert frame["last_used"].isna().tolist() == [True, False]
    assert len(cache.results_of("https://watch.example/org", 42)) == 1
    shown = cache._repr_mimebundle_()["text/plain"].split()
    assert shown[shown.index("past") :][:3] == ["past", "results", "1"]


def test_clear_takes_past_results(cache, clock, key, put):
    for number in range(3):
        put(number, size=20_000)
        put(number, under=OTHER, query_id=43)
        clock.pass_time(days=1)
    assert cache.clear(query_id=42).entries == 3
    assert (cache.results_under(key), numbers(cache, OTHER)) == ([], [2, 1, 0])
    assert cache.clear().entries == 3
    assert cache.size() == 0
    assert not list((cache.directory / "v1").glob("*/*/*.val"))


def test_documents_have_no_history(cache, clock):
    for number in range(3):
        cache.put_document("definition", number)
        clock.pass_time(days=1)
    assert cache.get_document("definition").value == 2
    assert cache.clear().entries == 1


@pytest.mark.parametrize("size", [3, 20_000])
def test_damaged_past_result_is_dropped_alone(cache, clock, key, put, size):
    put(1, size=size)
    first = clock.now
    clock.pass_time(days=1)
    put(2, size=size)
    with sqlite3.connect(cache.directory / "v1" / "cache.db") as connection:
        connection.execute(
            "UPDATE Cache SET mode = 1, value = x'00', filename = NULL WHERE key LIKE 'history-%'"
        )
    connection.close()
    assert [head.provenance.query_result_id for head in cache.results_under(key)] == [2]
    with pytest.warns(CacheWarning, match="A past result in the local cache was dropped"):
        assert cache.get_past(key, first) is None
    assert cache.get(key).provenance.query_result_id == 2
    assert cache.verify().checked == 1


def test_past_result_under_another_key_is_refused(cache, clock, key, put):
    """One who can write the folder must not pass one read's rows off as another's."""
    put(1)
    first = clock.now
    clock.pass_time(days=1)
    put(2)
    with sqlite3.connect(cache.directory / "v1" / "cache.db") as connection:
        connection.execute(
            "UPDATE Cache SET key = ? WHERE key = ?",
            (past_name(OTHER, first), past_name(key, first)),
        )
    connection.close()
    assert cache.results_under(OTHER) == []
    with pytest.warns(CacheWarning, match="belongs to another key"):
        assert cache.get_past(OTHER, first) is None


def test_replaced_damaged_result_is_not_kept(cache, clock, key, put):
    put(1)
    with sqlite3.connect(cache.directory / "v1" / "cache.db") as connection:
        connection.execute("UPDATE Cache SET value = x'00'")
    connection.close()
    clock.pass_time(days=1)
    put(2)
    assert numbers(cache, key) == [2]
    assert len(cache.entries()) == 1


def test_names_of_past_results_hold_the_key(key, clock):
    for name in (key, "a-5", "a-b-", ""):
        assert key_of(past_name(name, clock.now)) == name
    assert key_of(key) == key


def test_worker_processes_have_the_history(cache):
    copy = pickle.loads(pickle.dumps(cache))
    assert copy.history == timedelta(days=30)
    assert "history=" in repr(copy)


@pytest.mark.parametrize(
    ("value", "days"), [("30d", 30), ("2w", 14), (86_400, 1), (timedelta(hours=12), 0.5), (0, 0)]
)
def test_history_is_a_duration(tmp_path, value, days):
    assert ResultCache(tmp_path, history=value).history == timedelta(days=days)


@pytest.mark.parametrize("value", ["soon", "", "-1d", -5, True, float("nan"), float("inf"), 1e300])
def test_history_that_is_no_duration_is_refused(tmp_path, value):
    with pytest.raises(ConfigurationError, match="history cannot be used"):
        ResultCache(tmp_path, history=value)
