"""`pack`: the rows of a lock's results, gathered into one file that can be passed on."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from watchframe.client import Client
from watchframe.config.files import atomic_file, check_writable
from watchframe.errors import ArgumentError, LockError, ResultGoneError
from watchframe.read.documents import ANY_AGE, Documents
from watchframe.read.lock_file import Lock, LockedAnswer, parse_lock, read_lock_bytes
from watchframe.read.lock_find import find_result
from watchframe.read.lock_pack import write_pack
from watchframe.read.options import ReadOptions
from watchframe.read.pipeline import answer_result


def pack(
    lock: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    *,
    timeout: float | None = 300.0,
    client: Client | None = None,
) -> Path:
    """Write the rows of a lock's results into one file, which `replay` takes in place of the lock.

    Whoever has the file can make the report again without an account and without the server. It
    holds all rows, and the definitions of the charts and dashboards among the reads; no key.

    Parameters
    ----------
    lock : str or path
        A lock, as `freeze` writes it.
    output : str or path, optional
        The pack, a tar file: the lock's name with the ending ``.tar`` by default.
    timeout : float or None
        Seconds for each result that the server is asked for, because the local cache has it no
        more.
    client : Client, optional
        As of `read_watch_query`.

    Returns
    -------
    pathlib.Path
        The pack.

    Raises
    ------
    ResultGoneError
        The rows of one result are neither here nor on the server any more; nothing was written.
    LockError
        The lock cannot be read, or the pack not be written.
    ArgumentError
        No file can be written there.

    Examples
    --------
    >>> pack("no.lock")
    Traceback (most recent call last):
    watchframe.errors.LockError: There is no lock no.lock.
    Hint: Freeze again: run the whole report within watchframe.freeze('no.lock').
    """
    source = Path(lock).expanduser()
    target = source.with_suffix(".tar") if output is None else Path(output).expanduser()
    check_writable(target)
    if target.absolute() == source.absolute():
        raise ArgumentError(
            "The pack would take the place of its lock.", hint="Give it another name."
        )
    content = read_lock_bytes(source)
    parsed = parse_lock(content, source.name)
    packing = _Packing(parsed, timeout, client)
    try:
        with atomic_file(target) as file:
            write_pack(file, content, packing.tables(), packing.documents())
    except OSError as error:
        raise LockError(
            f"The pack {target.name} cannot be written: {error.strerror or error}."
        ) from None
    return target


class _Packing:
    def __init__(self, lock: Lock, timeout: float | None, client: Client | None) -> None:
        self._lock = lock
        self._timeout = timeout
        self._client = client
        self._of_servers: dict[str, Client] = {}

    def tables(self) -> Iterator[tuple[str, pa.Table]]:
        """Yield the rows of each result once, sorted by their hash."""
        wanted: dict[str, list[LockedAnswer]] = {}
        for answer in self._lock.answers:
            wanted.setdefault(answer.row_hash, []).append(answer)
        for hash_, answers in sorted(wanted.items()):
            yield hash_, self._table(answers)

    def documents(self) -> Iterator[tuple[str, list[Any], object]]:
        """Yield the definitions that are here."""
        for item in self._lock.documents:
            value = Documents(self._options(item.server), ANY_AGE, may_ask=False).kept(
                *item.name, query_id=item.query_id
            )
            if value is not None:
                yield item.server, item.name, _without_persons(value)

    def _table(self, answers: list[LockedAnswer]) -> pa.Table:
        """Return the rows that several reads had: any of them may have left them here."""
        for place, locked in enumerate(answers):
            options = self._options(locked.server)

            def fetch(question: Any, options: ReadOptions = options) -> Any:
                return answer_result(question, options)

            try:
                return find_result(locked, options, None, fetch).table
            except ResultGoneError:
                if place == len(answers) - 1:
                    raise
        raise AssertionError  # there is at least one

    def _options(self, server: str) -> ReadOptions:
        return ReadOptions.of_server(server, self._client, timeout=self._timeout)


def _without_persons(value: object) -> object:
    """Return a definition without its authors: whoever gets the pack need not know them."""
    if isinstance(value, list):
        return [_without_persons(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {
        # A parameter may be called so; parameters stand in options.
        name: item if name == "options" else None if name in _PERSONS else _without_persons(item)
        for name, item in value.items()
    }


_PERSONS = ("user", "last_modified_by")
