"""What is there: counted, listed, cleared."""

from datetime import timedelta


def keys(count: int) -> list[str]:
    return [f"{number:064x}" for number in range(count)]


def test_size_follows_entries_that_come_and_go(cache, table, large_table, provenance):
    one, other = keys(2)
    cache.put(one, table, provenance())
    cache.put(other, large_table, provenance())
    assert cache.size() == cache.get(one).size + cache.get(other).size
    assert cache.size() == cache.entries()["bytes"].sum()
    cache.put(other, table, provenance())
    assert cache.size() == 2 * cache.get(one).size


def test_clear_leaves_no_entry_and_no_value(cache, large_table, table, provenance):
    one, other = keys(2)
    cache.put(one, large_table, provenance())
    cache.put(other, table, provenance())
    cache.put_document("definition", {"id": 42})
    assert cache.clear().entries == 3
    assert cache.size() == 0
    assert cache.get_document("definition") is None
    assert list((cache.directory / "v1").glob("*/*/*.val")) == []


def test_clear_leaves_no_personal_value_on_disk(cache, key, table, provenance):
    """Small entries lie in the database, whose freed pages would keep them."""
    person = "jane.doe@example.com"
    cache.put(key, table, provenance(parameters={"user": person}))
    cache.put_document("definition", {"default": person})
    cache.clear()
    for path in cache.directory.rglob("*"):
        assert not path.is_file() or person.encode() not in path.read_bytes()


def test_clear_by_query_takes_its_results_alone(cache, table, provenance):
    one, other, sql = keys(3)
    cache.put(one, table, provenance(query_id=1))
    cache.put(other, table, provenance(query_id=2))
    cache.put(sql, table, provenance(query_id=None))
    assert cache.clear(query_id=1).entries == 1
    assert [cache.get(key) is not None for key in (one, other, sql)] == [False, True, True]


def test_clear_by_query_takes_what_was_read_by_the_result_alone(cache, table, provenance):
    facts = {"query_id": None, "query_result_id": 7, "query_text": "select 1"}
    own = provenance(query_id=1, query_result_id=7, query_text="select 1")
    cleared = [own, provenance(**facts), provenance(**facts | {"query_result_id": 8})]
    kept = [
        provenance(**facts | {"query_result_id": 9, "query_text": "select 2"}),
        provenance(**facts | {"server": "https://other.example"}),
        provenance(**facts | {"sql": "select 1"}),
        provenance(query_id=2, query_result_id=7, query_text="select 1"),
        provenance(query_id=None),
    ]
    names = keys(len(cleared) + len(kept))
    for name, origin in zip(names, cleared + kept, strict=True):
        cache.put(name, table, origin)
    assert cache.clear(query_id=1).entries == len(cleared)
    left = [cache.get(name) is not None for name in names]
    assert left == [False] * len(cleared) + [True] * len(kept)


def test_entries_say_what_each_result_is(cache, clock, table, large_table, provenance):
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
    assert frame.drop(columns=["sql", "replaced_at"]).loc[1].to_dict() | {"bytes": 0} == {
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
    assert frame["replaced_at"].isna().all()


def test_entries_of_an_empty_cache_have_types(cache, key, table, provenance):
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
