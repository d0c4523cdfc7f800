"""Care for the cache: listing and verifying entries, removing what killed processes left."""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from watchframe.cache.entry_format import (
    DOCUMENT,
    ResultHead,
    open_envelope,
    read_document,
    read_head,
    read_result,
)
from watchframe.cache.file_locks import delete_if_free, is_in_use
from watchframe.cache.freshness import data_age
from watchframe.cache.private_files import (
    LOCKS_FOLDER,
    STAGING_FOLDER,
    SWEPT_MARK,
    VALUE_FOLDER,
    open_or_replace,
)
from watchframe.errors import CacheFormatError
from watchframe.parameters.page_url import query_url
from watchframe.reprs import Link, Shown, Table, size_words

if TYPE_CHECKING:
    from watchframe.cache.index import EntryIndex, Row


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


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PruneReport(Shown):
    """What was removed.

    Attributes
    ----------
    entries, bytes : int
        Entries, and their size.
    left_overs : int
        Files left by killed processes.
    """

    entries: int = 0
    bytes: int = 0
    left_overs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class VerifyReport(Shown):
    """What reading every entry found.

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
    """Return a frame with one row per result, last used first."""
    import pandas as pd  # noqa: PLC0415 - only listing needs it here

    found = [] if index is None else list(_results(index, now))
    frame = pd.DataFrame(found, columns=list(_COLUMNS))
    return frame.astype(_COLUMNS)


def keys_of_query(index: EntryIndex, query_id: int) -> set[str]:
    """Return the keys of a query's results, those that were read by the result's id alone too.

    Such a result names no query. It is the query's where that has the same result, or one of the
    same SQL, on that server.
    """
    origins = {row.key: head.provenance for row in index.rows() if (head := _head(index, row))}
    own = {key: origin for key, origin in origins.items() if origin.query_id == query_id}
    ids = {(it.server, it.query_result_id) for it in own.values() if it.query_result_id is not None}
    texts = {(it.server, it.query_text) for it in own.values() if it.query_text is not None}
    alone = {
        key
        for key, it in origins.items()
        if it.query_id is None
        and it.sql is None
        and ((it.server, it.query_result_id) in ids or (it.server, it.query_text) in texts)
    }
    return own.keys() | alone


def heads_of_query(index: EntryIndex, server: str, query_id: int, most: int) -> list[ResultHead]:
    """Return what is known of a query's results among the `most` used last, last used first."""
    used = (row for row in reversed(index.rows()) if not row.key.startswith(DOCUMENT))
    heads = (_head(index, row) for row in itertools.islice(used, most))
    return [
        head
        for head in heads
        if head is not None
        and (head.provenance.server, head.provenance.query_id) == (server, query_id)
    ]


def latest_entries(index: EntryIndex, now: datetime, most: int) -> tuple[int, Table]:
    """Return how many results there are, and a table of those that were used last."""
    latest = list(itertools.islice(_results(index, now), most))
    rows = [
        (
            Link(
                fact["query_name"], query_url(fact["server"], fact["query_id"], fact["parameters"])
            )
            if fact["query_id"] is not None
            else fact["sql"],
            fact["parameters"] or "",
            fact["rows"],
            size_words(fact["bytes"]),
            fact["retrieved_at"],
        )
        for fact in latest
    ]
    table = Table(columns=("query", "parameters", "rows", "size", "data of"), rows=rows)
    # A document's key says that it is one.
    count = sum(not row.key.startswith(DOCUMENT) for row in index.rows())
    return count, table


def verify_entries(index: EntryIndex) -> VerifyReport:
    """Read every entry; drop the damaged ones."""
    checked, size, damaged = 0, 0, []
    for row in index.rows():
        try:
            found = index.load(row.key, None)
            if found is None:
                continue  # evicted or replaced meanwhile
            row, entry = found  # noqa: PLW2901 - as it is now
            _read(entry, row.key)
        except CacheFormatError:
            damaged.append(row)
            continue
        checked += 1
        size += row.size
    # When no error holds their bytes any more: Windows deletes no file that is mapped into memory.
    found = entry = None
    for row in damaged:
        index.drop(row)
    keys = tuple(row.key for row in damaged)
    return VerifyReport(checked=checked + len(damaged), bytes=size, damaged=keys)


def _read(entry: pa.Buffer, key: str) -> None:
    if open_envelope(entry).kind == "document":
        read_document(entry, key)
    else:
        read_result(entry, key)


def _results(index: EntryIndex, now: datetime) -> Iterator[dict[str, Any]]:
    """Yield what is known of each result, last used first; damaged ones are left out."""
    facts = (_facts(index, row, now) for row in reversed(index.rows()))
    return (fact for fact in facts if fact is not None)


def _facts(index: EntryIndex, row: Row, now: datetime) -> dict[str, Any] | None:
    head = _head(index, row)
    if head is None:
        return None
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


def _head(index: EntryIndex, row: Row) -> ResultHead | None:
    """Return what is known of a result; None of a document, and where it is damaged or gone."""
    with contextlib.suppress(CacheFormatError):
        found = index.load(row.key, None)
        if found is not None and (envelope := open_envelope(found[1])).kind == "result":
            return replace(read_head(envelope, row.key), size=row.size)
    return None


#: A new file looks left behind until it is marked as in use or named in the index: one younger
#: than this many seconds is skipped.
YOUNG = 60.0

#: Seconds between two automatic sweeps.
SWEEP_INTERVAL = 3600.0


def sweep_if_due(index: EntryIndex, folder: Path, now: float) -> int:
    """Sweep, unless some process did so lately."""
    mark = folder / SWEPT_MARK
    with contextlib.suppress(OSError):
        if 0 <= now - mark.stat().st_mtime < SWEEP_INTERVAL:
            return 0
    return sweep(index, folder)


def sweep(index: EntryIndex, folder: Path) -> int:
    """Remove files that no living process writes and no entry refers to; return how many."""
    gone = 0
    for path in (folder / STAGING_FOLDER).glob("*.part"):
        gone += _is_old(path) and not is_in_use(path) and _unlink(path)
    known = index.value_files()
    for holder in _value_folders(folder):
        for path in holder.glob("*.val"):
            name = "/".join(path.parts[-3:])
            gone += name not in known and _is_old(path) and _unlink(path)
    for path in (folder / LOCKS_FOLDER).glob("*"):
        gone += _is_old(path) and delete_if_free(path)
    for path in (*_value_folders(folder), *_real_folders(folder)):
        with contextlib.suppress(OSError):  # not empty
            path.rmdir()
    index.recount()
    _mark_swept(folder / SWEPT_MARK)
    return gone


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > YOUNG
    except OSError:
        return False


def _unlink(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _value_folders(folder: Path) -> Iterator[Path]:
    """Yield the folders that hold entries, and none that a link leads to."""
    for first in _real_folders(folder):
        yield from _real_folders(first)


def _real_folders(folder: Path) -> list[Path]:
    with os.scandir(folder) as found:
        return [
            folder / item.name
            for item in found
            if VALUE_FOLDER.fullmatch(item.name) and item.is_dir(follow_symlinks=False)
        ]


def _mark_swept(mark: Path) -> None:
    with contextlib.suppress(OSError):
        os.close(open_or_replace(mark, os.O_WRONLY | os.O_CREAT))
        os.utime(mark)
