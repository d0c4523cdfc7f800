"""The functions that read many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from watchframe.cache import Mode
from watchframe.client import Client
from watchframe.decode import DtypeBackend, to_frame
from watchframe.errors import ArgumentError
from watchframe.read.answer import ATTRIBUTE, Answer
from watchframe.read.ask import MaxAge, Params, ReadOptions
from watchframe.read.frame_of import frame_of
from watchframe.read.many import (
    Page,
    ParamSet,
    QueryLike,
    answers_of_pages,
    answers_of_pieces,
    answers_of_sweep,
    one_table,
)
from watchframe.read.side_by_side import CONCURRENCY, ReadRequest, answers_side_by_side
from watchframe.read.warn import warn_of_answer

if TYPE_CHECKING:
    import pandas as pd


def read_watch_queries(
    queries: Sequence[QueryLike | tuple[QueryLike, Params]],
    *,
    max_age: MaxAge = None,
    cache: Mode = "use",
    dtype_backend: DtypeBackend = "numpy_nullable",
    timeout: float | None = 300.0,
    concurrency: int = CONCURRENCY,
    progress: bool | None = None,
    client: Client | None = None,
) -> list[pd.DataFrame]:
    """Give one frame for each of several queries, read side by side.

    Parameters
    ----------
    queries : sequence
        Queries as of `read_watch_query`, or pairs of a query and its parameters.
    max_age, cache, dtype_backend, client
        As of `read_watch_query`.
    timeout : float or None
        Seconds for each of them, from when its turn comes.
    concurrency : int
        How many run at the same time.
    progress : bool or None
        Whether to show one bar for all; None shows it where a person is watching.

    Returns
    -------
    list of pandas.DataFrame
        In the order of `queries`, each as `read_watch_query` gives it.

    Raises
    ------
    ExceptionGroup
        Of the errors of `read_watch_query`, once all others have finished. What was read is in the
        local cache.
    """
    options = ReadOptions(
        max_age=max_age, cache=cache, timeout=timeout, progress=progress, client=client
    )
    pairs = [item if isinstance(item, tuple) else (item, None) for item in queries]
    requests = [ReadRequest(query=query, params=params, options=options) for query, params in pairs]
    answers = answers_side_by_side(requests, concurrency=concurrency, progress=progress)
    return [_frame_of_one(answer, dtype_backend) for answer in answers]


def read_watch_sweep(
    query: QueryLike,
    params: Sequence[ParamSet] | Params = None,
    *,
    split: Mapping[str, str] | None = None,
    page: Page | None = None,
    max_age: MaxAge = None,
    cache: Mode = "use",
    dtype_backend: DtypeBackend = "numpy_nullable",
    timeout: float | None = 300.0,
    concurrency: int = CONCURRENCY,
    progress: bool | None = None,
    client: Client | None = None,
) -> pd.DataFrame:
    """Give the rows of one query, read many times, as one frame.

    Parameters
    ----------
    query : int, str or QueryReference
        As of `read_watch_query`.
    params : sequence of mappings, or mapping
        One parameter set for each read; the names that they give become columns in front of the
        result's own. With `split` or `page`: the parameters of all reads.
    split : mapping, optional
        A range parameter and the length of a piece in pandas' offset words, ``{"period": "1M"}``:
        the range is read in consecutive pieces, which neither overlap nor leave a gap and begin
        where the calendar does. All but the last are over and are kept as long as the query is not
        edited; the last one is read by `max_age`.
    page : mapping, optional
        ``{"limit": "rows", "offset": "start", "size": 100_000}``: which parameters page the query,
        and how many rows a page has. Pages are read one after the other until one is short.
    max_age, cache, dtype_backend, client
        As of `read_watch_query`.
    timeout : float or None
        Seconds for each read, from when its turn comes.
    concurrency : int
        How many reads run at the same time; pages come one after the other.
    progress : bool or None
        Whether to show one bar for all; None shows it where a person is watching.

    Returns
    -------
    pandas.DataFrame
        The rows in the order of the reads, typed over all of them. ``df.attrs["watchframe"]`` holds
        ``"reads"``, the provenance of each.

    Raises
    ------
    ArgumentError
        `params`, `split` and `page` do not go together; the query has no such range; it has no
        ``ORDER BY`` that makes its pages fit together; or the results have different columns.
    ExceptionGroup
        Of the errors of `read_watch_query`, once all other reads have finished. What was read is in
        the local cache: calling again continues.

    Examples
    --------
    >>> from watchframe.demo import DemoServer
    >>> with DemoServer() as demo, Client(demo.url, demo.user_key) as client:
    ...     frame = read_watch_sweep(
    ...         13, [{"kind": "borrow"}, {"kind": "repay"}], cache="off", client=client
    ...     )
    >>> sorted(frame["kind"].unique())
    ['borrow', 'repay']
    """
    options = ReadOptions(
        max_age=max_age, cache=cache, timeout=timeout, progress=progress, client=client
    )
    single = params if params is None or isinstance(params, Mapping) else None
    sets = None if params is None or isinstance(params, Mapping) else list(params)
    if sum((bool(sets), split is not None, page is not None)) != 1:
        raise ArgumentError(
            "A sweep needs exactly one of: a list of parameter sets, split, page.",
            hint="For a single read use read_watch_query.",
        )
    if split is not None:
        answers = answers_of_pieces(query, single, split, options, concurrency=concurrency)
    elif page is not None:
        answers = answers_of_pages(query, single, page, options)
    else:
        answers = answers_of_sweep(query, sets or [], options, concurrency=concurrency)
    return _frame_of_all(answers, sets or [], dtype_backend)


def _frame_of_one(answer: Answer, dtype_backend: DtypeBackend) -> pd.DataFrame:
    warn_of_answer(answer)
    return frame_of(answer, dtype_backend=dtype_backend)


def _frame_of_all(
    answers: Sequence[Answer], given: Sequence[ParamSet], dtype_backend: DtypeBackend
) -> pd.DataFrame:
    for answer in answers:
        warn_of_answer(answer)
    frame = to_frame(one_table(answers, given), dtype_backend=dtype_backend)
    frame.attrs[ATTRIBUTE] = {"reads": [answer.attributes for answer in answers]}
    return frame
