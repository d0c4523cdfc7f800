"""One read in the background, which can be watched and cancelled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from watchframe.client import Deadline, OnStatus
from watchframe.decode import deviations_of
from watchframe.errors import JobCancelledError
from watchframe.models import Job
from watchframe.read import Answer, Background, ReadOptions, answer_query, frame_of

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
        self._background = Background(self._read, timeout=options.timeout, on_done=self._end)

    def start(self) -> None:
        """Begin."""
        self._background.start()
        threading.Thread(target=self._tell, name="watchframe-picker", daemon=True).start()

    def cancel(self) -> None:
        """End it soon, and its job on the server with it."""
        self._background.cancel()

    def wait(self, timeout: float | None = None) -> Outcome | None:
        """Give how it ended, once it has; None where that takes longer than `timeout` seconds."""
        self._background.wait(timeout)
        return self.outcome

    @property
    def seconds(self) -> float:
        """How long it has been going on, or took."""
        return self._background.seconds

    def _read(self, deadline: Deadline, on_status: OnStatus) -> Outcome:
        options = replace(self._options, deadline=deadline, on_status=on_status, progress=False)
        answer = answer_query(self._query_id, self.params, options)
        notes = tuple(str(deviation) for deviation in deviations_of(answer.table))
        return Outcome(frame=frame_of(answer), answer=answer, notes=notes)

    def _end(self) -> None:
        outcome = self._background.result or Outcome(error=self._background.error)
        self.outcome = replace(outcome, seconds=self.seconds)
        self._on_done(self, self.outcome)

    def _tell(self) -> None:
        while not self._background.wait(TICK):
            self._on_progress(self, Progress(job=self._background.job, seconds=self.seconds))
