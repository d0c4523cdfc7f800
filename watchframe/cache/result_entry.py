"""A result as an entry: rows as an Arrow stream, key and provenance as schema metadata."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from watchframe.cache.envelope import Envelope, open_envelope, seal
from watchframe.cache.provenance import Provenance
from watchframe.errors import CacheFormatError

_KEY = b"watchframe.key"
_ROWS = b"watchframe.rows"
_PROVENANCE = b"watchframe.provenance"
_MOST_DIGITS = 18  # of a number of rows: all such fit into 64 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheEntry:
    """A result out of the cache.

    Attributes
    ----------
    key : str
    table : pyarrow.Table
        All rows; a large one lies in the file, mapped into memory, and stays right even when the
        entry is replaced or evicted.
    provenance : Provenance
    size : int
        Bytes on disk.
    """

    key: str
    table: pa.Table
    provenance: Provenance
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultHead:
    """What an entry says of itself before its rows are read."""

    key: str
    rows: int
    schema: pa.Schema
    provenance: Provenance


def seal_result(
    key: str,
    schema: pa.Schema,
    provenance: Provenance,
    *,
    rows: int,
    body_length: int,
    body_crc: int,
) -> bytes:
    """Give what follows the Arrow stream of a result of `schema`."""
    metadata = {
        **(schema.metadata or {}),
        _KEY: key.encode(),
        _ROWS: str(rows).encode(),
        _PROVENANCE: json.dumps(provenance.to_json(), allow_nan=False).encode(),
    }
    header = schema.with_metadata(metadata).serialize().to_pybytes()
    return seal("result", body_length=body_length, body_crc=body_crc, header=header)


def read_head(envelope: Envelope, key: str) -> ResultHead:
    """Return an entry's schema and provenance.

    Raises
    ------
    CacheFormatError
        It is not a result, not that of `key`, or cannot be read.
    """
    if envelope.kind != "result":
        raise CacheFormatError(f"A cache entry is a {envelope.kind} where a result was expected.")
    try:
        marked = pa.ipc.read_schema(envelope.header)
    except (pa.ArrowException, OSError) as error:
        raise CacheFormatError(f"A cache entry's schema cannot be read: {error}.") from None
    metadata = dict(marked.metadata or {})
    if metadata.pop(_KEY, b"") != key.encode():
        raise CacheFormatError("A cache entry belongs to another key.")
    rows, provenance = metadata.pop(_ROWS, b""), metadata.pop(_PROVENANCE, b"")
    if not rows.isdigit() or len(rows) > _MOST_DIGITS:
        raise CacheFormatError("A cache entry does not say how many rows it has.")
    return ResultHead(
        key=key,
        rows=int(rows),
        schema=marked.with_metadata(metadata or None),
        provenance=Provenance.from_json(provenance),
    )


def read_result(entry: pa.Buffer, key: str) -> tuple[pa.Table, ResultHead]:
    """Give the table and the head of an entry; the columns lie in `entry`'s own memory.

    Raises
    ------
    CacheFormatError
        As `read_head`, or the rows are damaged.
    """
    envelope = open_envelope(entry)
    head = read_head(envelope, key)
    try:
        with pa.ipc.open_stream(envelope.checked_body()) as reader:
            table = pa.Table.from_batches(_with_schema(reader, head.schema), schema=head.schema)
    except (pa.ArrowException, OSError) as error:
        raise CacheFormatError(f"A cache entry's rows cannot be read: {error}.") from None
    if table.num_rows != head.rows:
        raise CacheFormatError(f"A cache entry has {table.num_rows} rows, not {head.rows}.")
    return table, head


def _with_schema(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterable[pa.RecordBatch]:
    """Yield each batch with the schema of the whole, whose metadata is known after the last row."""
    for batch in batches:
        if batch.num_columns:
            yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)
        else:  # Arrow would make a batch of no rows from no arrays
            yield batch.replace_schema_metadata(schema.metadata)
