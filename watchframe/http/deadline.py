"""One time limit over everything that a read does, and a way to end it sooner."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from numbers import Real
from typing import Self

from watchframe.errors import ArgumentError, JobCancelledError, JobTimeoutError
from watchframe.hints import Hint, Kind


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment after which nothing more is waited for.

    Attributes
    ----------
    timeout : float or None
        Seconds from its making; None for no limit.
    ends : float or None
        By the monotonic clock.
    """

    timeout: float | None
    ends: float | None
    _cancelled: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)

    @classmethod
    def after(cls, timeout: float | None) -> Self:
        """Make one that ends `timeout` seconds from now; None never does.

        Raises
        ------
        ArgumentError
            `timeout` is no number of seconds.
        """
        if timeout is not None and not _is_seconds(timeout):
            raise ArgumentError(
                f"timeout is {timeout!r}.",
                hint="Give a number of seconds, such as 300, or None to wait as long as it takes.",
            )
        return cls(timeout, None if timeout is None else time.monotonic() + timeout)

    def restarted(self) -> Self:
        """Make one of the same length that begins now, and that `cancel` of this one ends too."""
        again = type(self).after(self.timeout)
        return replace(again, _cancelled=self._cancelled)

    def cancel(self) -> None:
        """End it now, from any thread: who waits under it raises, and cancels its job."""
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancelled.is_set()

    def remaining(self) -> float | None:
        """Give the seconds left, or None where there is no limit.

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

    def cut(self, seconds: float) -> float:
        """Give `seconds`, or what is left where that is less."""
        left = self.remaining()
        return seconds if left is None else min(seconds, left)

    def sleep(self, seconds: float) -> None:
        """Wait for `seconds`, or until the end or the cancellation, whichever comes first."""
        self._cancelled.wait(self.cut(seconds))
        self.remaining()


def _is_seconds(timeout: object) -> bool:
    if not isinstance(timeout, Real) or isinstance(timeout, bool):
        return False
    try:
        return float(timeout) >= 0  # and so not NaN
    except OverflowError:  # an integer of hundreds of digits
        return False


NO_DEADLINE = Deadline(None, None)
