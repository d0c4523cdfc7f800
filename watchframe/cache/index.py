"""The index of entries: diskcache's database, with our own rules for time, eviction and damage."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import diskcache
import pyarrow as pa
from diskcache.core import DEFAULT_SETTINGS, METADATA

from watchframe.cache.bytes_disk import BytesDisk
from watchframe.cache.history import BEHIND_PAST, PAST, is_past, name_if_kept, past_name
from watchframe.cache.private_files import open_private
from watchframe.cache.provenance import Provenance
from watchframe.cache.writer import Staging
from watchframe.caller_warnings import warn_caller
from watchframe.errors import CacheFormatError, CacheWarning

logger = logging.getLogger(__name__)

#: Seconds to wait for another process that writes.
BUSY_TIMEOUT = 20.0

#: Seconds to wait for one while opening.
OPEN_TIMEOUT = 10.0

#: Seconds between two notes of an entry's use: reading it again and again writes nothing.
USE_RESOLUTION = 60.0

_TRIES = 5
_SHORT_WAIT = 50  # milliseconds
_of_parents: list[sqlite3.Connection | None] = []
_SETTINGS = {
    **DEFAULT_SETTINGS,  # in place of what the database says
    "cull_limit": 0,  # diskcache evicts ten at a time, the newest too; see `evict`
    "eviction_policy": "least-recently-used",  # makes the index on access_time
    "sqlite_mmap_size": 0,  # a database that is cut short is an error, not a SIGBUS
    "sqlite_auto_vacuum": 2,  # incremental: a full vacuum at each commit slows every writer
}


_COLUMNS = "rowid, key, tag, store_time, access_time, size"

#: Where SQLite's columns, which take any value, hold what `EntryIndex.save` writes. The last second
#: is that of the year 9999, the last that Python knows; a size can be summed up without overflow.
_FITS = (
    "raw = 1 AND typeof(key) = 'text' AND typeof(coalesce(tag, '')) = 'text'"
    " AND typeof(store_time) = 'real' AND store_time BETWEEN 0 AND 253402300799"
    " AND typeof(access_time) = 'real' AND access_time BETWEEN 0 AND 253402300799"
    " AND typeof(size) = 'integer' AND size BETWEEN 0 AND 1125899906842624"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One entry's place in the index.

    Attributes
    ----------
    writing : str or None
        A name of this writing of the entry: one under the same key that is newer has another. None
        where a release without such names wrote it.
    stored : float
        When that was, in seconds since 1970.
    used : float
        When it was last used, to within `USE_RESOLUTION`; of a past result, when a newer one took
        its place.
    """

    id: int
    key: str
    writing: str | None
    stored: float
    used: float
    size: int

    @property
    def is_past(self) -> bool:
        """Whether a newer result has taken its place."""
        return is_past(self.key)


