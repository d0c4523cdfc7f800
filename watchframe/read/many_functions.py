"""The functions that read many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from watchframe.cache import Mode
from watchframe.client import Client
from watchframe.decode import DtypeBackend
from watchframe.errors import ArgumentError
from watchframe.read.answer import Answer
from watchframe.read.ask import MaxAge, Params, ReadOptions
from watchframe.read.frame_of import frame_of
from watchframe.read.many import ParamSet, QueryLike
from watchframe.read.paging import Page
from watchframe.read.range_ends import Inclusive
from watchframe.read.side_by_side import CONCURRENCY, ReadRequest, answers_side_by_side
from watchframe.read.sweep import Sweep
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
    ArgumentError
        `queries` is a single one, or `concurrency` is less than 1.
    """
    options = ReadOptions(
        max_age=max_age, cache=cache, timeout=timeout, progress=progress, client=client
    )
    requests = [
        ReadRequest(query=query, params=params, options=options)
        for query, params in map(_pair, _listed(queries))
    ]
    answers = answers_side_by_side(requests, concurrency=concurrency, progress=progress)
    return [_frame_of_one(answer, dtype_backend) for answer in answers]


def read_watch_sweep(
    query: QueryLike,
    params: Sequence[ParamSet] | Params = None,
    *,
    split: Mapping[str, object] | None = None,
    inclusive: Inclusive | None = None,
    page: Page | None = None,
    max_age: MaxAge = None,
    cache: Mode = "use",
    index_col: str | Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    dtype: object = None,
    parse_dates: object = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    timeout: float | None = 300.0,
    concurrency: int = CONCURRENCY,
    progress: bool | None = None,
    client: Client | None = None,
) -> pd.DataFrame:
    """Return the rows of one query, read many times, as one frame.

    ``read_watch_query(query, [{...}, {...}])`` and ``read_watch_query(query, split=...)`` are the
    same.

    Parameters
    ----------
    query : int, str or QueryReference
        As of `read_watch_query`.
    params : sequence of mappings, DataFrame, or mapping
        One parameter set for each read; the names that they give become columns in front of the
        result's own. With `split` or `page`: the parameters of all reads.
    split : mapping, optional
        A range parameter and the length of a piece in pandas' offset words, ``{"period": "1M"}``:
        the range is read in consecutive pieces, which neither overlap nor leave a gap and begin
        where the calendar does. Pieces that are over are kept as long as the query is not edited,
        whatever `max_age` says; the last one is read by it. ``cache="refresh"`` reads all anew.
    inclusive : {"both", "left", "right"}, optional
        Which ends of a split range the query's SQL takes in, as of `pandas.Series.between`. By
        default that is read from the SQL: ``<`` before the end leaves it out.
    page : mapping, optional
        ``{"limit": "rows", "offset": "start", "size": 100_000}``: which parameters page the query,
        and how many rows a page has. Pages are read one after the other until one is short.
    max_age, cache, client
        As of `read_watch_query`.
    index_col, columns, dtype, parse_dates, dtype_backend
        As of `read_watch_query`, for the whole frame; the parameters in front count as columns.
    timeout : float or None
        Seconds for each read, from when its turn comes.
    concurrency : int
        How many reads run at the same time; pages come one after the other.
    progress : bool or None
        Whether to show one bar for all; None shows it where a person is watching.

    Returns
    -------
    pandas.DataFrame
        The rows in the order of the reads, typed over all of them. A parameter that is a date or a
        time is one here; of a range there are two columns, ``period.start`` and ``period.end``; one
        that is called like a column of the result stands as ``<name>_parameter``.
        ``df.attrs["watchframe"]`` holds ``"reads"``, the provenance of each.

    Raises
    ------
    ArgumentError
        `params`, `split` and `page` do not go together; the query has no such range; its order is
        not one in which pages fit together; or results with rows have different columns.
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
    sweep = Sweep.of(
        query, params, split=split, inclusive=inclusive, page=page, concurrency=concurrency
    )
    options = ReadOptions(
        max_age=max_age, cache=cache, timeout=timeout, progress=progress, client=client
    )
    answers = sweep.answers(options)
    for answer in answers:
        warn_of_answer(answer, dtype=dtype, parse_dates=parse_dates)
    return sweep.frame(
        answers,
        index_col=index_col,
        columns=columns,
        dtype=dtype,
        parse_dates=parse_dates,
        dtype_backend=dtype_backend,
    )


def _listed(queries: object) -> Sequence[QueryLike | tuple[QueryLike, Params]]:
    if isinstance(queries, str) or not isinstance(queries, Iterable):
        raise ArgumentError(
            f"queries is {queries!r}, which is not a list.",
            hint="Give a list, such as [2, (13, {'kind': 'borrow'})]; for a single query there is "
            "read_watch_query.",
        )
    return list(queries)


def _pair(item: QueryLike | tuple[QueryLike, Params]) -> tuple[QueryLike, Params]:
    if not isinstance(item, tuple):
        return item, None
    if len(item) != 2:  # noqa: PLR2004 - a pair
        raise ArgumentError(
            f"{item!r} is neither a query nor a pair of a query and its parameters.",
            hint="Write (13, {'kind': 'borrow'}).",
        )
    return item


def _frame_of_one(answer: Answer, dtype_backend: DtypeBackend) -> pd.DataFrame:
    warn_of_answer(answer)
    return frame_of(answer, dtype_backend=dtype_backend)
