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

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from watchframe.errors import CacheFormatError

if TYPE_CHECKING:
    import pyarrow as pa

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

    def checked_body(self) -> pa.Buffer:
        """Give the body; raises CacheFormatError where its checksum does not fit."""
        if zlib.crc32(self._body) != self._body_crc:
            raise CacheFormatError("A cache entry is damaged: its rows do not fit their checksum.")
        return self._body


def seal(kind: Kind, *, body_length: int, body_crc: int, header: bytes) -> bytes:
    """Give what is to be written after the body: header and trailer."""
    fields = _FIELDS.pack(_MAGIC[kind], FORMAT_VERSION, body_length, len(header), body_crc)
    return header + fields + _CHECK.pack(zlib.crc32(fields, zlib.crc32(header)))


def open_envelope(entry: pa.Buffer) -> Envelope:
    """Take an entry's bytes apart, without a copy.

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
