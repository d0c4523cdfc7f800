"""`ResultCache`: results and small documents on this machine's disk."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import pandas as pd
import pyarrow as pa

from watchframe.cache.access import EntryLoader, FolderAccess
from watchframe.cache.entry_format import (
    CacheEntry,
    Document,
    ResultHead,
    document_name,
    write_document,
)
from watchframe.cache.freshness import Decision, NotedDecision, list_decisions, log_of
from watchframe.cache.history import head_of, heads_under, past_name
from watchframe.cache.maintenance import (
    PruneReport,
    VerifyReport,
    heads_of_query,
    keys_of_query,
    latest_entries,
    list_entries,
    sweep,
    sweep_if_due,
    verify_entries,
)
from watchframe.cache.private_files import LOCKS_FOLDER, STAGING_FOLDER, principal_of
from watchframe.cache.provenance import Provenance
from watchframe.cache.single_flight import Flight, single_flight
from watchframe.cache.writer import ResultWriter, Staging
from watchframe.config import DEFAULT_CACHE_SIZE, CacheSettings, as_history, cache_in_use
from watchframe.reprs import Card, Table, size_words

if TYPE_CHECKING:
    from watchframe.cache.index import EntryIndex, Row


logger = logging.getLogger(__name__)

#: Entries unused for so long are evicted.
DEFAULT_UNUSED_LIMIT = timedelta(days=90)
#: How many results a notebook shows.
_SHOWN = 10
#: How many of those used last are looked through for results of a query.
LOOKED_THROUGH = 200


class ResultCache:
    """Results on this machine's disk, shared by all processes of one user.

    Nothing is made or opened before it is used. Reading and writing never raise for a failure of
    the cache itself: a damaged entry is dropped with a CacheWarning and is a miss; a folder that
    is full, read-only or another user's is an empty cache, with one CacheWarning.

    Parameters
    ----------
    directory : path, optional
        The folder; by default the one that reads use now: of `watchframe.connect`, else of the
        settings (the environment, a profile), else the platform's folder for caches.
    size_limit : int, optional
        Bytes of all entries together; beyond it, the longest unused are evicted. By default the
        setting `cache_size_limit` of the reads where the folder is theirs too, else 2 GB.
    history : timedelta, str or float, optional
        For how long a result is kept after a newer one took its place: ``"30d"``, or seconds. By
        default the setting `history` of the reads where the folder is theirs too; without it only
        the newest result is kept, and past ones that are there stay until `unused_limit`.
    unused_limit : timedelta
        Entries unused for so long are evicted.
    clock : callable
        Returns seconds since 1970.
    """

    def __init__(
        self,
        directory: str | os.PathLike[str] | None = None,
        *,
        size_limit: int | None = None,
        history: timedelta | str | float | None = None,
        unused_limit: timedelta = DEFAULT_UNUSED_LIMIT,
        clock: Callable[[], float] = time.time,
    ) -> None:
        used = CacheSettings(Path(directory or ""), DEFAULT_CACHE_SIZE, None)
        if directory is None:
            used = cache_in_use()
        self.directory = used.folder.expanduser().absolute()
        self.size_limit = used.size_limit if size_limit is None else size_limit
        self.history = used.history if history is None else as_history(history)
        self.unused_limit = unused_limit
        self._clock = clock
        self._access = FolderAccess(self.directory)
        self._loader = EntryLoader(self._access, clock)
        self._decisions = log_of(self.directory)
        self._swept = False

    def __repr__(self) -> str:
        kept = "" if self.history is None else f", history={self.history!r}"
        return f"ResultCache({str(self.directory)!r}, size_limit={self.size_limit:_}{kept})"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Return what IPython shows: the folder, how full it is, and what was used last."""
        facts: dict[str, object] = {"folder": str(self.directory)}
        tables: list[Table] = []
        nothing: tuple[int, int, Table] = (0, 0, Table(columns=(), rows=()))
        if self._access.folder.is_dir():  # to show it is no reason to make it
            now, size = self.now(), self.size()
            count, past, latest = self._access.attempt(
                lambda index: latest_entries(index, now, _SHOWN), otherwise=nothing
            )
            facts["results"] = f"{count:,}"
            if past:
                facts["past results"] = f"{past:,}"
            facts["size"] = f"{size_words(size)} of {size_words(self.size_limit)}"
            if count > len(latest.rows):
                latest = replace(latest, note=f"the last used of {count:,}; entries() has all")
            tables.append(latest)
        else:
            facts["results"] = "none yet"
        return Card(noun="Local cache", facts=facts, tables=tables).bundle()

    def __reduce__(self) -> tuple[object, ...]:
        # For worker processes: they open the same folder themselves.
        return _open_again, (self.directory, self.size_limit, self.history, self.unused_limit)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def now(self) -> datetime:
        """Return the time by the cache's clock, UTC."""
        return datetime.fromtimestamp(self._clock(), UTC)

    def close(self) -> None:
        """Close the index; it opens again when it is needed."""
        self._loader.forget()
        self._access.close()

    def principal(self, api_key: str) -> str:
        """Return a name for the results of `api_key` that reveals nothing about the key."""
        return principal_of(api_key, self._access.secret())

    def get(self, key: str) -> CacheEntry | None:
        """Return the result under `key`, checked against its checksum; None where there is none."""
        return self._loader.result(key)

    def results_under(self, key: str) -> list[ResultHead]:
        """Return what is known of the newest result under `key` and of the past ones.

        Returns
        -------
        list of ResultHead
            Newest data first: `rows`, `size` in bytes, `schema` and `provenance`. The rows
            themselves are not read.
        """
        return self._access.attempt(lambda index: heads_under(index, key), otherwise=[])

    def get_past(self, key: str, retrieved_at: datetime) -> CacheEntry | None:
        """Return the result under `key`, newest or past, whose data are of exactly that moment.

        Parameters
        ----------
        key : str
        retrieved_at : datetime
            Aware: the `retrieved_at` of a provenance.

        Returns
        -------
        CacheEntry or None
            Checked against its checksum; None where there is none.
        """
        for _ in range(2):  # another process may replace the newest between the two looks
            found = self._loader.result(past_name(key, retrieved_at))
            if found is not None:
                return found
            newest = self._access.attempt(lambda index: head_of(index, key), otherwise=None)
            if newest is not None and newest.provenance.retrieved_at == retrieved_at:
                found = self.get(key)
                if found is not None and found.provenance.retrieved_at == retrieved_at:
                    return found
        return None

    def open_writer(self, key: str) -> ResultWriter:
        """Return a `ResultWriter`, which takes a result batch by batch."""
        return ResultWriter(
            key,
            self._staging(),
            size_limit=self.size_limit,
            store=self._store,
            on_trouble=self._access.report,
        )

    def put(self, key: str, table: pa.Table, provenance: Provenance) -> bool:
        """Store a whole result; return whether that was done."""
        with self.open_writer(key) as writer:
            return writer.finish(provenance, table=table)

    def get_document(self, key: str) -> Document | None:
        """Return the document under `key`, a text of any form; None where there is none."""
        return self._loader.document(document_name(key))

    def put_document(self, key: str, value: object, *, stored_at: datetime | None = None) -> bool:
        """Store a JSON value, fetched now or at `stored_at`; return whether that was done.

        Raises
        ------
        TypeError, ValueError
            It is not a JSON value.
        """
        name = document_name(key)
        moment = stored_at or self.now()
        entry = write_document(name, Document(value=value, stored_at=moment))
        staging = self._staging()
        if staging is None:
            return False
        with staging:
            try:
                staging.write(entry)
            except OSError as error:
                self._access.report(error)
                return False
            return self._store(name, staging, None)

    def single_flight(
        self,
        key: str,
        *,
        timeout: float | None = None,
        check: Callable[[], object] | None = None,
    ) -> AbstractContextManager[Flight]:
        """Hold the lock for `key` within the block, alone among all threads and processes.

        A holder that dies releases it at once, also by ``kill -9``; the next one continues within
        0.1 s. A holder that hangs keeps it: hence `timeout`.

        Parameters
        ----------
        key : str
            A cache key.
        timeout : float, optional
            Seconds to wait at most.
        check : callable, optional
            Called repeatedly while waiting; what it raises ends the wait.

        Raises
        ------
        JobTimeoutError
            On entering: it was not free within `timeout`.
        """
        folder = self._access.folder / LOCKS_FOLDER if self._access.is_usable() else None
        return single_flight(key, folder, timeout=timeout, check=check)

    def size(self) -> int:
        """Return the bytes of all entries."""
        return self._access.attempt(lambda index: index.total_size(), otherwise=0)

    def entries(self) -> pd.DataFrame:
        """Return the stored results, last used first.

        Returns
        -------
        DataFrame
            One row per result: ``key server query_id query_name sql parameters rows columns bytes
            retrieved_at age last_used replaced_at``. `age` is that of the data; `last_used` is
            right to within a minute. A past result has in `replaced_at` when a newer one took its
            place, and no `last_used`. Damaged entries are left out (see `verify`), documents too.
        """
        now = self.now()
        return self._access.attempt(
            lambda index: list_entries(index, now), otherwise=list_entries(None, now)
        )

    def results_of(self, server: str, query_id: int) -> list[ResultHead]:
        """Return what is known of a query's newest results among the 200 used last.

        Parameters
        ----------
        server : str
            The server's address.
        query_id : int

        Returns
        -------
        list of ResultHead
            Last used first, of any values of its parameters: `rows`, and `provenance` with the time
            that they took. The rows themselves are not read. Past results are left out.
        """
        return self._access.attempt(
            lambda index: heads_of_query(index, server, query_id, LOOKED_THROUGH), otherwise=[]
        )

    def note_decision(self, what: str, key: str, decision: Decision) -> None:
        """Note a read's decision, for `decisions`."""
        self._decisions.append(NotedDecision(at=self.now(), what=what, key=key, decision=decision))

    def decisions(self) -> pd.DataFrame:
        """Return what the reads of this process decided about copies in this folder, and why.

        Returns
        -------
        DataFrame
            One row per decision, newest first, of the last 1,000: ``at what action reason age
            key``. `action` is ``"use"``, ``"fetch"`` or ``"fail"``, `age` that of the copy's data,
            null where there was none. `reason` is a name, such as ``"fresh"`` or ``"too-old"``
            (by `max_age`), ``"not-edited"`` or ``"newer-result"`` (by what the server said),
            ``"max-age-zero"`` or ``"cache-off"`` (by what the caller said), ``"shared-flight"``
            (another read fetched it meanwhile), ``"stale-if-error"`` (the server was away).
        """
        return list_decisions(list(self._decisions))

    def prune(
        self, *, size_limit: int | None = None, unused_for: timedelta | None = None
    ) -> PruneReport:
        """Remove entries over the limits, and files that killed processes left.

        Parameters
        ----------
        size_limit : int, optional
            Bytes to come down to, for this time; the cache's own limit if not given.
        unused_for : timedelta, optional
            How long an entry may be unused, for this time; the cache's own limit if not given. A
            past result goes as long after it was replaced.
        """
        limit = self.size_limit if size_limit is None else size_limit
        unused = self.unused_limit if unused_for is None else unused_for
        since = self._clock() - unused.total_seconds()
        past_since = self._past_since(unused)
        if unused_for is not None:
            past_since = max(past_since, since)

        def remove_entries(index: EntryIndex) -> PruneReport:
            gone = index.evict(limit, unused_since=since, past_since=past_since)
            self._loader.forget()
            index.shrink()
            return _report(gone, files=sweep(index, self._access.folder))

        return self._access.attempt(remove_entries, otherwise=PruneReport())

    def clear(self, *, query_id: int | None = None) -> PruneReport:
        """Remove every entry; with `query_id`, the results of that query alone.

        Those that were read by a result's id alone name no query: they are removed with the query
        where it has that result here too, or one of the same SQL.
        """

        def remove_entries(index: EntryIndex) -> PruneReport:
            rows = index.rows()
            if query_id is not None:
                keys = keys_of_query(index, query_id)
                rows = [row for row in rows if row.key in keys]
            gone = [row for row in rows if index.drop(row)]
            self._loader.forget()
            index.shrink()
            return _report(gone, files=0)

        return self._access.attempt(remove_entries, otherwise=PruneReport())

    def verify(self) -> VerifyReport:
        """Read every entry whole, and drop the damaged ones."""
        return self._access.attempt(verify_entries, otherwise=VerifyReport())

    def _staging(self) -> Staging | None:
        return Staging(self._access.folder / STAGING_FOLDER) if self._access.is_usable() else None

    def _past_since(self, unused: timedelta) -> float:
        """Return since when a past result must have been replaced to be kept now."""
        kept_for = unused if self.history is None else self.history
        return self._clock() - kept_for.total_seconds()

    def _store(self, key: str, staging: Staging, provenance: Provenance | None) -> bool:
        now = self._clock()

        def save(index: EntryIndex) -> bool:
            index.save(key, staging, now, new=None if self.history is None else provenance)
            gone = index.evict(
                self.size_limit,
                unused_since=now - self.unused_limit.total_seconds(),
                past_since=self._past_since(self.unused_limit),
                keep=(key,),
            )
            if gone:
                logger.debug("cache: %d entries evicted", len(gone))
            if not self._swept:
                self._swept = True
                sweep_if_due(index, self._access.folder, now)
            return True

        return self._access.attempt(save, otherwise=False)


def _open_again(
    directory: Path, size_limit: int, history: timedelta | None, unused_limit: timedelta
) -> ResultCache:
    return ResultCache(directory, size_limit=size_limit, history=history, unused_limit=unused_limit)


def _report(rows: list[Row], *, files: int) -> PruneReport:
    return PruneReport(entries=len(rows), bytes=sum(row.size for row in rows), left_overs=files)
