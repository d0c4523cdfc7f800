"""A small JSON document as an entry: a query's definition, a dropdown's values."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from watchframe.cache.envelope import open_envelope, seal
from watchframe.errors import CacheFormatError

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
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
    """Give the name under which the document of `key`, a text of any form, lies in the index."""
    return "document-" + hashlib.sha256(key.encode()).hexdigest()


def write_document(key: str, document: Document) -> bytes:
    """Give the bytes of an entry; raises TypeError or ValueError where it is no JSON value."""
    body = json.dumps(document.value, allow_nan=False).encode()
    stored_at = document.stored_at.astimezone(UTC).isoformat()
    header = json.dumps({"key": key, "stored_at": stored_at}).encode()
    trailer = seal("document", body_length=len(body), body_crc=zlib.crc32(body), header=header)
    return body + trailer


def read_document(entry: pa.Buffer, key: str) -> Document:
    """Read what `write_document` gave.

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
