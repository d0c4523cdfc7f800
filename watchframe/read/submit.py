"""Reads in the background, with a handle for each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from typing import TYPE_CHECKING, Any, Generic, Literal, TypedDict, Unpack, overload

import pandas as pd
import pyarrow as pa

from watchframe.cache import Mode
from watchframe.client import Client, Deadline, OnStatus
from watchframe.decode import DtypeBackend
from watchframe.errors import JobCancelledError
from watchframe.models import Job, JobStatus
from watchframe.parameters import query_url
from watchframe.read.answer import Answer
from watchframe.read.append import append_sweep
from watchframe.read.background import Background, until
from watchframe.read.options import MaxAge, Params, QueryLike, ReadOptions, of_query
from watchframe.read.output import Output, OutputKind, Rows
from watchframe.read.paging import Page
from watchframe.read.pieces import Inclusive
from watchframe.read.pipeline import answer_query, refuse_sets
from watchframe.read.schema_contract import Expected
from watchframe.read.side_by_side import CONCURRENCY
from watchframe.read.sweep import ManyArguments, ParamSets, Sweep
from watchframe.references import QueryReference, parse_reference
from watchframe.reprs import Card

if TYPE_CHECKING:
    import polars as pl

#: The outcome of a read: its answers, to warn of, and the rows.
Read = tuple[list[Answer], Rows]
Work = Callable[[Deadline, OnStatus], Read[Rows]]
Status = Literal["queued", "running", "finished", "failed", "cancelled"]

_ON_THE_DATA_SOURCE = (JobStatus.STARTED, JobStatus.SUCCESS)


class SubmittedQuery(Generic[Rows]):
    """A read in the background, as `submit_watch_query` and `submit_watch_sweep` return it.

    ``await handle`` returns what `result` returns, without blocking the event loop. If the task
    that awaits it is cancelled, the read is cancelled with it, as by `cancel`;
    ``await asyncio.shield(handle)`` lets it go on.

    If the interpreter ends first, the read is cancelled, on the server too.
    """

    def __init__(
        self,
        words: str,
        background: Background[Read[Rows]],
        shown: Output,
        url: str | None = None,
    ) -> None:
        self._words = words
        self._url = url
        self._shown = shown
        self._background = background
        self._has_warned = False

    @property
    def status(self) -> Status:
        """Its state, in a word.

        ``"queued"`` until the data source has begun, ``"running"`` until the rows are here, then
        ``"finished"``, ``"failed"`` or ``"cancelled"``.
        """
        background = self._background
        if background.is_done:
            if background.error is None:
                return "finished"
            return "cancelled" if isinstance(background.error, JobCancelledError) else "failed"
        job = background.job
        return "running" if job is not None and job.status in _ON_THE_DATA_SOURCE else "queued"

    @property
    def seconds(self) -> float:
        """How long it has been going on, or took."""
        return self._background.seconds

    def done(self) -> bool:
        """Return whether it has ended, in a result or an error."""
        return self._background.is_done

    def cancel(self) -> None:
        """Cancel it, and its job on the server; nothing where it has ended.

        The job is cancelled for everyone who waits for the same one. A query key may not cancel:
        then only the waiting ends.
        """
        self._background.cancel()

    def __await__(self) -> Generator[Any, None, Rows]:
        return self._awaited().__await__()

    async def _awaited(self) -> Rows:
        try:
            await until(self._background.when_done)
        except BaseException:  # the task was cancelled, or its cell was interrupted
            self.cancel()
            raise
        return self.result()

    def result(self, timeout: float | None = None) -> Rows:
        """Return the rows, once they are there; the same frame or table each time.

        Parameters
        ----------
        timeout : float or None
            Seconds to wait at most.

        Raises
        ------
        TimeoutError
            It takes longer than that; it still goes on.
        JobCancelledError
            It was cancelled.
        WatchframeError, ExceptionGroup
            Whatever else the read raised, as of `read_watch_query`.
        """
        error = self.exception(timeout)
        if error is not None:
            raise error.with_traceback(self._background.trace)
        found = self._background.result
        assert found is not None  # noqa: S101 - a read ends in an answer or an error
        answers, rows = found
        if not self._has_warned:
            self._has_warned = True
            self._shown.warn(*answers)
        return rows

    def exception(self, timeout: float | None = None) -> Exception | None:
        """Return the error of the read, once it has ended; None if it succeeded.

        Raises
        ------
        TimeoutError
            As of `result`.
        """
        if not self._background.wait(timeout):
            raise TimeoutError(f"{self._words} has not ended after {timeout:g} s; it goes on.")
        return self._background.error

    def __repr__(self) -> str:
        return f"<SubmittedQuery: {self._words}, {self.status}, {self.seconds:.1f} s>"

    def _repr_html_(self) -> str:
        error = self._background.error
        return Card(
            noun="Submitted",
            name=self._words,
            url=self._url,
            labels=[self.status],
            facts={
                "time": f"{self.seconds:.1f} s",
                "error": getattr(error, "message", error),
            },
            note="" if error else "result() waits for the frame and returns it.",
        ).html()


class SubmitTableArguments(TypedDict, total=False):
    """Keyword arguments of every function that reads in the background."""

    max_age: MaxAge
    cache: Mode
    columns: Sequence[str] | None
    expect: Expected
    timeout: float | None
    client: Client | None


class SubmitArguments(SubmitTableArguments, total=False):
    """Those, with the ones that are for pandas alone."""

    index_col: str | Sequence[str] | None
    dtype: object
    parse_dates: object
    dtype_backend: DtypeBackend


class SubmitSweepTableArguments(SubmitTableArguments, ManyArguments, total=False):
    """Keyword arguments of `submit_watch_sweep`."""


class SubmitSweepArguments(SubmitArguments, ManyArguments, total=False):
    """Those, with the ones that are for pandas alone."""


@overload
def submit_watch_query(
    query: QueryLike,
    params: Params = None,
    *,
    output: Literal["pandas"] = ...,
    **arguments: Unpack[SubmitArguments],
) -> SubmittedQuery[pd.DataFrame]: ...
@overload
def submit_watch_query(
    query: QueryLike,
    params: Params = None,
    *,
    output: Literal["arrow"],
    **arguments: Unpack[SubmitTableArguments],
) -> SubmittedQuery[pa.Table]: ...
@overload
def submit_watch_query(
    query: QueryLike,
    params: Params = None,
    *,
    output: Literal["polars"],
    **arguments: Unpack[SubmitTableArguments],
) -> SubmittedQuery[pl.DataFrame]: ...
@of_query
def submit_watch_query(
    query: QueryLike,
    params: Params = None,
    *,
    max_age: MaxAge = None,
    cache: Mode = "use",
    output: OutputKind = "pandas",
    index_col: str | Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    dtype: object = None,
    parse_dates: object = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    expect: Expected = None,
    timeout: float | None = 300.0,
    client: Client | None = None,
) -> SubmittedQuery[Any]:
    """Begin to read a saved query, and return a handle of the read at once.

    Parameters
    ----------
    query, params, max_age, cache, output, index_col, columns, dtype, parse_dates, dtype_backend, \
    expect, client
        As of `read_watch_query`.
    timeout : float or None
        Seconds for the whole of it, from now.

    Returns
    -------
    SubmittedQuery
        ``.status``, ``.done()``, ``.result(timeout=None)``, ``.exception(timeout=None)`` and
        ``.cancel()``; it can be awaited.

    Raises
    ------
    ConfigurationError, QueryReferenceError, ArgumentError
        As of `read_watch_query`. Every other error comes with ``.result()``, that of a name too.

    Examples
    --------
    >>> from watchframe.demo import DemoServer
    >>> with DemoServer() as demo, Client(demo.url, demo.user_key) as client:
    ...     submitted = submit_watch_query(13, {"kind": "repay"}, cache="off", client=client)
    ...     frame = submitted.result()
    >>> submitted.status
    'finished'
    """
    query = parse_reference(query)
    refuse_sets(params, "submit_watch_sweep")
    shown = Output(output, columns, index_col, dtype, parse_dates, dtype_backend, expect)
    options = ReadOptions.resolve(
        query, client, max_age, cache, timeout, progress=False, columns=shown.decoded
    )

    def work(deadline: Deadline, on_status: OnStatus) -> Read[Any]:
        its = replace(options, deadline=deadline, on_status=on_status)
        answer = answer_query(query, params, its)
        return [answer], shown.rows(answer)

    return _submitted(query, options, work, timeout, shown)


@overload
def submit_watch_sweep(
    query: QueryLike,
    params: ParamSets = None,
    *,
    output: Literal["pandas"] = ...,
    **arguments: Unpack[SubmitSweepArguments],
) -> SubmittedQuery[pd.DataFrame]: ...
@overload
def submit_watch_sweep(
    query: QueryLike,
    params: ParamSets = None,
    *,
    output: Literal["arrow"],
    **arguments: Unpack[SubmitSweepTableArguments],
) -> SubmittedQuery[pa.Table]: ...
@overload
def submit_watch_sweep(
    query: QueryLike,
    params: ParamSets = None,
    *,
    output: Literal["polars"],
    **arguments: Unpack[SubmitSweepTableArguments],
) -> SubmittedQuery[pl.DataFrame]: ...
@of_query
def submit_watch_sweep(
    query: QueryLike,
    params: ParamSets = None,
    *,
    split: Mapping[str, object] | None = None,
    inclusive: Inclusive | None = None,
    page: Page | None = None,
    append_to: str | PathLike[str] | None = None,
    again: int = 0,
    concurrency: int = CONCURRENCY,
    max_age: MaxAge = None,
    cache: Mode = "use",
    output: OutputKind = "pandas",
    index_col: str | Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    dtype: object = None,
    parse_dates: object = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    expect: Expected = None,
    timeout: float | None = 300.0,
    client: Client | None = None,
) -> SubmittedQuery[Any]:
    """Begin to read one query many times, and return a handle of all reads at once.

    Parameters
    ----------
    query, params, split, inclusive, page, append_to, again, concurrency, max_age, cache, output
        As of `read_watch_sweep`.
    index_col, columns, dtype, parse_dates, dtype_backend, expect, timeout, client
        As of `read_watch_sweep`.

    Returns
    -------
    SubmittedQuery
        As of `submit_watch_query`, with all rows together. `cancel` ends all reads.

    Raises
    ------
    ConfigurationError, QueryReferenceError, ArgumentError
        As of `submit_watch_query`.
    """
    query = parse_reference(query)
    shown = Output(output, columns, index_col, dtype, parse_dates, dtype_backend, expect)
    sweep = Sweep.of(
        query,
        params,
        split=split,
        inclusive=inclusive,
        page=page,
        append_to=append_to,
        again=again,
        concurrency=concurrency,
    )
    options = ReadOptions.resolve(query, client, max_age, cache, timeout, progress=False)

    def work(deadline: Deadline, on_status: OnStatus) -> Read[Any]:
        begun = threading.Event()

        def first(job: Job | None) -> None:
            """Pass on the job that begins first; after it, others are still queued."""
            if not begun.is_set():
                if job is not None and job.status in _ON_THE_DATA_SOURCE:
                    begun.set()
                on_status(job)

        # All reads share the cancellation of the one deadline, and each has its own time.
        own = replace(deadline, timeout=timeout)
        its = replace(options, deadline=own, on_status=first)
        if sweep.append_to is not None:
            warned: list[Answer] = []
            appended = append_sweep(sweep, its, warned.append)
            return warned, appended.rows(shown)
        answers = sweep.answers(its)
        return answers, shown.of_many(sweep.table(answers), answers)

    return _submitted(query, options, work, None, shown)


def _submitted(
    query: QueryReference,
    options: ReadOptions,
    work: Work[Rows],
    timeout: float | None,
    shown: Output,
) -> SubmittedQuery[Rows]:
    if options.lock is not None:
        work = options.lock.holding(work)
    background = Background(work, timeout=timeout)
    background.start()
    server = options.client.server
    url = None if query.query_id is None else query_url(server, query.query_id, {})
    return SubmittedQuery(query.label, background, shown, url)
