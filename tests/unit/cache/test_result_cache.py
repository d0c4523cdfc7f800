import pickle
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from watchframe.cache import KeyParts, Provenance, ResultCache, cache_key
from watchframe.cache.entry_index import USE_RESOLUTION


def keys(count: int) -> list[str]:
    return [f"{number:064x}" for number in range(count)]


def sized(kilobytes: int) -> pa.Table:
    return pa.table({"text": ["x" * 1000] * kilobytes})


def test_get_when_nothing_is_stored_is_none(cache, key):
    assert cache.get(key) is None


def test_cache_when_only_made_touches_no_disk(tmp_path):
    ResultCache(tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_get_when_stored_gives_the_table_and_its_provenance(cache, key, table, provenance, rows):
    origin = provenance()
    assert cache.put(key, table.slice(0, rows), origin)
    entry = cache.get(key)
    assert entry.table.equals(table.slice(0, rows), check_metadata=True)
    assert entry.provenance == origin
    assert entry.key == key


def test_get_when_every_arrow_type_of_the_type_table_is_stored_is_the_same(cache, key, provenance):
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


def test_get_when_the_result_has_no_columns_is_the_same(cache, key, provenance):
    cache.put(key, pa.table({}), provenance())
    assert cache.get(key).table.equals(pa.table({}))


def test_get_when_the_table_has_chunks_gives_all_rows_in_order(cache, key, provenance):
    table = pa.concat_tables([pa.table({"n": range(k * 100, k * 100 + 100)}) for k in range(50)])
    cache.put(key, table, provenance())
    assert cache.get(key).table["n"].to_pylist() == list(range(5000))


def test_get_when_large_gives_a_table_outside_of_the_heap(cache, key, large_table, provenance):
    """The columns lie in the mapped file: reading allocates next to nothing."""
    cache.put(key, large_table, provenance())
    before = pa.total_allocated_bytes()
    entry = cache.get(key)
    assert entry.table.equals(large_table)
    assert pa.total_allocated_bytes() - before < large_table.nbytes / 100


def test_table_when_its_entry_is_replaced_and_cleared_stays_as_it_was(
    cache, key, large_table, provenance
):
    cache.put(key, large_table, provenance())
    held = cache.get(key).table
    cache.put(key, large_table.slice(0, 50_000), provenance())
    cache.clear()
    assert held.equals(large_table)


def test_put_when_the_key_is_known_replaces_and_leaves_no_file(cache, key, large_table, provenance):
    for rows in (100_000, 90_000, 80_000):
        cache.put(key, large_table.slice(0, rows), provenance())
        assert cache.get(key).table.num_rows == rows
    assert len(list((cache.directory / "v1").glob("*/*/*.val"))) == 1
    cache.put(key, large_table.slice(0, 1), provenance())
    assert list((cache.directory / "v1").glob("*/*/*.val")) == []
    assert cache.get(key).table.num_rows == 1


def test_size_when_entries_come_and_go_is_what_they_take(cache, table, large_table, provenance):
    one, other = keys(2)
    cache.put(one, table, provenance())
    cache.put(other, large_table, provenance())
    assert cache.size() == cache.get(one).size + cache.get(other).size
    assert cache.size() == cache.entries()["bytes"].sum()
    cache.put(other, table, provenance())
    assert cache.size() == 2 * cache.get(one).size


def test_entry_when_another_instance_opens_the_folder_is_there(cache, key, table, provenance):
    cache.put(key, table, provenance())
    with ResultCache(cache.directory) as other:
        assert other.get(key).table.equals(table)


def test_cache_when_sent_to_a_worker_opens_the_same_folder(cache, key, table, provenance):
    cache.put(key, table, provenance())
    with pickle.loads(pickle.dumps(ResultCache(cache.directory, size_limit=5))) as other:
        assert other.size_limit == 5
        assert other.get(key).table.equals(table)


def test_cache_when_closed_opens_again(cache, key, table, provenance):
    cache.put(key, table, provenance())
    cache.close()
    assert cache.get(key).table.equals(table)


def test_cache_when_its_folder_was_deleted_makes_it_again(cache, key, table, provenance):
    """People run ``rm -rf`` on cache folders while a notebook is open."""
    cache.put(key, table, provenance())
    shutil.rmtree(cache.directory)
    assert cache.get(key) is None
    assert cache.put(key, table, provenance())
    assert cache.get(key).table.equals(table)


def test_cache_when_used_by_threads_gives_each_its_own(cache, provenance):
    def work(number: int) -> bool:
        key = f"{number:064x}"
        table = pa.table({"n": range(number * 1000)})
        cache.put(key, table, provenance())
        return cache.get(key).table.equals(table)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, range(64)))
    assert len(cache.entries()) == 64