class EntryIndex(diskcache.Cache):  # type: ignore[misc]  # diskcache has no types
    """Entries by key, in one private folder, for many processes and threads.

    Every method may raise OSError, sqlite3.Error and diskcache.Timeout.
    """

    def __init__(self, folder: Path) -> None:
        database = folder / diskcache.core.DBNAME
        with contextlib.suppress(FileExistsError):
            # Made here so that it is private from the start; SQLite's other files follow its mode.
            os.close(open_private(database, os.O_RDWR | os.O_CREAT | os.O_EXCL))
        super().__init__(str(folder), timeout=BUSY_TIMEOUT, disk=BytesDisk, **_SETTINGS)
        self.folder = folder
        self._database = str(database)
        self.identity = _identity(self._database)

    @property
    def _con(self) -> sqlite3.Connection:
        """One connection a thread, which closes itself when the thread is gone."""
        if getattr(self._local, "pid", None) != os.getpid():
            # SQLite: a connection must not be used, nor closed, in a forked child.
            _of_parents.append(self._local.__dict__.pop("con", None))
            self._local.pid = os.getpid()
        connection: sqlite3.Connection | None = getattr(self._local, "con", None)
        if connection is None:
            connection = sqlite3.connect(
                Path(self._directory) / diskcache.core.DBNAME,
                timeout=self._timeout,
                isolation_level=None,
                check_same_thread=False,
                factory=_Connection,
            )
            self._local.con = connection
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA mmap_size = 0")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA secure_delete = ON")  # parameters may be personal
        return connection

    @property
    def _sql_retry(self) -> Callable[..., sqlite3.Cursor]:
        """As diskcache's own, which is used while opening, but for less than its 60 s."""
        return self._execute_patiently

    def _execute_patiently(self, statement: str, *values: Any) -> sqlite3.Cursor:
        until = time.monotonic() + OPEN_TIMEOUT
        while True:
            try:
                return self._con.execute(statement, *values)
            except sqlite3.OperationalError as error:
                code = error.sqlite_errorcode & 0xFF
                if code != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            time.sleep(0.001)

    def reset(self, key: str, *value: object, **update: Any) -> object:
        """Make a setting an attribute, as diskcache does for every row of a table; known ones only.

        Raises sqlite3.DatabaseError for any other: it would replace a method.
        """
        if key not in _SETTINGS and key not in METADATA:
            raise sqlite3.DatabaseError("it holds a setting that is not known")
        return super().reset(key, *value, **update)

    def is_current(self) -> bool:
        """Whether the folder still holds the database that was opened, and not an emptied one."""
        return self.identity == _identity(self._database) is not None

    def find(self, key: str, now: float | None) -> Row | None:
        """Return an entry's place without its bytes, and note its use, if `now` is given.

        Raises CacheFormatError for a row that this library does not write.
        """
        found = self._sql(
            f"SELECT {_FITS}, {_COLUMNS} FROM Cache WHERE key = ? AND raw = 1",  # noqa: S608 - ours
            (key,),
        ).fetchone()
        if found is None:
            return None
        row = _row(found)
        if now is not None:
            self._note_use(row, now)
        return row

    def load(self, key: str, now: float | None) -> tuple[Row, pa.Buffer] | None:
        """Return an entry's bytes and note its use, if `now` is given.

        Raises CacheFormatError for a row that this library does not write.
        """
        for _ in range(_TRIES):
            found = self._sql(
                f"SELECT {_FITS}, {_COLUMNS}, mode, filename, value"  # noqa: S608 - ours
                " FROM Cache WHERE key = ? AND raw = 1",
                (key,),
            ).fetchone()
            if found is None:
                return None
            row = _row(found[:-3])
            try:
                entry = self._disk.fetch(*found[-3:])
            except FileNotFoundError:
                continue  # replaced between the two steps: its row says where it is now
            if now is not None:
                self._note_use(row, now)
            return row, entry
        self.drop(row)
        return None

    def save(
        self, key: str, staging: Staging, now: float, *, new: Provenance | None = None
    ) -> None:
        """Store an entry under its key, atomically replacing any other.

        With `new`, the provenance of what is stored, the result that it replaces stays as a past
        one, unless they are the same result.
        """
        size, mode, filename, value = self._disk.store(staging, read=False)
        columns = (None, secrets.token_hex(8), size, mode, filename, value)
        with self._transact(filename=filename) as (sql, remove_afterwards):
            try:
                old = sql(
                    "SELECT rowid, filename FROM Cache WHERE key = ? AND raw = 1", (key,)
                ).fetchone()
                if new is not None and self._is_kept(key, new, now, remove_afterwards):
                    old = None
                if old is None:
                    self._row_insert(key, True, now, columns)  # noqa: FBT003 - diskcache's
                else:
                    self._row_update(old[0], now, columns)
                    remove_afterwards(old[1])
            except BaseException:
                self._disk.remove(filename)
                raise

    def _is_kept(
        self, key: str, new: Provenance, now: float, remove_afterwards: Callable[[str | None], None]
    ) -> bool:
        """Make a past result of what is under `key`, within a transaction; return whether it is."""
        old = self._sql(
            "SELECT mode, filename, value FROM Cache WHERE key = ? AND raw = 1", (key,)
        ).fetchone()
        name = None
        if old is not None:
            with contextlib.suppress(CacheFormatError, OSError):  # damaged: nothing to keep
                name = name_if_kept(self._disk.fetch(*old), key, new)
        # The result that is stored may be a past one, which is the newest again.
        gone = self._sql(
            "DELETE FROM Cache WHERE key IN (?, ?) RETURNING filename",
            (past_name(key, new.retrieved_at), name),
        )
        for (filename,) in gone.fetchall():
            remove_afterwards(filename)
        if name is not None:
            self._sql(
                "UPDATE Cache SET key = ?, access_time = ? WHERE key = ? AND raw = 1",
                (name, now, key),
            )
        return name is not None

    def past_names(self, key: str) -> list[str]:
        """Return the names of the past results of `key`."""
        prefix = f"{PAST}{key}-"
        found = self._sql(
            "SELECT key FROM Cache WHERE key >= ? AND key < ? AND raw = 1",
            (prefix, f"{PAST}{key}."),
        ).fetchall()
        return [name for (name,) in found if name.removeprefix(prefix).isdigit()]

    def drop(self, row: Row) -> bool:
        """Delete an entry, unless it was overwritten since `row` was read."""
        with self._transact() as (sql, remove_afterwards):
            dropped = sql(
                "DELETE FROM Cache WHERE rowid = ? AND store_time = ? AND tag IS ?"
                " RETURNING filename",
                (row.id, row.stored, row.writing),
            ).fetchall()
            for (filename,) in dropped:
                remove_afterwards(filename)
        return bool(dropped)

    def drop_key(self, key: str) -> bool:
        """Delete whatever is stored under `key`, even if it cannot be read."""
        with self._transact() as (sql, remove_afterwards):
            dropped = sql("DELETE FROM Cache WHERE key = ? RETURNING filename", (key,)).fetchall()
            for (filename,) in dropped:
                remove_afterwards(filename)
        return bool(dropped)

    def rows(self) -> list[Row]:
        """Return all entries, longest unused first.

        Rows that this library does not write are dropped, with one CacheWarning.
        """
        found = self._sql(
            f"SELECT {_FITS}, {_COLUMNS} FROM Cache ORDER BY access_time, rowid"  # noqa: S608 - ours
        ).fetchall()
        if not all(fits for fits, *_ in found):
            self._drop_unfit()
        return [_row(values) for values in found if values[0]]

    def _drop_unfit(self) -> None:
        with self._transact() as (sql, remove_afterwards):
            dropped = sql(
                f"DELETE FROM Cache WHERE ({_FITS}) IS NOT TRUE RETURNING filename"  # noqa: S608
            ).fetchall()
            for (filename,) in dropped:
                remove_afterwards(filename)
        self.recount()
        warn_caller(
            CacheWarning(
                f"{len(dropped)} entries of the local cache were dropped: their rows in the index "
                "are not as this library writes them."
            )
        )

    def total_size(self) -> int:
        """Return the bytes of all entries."""
        size = self._noted_size()
        if not isinstance(size, int) or size < 0:
            self.recount()
            size = self._noted_size()
        if not isinstance(size, int):
            raise sqlite3.DatabaseError("the count of its bytes is gone")
        return size

    def _noted_size(self) -> object:
        found = self._sql("SELECT value FROM Settings WHERE key = 'size'").fetchone()
        return None if found is None else found[0]

    def evict(
        self,
        size_limit: int,
        *,
        unused_since: float,
        past_since: float | None = None,
        keep: Sequence[str] = (),
    ) -> list[Row]:
        """Delete entries unused since then, and the longest unused while the total is too large.

        Past results go before all others, and where they were replaced before `past_since`, which
        is `unused_since` if not given. Entries whose key is in `keep` stay.
        """
        past_since = unused_since if past_since is None else past_since
        # At each store: in one statement, each of which takes and releases the database's locks.
        size, is_any_unused = self._sql(
            "SELECT (SELECT value FROM Settings WHERE key = 'size'),"
            " EXISTS (SELECT 1 FROM Cache WHERE access_time < ? AND NOT key BETWEEN ? AND ?)"
            " OR EXISTS (SELECT 1 FROM Cache WHERE access_time < ? AND key BETWEEN ? AND ?)",
            (unused_since, PAST, BEHIND_PAST, past_since, PAST, BEHIND_PAST),
        ).fetchone()
        is_counted = isinstance(size, int) and size >= 0
        if is_counted and size <= size_limit and not is_any_unused:
            return []
        if not is_counted:
            self.total_size()
        gone = []
        with self._transact():
            rows = sorted(self.rows(), key=lambda row: not row.is_past)
            size = sum(row.size for row in rows)
            for row in rows:
                if size <= size_limit and row.used >= (past_since if row.is_past else unused_since):
                    if row.is_past:
                        continue
                    break  # the others were used later
                if row.key not in keep and self.drop(row):
                    gone.append(row)
                    size -= row.size
            self.recount()
        return gone

    def recount(self) -> None:
        """Correct the sum of sizes that the database's triggers keep."""
        self._sql(
            "UPDATE Settings SET value = (SELECT coalesce(sum(size), 0)"  # noqa: S608 - ours
            f" FROM Cache WHERE {_FITS}) WHERE key = 'size'"
        )

    def shrink(self) -> None:
        """Return free pages to the disk, and empty the write-ahead log."""
        self._sql("PRAGMA incremental_vacuum").fetchall()
        self._sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def value_files(self) -> set[str]:
        """Return the names of the files that the index knows."""
        found = self._sql("SELECT filename FROM Cache WHERE filename IS NOT NULL")
        return {str(name) for (name,) in found.fetchall()}

    def _note_use(self, row: Row, now: float) -> None:
        if row.is_past or abs(now - row.used) < USE_RESOLUTION:
            return
        # Only the order of eviction depends on it: no reason to fail, or to wait for a writer.
        self._sql(f"PRAGMA busy_timeout = {_SHORT_WAIT}")
        try:
            self._sql("UPDATE Cache SET access_time = ? WHERE rowid = ?", (now, row.id))
        except sqlite3.OperationalError as error:
            logger.debug("cache: a use was not noted: %s", error)
        finally:
            self._sql(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT * 1000)}")


def _row(found: Sequence[Any]) -> Row:
    fits, row_id, key, writing, stored, used, size = found
    if not fits:
        raise CacheFormatError("A cache row's times, size or name are not what they can be.")
    return Row(id=row_id, key=key, writing=writing, stored=stored, used=used, size=size)


class _Connection(sqlite3.Connection):
    """A connection that may be left to the garbage collector."""

    def __del__(self) -> None:
        self.close()


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - at each read: a Path costs as much as the look-up
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if status.st_size else None
