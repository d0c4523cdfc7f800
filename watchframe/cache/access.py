"""Access to the index of a cache folder, and what happens when that fails.

A cache failure never fails a read: what the disk refuses is one warning, and from then on the cache
is empty. A damaged index is deleted and rebuilt; a deleted folder is made again.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import pyarrow as pa

from watchframe.cache.entry_format import CacheEntry, Document, read_document, read_result
from watchframe.cache.file_locks import try_lock, unlock
from watchframe.cache.history import is_past, key_of
from watchframe.cache.private_files import (
    DATABASE_FILES,
    LAYOUT,
    REBUILD_LOCK,
    VALUE_FOLDER,
    PlantedError,
    check_parts,
    make_private,
    read_or_make_secret,
    remove,
)
from watchframe.cache.writer import INLINE_LIMIT
from watchframe.caller_warnings import is_silent, warn_caller
from watchframe.errors import CacheError, CacheFormatError, CacheWarning
from watchframe.locks import ForkBarrier, ProcessLock

if TYPE_CHECKING:
    from watchframe.cache.index import EntryIndex, Row


logger = logging.getLogger(__name__)

T = TypeVar("T")

_REBUILD_SECONDS = 10.0
_RETRY_SECONDS = 60.0

#: SQLite's codes for a fault of the disk, not of the database.
_DISK_CODES = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOLFS,
        sqlite3.SQLITE_AUTH,
    }
)


#: A fork within SQLite would leave its own locks taken in the child.
_sqlite = ForkBarrier()


class FolderAccess:
    """One process's access to a cache folder.

    Parameters
    ----------
    directory : Path
        The cache folder; entries lie in a private folder within it.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.folder = directory / LAYOUT
        self._database = str(self.folder / DATABASE_FILES[0])
        self._index: EntryIndex | None = None
        self._secret: bytes | None = None
        self._unusable_until = 0.0
        self._has_warned = False
        self._guard = ProcessLock()

    def attempt(self, action: Callable[[EntryIndex], T], *, otherwise: T) -> T:
        """Return `action(index)`, or `otherwise` where the disk prevents it.

        Raises
        ------
        CacheFormatError
            As `action` does.
        """
        for may_rebuild in (True, False):
            known, index = self._index, None
            identity = known.identity if known is not None else _inode(self._database)
            try:
                with _sqlite:
                    index = self._opened()
                    return otherwise if index is None else action(index)
            except CacheFormatError:
                raise
            except (CacheError, OSError, sqlite3.Error, _timeout_class()) as error:
                if index is not None:
                    index.close()  # a transaction that could not be ended ends with its connection
                if not (may_rebuild and _is_damage(error) and self._rebuilt(identity, error)):
                    self.report(error)
                    return otherwise
        return otherwise

    def secret(self) -> bytes:
        """Return the folder's secret; where it cannot be kept, one for this process alone."""
        with self._guard.lock:
            if self._secret is None:
                self._secret = self._kept_secret() or os.urandom(32)
            return self._secret

    def is_usable(self) -> bool:
        """Whether the folder can be used at all."""
        return self.attempt(lambda _: True, otherwise=False)

    def report(self, error: Exception) -> None:
        """Warn, once, that the cache does not work here."""
        logger.debug("cache: %s: %r", self.folder, error)
        if self._has_warned or is_silent():
            return
        self._has_warned = True
        words = _words(error)
        warn_caller(
            CacheWarning(
                f"The local cache in {self.directory} cannot be used as it should: {words}. "
                "Results are complete, but may not be kept."
            )
        )

    def close(self) -> None:
        """Close this thread's connection."""
        with self._guard.lock:
            if self._index is not None:
                self._index.close()
                self._index = None

    def _opened(self) -> EntryIndex | None:
        index = self._index
        if index is not None and index.is_current():
            return index
        with self._guard.lock:
            if self._index is not None and self._index.is_current():
                return self._index
            if time.monotonic() < self._unusable_until:
                return None
            from watchframe.cache.index import EntryIndex  # noqa: PLC0415 - loads diskcache

            if index is not None:
                index.close()
            self._index = None
            try:
                folder = make_private(self.directory)
                check_parts(folder)
                self._index = EntryIndex(folder)
            except (TypeError, ValueError, LookupError, AttributeError) as error:
                # diskcache does not check what it reads: so it fails on a database of another kind.
                raise CacheError(f"The index cannot be read: {error}") from error
            except (CacheError, OSError, sqlite3.Error) as error:
                if not _is_damage(error) and not is_silent():
                    # Else each read would spend time on a folder that cannot be used.
                    self._unusable_until = time.monotonic() + _RETRY_SECONDS
                raise
            return self._index

    def _kept_secret(self) -> bytes | None:
        try:
            return read_or_make_secret(make_private(self.directory))
        except (CacheError, OSError) as error:
            self.report(error)
            return None

    def _rebuilt(self, identity: tuple[int, int] | None, error: Exception) -> bool:
        """Delete the index, unless another process has rebuilt it; return whether it can be used.

        One process does so at a time; the others wait for `_REBUILD_SECONDS` at most.
        """
        path = self.folder / REBUILD_LOCK
        until = time.monotonic() + _REBUILD_SECONDS
        lock = None
        try:
            with contextlib.suppress(OSError):  # no locks on this file system: then without
                while (lock := try_lock(path)) is None and time.monotonic() < until:
                    time.sleep(0.01)
            if _inode(self._database) == identity:
                self._delete_index(error)
        except OSError as refusal:
            logger.debug("cache: %s cannot be rebuilt: %s", self.folder, refusal)
            return False
        finally:
            if lock is not None:
                unlock(path, lock)
        with self._guard.lock:
            self._index = None
        return True

    def _delete_index(self, error: Exception) -> None:
        for name in DATABASE_FILES:
            remove(self.folder / name)
        for child in self.folder.iterdir():
            if VALUE_FOLDER.fullmatch(child.name):
                with contextlib.suppress(OSError):  # no entry refers to it now
                    remove(child)
        warn_caller(
            CacheWarning(
                f"The index of the local cache in {self.directory} was damaged ({_words(error)}); "
                "the cache was emptied."
            )
        )


