import pyarrow as pa
import pytest

from watchframe.cache import ResultCache


def batches(table: pa.Table, rows: int) -> list[pa.RecordBatch]:
    return table.to_batches(max_chunksize=rows)


@pytest.mark.parametrize("rows", [1000, 33_333, 100_000])
def test_writer_finished_makes_batches_one_result(cache, key, large_table, provenance, rows):
    with cache.open_writer(key) as writer:
        for batch in batches(large_table, rows):
            writer.write(batch)
            assert cache.get(key) is None
        assert writer.finish(provenance())
    assert cache.get(key).table.equals(large_table)
    assert cache.get(key).provenance == provenance()


def test_writer_small_result_stays_in_the_index(cache, key, table, provenance):
    with cache.open_writer(key) as writer:
        writer.write(table.to_batches()[0])
        writer.finish(provenance())
    assert cache.get(key).table.equals(table)
    assert list(cache.directory.rglob("*.val")) == []


@pytest.mark.parametrize("rows", [10, 100_000])
def test_writer_not_finished_leaves_nothing(cache, key, large_table, rows):
    with cache.open_writer(key) as writer:
        writer.write(large_table.slice(0, rows).to_batches()[0])
    assert cache.get(key) is None
    assert not left_overs(cache)


def test_writer_that_fails_leaves_nothing(cache, key, large_table, provenance):
    def fail() -> None:
        with cache.open_writer(key) as writer:
            writer.write(large_table.to_batches()[0])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert cache.get(key) is None
    assert not left_overs(cache)


def test_writer_failed_keeps_the_former_entry(cache, key, table, large_table, provenance):
    cache.put(key, table, provenance())
    with cache.open_writer(key) as writer:
        writer.write(large_table.to_batches()[0])
        writer.abort()
    assert cache.get(key).table.equals(table)


def test_writer_stores_the_final_schema(cache, key, large_table, provenance):
    """What a column's declared type was, and how it is encoded, is known after the last row."""
    fields = [
        field.with_metadata({b"watchframe.declared": b"integer"}) for field in large_table.schema
    ]
    settled = large_table.cast(pa.schema(fields, metadata={b"of": b"the table"}))
    with cache.open_writer(key) as writer:
        for batch in batches(large_table, 10_000):
            writer.write(batch)
        assert writer.finish(provenance(), table=settled)
    stored = cache.get(key).table
    assert stored.schema.equals(settled.schema, check_metadata=True)
    assert stored.equals(settled)


@pytest.mark.parametrize(
    "settle",
    [
        lambda table: table.cast(pa.schema([("id", pa.float64()), ("text", pa.string())])),
        lambda table: table.rename_columns(["id", "other"]),
        lambda table: table.slice(0, 99_999),
        lambda table: table.slice(0, 0),
        lambda table: pa.concat_tables([table, table]),
    ],
    ids=["types", "names", "fewer", "none", "more"],
)
def test_writer_with_incomplete_batches_stores_the_table(
    cache, key, large_table, provenance, settle
):
    settled = settle(large_table)
    with cache.open_writer(key) as writer:
        for batch in batches(large_table, 10_000):
            writer.write(batch)
        assert writer.finish(provenance(), table=settled)
    assert cache.get(key).table.equals(settled)
    assert cache.size() == cache.get(key).size


def test_writer_batch_of_another_schema_stores_the_table(cache, key, provenance):
    first = pa.table({"n": [1]})
    second = pa.table({"n": ["x"]})
    settled = pa.table({"n": ["1", "x"]})
    with cache.open_writer(key) as writer:
        writer.write(first.to_batches()[0])
        writer.write(second.to_batches()[0])
        assert writer.finish(provenance(), table=settled)
    assert cache.get(key).table.equals(settled)


def test_writer_refuses_a_batch_of_another_schema(cache, key, provenance):
    with cache.open_writer(key) as writer:
        writer.write(pa.table({"n": [1]}).to_batches()[0])
        writer.write(pa.table({"n": ["x"]}).to_batches()[0])
        with pytest.raises(ValueError, match="one schema"):
            writer.finish(provenance())
    assert cache.get(key) is None


def test_writer_given_nothing_refuses(cache, key, provenance):
    with cache.open_writer(key) as writer, pytest.raises(ValueError, match="one schema"):
        writer.finish(provenance())


def test_writer_without_rows_stores_the_columns(cache, key, provenance):
    empty = pa.table({"n": pa.array([], pa.int64())})
    with cache.open_writer(key) as writer:
        assert writer.finish(provenance(), table=empty)
    assert cache.get(key).table.equals(empty)


def test_writer_past_the_limit_stops_at_once(tmp_path, key, large_table, provenance):
    """A result that will not be kept must not fill the disk first."""
    with ResultCache(tmp_path, size_limit=100_000) as cache, cache.open_writer(key) as writer:
        for batch in batches(large_table, 5_000):
            writer.write(batch)
            assert sum(path.stat().st_size for path in tmp_path.rglob("*.part")) < 400_000
        assert not writer.finish(provenance(), table=large_table)
        assert cache.get(key) is None


def test_writer_after_its_end_does_nothing(cache, key, table, provenance):
    with cache.open_writer(key) as writer:
        assert writer.finish(provenance(), table=table)
        writer.write(table.to_batches()[0])
        assert not writer.finish(provenance(), table=table)
        writer.abort()
    assert cache.get(key).table.equals(table)


def test_writers_of_one_key_the_last_wins(cache, key, large_table, provenance):
    half = large_table.slice(0, 50_000)
    with cache.open_writer(key) as one, cache.open_writer(key) as other:
        for batch in batches(large_table, 10_000):
            one.write(batch)
        for batch in batches(half, 10_000):
            other.write(batch)
        assert other.finish(provenance())
        assert cache.get(key).table.equals(half)
        assert one.finish(provenance())
    assert cache.get(key).table.equals(large_table)
    assert len(list(cache.directory.rglob("*.val"))) == 1


def left_overs(cache: ResultCache) -> list[str]:
    return [str(path) for kind in ("*.part", "*.val") for path in cache.directory.rglob(kind)]
