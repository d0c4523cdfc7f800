"""Tables and documents come back as they went in; damaged bytes come back as nothing."""

import io
import zlib
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from example_counts import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchframe.cache import Provenance, ResultCache
from watchframe.cache.entry_format import (
    Document,
    read_document,
    read_result,
    seal_result,
    write_document,
)
from watchframe.errors import CacheFormatError

KEY = "ab" * 32
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ORIGIN = Provenance(server="s", retrieved_at=NOON, stored_at=NOON, parameters={"a": [1, "x"]})

COLUMNS = {
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float64(): st.floats(allow_nan=False),
    pa.bool_(): st.booleans(),
    pa.string(): st.text(max_size=8),
    pa.timestamp("us"): st.datetimes(),
    pa.timestamp("us", "UTC"): st.datetimes(timezones=st.just(UTC)),
    pa.date32(): st.dates(),
    pa.null(): st.none(),
}


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    rows = draw(st.integers(0, 30))
    types = draw(st.lists(st.sampled_from(list(COLUMNS)), max_size=5))
    marks = st.none() | st.dictionaries(st.binary(max_size=4), st.binary(max_size=4), max_size=2)
    fields, columns = [], []
    for kind in types:
        values = draw(st.lists(st.none() | COLUMNS[kind], min_size=rows, max_size=rows))
        fields.append(pa.field(draw(st.text(max_size=4)), kind, metadata=draw(marks)))
        columns.append(pa.array(values, kind))
    table = pa.Table.from_arrays(columns, schema=pa.schema(fields, metadata=draw(marks)))
    if draw(st.booleans()) and types:
        cut = draw(st.integers(0, rows))
        table = pa.concat_tables([table.slice(0, cut), table.slice(cut)])
    return table


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    with ResultCache(tmp_path_factory.mktemp("cache")) as cache:
        yield cache


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(table=tables(), chunk=st.integers(1, 31))
def test_table_round_trip_whole_or_streamed(cache, table, chunk):
    with cache.open_writer(KEY) as writer:
        for batch in table.to_batches(max_chunksize=chunk):
            writer.write(batch)
        assert writer.finish(ORIGIN, table=table)
    streamed = cache.get(KEY)
    assert cache.put(KEY, table, ORIGIN)
    for entry in (streamed, cache.get(KEY)):
        assert entry.table.equals(table)
        assert entry.table.schema.equals(table.schema, check_metadata=True)
        assert entry.provenance == ORIGIN


def entry_bytes() -> bytes:
    table = pa.table({"id": range(50), "text": [f"row {n}" for n in range(50)]})
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    body = sink.getvalue()
    end = seal_result(
        KEY, table.schema, ORIGIN, rows=50, body_length=len(body), body_crc=zlib.crc32(body)
    )
    return body + end


WHOLE = entry_bytes()


@settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    start=st.integers(0, len(WHOLE) - 1),
    removed=st.integers(0, 40),
    put_in=st.binary(max_size=40),
)
def test_entry_with_changed_stretch_is_never_read(start, removed, put_in):
    """CRC-32 finds every burst of up to 32 bits, and misses one longer change in 2**32."""
    damaged = WHOLE[:start] + put_in + WHOLE[start + removed :]
    if damaged == WHOLE:
        assert read_result(pa.py_buffer(damaged), KEY)[0].num_rows == 50
        return
    with pytest.raises(CacheFormatError):
        read_result(pa.py_buffer(damaged), KEY)


@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=300))
def test_entry_of_arbitrary_bytes_is_refused(data):
    for read in (read_result, read_document):
        with pytest.raises(CacheFormatError):
            read(pa.py_buffer(data), KEY)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(value=json_values, moment=st.datetimes(timezones=st.just(UTC)))
def test_document_written_and_read_is_the_same(value, moment):
    entry = write_document(KEY, Document(value=value, stored_at=moment))
    assert read_document(pa.py_buffer(entry), KEY) == Document(value=value, stored_at=moment)
