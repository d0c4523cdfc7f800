"""One read in the background, which can be watched and cancelled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from watchframe.client import Deadline, OnStatus
from watchframe.errors import JobCancelledError
from watchframe.models import Job
from watchframe.read import (
    Answer,
    Background,
    ReadOptions,
    answer_query,
    answer_warnings,
    frame_of,
)
from watchframe.widgets.control import GUARD

#: Seconds between two looks at the clock.
TICK = 0.5
#: Some read has ended. Of the pickers' own lock, so that who waits lets go of that.
ENDED = threading.Condition(GUARD)


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
        What a read outside of a picker would warn of.
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
    is_cancelling : bool
        Whether it is to end without a result.
    expected : float or None
        Seconds that it took the last time, where that is known.
    """

    job: Job | None
    seconds: float
    is_cancelling: bool = False
    expected: float | None = None


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
        self._is_told = False
        self._teller: int | None = None
        self._listeners: list[Callable[[], object]] = []
        self._background = Background(self._read, timeout=options.timeout, on_done=self._end)

    def start(self) -> None:
        """Begin."""
        self._background.start()
        threading.Thread(target=self._tell, name="watchframe-picker", daemon=True).start()

    def cancel(self) -> None:
        """End it soon, and its job on the server with it."""
        self._is_cancelling = True
        self._background.cancel()

    @property
    def is_going_on(self) -> bool:
        """Whether it will still give something: it has neither ended nor been cancelled."""
        return self.outcome is None and not self._is_cancelling

    @property
    def progress(self) -> Progress:
        """How far it has come."""
        return Progress(
            job=self._background.job,
            seconds=self.seconds,
            is_cancelling=self._is_cancelling,
            expected=self._expected,
        )

    def wait(self, timeout: float | None = None) -> Outcome | None:
        """Give how it ended, once it has; None where that takes longer than `timeout` seconds.

        Whoever holds the lock over all pickers, as those do who observe one, lets go of it
        meanwhile: the read needs it to end.
        """
        with ENDED:
            ENDED.wait_for(self._has_ended, timeout)
            return self.outcome if self._has_ended() else None

    def when_ended(self, call: Callable[[], object]) -> None:
        """Have `call` called at the end, from the read's thread, or now where it has ended."""
        with ENDED:
            if not self._has_ended():
                self._listeners.append(call)
                return
        call()

    @property
    def seconds(self) -> float:
        """How long it has been going on, or took."""
        return self._background.seconds

    def _has_ended(self) -> bool:
        """Tell whether the end was told to all; to those who are told just now, it was."""
        return self._is_told or self._teller == threading.get_ident()

    def _read(self, deadline: Deadline, on_status: OnStatus) -> Outcome:
        options = replace(self.options, deadline=deadline, on_status=on_status, progress=False)
        answer = answer_query(self._query_id, self.params, options)
        notes = tuple(str(warning) for warning in answer_warnings(answer))
        return Outcome(frame=frame_of(answer), answer=answer, notes=notes)

    def _end(self) -> None:
        outcome = self._background.result or Outcome(error=self._background.error)
        self._teller = threading.get_ident()
        self.outcome = replace(outcome, seconds=self.seconds)
        try:
            self._on_done(self, self.outcome)
        finally:
            with ENDED:
                self._teller, self._is_told = None, True
                listeners, self._listeners = self._listeners, []
                ENDED.notify_all()
            for call in listeners:
                call()

    def _tell(self) -> None:
        while not self._background.wait(TICK):
            self._on_progress(self, self.progress)
