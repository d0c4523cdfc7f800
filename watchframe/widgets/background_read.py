"""One read in the background, which can be watched and cancelled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from watchframe.client import Deadline
from watchframe.decode import deviations_of, to_frame
from watchframe.errors import JobCancelledError, WatchframeError
from watchframe.models import Job
from watchframe.read import Answer, ReadOptions, answer_query

#: Seconds between two looks at the clock.
TICK = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a read ended: a frame with the answer that it was made of, or an error.

    Attributes
    ----------
    frame : pandas.DataFrame or None
    answer : Answer or None
    error : Exception or None
    seconds : float
        How long it took.
    notes : tuple of str
        What is remarkable about the columns.
    """

    frame: pd.DataFrame | None = None
    answer: Answer | None = None
    error: Exception | None = None
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
    """How far a read has come.

    Attributes
    ----------
    job : Job or None
        None before there is one.
    seconds : float
        Since its start.
    """

    job: Job | None
    seconds: float


class BackgroundRead:
    """A read of a saved query on threads of its own; the kernel stays free.

    Parameters
    ----------
    query_id : int
    params : mapping of str to object
    options : ReadOptions
        Its ``timeout`` counts from `start`.
    on_progress, on_done : callable
        Called from those threads.
    """

    def __init__(
        self,
        query_id: int,
        params: Mapping[str, object],
        options: ReadOptions,
        *,
        on_progress: Callable[[BackgroundRead, Progress], None],
        on_done: Callable[[BackgroundRead, Outcome], None],
    ) -> None:
        self.params = dict(params)
        self.outcome: Outcome | None = None
        self._query_id = query_id
        self._options = options
        self._on_progress = on_progress
        self._on_done = on_done
        self._done = threading.Event()
        self._job: Job | None = None
        self._started = time.monotonic()
        self._deadline = Deadline.after(options.timeout)

    def start(self) -> None:
        """Begin."""
        for target in (self._read, self._tell):
            threading.Thread(target=target, name="watchframe-picker", daemon=True).start()

    def cancel(self) -> None:
        """End it soon, and its job on the server with it."""
        self._deadline.cancel()

    def wait(self, timeout: float | None = None) -> Outcome | None:
        """Give how it ended, once it has; None where that takes longer than `timeout` seconds."""
        self._done.wait(timeout)
        return self.outcome

    @property
    def seconds(self) -> float:
        """How long it has been going on."""
        return time.monotonic() - self._started

    def _read(self) -> None:
        try:
            outcome = self._answer()
        except WatchframeError as error:
            outcome = Outcome(error=error)
        except Exception as error:  # noqa: BLE001 - a thread's error would be lost; it is shown
            outcome = Outcome(error=error)
        self.outcome = replace(outcome, seconds=self.seconds)
        try:
            self._on_done(self, self.outcome)
        finally:
            self._done.set()

    def _answer(self) -> Outcome:
        options = replace(
            self._options, deadline=self._deadline, on_status=self._on_status, progress=False
        )
        answer = answer_query(self._query_id, self.params, options)
        frame = to_frame(answer.table)
        frame.attrs["watchframe"] = answer.attributes
        notes = tuple(str(deviation) for deviation in deviations_of(answer.table))
        return Outcome(frame=frame, answer=answer, notes=notes)

    def _on_status(self, job: Job | None) -> None:
        self._job = job

    def _tell(self) -> None:
        while not self._done.wait(TICK):
            self._on_progress(self, Progress(job=self._job, seconds=self.seconds))
