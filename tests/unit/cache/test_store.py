import pickle
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from watchframe.cache import Provenance, ResultCache
from watchframe.config.files import OPEN_FILES_STAY


def keys(count: int) -> list[str]:
    return [f"{number:064x}" for number in range(count)]


def sized(kilobytes: int) -> pa.Table:
    return pa.table({"text": ["x" * 1000] * kilobytes})


def test_get_nothing_stored_is_none(cache, key):
    assert cache.get(key) is None


def test_cache_only_made_touches_no_disk(tmp_path):
    ResultCache(tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_get_stored_gives_table_and_provenance(cache, key, table, provenance, rows):
    origin = provenance()
    assert cache.put(key, table.slice(0, rows), origin)
    entry = cache.get(key)
    assert entry.table.equals(table.slice(0, rows), check_metadata=True)
    assert entry.provenance == origin
    assert entry.key == key


def test_get_returns_every_arrow_type_as_stored(cache, key, provenance):
    moments = [datetime(1, 1, 1), None, datetime(9999, 12, 31, 23, 59, 59, 999999)]  # noqa: DTZ001
    marks = {b"watchframe.encoding": b"integer", b"watchframe.declared": b"integer"}
    schema = pa.schema(
        [
            pa.field("i", pa.int64()),
            pa.field("f", pa.float64()),
            pa.field("b", pa.bool_()),
            pa.field("s", pa.string()),
            pa.field("t", pa.timestamp("us")),
            pa.field("z", pa.timestamp("us", "UTC")),
            pa.field("d", pa.date32()),
            pa.field("n", pa.null()),
            pa.field("u", pa.string(), metadata=marks),
            pa.field("dict", pa.dictionary(pa.int32(), pa.string())),
            pa.field("", pa.large_string()),
        ],
        metadata={b"of the table": b"\x00\xff"},
    )
    table = pa.table(
        [
            [2**63 - 1, None, -(2**63)],
            [float("nan"), None, -0.0],
            [True, None, False],
            ["", None, "\u4e2d \U0001f600 \x00"],
            moments,
            [moment and moment.replace(tzinfo=UTC) for moment in moments],
            [moment and moment.date() for moment in moments],
            [None, None, None],
            [str(2**256 - 1), None, "0"],
            ["WETH", None, "WETH"],
            ["a", None, "b"],
        ],
        schema=schema,
    )
    cache.put(key, table, provenance())
    stored = cache.get(key).table
    assert stored.schema.equals(schema, check_metadata=True)
    assert stored.drop_columns("f").equals(table.drop_columns("f"))
    assert str(stored["f"].to_pylist()) == "[nan, None, -0.0]"


def test_get_result_without_columns_is_the_same(cache, key, provenance):
    cache.put(key, pa.table({}), provenance())
    assert cache.get(key).table.equals(pa.table({}))


def test_get_chunked_table_gives_all_rows_in_order(cache, key, provenance):
    table = pa.concat_tables([pa.table({"n": range(k * 100, k * 100 + 100)}) for k in range(50)])
    cache.put(key, table, provenance())
    assert cache.get(key).table["n"].to_pylist() == list(range(5000))


def test_get_large_table_is_outside_of_the_heap(cache, key, large_table, provenance):
    """The columns lie in the mapped file: reading allocates next to nothing."""
    cache.put(key, large_table, provenance())
    before = pa.total_allocated_bytes()
    entry = cache.get(key)
    assert entry.table.equals(large_table)
    assert pa.total_allocated_bytes() - before < large_table.nbytes / 100


def test_table_outlives_its_entry(cache, key, large_table, provenance):
    cache.put(key, large_table, provenance())
    held = cache.get(key).table
    cache.put(key, large_table.slice(0, 50_000), provenance())
    cache.clear()
    assert held.equals(large_table)


def test_put_known_key_replaces_and_leaves_no_file(cache, key, large_table, provenance):
    for rows in (100_000, 90_000, 80_000):
        cache.put(key, large_table.slice(0, rows), provenance())
        assert cache.get(key).table.num_rows == rows
    assert len(list((cache.directory / "v1").glob("*/*/*.val"))) == 1
    cache.put(key, large_table.slice(0, 1), provenance())
    assert list((cache.directory / "v1").glob("*/*/*.val")) == []
    assert cache.get(key).table.num_rows == 1


def test_entry_is_there_for_another_instance(cache, key, table, provenance):
    cache.put(key, table, provenance())
    with ResultCache(cache.directory) as other:
        assert other.get(key).table.equals(table)


def test_cache_sent_to_a_worker_opens_the_same_folder(cache, key, table, provenance):
    cache.put(key, table, provenance())
    with pickle.loads(pickle.dumps(ResultCache(cache.directory, size_limit=5))) as other:
        assert other.size_limit == 5
        assert other.get(key).table.equals(table)


def test_cache_after_close_opens_again(cache, key, table, provenance):
    cache.put(key, table, provenance())
    cache.close()
    assert cache.get(key).table.equals(table)


@pytest.mark.skipif(OPEN_FILES_STAY, reason="a file that is open cannot be deleted")
def test_cache_makes_its_deleted_folder_again(cache, key, table, provenance):
    """People run ``rm -rf`` on cache folders while a notebook is open."""
    cache.put(key, table, provenance())
    shutil.rmtree(cache.directory)
    assert cache.get(key) is None
    assert cache.put(key, table, provenance())
    assert cache.get(key).table.equals(table)


def test_cache_used_by_threads_gives_each_its_own(cache, provenance):
    def work(number: int) -> bool:
        key = f"{number:064x}"
        table = pa.table({"n": range(number * 1000)})
        cache.put(key, table, provenance())
        return cache.get(key).table.equals(table)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, range(64)))
    assert len(cache.entries()) == 64


def test_ended_threads_leave_no_connection_open(cache, key, table, provenance):
    """An open one would be a ResourceWarning, which is an error here."""
    cache.put(key, table, provenance())
    for _ in range(5):
        thread = threading.Thread(target=cache.get, args=(key,))
        thread.start()
        thread.join()


def test_default_folder_is_the_platforms_own(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert "watchframe" in ResultCache().directory.parts


def test_provenance_not_writable_stores_nothing(cache, key, table):
    now = datetime.now(UTC)
    unfit = Provenance(server="s", retrieved_at=now, stored_at=now, parameters={"x": object()})
    with pytest.raises(TypeError):
        cache.put(key, table, unfit)
    assert cache.get(key) is None
