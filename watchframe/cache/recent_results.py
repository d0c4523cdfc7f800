"""Small results that this process has just read, as they were parsed and found right."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from watchframe.cache.result_entry import CacheEntry
from watchframe.cache.staging import INLINE_LIMIT
from watchframe.locks import ProcessLock

if TYPE_CHECKING:
    from watchframe.cache.entry_index import EntryIndex, Row

#: Results that are kept, each of at most `INLINE_LIMIT` bytes: 2 MB at most.
KEPT = 32

_Place = tuple[int, str | None, float]


class RecentResults:
    """Parsed results by key; each stands for one writing of one row of one index.

    So the index is asked first, always: what was written anew, evicted or cleared, here or by
    another process, is not found here either. What is spared is the checksum and the parsing, which
    take most of a small hit. Arrow tables cannot be changed, so all callers may have the same one.
    """

    def __init__(self) -> None:
        self._guard = ProcessLock()
        self._known: OrderedDict[str, tuple[EntryIndex, _Place, CacheEntry]] = OrderedDict()

    def get(self, index: EntryIndex, row: Row) -> CacheEntry | None:
        """Return the result that `row` of `index` holds, if it is known."""
        with self._guard.lock:
            known = self._known.get(row.key)
            if known is None or known[0] is not index or known[1] != _place(row):
                return None
            self._known.move_to_end(row.key)
            return known[2]

    def keep(self, index: EntryIndex, row: Row, entry: CacheEntry) -> None:
        """Remember what `row` of `index` holds, if it is small."""
        if entry.size > INLINE_LIMIT:
            return
        with self._guard.lock:
            self._known[row.key] = index, _place(row), entry
            self._known.move_to_end(row.key)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)

    def forget(self) -> None:
        """Have everything read again."""
        with self._guard.lock:
            self._known.clear()


def _place(row: Row) -> _Place:
    return row.id, row.writing, row.stored
