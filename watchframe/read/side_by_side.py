"""Several reads at the same time: bounded, in order, and with all their errors at the end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from tqdm.std import tqdm

from watchframe.client import Deadline
from watchframe.display import is_interactive
from watchframe.errors import ArgumentError, WatchframeError
from watchframe.read.answer import Answer
from watchframe.read.ask import Params, ReadOptions, answer_query
from watchframe.read.shared_documents import SharedDocuments
from watchframe.reference import QueryReference

logger = logging.getLogger(__name__)

#: How many reads run at the same time, unless told otherwise.
CONCURRENCY = 4

OnAnswer = Callable[[int, Answer], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """One of several reads."""

    query: int | str | QueryReference
    params: Params
    options: ReadOptions
    label: str = ""

    @property
    def words(self) -> str:
        """How a note on an error calls it."""
        words = f"query {self.query!r} with {dict(self.params or {})!r}"
        return f"{self.label}, {words}" if self.label else words


def answers_side_by_side(
    requests: Sequence[ReadRequest], *, concurrency: int, progress: bool | None
) -> list[Answer]:
    """Give the answers in the order of `requests`.

    Each result goes into the local cache as it comes, so a second call continues where a first one
    failed or was interrupted.

    Raises
    ------
    ExceptionGroup
        Of what went wrong, raised after the others have finished. Each error has a note that says
        which read it was.
    ArgumentError
        `concurrency` is less than 1.
    """
    if concurrency < 1:
        raise ArgumentError(f"concurrency is {concurrency}.", hint="Give 1 or more.")
    shared = SharedDocuments()
    deadlines = [Deadline.after(request.options.timeout) for request in requests]
    answers: dict[int, Answer] = {}
    errors: dict[int, WatchframeError] = {}
    pool = ThreadPoolExecutor(concurrency, "watchframe-read")
    try:
        with _bar(len(requests), progress=progress) as bar:
            running = {
                pool.submit(_answer, request, deadline, shared): number
                for number, (request, deadline) in enumerate(zip(requests, deadlines, strict=True))
            }
            _gather(running, answers, errors, bar, requests)
    except BaseException:
        # What runs is cancelled on the server too; what is done stays in the cache.
        for deadline in deadlines:
            deadline.cancel()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    if errors:
        raise ExceptionGroup(
            f"{len(errors)} of {len(requests)} reads failed",
            [errors[number] for number in sorted(errors)],
        )
    return [answers[number] for number in range(len(requests))]


def _answer(request: ReadRequest, deadline: Deadline, shared: SharedDocuments) -> Answer:
    # The time of a read begins when its turn comes, not when it is put into the queue.
    options = replace(request.options, progress=False, deadline=deadline.restarted(), shared=shared)
    return answer_query(request.query, request.params, options)


def _gather(
    running: dict[Future[Answer], int],
    answers: dict[int, Answer],
    errors: dict[int, WatchframeError],
    bar: Any,
    requests: Sequence[ReadRequest],
) -> None:
    waiting = set(running)
    while waiting:
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            number = running[future]
            try:
                answers[number] = future.result()
            except WatchframeError as error:
                error.add_note(f"in read {number}: {requests[number].words}")
                errors[number] = error
            if bar is not None:
                bar.update()


def _bar(total: int, *, progress: bool | None) -> AbstractContextManager[Any]:
    shown = is_interactive() if progress is None else progress
    return tqdm(total=total, unit="read", leave=False, delay=1.0) if shown else nullcontext()
