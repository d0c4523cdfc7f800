"""Deadlines: one time limit over all that a call does; and work that undoes itself on Ctrl-C."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from numbers import Real
from typing import Self, TypeVar

from watchframe.errors import ArgumentError, JobCancelledError, JobTimeoutError
from watchframe.hints import Hint, Kind
from watchframe.locks import wait_for

T = TypeVar("T")
R = TypeVar("R")

#: Seconds between two checks of whether the deadline was cancelled.
CHECK_EVERY = 0.2


@dataclass(frozen=True, slots=True, repr=False)
class Deadline:
    """A moment after which nothing more is waited for.

    Attributes
    ----------
    timeout : float or None
        Seconds from its start; None for no limit.
    ends : float or None
        By the monotonic clock.
    """

    timeout: float | None
    ends: float | None
    _cancelled: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)

    @classmethod
    def after(cls, timeout: float | None) -> Self:
        """Return one that ends `timeout` seconds from now; with None, it never ends.

        Raises
        ------
        ArgumentError
            `timeout` is not a number of seconds.
        """
        if timeout is not None and not _is_seconds(timeout):
            raise ArgumentError(
                f"timeout is {timeout!r}.",
                hint="Give a number of seconds, such as 300, or None to wait as long as it takes.",
            )
        return cls(timeout, None if timeout is None else time.monotonic() + timeout)

    def __repr__(self) -> str:
        return "<Deadline: none>" if self.timeout is None else f"<Deadline of {self.timeout:g} s>"

    def restarted(self) -> Self:
        """Return one of the same length that starts now; `cancel` of either ends both."""
        return replace(type(self).after(self.timeout), _cancelled=self._cancelled)

    def cancel(self) -> None:
        """End it now, from any thread: a call that waits under it raises and cancels its job."""
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancelled.is_set()

    def remaining(self) -> float | None:
        """Return the seconds left, or None where there is no limit.

        Raises
        ------
        JobCancelledError
            `cancel` was called.
        JobTimeoutError
            None are left.
        """
        if self._cancelled.is_set():
            raise JobCancelledError("The read was cancelled.")
        if self.ends is None or self.timeout is None:
            return None
        left = self.ends - time.monotonic()
        if left <= 0:
            raise JobTimeoutError(
                f"There was no result within {self.timeout:g} s.",
                timeout=self.timeout,
                hint=Hint(Kind.LONGER_TIMEOUT),
            )
        return left

    def at_most(self, seconds: float) -> Self:
        """Return this deadline, or one that ends `seconds` from now where that is sooner."""
        ends = time.monotonic() + seconds
        if self.ends is not None and self.ends <= ends:
            return self
        return replace(self, timeout=seconds, ends=ends)

    def later(self, seconds: float) -> Self:
        """Return one that ends `seconds` after this one, and that only its own `cancel` ends."""
        ends = None if self.ends is None else self.ends + seconds
        return replace(self, ends=ends, _cancelled=threading.Event())

    def cut(self, seconds: float) -> float:
        """Return `seconds`, or what is left where that is less."""
        left = self.remaining()
        return seconds if left is None else min(seconds, left)

    def sleep(self, seconds: float) -> None:
        """Wait for `seconds`, or until the end or the cancellation, whichever comes first."""
        wait_for(self._cancelled, self.cut(seconds))
        self.remaining()


def _is_seconds(timeout: object) -> bool:
    if not isinstance(timeout, Real) or isinstance(timeout, bool):
        return False
    try:
        return float(timeout) >= 0  # and so not NaN
    except OverflowError:  # an integer of hundreds of digits
        return False


NO_DEADLINE = Deadline(None, None)


def uninterrupted(
    work: Callable[[Deadline], T],
    then: Callable[[T], R],
    *,
    undo: Callable[[T], None],
    deadline: Deadline,
    grace: float,
    meanwhile: Callable[[], object] | None = None,
) -> R:
    """Return what `then` makes of the answer of `work`; where interrupted, undo what `work` did.

    An interrupt, or the deadline's end, is raised here as anywhere; but first the answer of `work`
    is still awaited for a few seconds and passed to `undo`. So Ctrl-C leaves no job running whose
    id was still on its way.

    Parameters
    ----------
    work : callable
        Runs in a thread of its own, which no interrupt reaches. It is given the deadline for the
        answer to what it has sent: `grace` seconds after `deadline`, or after the interrupt.
    then : callable
        Continues with the answer. It is called from here, so that there is no moment between the
        two at which an interrupt would lose the answer. Its own errors undo nothing.
    undo : callable
        Takes the answer that is not needed any more.
    deadline : Deadline
        Limits `work` alone, until what it sends is on its way.
    grace : float
        Seconds for which the answer is still awaited.
    meanwhile : callable, optional
        Called from here while `work` goes on; what it raises undoes `work`, and is raised.
    """
    answer: Future[T] = Future()
    for_the_answer = deadline.later(grace)
    is_there = threading.Event()  # concurrent.futures.wait makes several locks for each wait

    def run() -> None:
        try:
            answer.set_result(work(for_the_answer))
        except BaseException as error:  # noqa: BLE001 - it is raised where it is awaited
            answer.set_exception(error)
        finally:
            is_there.set()

    def give_up() -> None:
        is_there.wait(grace)
        for_the_answer.cancel()
        if answer.done() and answer.exception() is None:
            undo(answer.result())

    try:
        try:
            threading.Thread(target=run, name="watchframe-request", daemon=True).start()
            if meanwhile is not None:
                meanwhile()
            while not is_there.wait(CHECK_EVERY):
                deadline.remaining()
        except Exception:
            give_up()
            raise
        return then(answer.result())
    except Exception:
        raise
    except BaseException:
        give_up()
        raise
