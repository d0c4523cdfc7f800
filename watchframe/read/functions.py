"""The functions that people call: a saved query, or ad-hoc SQL, as a frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from watchframe.cache import Mode
from watchframe.client import Client
from watchframe.decode import DtypeBackend
from watchframe.models import DataSource
from watchframe.read.answer import Answer
from watchframe.read.ask import MaxAge, Params, ReadOptions, answer_query, answer_sql
from watchframe.read.frame_of import frame_of, needed_columns
from watchframe.read.many_functions import read_watch_sweep
from watchframe.read.paging import Page
from watchframe.read.side_by_side import CONCURRENCY
from watchframe.read.sweep import is_single
from watchframe.read.warn import warn_of_answer
from watchframe.reference import QueryReference

if TYPE_CHECKING:
    import pandas as pd


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
