"""Getting an entry out of the index: checked, or dropped with a warning."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from watchframe.cache.document_entry import Document, read_document
from watchframe.cache.folder_access import FolderAccess
from watchframe.cache.recent_results import RecentResults
from watchframe.cache.result_entry import CacheEntry, read_result
from watchframe.errors import CacheFormatError, CacheWarning

if TYPE_CHECKING:
    import pyarrow as pa

    from watchframe.cache.entry_index import EntryIndex, Row

T = TypeVar("T")
Found = tuple["EntryIndex", "Row", "CacheEntry | None"]


class EntryLoader:
    """Reads entries; a damaged one is dropped with a CacheWarning, and is none.

    Parameters
    ----------
    access : FolderAccess
    clock : callable
        Gives seconds since 1970.
    """

    def __init__(self, access: FolderAccess, clock: Callable[[], float]) -> None:
        self._access = access
        self._clock = clock
        self._recent = RecentResults()

    def result(self, key: str) -> CacheEntry | None:
        """Return the result under `key`, checked against its checksum; None where there is none."""
        now = self._clock()

        def look(index: EntryIndex) -> Found | None:
            row = index.find(key, now)
            return None if row is None else (index, row, self._recent.get(index, row))

        nothing: Found | None = None
        try:
            place = self._access.attempt(look, otherwise=nothing)
        except CacheFormatError as error:
            self._drop_damaged(key, None, error)
            return None
        if place is not None and place[2] is not None:
            return place[2]
        found = self._load(key, read_result)
        if found is None:
            return None
        row, size, (table, head) = found
        entry = CacheEntry(key=key, table=table, provenance=head.provenance, size=size)
        if place is not None:
            self._recent.keep(place[0], row, entry)
        return entry

    def document(self, name: str) -> Document | None:
        """Give the document that lies under `name`; None where there is none."""
        found = self._load(name, read_document)
        return None if found is None else found[2]

    def forget(self) -> None:
        """Have everything read from the disk again."""
        self._recent.forget()

    def _load(self, key: str, read: Callable[[pa.Buffer, str], T]) -> tuple[Row, int, T] | None:
        row: Row | None = None
        try:
            found = self._access.attempt(
                lambda index: index.load(key, self._clock()), otherwise=None
            )
            if found is None:
                return None
            row, entry = found
            return row, entry.size, read(entry, key)
        except CacheFormatError as error:
            self._drop_damaged(key, row, error)
            return None

    def _drop_damaged(self, key: str, row: Row | None, error: CacheFormatError) -> None:
        self._access.attempt(
            lambda index: index.drop_key(key) if row is None else index.drop(row), otherwise=False
        )
        warnings.warn(
            f"An entry of the local cache was dropped, and is fetched anew: {error.message}",
            CacheWarning,
            stacklevel=2,
        )
