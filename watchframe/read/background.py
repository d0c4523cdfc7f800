"""Work on the server that goes on in a thread of its own, and can be watched and cancelled."""

from __future__ import annotations

import atexit
import os
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from watchframe.client import Deadline, OnStatus
from watchframe.models import Job

T = TypeVar("T")

#: Seconds that the end of the interpreter waits for the cancellation of what still runs.
EXIT_TIMEOUT = 5.0


class Background(Generic[T]):
    """One piece of work in a thread; what it gives, or raises, is kept.

    Work that is still going on when the interpreter ends is cancelled, on the server too.

    Parameters
    ----------
    work : callable
        Is given a `Deadline`, which `cancel` ends, and what is to be told the job's state.
    timeout : float or None
        Seconds from `start`.
    on_done : callable, optional
        Called in the thread, before anybody who waits goes on.
    """

    def __init__(
        self,
        work: Callable[[Deadline, OnStatus], T],
        *,
        timeout: float | None,
        on_done: Callable[[], None] | None = None,
    ) -> None:
        self.result: T | None = None
        self.error: Exception | None = None
        self.job: Job | None = None
        self._work = work
        self._on_done = on_done
        self._deadline = Deadline.after(timeout)
        self._done = threading.Event()
        self._started = time.monotonic()
        self._ended: float | None = None
        # A daemon: at the end nothing waits for it but `_cancel_all`, and that not for long.
        self._thread = threading.Thread(target=self._run, name="watchframe-read", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._deadline = self._deadline.restarted()
        self._started = time.monotonic()
        _going_on.add(self)
        self._thread.start()

    def cancel(self) -> None:
        """End it soon, and its job on the server with it; nothing where it has ended."""
        self._deadline.cancel()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for at most `timeout` seconds; tell whether it has ended."""
        return self._done.wait(timeout)

    @property
    def is_done(self) -> bool:
        """Whether it has ended."""
        return self._done.is_set()

    @property
    def seconds(self) -> float:
        """How long it has been going on, or took."""
        return (self._ended or time.monotonic()) - self._started

    def _run(self) -> None:
        try:
            self.result = self._work(self._deadline, self._on_status)
        except Exception as error:  # noqa: BLE001 - a thread's error would be lost; it is kept
            self.error = error
        self._ended = time.monotonic()
        try:
            if self._on_done is not None:
                self._on_done()
        finally:
            self._done.set()
            _going_on.discard(self)

    def _on_status(self, job: Job | None) -> None:
        self.job = job


_going_on: weakref.WeakSet[Background[Any]] = weakref.WeakSet()

if hasattr(os, "register_at_fork"):
    # A forked child has none of its parent's threads: at its end there is nothing to wait for.
    os.register_at_fork(after_in_child=_going_on.clear)


@atexit.register
def _cancel_all() -> None:
    left = list(_going_on)
    for item in left:
        item.cancel()
    ends = time.monotonic() + EXIT_TIMEOUT
    for item in left:
        item.wait(max(ends - time.monotonic(), 0.0))
