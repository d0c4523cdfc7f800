"""The bytes of one entry: a body, a header that says what it is, and a trailer with checksums.

::

    body      a result: one Arrow IPC stream, uncompressed; a document: JSON
    header    a result: an Arrow schema message whose metadata hold key and provenance;
              a document: JSON with key and time
    trailer   40 bytes, little-endian: magic, format version, lengths, CRC-32 of both

The header comes after the body because it is not known before: a result is written while it
arrives. The body begins at 0, so it is aligned when the file is mapped into memory, and any Arrow
tool can open the file as a stream.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import pyarrow as pa

from watchframe.cache.provenance import Provenance
from watchframe.errors import CacheFormatError
from watchframe.reprs import Shown, size_words

FORMAT_VERSION = 1

Kind = Literal["result", "document"]

_MAGIC: dict[Kind, bytes] = {"result": b"WATCHRES", "document": b"WATCHDOC"}
_FIELDS = struct.Struct("<8sHxxxxxxQQI")
_CHECK = struct.Struct("<I")
TRAILER_SIZE = _FIELDS.size + _CHECK.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An entry whose header was found whole; the body is checked when it is asked for."""

    kind: Kind
    header: pa.Buffer
    _body: pa.Buffer
    _body_crc: int

    @property
    def size(self) -> int:
        """The bytes of the whole entry."""
        return int(self._body.size) + int(self.header.size) + TRAILER_SIZE

    def checked_body(self) -> pa.Buffer:
        """Return the body; raises CacheFormatError where its checksum does not fit."""
        if zlib.crc32(self._body) != self._body_crc:
            raise CacheFormatError("A cache entry is damaged: its rows do not fit their checksum.")
        return self._body


def seal(kind: Kind, *, body_length: int, body_crc: int, header: bytes) -> bytes:
    """Return what is to be written after the body: header and trailer."""
    fields = _FIELDS.pack(_MAGIC[kind], FORMAT_VERSION, body_length, len(header), body_crc)
    return header + fields + _CHECK.pack(zlib.crc32(fields, zlib.crc32(header)))


def open_envelope(entry: pa.Buffer) -> Envelope:
    """Split an entry's bytes into header and body, without a copy.

    Raises
    ------
    CacheFormatError
        They are not an entry, are cut short, damaged, or of another format version.
    """
    if entry.size < TRAILER_SIZE:
        raise CacheFormatError("A cache entry is cut short.")
    trailer = entry.slice(entry.size - TRAILER_SIZE).to_pybytes()
    fields, check = trailer[: _FIELDS.size], trailer[_FIELDS.size :]
    magic, version, body_length, header_length, body_crc = _FIELDS.unpack(fields)
    kinds = [kind for kind, mark in _MAGIC.items() if mark == magic]
    if not kinds:
        raise CacheFormatError("A cache entry is cut short, or is something else.")
    if version != FORMAT_VERSION:
        raise CacheFormatError(f"A cache entry is of format {version}, not {FORMAT_VERSION}.")
    if body_length + header_length + TRAILER_SIZE != entry.size:
        raise CacheFormatError("A cache entry is not as long as it says.")
    header = entry.slice(body_length, header_length)
    if _CHECK.pack(zlib.crc32(fields, zlib.crc32(header))) != check:
        raise CacheFormatError("A cache entry is damaged: its header does not fit its checksum.")
    return Envelope(
        kind=kinds[0], header=header, _body=entry.slice(0, body_length), _body_crc=body_crc
    )


_KEY = b"watchframe.key"
_ROWS = b"watchframe.rows"
_PROVENANCE = b"watchframe.provenance"
#: How the names of documents begin in the index.
DOCUMENT = "document-"
_MOST_DIGITS = 18  # of a row count: all such fit into 64 bits


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CacheEntry(Shown):
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

    def facts(self) -> Mapping[str, object]:
        """Return what may be shown of it: its shape, and where it comes from."""
        return {
            "key": f"{self.key[:12]}…",
            "rows": f"{self.table.num_rows:,}",
            "columns": f"{self.table.num_columns:,}",
            "size": size_words(self.size),
            **self.provenance.facts(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultHead:
    """An entry's header: what is known before its rows are read.

    Attributes
    ----------
    key : str
    rows : int
    size : int
        Bytes on disk.
    schema : pyarrow.Schema
    provenance : Provenance
    """

    key: str
    rows: int
    size: int
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
    """Return what follows the Arrow stream of a result of `schema`."""
    metadata = {
        **(schema.metadata or {}),
        _KEY: key.encode(),
        _ROWS: str(rows).encode(),
        _PROVENANCE: provenance.to_json(),
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
        size=envelope.size,
        schema=marked.with_metadata(metadata or None),
        provenance=Provenance.from_json(provenance),
    )


def read_result(entry: pa.Buffer, key: str) -> tuple[pa.Table, ResultHead]:
    """Return the table and the head of an entry; the columns lie in `entry`'s own memory.

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


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Document(Shown):
    """A JSON value and when it was fetched.

    Attributes
    ----------
    value : JSON value
    stored_at : datetime
        By this machine's clock, UTC.
    """

    value: object
    stored_at: datetime


def document_name(key: str) -> str:
    """Return the name in the index of the document of `key`, any text."""
    return DOCUMENT + hashlib.sha256(key.encode()).hexdigest()


def write_document(key: str, document: Document) -> bytes:
    """Return the bytes of an entry; raises TypeError or ValueError where it is no JSON value."""
    body = json.dumps(document.value, allow_nan=False).encode()
    stored_at = document.stored_at.astimezone(UTC).isoformat()
    header = json.dumps({"key": key, "stored_at": stored_at}).encode()
    trailer = seal("document", body_length=len(body), body_crc=zlib.crc32(body), header=header)
    return body + trailer


def read_document(entry: pa.Buffer, key: str) -> Document:
    """Read what `write_document` returned.

    Raises
    ------
    CacheFormatError
        It is damaged, not a document, or that of another key.
    """
    envelope = open_envelope(entry)
    if envelope.kind != "document":
        raise CacheFormatError(f"A cache entry is a {envelope.kind} where a document was expected.")
    try:
        header = json.loads(envelope.header.to_pybytes())
        if header["key"] != key:
            raise CacheFormatError("A cache entry belongs to another key.")
        stored_at = datetime.fromisoformat(header["stored_at"])
        if stored_at.tzinfo is None:
            raise CacheFormatError("A cache document does not say in which zone its time is.")
        return Document(
            value=json.loads(envelope.checked_body().to_pybytes()),
            stored_at=stored_at.astimezone(UTC),
        )
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise CacheFormatError(f"A cache document cannot be read: {error}.") from None
