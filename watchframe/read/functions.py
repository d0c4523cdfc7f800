"""The public functions of one read: a saved query, or ad-hoc SQL, as a frame or a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, Unpack, overload

import pandas as pd
import pyarrow as pa

from watchframe.cache import Mode
from watchframe.client import Client
from watchframe.decode import DtypeBackend
from watchframe.models import DataSource
from watchframe.read.options import (
    MaxAge,
    Params,
    QueryLike,
    ReadArguments,
    ReadOptions,
    of_query,
)
from watchframe.read.output import FrameArguments, Output, OutputKind
from watchframe.read.pipeline import (
    answer_query,
    answer_sql,
    plan_query,
    plan_sql,
    refuse_sets,
    with_runs,
)
from watchframe.read.plan import ReadPlan
from watchframe.read.schema_contract import Expected
from watchframe.references import parse_reference

if TYPE_CHECKING:
    import polars as pl


@overload
def read_watch_query(
    query: QueryLike,
    params: Params = None,
    *,
    run_locally: bool = ...,
    output: Literal["pandas"] = ...,
    **arguments: Unpack[FrameArguments],
) -> pd.DataFrame: ...
@overload
def read_watch_query(
    query: QueryLike,
    params: Params = None,
    *,
    run_locally: bool = ...,
    output: Literal["arrow"],
    **arguments: Unpack[ReadArguments],
) -> pa.Table: ...
@overload
def read_watch_query(
    query: QueryLike,
    params: Params = None,
    *,
    run_locally: bool = ...,
    output: Literal["polars"],
    **arguments: Unpack[ReadArguments],
) -> pl.DataFrame: ...
@of_query
def read_watch_query(
    query: QueryLike,
    params: Params = None,
    *,
    max_age: MaxAge = None,
    cache: Mode = "use",
    run_locally: bool = False,
    output: OutputKind = "pandas",
    index_col: str | Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    dtype: object = None,
    parse_dates: object = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    expect: Expected = None,
    timeout: float | None = 300.0,
    progress: bool | None = None,
    client: Client | None = None,
) -> pd.DataFrame | pa.Table | pl.DataFrame:
    """Return the rows of a saved query as a typed frame.

    Runs the query on the server, waits for it, and decodes the result exactly; or takes the copy
    that the local cache holds, if that is as fresh as `max_age` asks.

    Parameters
    ----------
    query : int, str or QueryReference
        Its id, its name, or the URL of its page. A name is enough where no other query has it, in
        whatever case; `find_watch_queries` finds names. The ``p_`` values in a URL are parameters;
        `params` win over them.
    params : mapping of str to object, optional
        Values by parameter name, as Python has them: dates, Timestamps, ``(start, end)`` tuples,
        lists, numbers, or the names of dynamic values such as ``"d_last_7_days"``. Parameters that
        are left out take their saved defaults. For several parameter sets there is
        `read_watch_sweep`.
    max_age : float, str, timedelta or None
        How old the data may be: seconds, a duration, or a text such as ``"90s"``, ``"15m"``,
        ``"1h"``, ``"7d"``. A local copy of at most that age is returned without any request. 0
        always runs the query. None, the server's own default, takes any result of the query as it
        stands: a local copy, unless the server says that it has a newer one, which it does without
        parameters and, from version 25.8 on, with the saved values of them.
    cache : {"use", "refresh", "only", "off"}
        ``"refresh"`` runs the query and stores the result; ``"only"`` makes no request; ``"off"``
        neither reads nor stores.
    run_locally : bool
        Whether to run a query of the Query Results source on this machine, over the results that
        its SQL names: these are read as of `read_watch_local`, by `max_age` and `cache`. What
        SQLite and DuckDB mean differently is translated or refused. The server's automatic limit is
        left out, and the result is not stored.
    output : {"pandas", "arrow", "polars"}
        ``"pandas"`` is a DataFrame with provenance in ``df.attrs["watchframe"]``. ``"arrow"`` is a
        `pyarrow.Table`, which DuckDB takes without a copy: a column with an integer beyond 64 bits
        is text, exact, with ``b"watchframe.encoding"`` as ``b"integer"`` in its field's metadata;
        one of arrays, objects or mixed kinds is JSON text, with ``b"json"`` there; the schema's
        metadata hold the provenance as JSON under ``b"watchframe"``, and tell pandas the dtypes:
        ``table.to_pandas()`` has those of ``"pandas"``, but for days, integers beyond 64 bits and
        nested values (`watchframe.decode.to_frame` has these too). ``"polars"`` is a DataFrame of
        that table (``pip install "watchframe[polars]"``): both kinds of text are String there,
        with every digit, and the provenance is left out, because polars keeps no metadata.
    index_col : str or sequence of str, optional
        Columns that become the index. This, `dtype`, `parse_dates` and `dtype_backend` are for
        pandas alone.
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
    expect : Schema, str or path, optional
        What the result has to be like: a `Schema`, or the file of one. It is compared with all that
        the server sent, before `columns`, `dtype` and `parse_dates` change it; and what was read is
        stored in any case.
    timeout : float or None
        Seconds for the whole of it. The job on the server is cancelled when they are over.
    progress : bool or None
        Whether to show a progress line for what takes over a second; None shows it where a person
        is watching.
    client : Client, optional
        Instead of the one of `connect`, or of the settings.

    Returns
    -------
    pandas.DataFrame, pyarrow.Table or polars.DataFrame
        One row per row of the result, columns in the query's order, with the dtypes of the type
        table. The provenance names the server, the query, the parameters as they were sent, when
        the server had the rows, and where they came from.

    Raises
    ------
    ConfigurationError
        No server or no API key is known, or the URL's server is not the client's.
    QueryReferenceError
        `query` is none of these, or the name of none or of several.
    UnknownParameterError, MissingParameterError, ParameterValueError
        A parameter does not fit; no execution was asked for.
    ArgumentError
        `params` are several sets; `max_age`, `cache`, `output` or a column's name cannot be used;
        or a column does not become what `dtype` or `parse_dates` ask for: the error names the first
        such value, and its row.
    AuthenticationError, AccessDeniedError, NotFoundError, RateLimitError, ResponseError
        The server refuses.
    JobFailedError
        The query failed; ``.reason`` holds the data source's own words.
    JobCancelledError, JobTimeoutError
        The job was cancelled, or `timeout` was over.
    TransportError
        The server could not be reached, or its answer broke off.
    ProtocolError, DecodeError
        It answered with something that is not a result.
    CacheMissError
        ``cache="only"``, and there is no local copy.
    SchemaDriftError
        The result is not as `expect` says; the error tells both sides.

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
    query = parse_reference(query)
    refuse_sets(params, "read_watch_sweep")
    shown = Output(output, columns, index_col, dtype, parse_dates, dtype_backend, expect)
    options = ReadOptions.resolve(
        query, client, max_age, cache, timeout, progress=progress, columns=shown.decoded
    )
    if run_locally:
        from watchframe.read.run_locally import answer_locally  # noqa: PLC0415 - it is seldom asked

        local = answer_locally(query, params, replace(options, columns=None))
        shown.warn(*local.sources.values())
        return shown.of_table(local.table, local.attributes, {})
    return shown.of(answer_query(query, params, options))


