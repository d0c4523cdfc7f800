"""What goes when room or time is up."""

from datetime import timedelta

import pyarrow as pa

from watchframe.cache import ResultCache
from watchframe.cache.index import USE_RESOLUTION


def keys(count: int) -> list[str]:
    return [f"{number:064x}" for number in range(count)]


def sized(kilobytes: int) -> pa.Table:
    return pa.table({"text": ["x" * 1000] * kilobytes})


def test_eviction_takes_the_longest_unused(tmp_path, clock, provenance):
    first, second, third, fourth = keys(4)
    with ResultCache(tmp_path, size_limit=350_000, clock=clock) as cache:
        for key in (first, second, third):
            cache.put(key, sized(100), provenance())
            clock.pass_time(seconds=1)
        clock.pass_time(seconds=USE_RESOLUTION)
        assert cache.get(first) is not None
        clock.pass_time(seconds=1)
        cache.put(fourth, sized(100), provenance())
        assert [key for key in keys(4) if cache.get(key)] == [first, third, fourth]


def test_eviction_takes_no_more_than_needed(tmp_path, clock, provenance):
    """diskcache's own culling takes ten at a time, the newest among them."""
    with ResultCache(tmp_path, size_limit=1_000_000, clock=clock) as cache:
        for key in keys(9):
            cache.put(key, sized(100), provenance())
            clock.pass_time(seconds=1)
        cache.put("f" * 64, sized(250), provenance())
        assert [key for key in keys(9) if cache.get(key)] == keys(9)[2:]
        assert cache.get("f" * 64) is not None


def test_eviction_keeps_what_is_being_written(tmp_path, clock, provenance):
    with ResultCache(tmp_path, size_limit=350_000, clock=clock) as cache:
        for key in keys(3):
            cache.put(key, sized(100), provenance())
        cache.put(keys(3)[0], sized(200), provenance())
        assert [cache.get(key) is not None for key in keys(3)] == [True, False, True]


def test_eviction_for_a_result_over_the_limit(tmp_path, table, provenance):
    first, second = keys(2)
    with ResultCache(tmp_path, size_limit=200_000) as cache:
        cache.put(first, table, provenance())
        assert not cache.put(second, sized(300), provenance())
        assert cache.get(second) is None
        assert cache.get(first) is not None
        assert list((tmp_path / "v1" / "staging").iterdir()) == []


def test_entries_long_unused_go_at_the_next_write(cache, clock, table, provenance):
    old, used, new = keys(3)
    cache.put(old, table, provenance())
    cache.put(used, table, provenance())
    clock.pass_time(days=89)
    assert cache.get(used) is not None
    clock.pass_time(days=2)
    cache.put(new, table, provenance())
    assert [cache.get(key) is not None for key in (old, used, new)] == [False, True, True]


def test_prune_by_size_comes_down_to_the_limit(cache, clock, provenance):
    for key in keys(5):
        cache.put(key, sized(100), provenance())
        clock.pass_time(seconds=1)
    before = cache.size()
    report = cache.prune(size_limit=250_000)
    assert report.entries == 3
    assert report.bytes == before - cache.size()
    assert [key for key in keys(5) if cache.get(key)] == keys(5)[3:]


def test_prune_by_time_takes_what_was_unused(cache, clock, table, provenance):
    old, new = keys(2)
    cache.put(old, table, provenance())
    clock.pass_time(days=2)
    cache.put(new, table, provenance())
    assert cache.prune(unused_for=timedelta(days=1)).entries == 1
    assert cache.get(old) is None
    assert cache.get(new) is not None


def test_prune_nothing_over_takes_nothing(cache, key, table, provenance):
    cache.put(key, table, provenance())
    assert cache.prune().entries == 0
    assert cache.get(key) is not None
