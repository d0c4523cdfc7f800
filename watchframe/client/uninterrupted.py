"""Work whose answer must be known even where the waiting for it is interrupted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from watchframe.client.deadline import Deadline

T = TypeVar("T")
R = TypeVar("R")

#: Seconds between two looks at whether the deadline was cancelled.
LOOK = 0.2


def uninterrupted(
    work: Callable[[], T],
    then: Callable[[T], R],
    *,
    undo: Callable[[T], None],
    deadline: Deadline,
    grace: float,
) -> R:
    """Return what `then` makes of the answer of `work`.

    An interrupt, or the deadline's end, is raised here as anywhere; but then the answer is still
    waited for, for a few seconds, and handed to `undo`. So a job is not left running because its id
    was on the way when somebody pressed Ctrl-C.

    Parameters
    ----------
    work : callable
        Runs in a thread of its own, which no interrupt reaches.
    then : callable
        Goes on with the answer. It is called from here, so that there is no moment between the two
        at which an interrupt would lose the answer. Its own errors undo nothing.
    undo : callable
        Is given the answer that nobody wants any more.
    deadline : Deadline
        Over `work` alone.
    grace : float
        Seconds for which the answer is still waited for.
    """
    answer: Future[T] = Future()

    def run() -> None:
        try:
            answer.set_result(work())
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            answer.set_exception(error)

    def give_up() -> None:
        wait([answer], timeout=grace)
        if answer.done() and answer.exception() is None:
            undo(answer.result())

    try:
        try:
            threading.Thread(target=run, name="watchframe-ask", daemon=True).start()
            while not wait([answer], timeout=LOOK).done:
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