@overload
def read_watch_sql(
    sql: str,
    data_source: int | str | DataSource,
    params: Params = None,
    *,
    output: Literal["pandas"] = ...,
    **arguments: Unpack[FrameArguments],
) -> pd.DataFrame: ...
@overload
def read_watch_sql(
    sql: str,
    data_source: int | str | DataSource,
    params: Params = None,
    *,
    output: Literal["arrow"],
    **arguments: Unpack[ReadArguments],
) -> pa.Table: ...
@overload
def read_watch_sql(
    sql: str,
    data_source: int | str | DataSource,
    params: Params = None,
    *,
    output: Literal["polars"],
    **arguments: Unpack[ReadArguments],
) -> pl.DataFrame: ...
def read_watch_sql(
    sql: str,
    data_source: int | str | DataSource,
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
    progress: bool | None = None,
    client: Client | None = None,
) -> pd.DataFrame | pa.Table | pl.DataFrame:
    """Return the rows of SQL that is not saved anywhere as a typed frame.

    Parameters
    ----------
    sql : str
        With ``{{ name }}`` where parameters go. The server puts them in as they are, without any
        quoting.
    data_source : int, str or DataSource
        Where it runs: an id or a name. A query key may not do this.
    params : mapping of str to object, optional
        A value for every name in `sql`.
    max_age, cache, output, index_col, columns, dtype, parse_dates, dtype_backend, expect
        As of `read_watch_query`. With ``max_age=None`` any local copy of the same SQL with the same
        parameters is returned without a request, however old.
    timeout, progress, client
        As of `read_watch_query`.

    Returns
    -------
    pandas.DataFrame, pyarrow.Table or polars.DataFrame
        As `read_watch_query`.

    Raises
    ------
    WatchframeError
        As `read_watch_query`; ConfigurationError also if there is no such data source.
    """
    shown = Output(output, columns, index_col, dtype, parse_dates, dtype_backend, expect)
    options = ReadOptions.resolve(
        None, client, max_age, cache, timeout, progress=progress, columns=shown.decoded
    )
    return shown.of(answer_sql(sql, data_source, params, options))