def test_threads_when_they_end_leave_no_connection_open(cache, key, table, provenance):
    """An open one would be a ResourceWarning, which is an error here."""
    cache.put(key, table, provenance())
    for _ in range(5):
        thread = threading.Thread(target=cache.get, args=(key,))
        thread.start()
        thread.join()


def test_principal_is_the_same_for_one_key_and_another_for_another(cache):
    names = [cache.principal(api_key) for api_key in ("key-1", "key-1", "key-2")]
    assert names[0] == names[1] != names[2]
    with ResultCache(cache.directory) as other:
        assert other.principal("key-1") == names[0]


def test_principal_when_the_folder_is_another_is_another(cache, tmp_path):
    with ResultCache(tmp_path / "other") as other:
        assert cache.principal("key-1") != other.principal("key-1")


def test_entry_of_one_api_key_when_another_asks_the_same_is_a_miss(cache, table, provenance):
    def key_of(api_key: str) -> str:
        parts = KeyParts(
            server="s",
            principal=cache.principal(api_key),
            query_id=1,
            data_source_id=1,
            text_hash="t",
            parameters={},
        )
        return cache_key(parts)

    cache.put(key_of("alice's"), table, provenance())
    assert cache.get(key_of("alice's")) is not None
    assert cache.get(key_of("bob's")) is None


