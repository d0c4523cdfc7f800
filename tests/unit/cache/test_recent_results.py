"""What a process has read is parsed once, and is never another entry than the one that stands."""

import pyarrow as pa
import pytest

from watchframe.cache import ResultCache
from watchframe.cache.access import KEPT


@pytest.fixture
def other(cache):
    """Another user of the same folder, as another process would be."""
    with ResultCache(cache.directory, clock=cache._clock) as found:
        yield found


def test_small_result_read_again_is_the_very_table(cache, key, table, provenance):
    cache.put(key, table, provenance())
    assert cache.get(key).table is cache.get(key).table


def test_large_result_read_again_is_not_kept_in_memory(cache, key, large_table, provenance):
    cache.put(key, large_table, provenance())
    assert cache.get(key).table is not cache.get(key).table


def test_result_rewritten_by_another_process(cache, other, key, table, provenance):
    """The clock stands still: neither row nor time tell the two writings apart."""
    cache.put(key, table, provenance())
    assert cache.get(key).table.num_rows == 3
    other.put(key, table.slice(1), provenance())
    assert cache.get(key).table.num_rows == 2
    cache.put(key, table.slice(2), provenance())
    assert cache.get(key).table.num_rows == 1


def test_result_cleared_by_another_process_is_a_miss(cache, other, key, table, provenance):
    cache.put(key, table, provenance())
    assert cache.get(key) is not None
    other.clear()
    assert cache.get(key) is None


def test_result_after_the_index_was_replaced(cache, key, table, provenance):
    cache.put(key, table, provenance())
    assert cache.get(key) is not None
    cache.close()
    for path in (cache.directory / "v1").glob("cache.db*"):
        path.unlink()
    assert cache.get(key) is None


def test_use_of_a_result_that_is_in_memory_is_noted(cache, clock, key, table, provenance):
    cache.put(key, table, provenance())
    cache.get(key)
    clock.pass_time(hours=1)
    cache.get(key)
    assert cache.entries()["last_used"].item() == clock.now


def test_results_in_memory_are_no_more_than_that(cache, provenance):
    for number in range(KEPT + 5):
        cache.put(f"{number:064x}", pa.table({"n": [number]}), provenance())
        cache.get(f"{number:064x}")
    assert len(cache._loader._results._known) == KEPT


@pytest.mark.parametrize("forget", ["close", "clear", "prune"])
def test_results_in_memory_go_with_the_cache(cache, key, table, provenance, forget):
    cache.put(key, table, provenance())
    cache.get(key)
    getattr(cache, forget)()
    assert not cache._loader._results._known


def test_document_read_again_is_the_very_value(cache):
    cache.put_document("definition", {"text": "select 1"})
    assert cache.get_document("definition").value is cache.get_document("definition").value


def test_document_rewritten_by_another_process(cache, other):
    cache.put_document("definition", {"text": "select 1"})
    assert cache.get_document("definition").value == {"text": "select 1"}
    other.put_document("definition", {"text": "select 2"})
    assert cache.get_document("definition").value == {"text": "select 2"}


def test_documents_in_memory_go_with_the_cache(cache):
    cache.put_document("definition", {"text": "select 1"})
    cache.get_document("definition")
    cache.clear()
    assert not cache._loader._documents._known
    assert cache.get_document("definition") is None