@of_query
def explain_watch_query(
    query: QueryLike,
    params: Params = None,
    *,
    max_age: MaxAge = None,
    cache: Mode = "use",
    timeout: float | None = 300.0,
    client: Client | None = None,
) -> ReadPlan:
    """Return what `read_watch_query` would do now, and why, without executing anything.

    It goes the way of the read: if a local copy is fresh enough, no request is made. Otherwise the
    query's definition is fetched, so that the plan shows the SQL as it is now, and with a user's
    key the server's list of queries is asked when its newest result was made and how long that
    took. A dropdown's query is never run: if its values are not known here, a value is taken as it
    is.

    Parameters
    ----------
    query, params, max_age, cache, timeout, client
        As of `read_watch_query`.

    Returns
    -------
    ReadPlan
        The parameters and the SQL as they would be sent, what the local cache holds, how long the
        last run took with how many rows and bytes, where that is known, and what is decided. It
        prints as lines of text.

    Raises
    ------
    WatchframeError
        As `read_watch_query` before it executes: a wrong reference, parameter or key.

    Examples
    --------
    >>> from watchframe.demo import DemoServer
    >>> with DemoServer() as demo, Client(demo.url, demo.user_key) as client:
    ...     plan = explain_watch_query(13, {"kind": "repay"}, cache="off", client=client)
    >>> plan.parameters, plan.decision.action
    ({'kind': 'repay'}, 'fetch')
    """
    query = parse_reference(query)
    refuse_sets(params, "read_watch_sweep")
    options = ReadOptions.resolve(
        query, client=client, max_age=max_age, cache=cache, timeout=timeout
    )
    return with_runs(plan_query(query, params, options), options)


def explain_watch_sql(
    sql: str,
    data_source: int | str | DataSource,
    params: Params = None,
    *,
    max_age: MaxAge = None,
    cache: Mode = "use",
    timeout: float | None = 300.0,
    client: Client | None = None,
) -> ReadPlan:
    """Return what `read_watch_sql` would do now, and why, without executing anything.

    Parameters
    ----------
    sql, data_source, params, max_age, cache, timeout, client
        As of `read_watch_sql`.

    Returns
    -------
    ReadPlan
        As of `explain_watch_query`.

    Raises
    ------
    WatchframeError
        As `read_watch_sql` before it executes.
    """
    options = ReadOptions.resolve(client=client, max_age=max_age, cache=cache, timeout=timeout)
    return plan_sql(sql, data_source, params, options)