def test_no_file_when_everything_was_used_holds_the_api_key(cache, table, provenance):
    api_key = "WATCH-KEY-0123456789abcdef"
    principal = cache.principal(api_key)
    cache.put(principal.ljust(64, "0"), table, provenance())
    cache.put_document(f"server/{principal}/query/1", {"a": 1})
    with cache.single_flight(principal.ljust(64, "0")):
        pass
    files = [path for path in cache.directory.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert api_key.encode() not in path.read_bytes()
        assert api_key not in str(path)


def test_eviction_when_the_limit_is_passed_takes_what_was_longest_unused(
    tmp_path, clock, provenance
):
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


def test_eviction_when_the_new_entry_needs_more_room_takes_no_more_than_needed(
    tmp_path, clock, provenance
):
    """diskcache's own culling takes ten at a time, the newest among them."""
    with ResultCache(tmp_path, size_limit=1_000_000, clock=clock) as cache:
        for key in keys(9):
            cache.put(key, sized(100), provenance())
            clock.pass_time(seconds=1)
        cache.put("f" * 64, sized(250), provenance())
        assert [key for key in keys(9) if cache.get(key)] == keys(9)[2:]
        assert cache.get("f" * 64) is not None


def test_eviction_when_all_were_used_at_once_keeps_what_is_being_written(
    tmp_path, clock, provenance
):
    with ResultCache(tmp_path, size_limit=350_000, clock=clock) as cache:
        for key in keys(3):
            cache.put(key, sized(100), provenance())
        cache.put(keys(3)[0], sized(200), provenance())
        assert [cache.get(key) is not None for key in keys(3)] == [True, False, True]


def test_result_larger_than_the_limit_when_stored_is_not_kept_and_evicts_nothing(
    tmp_path, table, provenance
):
    first, second = keys(2)
    with ResultCache(tmp_path, size_limit=200_000) as cache:
        cache.put(first, table, provenance())
        assert not cache.put(second, sized(300), provenance())
        assert cache.get(second) is None
        assert cache.get(first) is not None
        assert list((tmp_path / "v1" / "staging").iterdir()) == []


def test_entries_when_long_unused_go_at_the_next_write(cache, clock, table, provenance):
    old, used, new = keys(3)
    cache.put(old, table, provenance())
    cache.put(used, table, provenance())
    clock.pass_time(days=89)
    assert cache.get(used) is not None
    clock.pass_time(days=2)
    cache.put(new, table, provenance())
    assert [cache.get(key) is not None for key in (old, used, new)] == [False, True, True]


def test_prune_when_given_a_limit_comes_down_to_it(cache, clock, provenance):
    for key in keys(5):
        cache.put(key, sized(100), provenance())
        clock.pass_time(seconds=1)
    before = cache.size()
    report = cache.prune(size_limit=250_000)
    assert report.entries == 3
    assert report.bytes == before - cache.size()
    assert [key for key in keys(5) if cache.get(key)] == keys(5)[3:]


def test_prune_when_given_a_time_takes_what_was_unused_for_it(cache, clock, table, provenance):
    old, new = keys(2)
    cache.put(old, table, provenance())
    clock.pass_time(days=2)
    cache.put(new, table, provenance())
    assert cache.prune(unused_for=timedelta(days=1)).entries == 1
    assert cache.get(old) is None
    assert cache.get(new) is not None


def test_prune_when_nothing_is_over_takes_nothing(cache, key, table, provenance):
    cache.put(key, table, provenance())
    assert cache.prune().entries == 0
    assert cache.get(key) is not None


def test_clear_when_asked_leaves_no_entry_and_no_value(cache, large_table, table, provenance):
    one, other = keys(2)
    cache.put(one, large_table, provenance())
    cache.put(other, table, provenance())
    cache.put_document("definition", {"id": 42})
    assert cache.clear().entries == 3
    assert cache.size() == 0
    assert cache.get_document("definition") is None
    assert list((cache.directory / "v1").glob("*/*/*.val")) == []


def test_clear_when_done_leaves_no_personal_value_on_the_disk(cache, key, table, provenance):
    """Small entries lie in the database, whose freed pages would keep them."""
    person = "jane.doe@example.com"
    cache.put(key, table, provenance(parameters={"user": person}))
    cache.put_document("definition", {"default": person})
    cache.clear()
    for path in cache.directory.rglob("*"):
        assert not path.is_file() or person.encode() not in path.read_bytes()


def test_clear_when_given_a_query_takes_its_results_alone(cache, table, provenance):
    one, other, sql = keys(3)
    cache.put(one, table, provenance(query_id=1))
    cache.put(other, table, provenance(query_id=2))
    cache.put(sql, table, provenance(query_id=None))
    assert cache.clear(query_id=1).entries == 1
    assert [cache.get(key) is not None for key in (one, other, sql)] == [False, True, True]


def test_entries_when_listed_say_what_each_result_is(cache, clock, table, large_table, provenance):
    one, other = keys(2)
    cache.put(one, table, provenance())
    clock.pass_time(minutes=10)
    moment = clock.now - timedelta(hours=1)
    sql = provenance(
        query_id=None,
        query_name=None,
        sql="select 1",
        parameters={},
        retrieved_at=moment,
        stored_at=moment,
    )
    cache.put(other, large_table, sql)
    cache.put_document("definition", {"id": 42})
    frame = cache.entries()
    assert frame["key"].tolist() == [other, one]
    assert frame.drop(columns="sql").loc[1].to_dict() | {"bytes": 0} == {
        "key": one,
        "server": "https://watch.example/org",
        "query_id": 42,
        "query_name": "Borrows",
        "parameters": {"market": "WETH"},
        "rows": 3,
        "columns": 2,
        "bytes": 0,
        "retrieved_at": clock.now - timedelta(minutes=10),
        "age": timedelta(minutes=10),
        "last_used": clock.now - timedelta(minutes=10),
    }
    assert frame["rows"].tolist() == [100_000, 3]
    assert frame["age"].tolist() == [timedelta(hours=1), timedelta(minutes=10)]
    assert frame["sql"].isna().tolist() == [False, True]
    assert frame["query_id"].isna().tolist() == [True, False]


def test_entries_when_there_are_none_have_the_same_columns_and_types(cache, key, table, provenance):
    empty = cache.entries()
    assert len(empty) == 0
    cache.put(key, table, provenance())
    assert cache.entries().dtypes.equals(empty.dtypes)


def test_listing_and_verifying_are_no_use(cache, clock, key, table, provenance):
    cache.put(key, table, provenance())
    clock.pass_time(days=1)
    cache.verify()
    assert cache.entries()["last_used"].tolist() == [clock.now - timedelta(days=1)]
    cache.get(key)
    assert cache.entries()["last_used"].tolist() == [clock.now]


def test_document_when_stored_is_given_back_with_its_time(cache, clock):
    value = {"id": 42, "options": {"parameters": [{"name": "\u4e2d", "value": None}]}, "n": 2**70}
    assert cache.put_document("https://s/p/query/42", value)
    document = cache.get_document("https://s/p/query/42")
    assert document.value == value
    assert document.stored_at == clock.now
    assert cache.get_document("https://s/p/query/4") is None


def test_document_when_replaced_is_the_new_one(cache, clock):
    cache.put_document("name", [1])
    clock.pass_time(minutes=1)
    cache.put_document("name", [2], stored_at=clock.now - timedelta(seconds=5))
    assert cache.get_document("name").value == [2]
    assert cache.get_document("name").stored_at == clock.now - timedelta(seconds=5)


def test_document_when_large_gets_a_file_and_is_given_back(cache):
    values = [f"0x{number:064x}" for number in range(5000)]
    cache.put_document("dropdown", values)
    assert len(list((cache.directory / "v1").glob("*/*/*.val"))) == 1
    assert cache.get_document("dropdown").value == values


@pytest.mark.parametrize("value", [float("nan"), {1}, b"x", object()])
def test_document_when_it_is_no_json_is_refused(cache, value):
    with pytest.raises((TypeError, ValueError)):
        cache.put_document("name", value)


def test_default_folder_is_the_platforms_own(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert "watchframe" in ResultCache().directory.parts


def test_provenance_that_cannot_be_written_when_stored_leaves_nothing(cache, key, table):
    now = datetime.now(UTC)
    unfit = Provenance(server="s", retrieved_at=now, stored_at=now, parameters={"x": object()})
    with pytest.raises(TypeError):
        cache.put(key, table, unfit)
    assert cache.get(key) is None
