"""Write the cache folder beside this file, as release 0.1.0 writes one.

It is kept to prove that later releases read it, or drop it; it is not written again. Run it only to
make ``cache_v2`` out of a copy, when the format changes.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from watchframe.cache import KeyParts, Provenance, ResultCache, cache_key

API_KEY = "a key that opens nothing"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DEFINITION = {"id": 42, "name": "Borrows", "query": "select * from borrows"}


def key_of(cache: ResultCache, query_id: int | None) -> str:
    return cache_key(
        KeyParts(
            server="https://watch.example/org",
            principal=cache.principal(API_KEY),
            query_id=query_id,
            data_source_id=1,
            text_hash="ab" * 32,
            parameters={"market": ["WETH", "DAI"], "period": {"start": "a", "end": "b"}},
        )
    )


def origin(query_id: int | None) -> Provenance:
    return Provenance(
        server="https://watch.example/org",
        parameters={"market": ["WETH", "DAI"], "period": {"start": "a", "end": "b"}},
        retrieved_at=NOON,
        stored_at=NOON,
        server_time=NOON,
        requested_at=NOON,
        query_id=query_id,
        query_name="Borrows" if query_id else None,
        query_result_id=7,
        runtime_s=0.25,
        data_source_id=1,
        data_source="main",
        text_hash="ab" * 32,
        sql=None if query_id else "select 1",
        query_text="select 1",
    )


def small_table() -> pa.Table:
    marks = {b"watchframe.encoding": b"integer", b"watchframe.declared": b"float"}
    schema = pa.schema(
        [
            pa.field("id", pa.int64()),
            pa.field("amount", pa.string(), metadata=marks),
            pa.field("at", pa.timestamp("us", "UTC")),
            pa.field("day", pa.date32()),
        ]
    )
    return pa.table([[1, None], [str(2**256 - 1), "0"], [NOON, None], [None, NOON]], schema=schema)


def large_table() -> pa.Table:
    return pa.table({"n": range(10_000), "half": [n / 2 for n in range(10_000)]})


def write(directory: Path) -> None:
    with ResultCache(directory, clock=NOON.timestamp) as cache:
        cache.put(key_of(cache, 42), small_table(), origin(42))
        cache.put(key_of(cache, None), large_table(), origin(None))
        cache.put_document("https://watch.example/org/query/42", DEFINITION)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
