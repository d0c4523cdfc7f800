"""The runs of one picker in the background: at most one is current, a newer one replaces it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Literal

import pandas as pd

from watchframe.client import Deadline, OnStatus
from watchframe.errors import JobCancelledError
from watchframe.models import Job
from watchframe.read import (
    Answer,
    Background,
    Output,
    ReadOptions,
    answer_query,
    answer_warnings,
    until,
)
from watchframe.widgets.control import GUARD

#: Seconds between two reports of progress.
TICK = 0.5
#: Notified when a read has ended. It shares the pickers' lock, which waiting releases.
ENDED = threading.Condition(GUARD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a read ended: with a frame and the answer that it was made of, or with an error.

    `trace` is where the error was raised. It took `seconds`; `notes` are what a read outside of a
    picker would warn of.
    """

    frame: pd.DataFrame | None = None
    answer: Answer | None = None
    error: Exception | None = None
    trace: TracebackType | None = None
    seconds: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def status(self) -> Literal["done", "failed", "cancelled"]:
        """How it ended, in a word."""
        if isinstance(self.error, JobCancelledError):
            return "cancelled"
        return "done" if self.error is None else "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a read is: its job, if there is one yet, and the seconds since its start.

    `expected` is how many it took the last time, where that is known.
    """

    job: Job | None
    seconds: float
    is_cancelling: bool = False
    expected: float | None = None


class BackgroundRead:
    """A read of a saved query on threads of its own, so that the kernel stays free.

    Parameters
    ----------
    query_id : int
    params : mapping of str to object
    options : ReadOptions
        Its ``deadline`` counts from `start`.
    on_progress, on_done : callable
        Called from those threads.
    expected : float or None
        Seconds that it took the last time.
    """

    def __init__(
        self,
        query_id: int,
        params: Mapping[str, object],
        options: ReadOptions,
        *,
        on_progress: Callable[[BackgroundRead, Progress], None],
        on_done: Callable[[BackgroundRead, Outcome], None],
        expected: float | None = None,
    ) -> None:
        self.params = dict(params)
        self.options = options
        self.outcome: Outcome | None = None
        self._query_id = query_id
        self._on_progress = on_progress
        self._on_done = on_done
        self._expected = expected
        self._is_cancelling = False
        self._is_announced = False
        self._announcing_thread: int | None = None
        self._listeners: list[Callable[[], object]] = []
        self._background = Background(
            self._read, timeout=options.deadline.timeout, on_done=self._end
        )

    def start(self) -> None:
        """Start reading."""
        self._background.start()
        threading.Thread(target=self._report, name="watchframe-picker", daemon=True).start()

    def cancel(self) -> None:
        """Cancel it, and its job on the server."""
        self._is_cancelling = True
        self._background.cancel()

    @property
    def is_running(self) -> bool:
        """Whether it has neither ended nor been cancelled."""
        return self.outcome is None and not self._is_cancelling

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return Progress(
            job=self._background.job,
            seconds=self.seconds,
            is_cancelling=self._is_cancelling,
            expected=self._expected,
        )

    def wait(self, timeout: float | None = None) -> Outcome | None:
        """Return how it ended, once it has; None where that takes longer than `timeout` seconds.

        A caller that holds the pickers' lock, as observers of a picker do, releases it meanwhile:
        the read needs it to end.
        """
        with ENDED:
            ENDED.wait_for(self._has_ended, timeout)
            return self.outcome if self._has_ended() else None

    def when_ended(self, call: Callable[[], object]) -> None:
        """Call `call` at the end, from the read's thread, or now where it has ended."""
        with ENDED:
            if not self._has_ended():
                self._listeners.append(call)
                return
        call()

    @property
    def seconds(self) -> float:
        """How long it has been running, or took."""
        return self._background.seconds

    def _has_ended(self) -> bool:
        """Return whether all know of the end, or the thread that is announcing it asks."""
        return self._is_announced or self._announcing_thread == threading.get_ident()

    def _read(self, deadline: Deadline, on_status: OnStatus) -> Outcome:
        options = replace(self.options, deadline=deadline, on_status=on_status, progress=False)
        answer = answer_query(self._query_id, self.params, options)
        notes = tuple(str(warning) for warning in answer_warnings(answer))
        return Outcome(frame=Output().frame(answer), answer=answer, notes=notes)

    def _end(self) -> None:
        background = self._background
        outcome = background.result or Outcome(error=background.error, trace=background.trace)
        self._announcing_thread = threading.get_ident()
        self.outcome = replace(outcome, seconds=self.seconds)
        try:
            self._on_done(self, self.outcome)
        finally:
            with ENDED:
                self._announcing_thread, self._is_announced = None, True
                listeners, self._listeners = self._listeners, []
                ENDED.notify_all()
            for call in listeners:
                call()

    def _report(self) -> None:
        while not self._background.wait(TICK):
            self._on_progress(self, self.progress)


