"""The runs of one picker: at most one goes on, and a newer one takes its place."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd

from watchframe.read import ReadOptions
from watchframe.widgets.background_read import BackgroundRead, Outcome, Progress
from watchframe.widgets.control import GUARD


class Runs:
    """Begins runs of a saved query, cancels them, and waits for them.

    Parameters
    ----------
    query_id : int
    begin : callable
        Begins one by `begin_with`, where somebody waits and none has begun yet.
    on_progress, on_done : callable
        Called from a run's threads, only for the run that is the newest.
    """

    def __init__(
        self,
        query_id: int,
        *,
        begin: Callable[[], object],
        on_progress: Callable[[Progress], object],
        on_done: Callable[[Outcome], object],
    ) -> None:
        self._query_id = query_id
        self._begin = begin
        self._on_progress = on_progress
        self._on_done = on_done
        self._newest: BackgroundRead | None = None
        self._took: float | None = None  # seconds, the last time that the server ran it

    @property
    def outcome(self) -> Outcome | None:
        """How the newest run ended; None where none has."""
        return self._newest.outcome if self._newest is not None else None

    def begin_with(self, params: Mapping[str, object], options: ReadOptions) -> Progress | None:
        """Begin a run, and cancel the one that is going on; None where that one is the same."""
        before = self._newest if self._newest is not None and not self._newest.outcome else None
        if before is not None:
            if before.is_going_on and (before.params, before.options) == (params, options):
                return None
            # Equal queries share one job on the server. That a run with these values, cancelled
            # just now, does not take the new one along: the cache lets one read them at a time.
            before.cancel()
        self._newest = BackgroundRead(
            self._query_id,
            params,
            options,
            on_progress=self._progressed,
            on_done=self._ended,
            expected=self._took,
        )
        self._newest.start()
        return self._newest.progress

    def cancel(self) -> Progress | None:
        """Cancel the run that is going on; None where there is none."""
        if self._newest is None or self._newest.outcome is not None:
            return None
        self._newest.cancel()
        return self._newest.progress

    def wait(self, timeout: float | None) -> pd.DataFrame:
        """Give the frame of the newest run, once it is there, or raise its error."""
        ends = None if timeout is None else time.monotonic() + timeout
        while True:
            run = self._begun()
            outcome = run.wait(None if ends is None else max(ends - time.monotonic(), 0.0))
            if outcome is None:
                raise TimeoutError(f"Query {self._query_id} is still running after {timeout:g} s.")
            if run is self._newest:
                return _frame_of(outcome)

    async def result(self) -> pd.DataFrame:
        """Give what `wait` gives, while the event loop goes on."""
        loop = asyncio.get_running_loop()
        while True:
            run, ended = self._begun(), asyncio.Event()
            run.when_ended(partial(_set_soon, loop, ended))
            await ended.wait()
            if run is self._newest and run.outcome is not None:
                return _frame_of(run.outcome)

    def _begun(self) -> BackgroundRead:
        with GUARD:
            if self._newest is None:
                self._begin()
            if self._newest is None:
                raise AssertionError("a run that was not refused has begun")
            return self._newest

    def _progressed(self, run: BackgroundRead, progress: Progress) -> None:
        with GUARD:
            if run is self._newest and run.outcome is None:
                self._on_progress(progress)

    def _ended(self, run: BackgroundRead, outcome: Outcome) -> None:
        with GUARD:
            if run is not self._newest:
                return  # a newer run has taken its place
            if outcome.answer is not None and outcome.answer.source == "executed":
                self._took = outcome.seconds
            self._on_done(outcome)


def _frame_of(outcome: Outcome) -> pd.DataFrame:
    if outcome.frame is None:
        raise outcome.error or AssertionError("a read ends in a frame or an error")
    return outcome.frame


def _set_soon(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    """Set an event of a loop from another thread; nobody waits where the loop is closed."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(event.set)