def _timeout_class() -> type[Exception]:
    from diskcache import Timeout  # noqa: PLC0415 - diskcache loads when it is used

    timeout: type[Exception] = Timeout
    return timeout


def _is_damage(error: Exception) -> bool:
    """Whether the database itself is damaged, rather than the disk."""
    if isinstance(error, PlantedError):
        return True
    if not isinstance(error, sqlite3.DatabaseError):
        return isinstance(error, CacheError) and error.__cause__ is not None
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or (code & 0xFF) not in _DISK_CODES


def _words(error: Exception) -> str:
    if isinstance(error, _timeout_class()):
        return "another process holds it"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _inode(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - at each read: a Path costs as much as the look-up
    except OSError:
        return None
    return status.st_dev, status.st_ino


#: How many parsed entries of a kind stay in memory, each of at most `INLINE_LIMIT` bytes on disk.
KEPT = 32

_Place = tuple[int, str | None, float]


class RecentEntries(Generic[T]):
    """Parsed entries by key, each valid for one version of one row of one index.

    The index is always asked first, so an entry that was overwritten, evicted or cleared, also by
    another process, is not found here either. This saves the checksum and the parsing, which take
    most of a small hit. All callers share one: Arrow tables are immutable, and no code changes what
    a document holds.
    """

    def __init__(self) -> None:
        self._guard = ProcessLock()
        self._known: OrderedDict[str, tuple[EntryIndex, _Place, T]] = OrderedDict()

    def get(self, index: EntryIndex, row: Row) -> T | None:
        """Return what `row` of `index` holds, if it is known."""
        with self._guard.lock:
            known = self._known.get(row.key)
            if known is None or known[0] is not index or known[1] != _place(row):
                return None
            self._known.move_to_end(row.key)
            return known[2]

    def keep(self, index: EntryIndex, row: Row, size: int, entry: T) -> None:
        """Remember what `row` of `index` holds, if its `size` bytes are few."""
        if size > INLINE_LIMIT:
            return
        with self._guard.lock:
            self._known[row.key] = index, _place(row), entry
            self._known.move_to_end(row.key)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)

    def forget(self) -> None:
        """Forget all."""
        with self._guard.lock:
            self._known.clear()


def _place(row: Row) -> _Place:
    return row.id, row.writing, row.stored


Found = tuple["EntryIndex", "Row", T | None]


class EntryLoader:
    """Reads entries; a damaged one is dropped with a CacheWarning, and is a miss.

    Parameters
    ----------
    access : FolderAccess
    clock : callable
        Returns seconds since 1970.
    """

    def __init__(self, access: FolderAccess, clock: Callable[[], float]) -> None:
        self._access = access
        self._clock = clock
        self._results: RecentEntries[CacheEntry] = RecentEntries()
        self._documents: RecentEntries[Document] = RecentEntries()

    def result(self, key: str) -> CacheEntry | None:
        """Return the result under `key`, checked against its checksum; None where there is none.

        `key` may also be the name of a past result.
        """
        return self._entry(key, _result, self._results)

    def document(self, name: str) -> Document | None:
        """Return the document under `name`, checked likewise; None where there is none."""
        return self._entry(name, read_document, self._documents)

    def forget(self) -> None:
        """Forget what is held in memory."""
        self._results.forget()
        self._documents.forget()

    def _entry(
        self, key: str, read: Callable[[pa.Buffer, str], T], recent: RecentEntries[T]
    ) -> T | None:
        now = self._clock()

        def look(index: EntryIndex) -> Found[T] | None:
            row = index.find(key, now)
            return None if row is None else (index, row, recent.get(index, row))

        nothing: Found[T] | None = None
        try:
            place = self._access.attempt(look, otherwise=nothing)
        except CacheFormatError as error:
            self._drop_damaged(key, None, error.message)
            return None
        if place is None:
            return None
        if place[2] is not None:
            return place[2]
        found = self._load(key, read)
        if found is None:
            return None
        row, size, entry = found
        recent.keep(place[0], row, size, entry)
        return entry

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
            words = error.message
        # After the error has gone, whose traceback holds the bytes: Windows deletes no file that is
        # mapped into memory.
        found = entry = None
        self._drop_damaged(key, row, words)
        return None

    def _drop_damaged(self, key: str, row: Row | None, words: str) -> None:
        self._access.attempt(
            lambda index: index.drop_key(key) if row is None else index.drop(row), otherwise=False
        )
        if is_past(key):
            outcome = "A past result in the local cache was dropped"
        else:
            outcome = "An entry of the local cache was dropped, and is fetched again"
        warn_caller(CacheWarning(f"{outcome}: {words}"))


def _result(entry: pa.Buffer, name: str) -> CacheEntry:
    table, head = read_result(entry, key_of(name))
    return CacheEntry(key=head.key, table=table, provenance=head.provenance, size=entry.size)
