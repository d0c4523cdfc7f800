"""SQL over the results of queries, run on this machine: `read_watch_local`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

import pandas as pd
import pyarrow as pa

from watchframe.cache import Mode
from watchframe.client import Client
from watchframe.decode import DtypeBackend
from watchframe.errors import ArgumentError
from watchframe.keys import without_keys
from watchframe.local.database import load_duckdb, run
from watchframe.local.parameters import with_literals
from watchframe.local.sources import LocalSource, named_sources
from watchframe.parameters import JSON
from watchframe.read.answer import Answer
from watchframe.read.options import MaxAge, Params, ReadArguments, ReadOptions
from watchframe.read.output import FrameArguments, Output, OutputKind
from watchframe.read.pipeline import refuse_sets
from watchframe.read.schema_contract import Expected
from watchframe.read.side_by_side import ReadRequest, answers_side_by_side
from watchframe.references import parse_reference

if TYPE_CHECKING:
    import polars as pl

#: The most results that are read at the same time.
_AT_ONCE = 16


@overload
def read_watch_local(
    sql: str,
    params: Params = None,
    *,
    output: Literal["pandas"] = ...,
    **arguments: Unpack[FrameArguments],
) -> pd.DataFrame: ...
@overload
def read_watch_local(
    sql: str,
    params: Params = None,
    *,
    output: Literal["arrow"],
    **arguments: Unpack[ReadArguments],
) -> pa.Table: ...
@overload
def read_watch_local(
    sql: str,
    params: Params = None,
    *,
    output: Literal["polars"],
    **arguments: Unpack[ReadArguments],
) -> pl.DataFrame: ...
def read_watch_local(
    sql: str,
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
    """Return the rows of SQL over the results of queries, run on this machine by DuckDB.

    The results that the SQL names are read side by side, each as by `read_watch_query`: from the
    local cache where it is fresh enough, else from the server. DuckDB reads them where they stand
    in memory (``pip install "watchframe[local]"``).

    Parameters
    ----------
    sql : str
        One SELECT in DuckDB's SQL. Its tables are ``query_42``, the result of query 42;
        ``cached_query_42``, the same of any age; ``param_query_42_{a=1&b=x%20y}``, with parameters
        as in an address; ``query("Borrows by market", market='WETH')``, by name, with parameters
        as of `read_watch_query`. An integer column beyond 64 bits is BIGNUM; ``exact_multiply``
        and its kin calculate with it, and an expression that would round it is refused.
    params : mapping of str to object, optional
        A value for every ``{{ name }}`` in `sql`. It is put in as a literal, which it cannot leave:
        a text in quotes with its own quotes doubled, a date as ``DATE '...'``, a time as
        ``TIMESTAMP '...'``, a list as literals with commas between, for ``IN ({{ names }})``.
    max_age, cache
        As of `read_watch_query`, for each of the results but those of ``cached_query_42``.
    output, index_col, columns, dtype, parse_dates, dtype_backend, expect, progress, client
        As of `read_watch_query`.
    timeout : float or None
        Seconds for the whole of it: the results are read at the same time, and what is left is for
        the SQL.

    Returns
    -------
    pandas.DataFrame, pyarrow.Table or polars.DataFrame
        Typed as `read_watch_query` does it: integers of any size are exact, decimals are decimals,
        lists and structures JSON. The provenance has the SQL, its parameters, and under
        ``"sources"`` that of each result with its ``"table"``.

    Raises
    ------
    ArgumentError
        The SQL is not a single SELECT of results, or would round integers; or DuckDB is not
        installed.
    JobFailedError
        DuckDB refuses the SQL; ``.reason`` holds its own words.
    ExceptionGroup
        Of the errors of the results, if several cannot be read.
    SchemaDriftError
        The rows are not as `expect` says.
    WatchframeError
        As `read_watch_query`, if one cannot; a note names it.

    Warns
    -----
    PrecisionWarning
        The SQL divides or averages decimals of more than 15 digits, which gives floats.
    WatchframeWarning
        As `read_watch_query`, for each of the results.

    Examples
    --------
    >>> from watchframe.demo import DemoServer
    >>> with DemoServer() as demo, Client(demo.url, demo.user_key) as client:
    ...     frame = read_watch_local(
    ...         "SELECT market, events FROM query_2 WHERE market = {{ market }}",
    ...         {"market": "WETH"},
    ...         cache="off",
    ...         client=client,
    ...     )
    >>> frame["market"].tolist()
    ['WETH']
    """
    refuse_sets(params, "A loop")
    shown = Output(output, columns, index_col, dtype, parse_dates, dtype_backend, expect)
    options = ReadOptions.resolve(None, client, max_age, cache, timeout, progress=progress)
    answer = answer_local(sql, params, options)
    shown.warn(*answer.sources.values())
    return shown.of_table(answer.table, answer.attributes, {})


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalAnswer:
    """The rows of local SQL, with where they came from.

    Attributes
    ----------
    table : pyarrow.Table
    sql : str
        As the caller wrote it.
    parameters : mapping of str to JSON values
        The values of its tags.
    sources : mapping of str to Answer
        The results that it was run over, by the table's name.
    facts : mapping of str to JSON values
        What else the provenance has: the query whose SQL it is.
    """

    table: pa.Table
    sql: str
    parameters: Mapping[str, JSON]
    sources: Mapping[str, Answer]
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def attributes(self) -> dict[str, object]:
        """What becomes ``df.attrs["watchframe"]``: JSON values only."""
        return {
            **self.facts,
            "sql": self.sql,
            "parameters": dict(self.parameters),
            "sources": [
                {"table": table, **answer.attributes} for table, answer in self.sources.items()
            ],
        }


def answer_local(sql: str, params: Params, options: ReadOptions) -> LocalAnswer:
    """Return the answer to local SQL, as of `read_watch_local`."""
    if not isinstance(sql, str):
        raise ArgumentError(
            f"The SQL is a {type(sql).__name__}.", hint='Give a text: "SELECT * FROM query_42".'
        )
    load_duckdb()  # before anything is asked
    now = options.now or datetime.now(UTC)
    timezone = options.client.settings.timezone
    text, parameters = with_literals(sql, params, now=now, timezone=timezone)
    named = named_sources(text)
    sources = read_sources(named.sources, replace(options, now=now))
    tables = {name: answer.table for name, answer in sources.items()}
    table = run(named.sql, tables, deadline=options.deadline)
    return LocalAnswer(table=table, sql=without_keys(sql), parameters=parameters, sources=sources)


def read_sources(sources: Mapping[str, LocalSource], options: ReadOptions) -> dict[str, Answer]:
    """Return the results that local SQL names, read side by side under one deadline.

    Raises
    ------
    Exception
        Of the read, if one fails; a note names the table. Of several, an ExceptionGroup.
    """
    requests = [_request(table, source, options) for table, source in sources.items()]
    if not requests:
        return {}
    concurrency = min(len(requests), _AT_ONCE)
    try:
        answers = answers_side_by_side(requests, concurrency=concurrency, progress=options.progress)
    except ExceptionGroup as failed:
        if len(failed.exceptions) == 1:
            raise failed.exceptions[0] from None
        raise
    return dict(zip(sources, answers, strict=True))


def _request(table: str, source: LocalSource, options: ReadOptions) -> ReadRequest:
    reference = parse_reference(source.query)
    if source.url_parameters:
        reference = replace(reference, url_parameters=source.url_parameters)
    policy: Any = options.policy
    if source.takes_any_age:
        mode = "use" if policy.mode == "refresh" else policy.mode
        policy = replace(policy, mode=mode, max_age=None)
    chosen = replace(options, policy=policy, document_policy=policy)
    return ReadRequest(query=reference, params=source.params, options=chosen, label=table)
