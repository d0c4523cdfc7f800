"""Single flight: of concurrent reads of one key, one asks the server; the others wait for it."""

from __future__ import annotations

import contextlib
import logging
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from watchframe.cache.file_locks import noted_end, try_lock, unlock
from watchframe.errors import JobTimeoutError
from watchframe.hints import Hint, Kind
from watchframe.locks import ProcessLock
from watchframe.reprs import Shown

logger = logging.getLogger(__name__)

#: Seconds between two polls of a lock that another caller holds, so a holder's death is seen within
#: `LONGEST_PAUSE`.
FIRST_PAUSE = 0.002
LONGEST_PAUSE = 0.1


@dataclass(slots=True, kw_only=True, repr=False)
class Flight(Shown):
    """One caller's hold of the lock.

    Attributes
    ----------
    waited_since : datetime or None
        Since when this caller waited for another one; None where it did not wait. If it did, look
        into the cache again (`decide` takes this moment) before asking the server.
    waited_in_vain : bool
        Whether a holder that this caller waited for called `end_in_vain`. Then release the lock
        before asking the server: callers would else fail one after the other, each after a wait.
    """

    waited_since: datetime | None
    waited_in_vain: bool = False
    ends_in_vain: bool = False

    def end_in_vain(self) -> None:
        """Tell the waiting callers that this one brings nothing that could answer them."""
        self.ends_in_vain = True


@dataclass(slots=True)
class _LocalLock:
    """What the threads of this process share while any of them holds the lock or waits for it."""

    lock: threading.Lock
    users: int = 0
    ended_in_vain: float = 0.0


_local_locks: dict[str, _LocalLock] = {}
_local_guard = ProcessLock()

if hasattr(os, "register_at_fork"):
    # A forked child has none of its parent's threads: it would wait for their locks forever.
    os.register_at_fork(after_in_child=_local_locks.clear)


@contextlib.contextmanager
def single_flight(
    name: str,
    folder: Path | None,
    *,
    timeout: float | None,
    check: Callable[[], object] | None = None,
) -> Iterator[Flight]:
    """Hold the lock for `name` within the block, alone among threads and processes.

    Parameters
    ----------
    name : str
        A cache key: hexadecimal digits.
    folder : Path or None
        Where the locks' files lie; None: among the threads of this process alone.
    timeout : float or None
        Seconds to wait at most.
    check : callable, optional
        Called repeatedly while waiting; what it raises ends the wait.

    Raises
    ------
    JobTimeoutError
        Another caller still held the lock after `timeout`.
    """
    asked = time.time()
    wait = _Wait(timeout, check)
    with _local_lock(f"{folder}/{name}", wait) as local:
        path, descriptor = _file_lock(name, folder, wait)
        flight = Flight(waited_since=None)
        if wait.has_waited:
            logger.debug("single flight: %.12s: waited %.3f s", name, wait.seconds)
            flight.waited_since = datetime.fromtimestamp(asked, UTC)
            last = max(local.ended_in_vain, 0.0 if descriptor is None else noted_end(descriptor))
            flight.waited_in_vain = last >= asked
        try:
            yield flight
        finally:
            if flight.ends_in_vain:
                local.ended_in_vain = time.time()
            if path is not None and descriptor is not None:
                unlock(path, descriptor, note_end=flight.ends_in_vain)


class _Wait:
    """Growing pauses within one timeout."""

    def __init__(self, timeout: float | None, check: Callable[[], object] | None) -> None:
        self.has_waited = False
        self._timeout = timeout
        self._check = check
        self._start = time.monotonic()
        self._pause = FIRST_PAUSE

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start

    def left(self) -> float | None:
        return None if self._timeout is None else max(self._timeout - self.seconds, 0.0)

    def until_next_poll(self) -> float:
        """Return the seconds until the next poll, at most `LONGEST_PAUSE`."""
        self.has_waited = True
        if self._check is not None:
            self._check()
        left = self.left()
        if left == 0.0:
            self.give_up()
        return LONGEST_PAUSE if left is None else min(LONGEST_PAUSE, left)

    def pause(self) -> None:
        longest = self.until_next_poll()
        pause = self._pause * random.uniform(0.5, 1.0)  # noqa: S311 - spreads, keeps no secret
        time.sleep(min(pause, longest))
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def give_up(self) -> None:
        timeout = self._timeout or 0.0
        raise JobTimeoutError(
            f"The same result was being fetched elsewhere, and was not there after {timeout:g} s.",
            timeout=timeout,
            hint=Hint(Kind.FETCHED_ELSEWHERE),
        )


@contextlib.contextmanager
def _local_lock(name: str, wait: _Wait) -> Iterator[_LocalLock]:
    """Lock among the threads of this process, so that only one of them polls the lock's file.

    A lock exists while a thread holds it or waits for it.
    """
    with _local_guard.lock:
        shared = _local_locks.setdefault(name, _LocalLock(threading.Lock()))
        shared.users += 1
    try:
        if not shared.lock.acquire(blocking=False):
            while not shared.lock.acquire(timeout=wait.until_next_poll()):
                pass
        try:
            yield shared
        finally:
            shared.lock.release()
    finally:
        with _local_guard.lock:
            shared.users -= 1
            # In a child that was forked while it was held, the name may be another lock's by now.
            if not shared.users and _local_locks.get(name) is shared:
                del _local_locks[name]


def _file_lock(name: str, folder: Path | None, wait: _Wait) -> tuple[Path | None, int | None]:
    """Lock among processes, where the file system can."""
    if folder is None:
        return None, None
    path = folder / name
    while True:
        try:
            try:
                descriptor = try_lock(path)
            except FileNotFoundError:  # the first lock of all, or the folder was deleted meanwhile
                folder.mkdir(mode=0o700, exist_ok=True)
                descriptor = try_lock(path)
        except OSError as error:
            logger.debug("single flight: no lock between processes: %s", error)
            return None, None
        if descriptor is not None:
            return path, descriptor
        wait.pause()
