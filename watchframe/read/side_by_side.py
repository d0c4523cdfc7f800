"""Several reads at the same time, each with its own answer or error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import Any, Literal, TypedDict, Unpack, overload

import pandas as pd

from watchframe.cache import Mode
from watchframe.client import Client
from watchframe.decode import DtypeBackend
from watchframe.display import progress_bar
from watchframe.errors import ArgumentError, JobCancelledError
from watchframe.keys import without_keys
from watchframe.locks import take
from watchframe.read.answer import Answer
from watchframe.read.options import MaxAge, Params, QueryLike, ReadOptions, SharedDocuments
from watchframe.read.output import Output
from watchframe.read.pipeline import answer_query
from watchframe.references import QueryReference, parse_reference
from watchframe.references.pages import shown_reference

#: How many reads run at the same time by default.
CONCURRENCY = 4

#: What is done about reads that fail, once all others have finished.
OnErrors = Literal["raise", "keep"]


class QueriesArguments(TypedDict, total=False):
    """Keyword arguments of `read_watch_queries`."""

    max_age: MaxAge
    cache: Mode
    index_col: str | Sequence[str] | None
    columns: Sequence[str] | None
    dtype: object
    parse_dates: object
    dtype_backend: DtypeBackend
    timeout: float | None
    concurrency: int
    progress: bool | None
    client: Client | None


@overload
def read_watch_queries(
    queries: Sequence[QueryLike | tuple[QueryLike, Params]],
    *,
    errors: Literal["raise"] = ...,
    **arguments: Unpack[QueriesArguments],
) -> list[pd.DataFrame]: ...
@overload
def read_watch_queries(
    queries: Sequence[QueryLike | tuple[QueryLike, Params]],
    *,
    errors: Literal["keep"],
    **arguments: Unpack[QueriesArguments],
) -> list[pd.DataFrame | Exception]: ...
def read_watch_queries(
    queries: Sequence[QueryLike | tuple[QueryLike, Params]],
    *,
    max_age: MaxAge = None,
    cache: Mode = "use",
    index_col: str | Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    dtype: object = None,
    parse_dates: object = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    timeout: float | None = 300.0,
    concurrency: int = CONCURRENCY,
    errors: OnErrors = "raise",
    progress: bool | None = None,
    client: Client | None = None,
) -> Any:
    """Return one frame for each of several queries, read side by side.

    Parameters
    ----------
    queries : sequence
        Queries as of `read_watch_query`, or pairs of a query and its parameters.
    max_age, cache, index_col, columns, dtype, parse_dates, dtype_backend, client
        As of `read_watch_query`, for each of them.
    timeout : float or None
        Seconds for each of them, from when its turn comes.
    concurrency : int
        How many run at the same time.
    errors : {"raise", "keep"}
        What to do where some fail, once all others have finished: raise their errors, or return
        each error in the place of its frame.
    progress : bool or None
        Whether to show one bar for all; None shows it where a person is watching.

    Returns
    -------
    list of pandas.DataFrame
        In the order of `queries`, each as `read_watch_query` returns it.

    Raises
    ------
    ExceptionGroup
        Of the errors of `read_watch_query`, once all others have finished. What was read is in the
        local cache.
    ArgumentError
        `queries` is a single one, `concurrency` is less than 1, or `errors` is another word.
    ConfigurationError, QueryReferenceError
        As `read_watch_query`, before any of them is read; what is wrong with a name comes in the
        group.
    """
    check_errors(errors)
    shown = Output("pandas", columns, index_col, dtype, parse_dates, dtype_backend)
    try:
        pairs = list(map(_pair, _listed(queries)))
    finally:
        del queries  # addresses may hold keys, and a traceback may show this frame's variables
    requests = [
        ReadRequest(
            query=reference,
            params=params,
            options=ReadOptions.resolve(
                reference, client, max_age, cache, timeout, columns=shown.decoded
            ),
        )
        for reference, params in pairs
    ]
    outcomes = outcomes_side_by_side(requests, concurrency=concurrency, progress=progress)
    failed = failure_of(outcomes)
    if failed is not None and errors == "raise":
        raise with_keep_note(failed)
    return [shown.of(found) if isinstance(found, Answer) else found for found in outcomes]


def check_errors(errors: str) -> None:
    """Raise ArgumentError for what is none of `OnErrors`."""
    if errors not in ("raise", "keep"):
        raise ArgumentError(f"errors is {errors!r}.", hint='It is "raise" or "keep".')


def _listed(queries: object) -> Sequence[QueryLike | tuple[QueryLike, Params]]:
    if isinstance(queries, str | bytes | Mapping) or not isinstance(queries, Iterable):
        shown = shown_reference(queries)
        del queries
        raise ArgumentError(
            f"queries is {shown}, which is not a list.",
            hint="Give a list, such as [2, (13, {'kind': 'borrow'})]; for a single query there is "
            "read_watch_query.",
        )
    return list(queries)


def _pair(item: QueryLike | tuple[QueryLike, Params]) -> tuple[QueryReference, Params]:
    if not isinstance(item, tuple):
        item = (item, None)
    if len(item) != 2:  # noqa: PLR2004 - a pair
        shown = shown_reference(item)
        del item
        raise ArgumentError(
            f"{shown} is neither a query nor a pair of a query and its parameters.",
            hint="Write (13, {'kind': 'borrow'}).",
        )
    try:
        return parse_reference(item[0]), item[1]
    finally:
        del item


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """One of several reads."""

    query: QueryReference
    params: Params
    options: ReadOptions
    label: str = ""

    @property
    def words(self) -> str:
        """What a note on an error calls it."""
        words = f"{self.query.label} with {self.params or {}!r}"
        return f"{self.label}, {words}" if self.label else words


def answers_side_by_side(
    requests: Sequence[ReadRequest], *, concurrency: int, progress: bool | None
) -> list[Answer]:
    """Return the answers in the order of `requests`, as of `outcomes_side_by_side`.

    Raises
    ------
    ExceptionGroup
        Of what went wrong, raised after the others have finished.
    JobCancelledError, ArgumentError
        As of `outcomes_side_by_side`.
    """
    outcomes = outcomes_side_by_side(requests, concurrency=concurrency, progress=progress)
    failed = failure_of(outcomes)
    if failed is not None:
        raise failed
    return [found for found in outcomes if isinstance(found, Answer)]


def failure_of(outcomes: Sequence[Answer | Exception]) -> ExceptionGroup[Exception] | None:
    """Return the errors among the outcomes as one; None if there are none."""
    errors = [found for found in outcomes if not isinstance(found, Answer)]
    if not errors:
        return None
    return ExceptionGroup(f"{len(errors)} of {len(outcomes)} reads failed", errors)


def with_keep_note(failed: ExceptionGroup[Exception]) -> ExceptionGroup[Exception]:
    """Return the errors of a Python call with a note on how to get what was read."""
    failed.add_note('errors="keep" returns what could be read, and these errors beside it.')
    return failed


def outcomes_side_by_side(
    requests: Sequence[ReadRequest],
    *,
    concurrency: int,
    progress: bool | None,
    on_outcome: Callable[[int, Answer | Exception], None] | None = None,
) -> list[Answer | Exception]:
    """Return the answers, or the errors in their places, in the order of `requests`.

    Each result goes into the local cache as it comes, so a second call continues where a first one
    failed or was interrupted. All dynamic dates are counted from one moment. Each error has a note
    that says which read it was. `on_outcome` is called in this thread with each answer or error as
    it comes, and the place of its request.

    Raises
    ------
    JobCancelledError
        A request's own deadline was cancelled.
    ArgumentError
        `concurrency` is less than 1.
    """
    if concurrency < 1:
        raise ArgumentError(f"concurrency is {concurrency}.", hint="Give 1 or more.")
    run = _Run(requests)
    if any(request.options.lock and request.options.lock.replay for request in requests):
        concurrency = 1  # where one question has several answers, each read gets that of its place
    pool = ThreadPoolExecutor(concurrency, "watchframe-read")
    try:
        with progress_bar(unit="read", total=len(requests), progress=progress) as bar:
            # In this thread's context, which may have been told to warn of nothing.
            running = {
                pool.submit(copy_context().run, run.answer, number): number
                for number in range(len(requests))
            }
            ended: SimpleQueue[Future[Answer]] = SimpleQueue()
            for future in running:
                future.add_done_callback(ended.put)
            # Not wait(): with each of many reads it would look at all that are left. Nor
            # as_completed(): on Windows Ctrl-C would not end it.
            for _ in running:
                future = take(ended)
                number = running[future]
                outcome = run.gather(number, future)
                if on_outcome is not None:
                    on_outcome(number, outcome)
                bar.set_postfix_str(f"{len(run.errors)} failed" if run.errors else "")
                bar.update()
    except BaseException:
        # What runs is cancelled on the server too; what is finished stays in the cache.
        run.cancel()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return run.outcomes()


class _Run:
    """The reads of one call."""

    def __init__(self, requests: Sequence[ReadRequest]) -> None:
        self.errors: dict[int, Exception] = {}
        self._requests = requests
        self._answers: dict[int, Answer] = {}
        self._shared = SharedDocuments()
        self._now = datetime.now(UTC)
        self._deadlines = [request.options.deadline for request in requests]

    def answer(self, number: int) -> Answer:
        request = self._requests[number]
        lock = request.options.lock
        options = replace(
            request.options,
            lock=None if lock is None else lock.of_read(number),
            progress=False,
            # The time of a read begins when its turn comes, not when it is put into the queue.
            deadline=self._deadlines[number].restarted(),
            shared=self._shared,
            now=request.options.now or self._now,
        )
        return answer_query(request.query, request.params, options)

    def gather(self, number: int, future: Future[Answer]) -> Answer | Exception:
        try:
            answer = self._answers[number] = future.result()
        except Exception as error:  # noqa: BLE001 - a full disk, too, is reported after the others
            error.add_note(f"in read {number}: {without_keys(self._requests[number].words)}")
            self.errors[number] = error
            return error
        return answer

    def cancel(self) -> None:
        for deadline in self._deadlines:
            deadline.cancel()

    def outcomes(self) -> list[Answer | Exception]:
        if self.errors and any(deadline.is_cancelled for deadline in self._deadlines):
            raise JobCancelledError("The reads were cancelled.")
        found: dict[int, Answer | Exception] = {**self._answers, **self.errors}
        return [found[number] for number in range(len(self._requests))]
