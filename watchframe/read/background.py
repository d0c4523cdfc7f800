"""Work in threads of its own, and how an event loop waits for it."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import threading
import time
import weakref
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any, Generic, TypeVar

from watchframe.client import Deadline, OnStatus
from watchframe.locks import wait_for
from watchframe.models import Job

T = TypeVar("T")

#: Seconds that the end of the interpreter waits for the cancellation of what still runs.
EXIT_TIMEOUT = 5.0
#: Seconds between two turns of an event loop that waits for a read. Without them, a notebook's
#: interrupt button does nothing: ipykernel cancels the cell when its loop turns, and wakes no loop.
WAKE_EVERY = 0.2


class Background(Generic[T]):
    """One piece of work in a thread, which keeps its result or its error.

    Work that is still going on when the interpreter ends is cancelled, on the server too.

    Parameters
    ----------
    work : callable
        Called with a `Deadline`, which `cancel` ends, and a callback for the job's state.
    timeout : float or None
        Seconds from `start`.
    on_done : callable, optional
        Called in the thread, before those that wait go on.
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
        #: Where `error` was raised: each time that it is raised again, Python adds the place to it.
        self.trace: TracebackType | None = None
        self.job: Job | None = None
        self._work = work
        self._on_done = on_done
        self._deadline = Deadline.after(timeout)
        self._done = threading.Event()
        self._guard = threading.Lock()
        self._listeners: list[Callable[[], object]] = []
        self._started = time.monotonic()
        self._ended: float | None = None
        # A daemon: at the end nothing waits for it but `_cancel_all`, and that not for long.
        self._thread = threading.Thread(target=self._run, name="watchframe-read", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._deadline = self._deadline.restarted()
        self._started = time.monotonic()
        _going_on.add(self)
        self._thread.start()

    def cancel(self) -> None:
        """End it soon, and its job on the server with it; nothing where it has ended."""
        self._deadline.cancel()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for at most `timeout` seconds; return whether it has ended."""
        return wait_for(self._done, timeout)

    def when_done(self, call: Callable[[], object]) -> None:
        """Call `call` at the end, from its thread, or now where it has ended."""
        with self._guard:
            if not self.is_done:
                self._listeners.append(call)
                return
        call()

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
            self.error, self.trace = error, error.__traceback__
        self._ended = time.monotonic()
        try:
            if self._on_done is not None:
                self._on_done()
        finally:
            with self._guard:
                self._done.set()
            _going_on.discard(self)
            for call in self._listeners:
                call()

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


async def until(when_ended: Callable[[Callable[[], object]], object]) -> None:
    """Wait, without blocking the event loop, until `when_ended` calls what it is given.

    That may be from any thread.
    """
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    when_ended(partial(_set_soon, loop, ended))
    while not ended.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WAKE_EVERY):
                await ended.wait()


def _set_soon(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    """Set a loop's event from another thread; a loop that is closed waits for nothing."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(event.set)
