"""Several reads at the same time: bounded, in order, and with all their errors at the end."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from watchframe.client import Deadline
from watchframe.display import progress_bar
from watchframe.errors import ArgumentError, JobCancelledError
from watchframe.read.answer import Answer
from watchframe.read.ask import Params, ReadOptions, answer_query
from watchframe.read.shared_documents import SharedDocuments
from watchframe.reference import QueryReference

#: How many reads run at the same time, unless told otherwise.
CONCURRENCY = 4


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
        query = self.query.query_id if isinstance(self.query, QueryReference) else self.query
        words = f"query {query!r} with {self.params or {}!r}"
        return f"{self.label}, {words}" if self.label else words


def answers_side_by_side(
    requests: Sequence[ReadRequest], *, concurrency: int, progress: bool | None
) -> list[Answer]:
    """Return the answers in the order of `requests`.

    Each result goes into the local cache as it comes, so a second call continues where a first one
    failed or was interrupted. All dynamic dates are counted from one moment.

    Raises
    ------
    ExceptionGroup
        Of what went wrong, raised after the others have finished. Each error has a note that says
        which read it was.
    JobCancelledError
        A request's own deadline was cancelled.
    ArgumentError
        `concurrency` is less than 1.
    """
    if concurrency < 1:
        raise ArgumentError(f"concurrency is {concurrency}.", hint="Give 1 or more.")
    run = _Run(requests)
    pool = ThreadPoolExecutor(concurrency, "watchframe-read")
    try:
        with progress_bar(unit="read", total=len(requests), progress=progress) as bar:
            running = {pool.submit(run.answer, number): number for number in range(len(requests))}
            # Not wait(): with each of many reads it would look at all that are left.
            for future in as_completed(running):
                run.gather(running[future], future)
                bar.set_postfix_str(f"{len(run.errors)} failed" if run.errors else "")
                bar.update()
    except BaseException:
        # What runs is cancelled on the server too; what is done stays in the cache.
        run.cancel()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return run.result()


class _Run:
    """All reads of one call."""

    def __init__(self, requests: Sequence[ReadRequest]) -> None:
        self.errors: dict[int, Exception] = {}
        self._requests = requests
        self._answers: dict[int, Answer] = {}
        self._shared = SharedDocuments()
        self._now = datetime.now(UTC)
        self._deadlines = [
            request.options.deadline or Deadline.after(request.options.timeout)
            for request in requests
        ]

    def answer(self, number: int) -> Answer:
        request = self._requests[number]
        options = replace(
            request.options,
            progress=False,
            # The time of a read begins when its turn comes, not when it is put into the queue.
            deadline=self._deadlines[number].restarted(),
            shared=self._shared,
            now=request.options.now or self._now,
        )
        return answer_query(request.query, request.params, options)

    def gather(self, number: int, future: Future[Answer]) -> None:
        try:
            self._answers[number] = future.result()
        except Exception as error:  # noqa: BLE001 - a full disk, too, is told after the others
            error.add_note(f"in read {number}: {self._requests[number].words}")
            self.errors[number] = error

    def cancel(self) -> None:
        for deadline in self._deadlines:
            deadline.cancel()

    def result(self) -> list[Answer]:
        if self.errors:
            if any(deadline.is_cancelled for deadline in self._deadlines):
                raise JobCancelledError("The reads were cancelled.")
            raise ExceptionGroup(
                f"{len(self.errors)} of {len(self._requests)} reads failed",
                [self.errors[number] for number in sorted(self.errors)],
            )
        return [self._answers[number] for number in range(len(self._requests))]
