"""The functions that people call: a saved query, or ad-hoc SQL, as a frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd
import pyarrow as pa

from watchframe.cache import Mode
from watchframe.client import Client
from watchframe.decode import DtypeBackend, with_absent
from watchframe.errors import ArgumentError
from watchframe.models import DataSource
from watchframe.read.answer import Answer, frame_of, known_kinds, needed_columns, warn_of_answer
from watchframe.read.paging import Page
from watchframe.read.pieces import Inclusive
from watchframe.read.pipeline import MaxAge, Params, ReadOptions, answer_query, answer_sql
from watchframe.read.sweep import (
    CONCURRENCY,
    ParamSet,
    QueryLike,
    ReadRequest,
    Sweep,
    answers_side_by_side,
    is_single,
)
from watchframe.references import QueryReference


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


def read_watch_query(
    query: int | str | QueryReference,
    params: Params | Sequence[Mapping[str, object]] = None,
    *,
    max_age: MaxAge = None,
    cache: Mode = "use",
    index_col: str | Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    dtype: object = None,
    parse_dates: object = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    timeout: float | None = 300.0,
    progress: bool | None = None,
    client: Client | None = None,
    split: Mapping[str, object] | None = None,
    page: Page | None = None,
    concurrency: int = CONCURRENCY,
) -> pd.DataFrame:
    """Return the rows of a saved query as a typed DataFrame.

    Runs the query on the server, waits for it, and decodes the result exactly; or takes the copy
    that the local cache holds, if that is as fresh as `max_age` asks.

    Parameters
    ----------
    query : int, str or QueryReference
        Its id, or the URL of its page. The ``p_`` values in a URL are parameters; `params` win over
        them.
    params : mapping of str to object, optional
        Values by parameter name, as Python has them: dates, Timestamps, ``(start, end)`` tuples,
        lists, numbers, or the names of dynamic values such as ``"d_last_7_days"``. Parameters that
        are left out take their saved defaults. A list of mappings is a read for each, as of
        `read_watch_sweep`.
    max_age : float, str, timedelta or None
        How old the data may be: seconds, a duration, or a text such as ``"90s"``, ``"15m"``,
        ``"1h"``, ``"7d"``. A local copy of at most that age is returned without any request. 0
        always runs the query. None, the server's own default, takes any result of the query as it
        stands.
    cache : {"use", "refresh", "only", "off"}
        ``"refresh"`` runs the query and stores the result; ``"only"`` makes no request; ``"off"``
        neither reads nor stores.
    index_col : str or sequence of str, optional
        Columns that become the index.
    columns : sequence of str, optional
        Only these, in this order. With ``cache="off"`` no others are decoded; otherwise the whole
        result is stored, and only these become pandas'. A result without rows need not have them:
        there they are empty, typed as the query's last rows here were, else texts.
    dtype : dtype or mapping of str to dtype, optional
        Overrides: any dtype of pandas; ``"integer"``, exact integers of any size, also from texts
        of digits (Int64 where all fit, else Python ints); ``"decimal(38, 18)"``, exact decimals. A
        value that such a column cannot hold is an error, never cut or rounded. A float dtype alone
        rounds, to its nearest: it is asked for.
    parse_dates : sequence of str, or mapping of str to str, optional
        Columns that become times: by ISO 8601, or by a strptime format, ``{"day": "%d.%m.%Y"}``, or
        by the unit of a unix time (``D h m s ms us ns``), ``{"block_time": "s"}``, which is UTC.
        Before `dtype`.
    dtype_backend : {"numpy_nullable", "pyarrow"}
        Which family of nullable dtypes. Either way a dtype does not depend on whether nulls are
        present, and integers beyond 64 bits are Python ints in an object column.
    timeout : float or None
        Seconds for the whole of it. The job on the server is cancelled when they are over.
    progress : bool or None
        Whether to show a progress line for what takes over a second; None shows it where a person
        is watching.
    client : Client, optional
        Instead of the one of `connect`, or of the settings.
    split, page, concurrency
        Many reads in place of one, as of `read_watch_sweep`.

    Returns
    -------
    pandas.DataFrame
        One row per row of the result, columns in the query's order, with the dtypes of the type
        table. ``df.attrs["watchframe"]`` tells the server, the query, the parameters as they were
        sent, when the server had the rows, and where they came from.

    Raises
    ------
    ConfigurationError
        No server or no API key is known, or the URL's server is not the client's.
    QueryReferenceError
        `query` is neither an id nor a query's URL.
    UnknownParameterError, MissingParameterError, ParameterValueError
        A parameter does not fit; no execution was asked for.
    ArgumentError
        `max_age`, `cache` or a column's name cannot be used; or a column does not become what
        `dtype` or `parse_dates` ask for: the error names the first such value, and its row.
    AuthenticationError, AccessDeniedError, NotFoundError, RateLimitError, ResponseError
        The server says no.
    JobFailedError
        The query failed; ``.reason`` holds the data source's own words.
    JobCancelledError, JobTimeoutError
        Somebody cancelled it, or `timeout` was over.
    TransportError
        The server could not be reached, or its answer broke off.
    ProtocolError, DecodeError
        It answered with something that is not a result.
    CacheMissError
        ``cache="only"``, and there is no local copy.

    Warns
    -----
    ColumnTypeWarning
        A column's values are not of the type that the server declared, or it did not declare the
        column. Every value was kept.
    PrecisionWarning
        A column holds floats from 2**53 on, which the server has rounded.
    ResultTruncatedWarning
        The data source says that rows are missing, or the server's automatic limit has probably cut
        them.
    CacheWarning
        The local cache could not be read or written.

    Examples
    --------
    >>> from watchframe.demo import DemoServer
    >>> with DemoServer() as demo, Client(demo.url, demo.user_key) as client:
    ...     frame = read_watch_query(1, {"markets": ["WETH"]}, cache="off", client=client)
    >>> frame.attrs["watchframe"]["query_name"]
    'Borrows by market'
    """
    if split is not None or page is not None or not is_single(params):
        return read_watch_sweep(
            query,
            params,
            split=split,
            page=page,
            max_age=max_age,
            cache=cache,
            index_col=index_col,
            columns=columns,
            dtype=dtype,
            parse_dates=parse_dates,
            dtype_backend=dtype_backend,
            timeout=timeout,
            concurrency=concurrency,
            progress=progress,
            client=client,
        )
    answer = answer_query(
        query,
        params,
        ReadOptions(
            max_age=max_age,
            cache=cache,
            timeout=timeout,
            progress=progress,
            client=client,
            columns=needed_columns(columns, index_col),
        ),
    )
    return _frame(
        answer,
        index_col=index_col,
        columns=columns,
        dtype=dtype,
        parse_dates=parse_dates,
        dtype_backend=dtype_backend,
    )


def read_watch_sql(
    sql: str,
    data_source: int | str | DataSource,
    params: Params = None,
    *,
    max_age: MaxAge = None,
    cache: Mode = "use",
    index_col: str | Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    dtype: object = None,
    parse_dates: object = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    timeout: float | None = 300.0,
    progress: bool | None = None,
    client: Client | None = None,
) -> pd.DataFrame:
    """Return the rows of SQL that is not saved anywhere as a typed DataFrame.

    Parameters
    ----------
    sql : str
        With ``{{ name }}`` where parameters go. The server puts them in as they are, without any
        quoting.
    data_source : int, str or DataSource
        Where it runs: an id or a name. A query key may not do this.
    params : mapping of str to object, optional
        A value for every name in `sql`.
    max_age, cache, index_col, columns, dtype, parse_dates, dtype_backend, timeout, progress, client
        As of `read_watch_query`. With ``max_age=None`` any local copy of the same SQL with the same
        parameters is returned without a request, however old.

    Returns
    -------
    pandas.DataFrame
        As `read_watch_query`.

    Raises
    ------
    WatchframeError
        As `read_watch_query`; ConfigurationError also where there is no such data source.
    """
    answer = answer_sql(
        sql,
        data_source,
        params,
        ReadOptions(
            max_age=max_age,
            cache=cache,
            timeout=timeout,
            progress=progress,
            client=client,
            columns=needed_columns(columns, index_col),
        ),
    )
    return _frame(
        answer,
        index_col=index_col,
        columns=columns,
        dtype=dtype,
        parse_dates=parse_dates,
        dtype_backend=dtype_backend,
    )


def _frame(
    answer: Answer,
    *,
    index_col: str | Sequence[str] | None,
    columns: Sequence[str] | None,
    dtype: object,
    parse_dates: object,
    dtype_backend: DtypeBackend,
) -> pd.DataFrame:
    warn_of_answer(answer, dtype=dtype, parse_dates=parse_dates)
    return frame_of(
        answer,
        index_col=index_col,
        columns=columns,
        dtype=dtype,
        parse_dates=parse_dates,
        dtype_backend=dtype_backend,
        takes_table=True,
    )


def read_watch_table(
    query: int | str | QueryReference,
    params: Params | Sequence[Mapping[str, object]] = None,
    *,
    max_age: MaxAge = None,
    cache: Mode = "use",
    columns: Sequence[str] | None = None,
    timeout: float | None = 300.0,
    progress: bool | None = None,
    client: Client | None = None,
    split: Mapping[str, object] | None = None,
    page: Page | None = None,
    concurrency: int = CONCURRENCY,
) -> pa.Table:
    """Return the rows of a saved query as a `pyarrow.Table`, for polars, DuckDB and Arrow itself.

    ``polars.from_arrow(borrows)`` and ``duckdb.sql("select * from borrows")`` take it without a
    copy.

    Parameters
    ----------
    query, params, max_age, cache, columns, timeout, progress, client
        As of `read_watch_query`.
    split, page, concurrency
        Many reads in place of one, as of `read_watch_sweep`; so is a list as `params`.

    Returns
    -------
    pyarrow.Table
        Columns in the query's order, typed by the type table. A column with an integer beyond 64
        bits is text, exact, and ``b"watchframe.encoding"`` in its field's metadata is
        ``b"integer"``; one of arrays, objects or mixed kinds is JSON text, and it is ``b"json"``
        there. The schema's metadata hold the provenance as JSON under ``b"watchframe"``; of many
        reads that of each, in a list under ``"reads"``. They tell pandas the dtypes too:
        ``table.to_pandas()`` has those of `read_watch_query`.

    Raises
    ------
    WatchframeError
        As `read_watch_query`.
    """
    options = ReadOptions(
        max_age=max_age, cache=cache, timeout=timeout, progress=progress, client=client
    )
    if split is None and page is None and is_single(params):
        answers = [answer_query(query, params, replace(options, columns=columns or None))]
        table = answers[0].labelled_table
    else:
        sweep = Sweep.of(
            query, params, split=split, inclusive=None, page=page, concurrency=concurrency
        )
        answers = sweep.answers(options)
        table = sweep.table(answers)
    return _selected(table, answers, columns)


def read_watch_sql_table(
    sql: str,
    data_source: int | str | DataSource,
    params: Params = None,
    *,
    max_age: MaxAge = None,
    cache: Mode = "use",
    columns: Sequence[str] | None = None,
    timeout: float | None = 300.0,
    progress: bool | None = None,
    client: Client | None = None,
) -> pa.Table:
    """Give the rows of ad-hoc SQL as a `pyarrow.Table`.

    Parameters, errors and the table are those of `read_watch_sql` and `read_watch_table`.
    """
    answer = answer_sql(
        sql,
        data_source,
        params,
        ReadOptions(
            max_age=max_age,
            cache=cache,
            timeout=timeout,
            progress=progress,
            client=client,
            columns=columns or None,
        ),
    )
    return _selected(answer.labelled_table, [answer], columns)


def _selected(
    table: pa.Table, answers: Sequence[Answer], columns: Sequence[str] | None
) -> pa.Table:
    for answer in answers:
        warn_of_answer(answer)
    if columns is None:
        return table
    return with_absent(table, columns, known_kinds(answers)).select(list(columns))