class Runs:
    """Starts runs of a saved query, cancels them, and waits for them.

    Parameters
    ----------
    query_id : int
    start : callable
        Starts one by `start_with`, where a caller waits and none was started yet.
    on_progress, on_done : callable
        Called from a run's threads, only for the newest run.

    Attributes
    ----------
    took : float or None
        Seconds, the last time that the server ran it, where that is known.
    """

    def __init__(
        self,
        query_id: int,
        *,
        start: Callable[[], object],
        on_progress: Callable[[Progress], object],
        on_done: Callable[[Outcome], object],
    ) -> None:
        self._query_id = query_id
        self._start = start
        self._on_progress = on_progress
        self._on_done = on_done
        self._newest: BackgroundRead | None = None
        self.took: float | None = None

    @property
    def outcome(self) -> Outcome | None:
        """How the newest run ended; None where none has."""
        return self._newest.outcome if self._newest is not None else None

    @property
    def params(self) -> Mapping[str, object]:
        """The values of the newest run."""
        return {} if self._newest is None else self._newest.params

    def start_with(self, params: Mapping[str, object], options: ReadOptions) -> Progress | None:
        """Start a run and cancel the current one; return None where that one is the same."""
        before = self._newest if self._newest is not None and not self._newest.outcome else None
        if before is not None:
            if before.is_running and (before.params, before.options) == (params, options):
                return None
            # Equal queries share one job on the server. Cancelling a run with these very values
            # does not cancel the new one: the cache lets one at a time read them.
            before.cancel()
        self._newest = BackgroundRead(
            self._query_id,
            params,
            options,
            on_progress=self._show_progress,
            on_done=self._show_outcome,
            expected=self.took,
        )
        self._newest.start()
        return self._newest.progress

    def cancel(self) -> Progress | None:
        """Cancel the current run; return None where there is none."""
        if self._newest is None or self._newest.outcome is not None:
            return None
        self._newest.cancel()
        return self._newest.progress

    def wait(self, timeout: float | None) -> pd.DataFrame:
        """Return the frame of the newest run, once it is there, or raise its error."""
        ends = None if timeout is None else time.monotonic() + timeout
        while True:
            run = self._newest_run()
            outcome = run.wait(None if ends is None else max(ends - time.monotonic(), 0.0))
            if outcome is None:
                raise TimeoutError(f"Query {self._query_id} is still running after {timeout:g} s.")
            if run is self._newest:
                return _frame_of(outcome)

    def settle(self, timeout: float) -> None:
        """Wait until the newest run has ended, but no longer than so many seconds."""
        if self._newest is not None:
            self._newest.wait(timeout)

    async def result(self) -> pd.DataFrame:
        """Return what `wait` returns, without blocking the event loop."""
        while True:
            run = self._newest_run()
            await until(run.when_ended)
            if run is self._newest and run.outcome is not None:
                return _frame_of(run.outcome)

    def _newest_run(self) -> BackgroundRead:
        with GUARD:
            if self._newest is None:
                self._start()
            if self._newest is None:
                raise AssertionError("a run that was not refused was started")
            return self._newest

    def _show_progress(self, run: BackgroundRead, progress: Progress) -> None:
        with GUARD:
            if run is self._newest and run.outcome is None:
                self._on_progress(progress)

    def _show_outcome(self, run: BackgroundRead, outcome: Outcome) -> None:
        with GUARD:
            if run is not self._newest:
                return  # a newer run has replaced it
            if outcome.answer is not None and outcome.answer.source == "executed":
                self.took = outcome.seconds
            self._on_done(outcome)


def _frame_of(outcome: Outcome) -> pd.DataFrame:
    if outcome.frame is None:
        error = outcome.error or AssertionError("a read ends in a frame or an error")
        raise error.with_traceback(outcome.trace)
    return outcome.frame
