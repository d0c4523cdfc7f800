"""What lies in the cache: listed, and read whole to see that it is right."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from watchframe.cache.document_entry import read_document
from watchframe.cache.envelope import open_envelope
from watchframe.cache.freshness import data_age
from watchframe.cache.result_entry import read_head, read_result
from watchframe.errors import CacheFormatError

if TYPE_CHECKING:
    import pandas as pd

    from watchframe.cache.entry_index import EntryIndex, Row

_COLUMNS = {
    "key": "string",
    "server": "string",
    "query_id": "Int64",
    "query_name": "string",
    "sql": "string",
    "parameters": "object",
    "rows": "Int64",
    "columns": "Int64",
    "bytes": "Int64",
    "retrieved_at": "datetime64[us, UTC]",
    "age": "timedelta64[us]",
    "last_used": "datetime64[us, UTC]",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneReport:
    """What was taken away.

    Attributes
    ----------
    entries, bytes : int
        Entries, and their size.
    left_overs : int
        Files that killed processes had left.
    """

    entries: int = 0
    bytes: int = 0
    left_overs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """What reading every entry showed.

    Attributes
    ----------
    checked : int
        Entries that were read.
    bytes : int
        Their size.
    damaged : tuple of str
        Keys of those that were unreadable, and are now gone.
    """

    checked: int = 0
    bytes: int = 0
    damaged: tuple[str, ...] = ()


def list_entries(index: EntryIndex | None, now: datetime) -> pd.DataFrame:
    """Give a frame with one row a result, that which was used last first."""
    import pandas as pd  # noqa: PLC0415 - only listing needs it here

    found = []
    if index is not None:
        facts = (_facts(index, row, now) for row in reversed(index.rows()))
        found = [fact for fact in facts if fact is not None]
    frame = pd.DataFrame(found, columns=list(_COLUMNS))
    return frame.astype(_COLUMNS)


def verify_entries(index: EntryIndex) -> VerifyReport:
    """Read every entry; drop those that are not right."""
    checked, size, damaged = 0, 0, []
    for row in index.rows():
        try:
            found = index.load(row.key, None)
            if found is None:
                continue  # evicted or replaced meanwhile
            row, entry = found  # noqa: PLW2901 - as it is now
            _read(entry, row.key)
        except CacheFormatError:
            index.drop(row)
            damaged.append(row.key)
            continue
        checked += 1
        size += row.size
    return VerifyReport(checked=checked + len(damaged), bytes=size, damaged=tuple(damaged))


def _read(entry: pa.Buffer, key: str) -> None:
    if open_envelope(entry).kind == "document":
        read_document(entry, key)
    else:
        read_result(entry, key)


def _facts(index: EntryIndex, row: Row, now: datetime) -> dict[str, object] | None:
    with contextlib.suppress(CacheFormatError):
        found = index.load(row.key, None)
        if found is None:
            return None
        envelope = open_envelope(found[1])
        if envelope.kind != "result":
            return None
        head = read_head(envelope, row.key)
        origin = head.provenance
        return {
            "key": row.key,
            "server": origin.server,
            "query_id": origin.query_id,
            "query_name": origin.query_name,
            "sql": origin.sql,
            "parameters": dict(origin.parameters),
            "rows": head.rows,
            "columns": len(head.schema),
            "bytes": row.size,
            "retrieved_at": origin.retrieved_at,
            "age": data_age(origin, now),
            "last_used": datetime.fromtimestamp(row.used, UTC),
        }
    return None
