"""A saved query as a Dask DataFrame: one partition for each parameter set.

It needs ``pip install "watchframe[dask]"``. The graph holds the server's address, the query's id
and the parameters. API keys are not in it: each worker has its own settings.
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from watchframe.cache import Mode
from watchframe.client import Client, client_of_server
from watchframe.decode import Conversions, DtypeBackend, to_frame, undeclared_columns
from watchframe.errors import ArgumentError, ConfigurationError, WatchframeError
from watchframe.keys import without_keys
from watchframe.parameters import JSON
from watchframe.read import (
    MaxAge,
    Output,
    ReadOptions,
    answer_query,
    parameter_sets,
    wire_sets,
)
from watchframe.read.answer import ATTRIBUTE, Answer
from watchframe.read.options import client_for, of_query
from watchframe.references import QueryReference, parse_reference

try:
    import dask
    import dask.dataframe as dd
    from dask.dataframe.dispatch import make_meta
except ImportError as error:
    raise ImportError(
        'watchframe.dask needs Dask: pip install "watchframe[dask]" installs it.'
    ) from error

__all__ = ["read_watch_query"]

ParamSet = Mapping[str, object]


@of_query
def read_watch_query(
    query: int | str | QueryReference,
    params: Sequence[ParamSet] | pd.DataFrame,
    *,
    max_age: MaxAge = None,
    cache: Mode = "use",
    columns: Sequence[str] | None = None,
    dtype: object = None,
    parse_dates: object = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    meta: object = None,
    timeout: float | None = 300.0,
    profile: str | None = None,
) -> dd.DataFrame:
    """Return the rows of a saved query as a Dask DataFrame, one partition for each parameter set.

    Workers read the partitions when Dask computes them. Only the query's definition is read at
    once, by which every parameter set is checked, and the rows of the first set where neither the
    local cache nor `meta` tells the columns; of the next one where that has none, and so on. A
    partition without rows has the columns of the others.

    Parameters
    ----------
    query : int, str or QueryReference
        Its id, its name, or the URL of its page.
    params : sequence of mappings, or DataFrame
        One for each partition; of a DataFrame, each row is one. Dynamic dates are resolved now,
        not when a worker reads.
    max_age, cache, columns, dtype, parse_dates, dtype_backend
        As of `watchframe.read_watch_query`. Local caches are those of the workers.
    meta : pandas.DataFrame or mapping of str to dtype, optional
        The columns and dtypes of every partition; one that a result's rows do not have is null
        there. By default those of the first set's result that has rows are taken, for which any
        copy is taken; those that the server does not declare may be missing in other rows.
    timeout : float or None
        Seconds for each partition.
    profile : str, optional
        The profile of the config file, here and on the workers. By default the workers take
        their environment and their config file.

    Returns
    -------
    dask.dataframe.DataFrame
        The result's own columns, without the parameters that `watchframe.read_watch_sweep` puts in
        front. Its divisions are not known. Each call reads again: two calls never share a
        partition's key.

    Raises
    ------
    ArgumentError
        `params` is not a sequence of mappings, or is empty; `dtype` or `columns` name a column
        that the result lacks. When it is computed: a partition has
        other columns or dtypes than the metadata.
    ConfigurationError
        No server or key is known; when it is computed: a worker's settings are of another server.
    WatchframeError
        As `watchframe.read_watch_query`, at once and when it is computed; a note tells the
        parameter set.

    Examples
    --------
    >>> from watchframe import connect
    >>> from watchframe.demo import DemoServer
    >>> with DemoServer() as demo:
    ...     client = connect(demo.url, demo.user_key)
    ...     frame = read_watch_query(13, [{"kind": "borrow"}, {"kind": "repay"}], cache="off")
    ...     months = len(frame["month"].unique().compute(scheduler="threads"))
    >>> frame.npartitions, months
    (2, 60)
    """
    given = _given(params)
    query = parse_reference(query)
    client = client_for(query, _client_of_profile(profile) if profile is not None else None)
    options = ReadOptions.resolve(
        query, client=client, max_age=max_age, cache=cache, timeout=timeout
    )
    definition, sets = wire_sets(query, given, options)
    source = _Source(
        query_id=definition.id,
        server=client.server,
        profile=profile,
        connection=_connection_of(client),
        max_age=max_age,
        cache=cache,
        columns=None if columns is None else tuple(columns),
        dtype=dtype,
        parse_dates=Conversions.of(None, parse_dates, (), has_rows=False).dates,
        dtype_backend=dtype_backend,
        timeout=timeout,
    )
    if meta is None:
        empty, undeclared = source.metadata(client, sets)
    else:
        empty = _empty(meta)
        Conversions.of(dtype, parse_dates, list(map(str, empty.columns)), has_rows=True)
        undeclared = frozenset(map(str, empty.columns))
    # Dask would make text of every object column: of integers beyond 64 bits, lists and objects.
    with dask.config.set({"dataframe.convert-string": False}):
        frame: dd.DataFrame = dd.from_map(  # type: ignore[no-untyped-call]
            _partition,
            sets,
            range(len(sets)),
            source=source,
            expected=tuple((str(name), empty[name].dtype) for name in empty.columns),
            undeclared=undeclared,
            # Two calls with the same arguments are two reads, also where the first is still held.
            call=uuid.uuid4().hex,
            meta=empty,
            label=f"watch-query-{definition.id}",
        )
    return frame


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """What all partitions have in common; it goes into the graph, so it holds no key."""

    query_id: int
    server: str
    profile: str | None
    connection: str
    max_age: MaxAge
    cache: Mode
    columns: tuple[str, ...] | None
    dtype: Any
    parse_dates: Mapping[str, str | None]
    dtype_backend: DtypeBackend
    timeout: float | None

    def metadata(
        self, client: Client, sets: Sequence[Mapping[str, JSON]]
    ) -> tuple[pd.DataFrame, frozenset[str]]:
        """Return the first result that has rows without them, and its undeclared columns.

        A copy of any age is taken.
        """
        options = ReadOptions.resolve(
            QueryReference(query_id=self.query_id),
            cache="use" if self.cache == "refresh" else self.cache,
            timeout=self.timeout,
            client=client,
        )
        for params in sets:
            answer = answer_query(self.query_id, params, options)
            if answer.table.num_rows:
                break
        frame = self.frame(answer, self.columns, self.dtype, self.parse_dates).iloc[:0]
        return frame, undeclared_columns(answer.table)

    def frame(
        self, answer: Answer, columns: Sequence[str] | None, dtype: object, parse_dates: object
    ) -> pd.DataFrame:
        """Return an answer's frame with those of the columns."""
        return to_frame(
            answer.table,
            dtype_backend=self.dtype_backend,
            columns=columns,
            dtype=dtype,
            parse_dates=parse_dates,
            known_kinds=answer.known_kinds,
        )


def _partition(
    params: dict[str, JSON],
    number: int,
    *,
    source: _Source,
    expected: tuple[tuple[str, Any], ...],
    undeclared: frozenset[str],
    call: str,  # noqa: ARG001 - it is there to be part of the partition's key
    columns: list[str] | None = None,
) -> pd.DataFrame:
    """Read one partition; a worker calls this, with `columns` where no others are needed."""
    client = _client_of_worker(source)
    options = ReadOptions.resolve(
        QueryReference(query_id=source.query_id),
        max_age=source.max_age,
        cache=source.cache,
        timeout=source.timeout,
        progress=False,
        client=client,
    )
    try:
        answer = answer_query(source.query_id, params, options)
        Output(dtype=source.dtype, parse_dates=source.parse_dates).warn(answer)
        if not answer.table.num_rows:
            return _empty_partition(answer, expected, columns)
        known = [name for name, _ in expected]
        has = answer.table.column_names
        # Keys that the server does not declare are columns where a row has them.
        lacks = [name for name in known if name in undeclared and name not in has]
        found = has if source.columns is None else list(source.columns)
        if {*found, *lacks} != {*known}:
            raise _differs(number, params, f"has the columns {found}, the metadata {known}")
        shown = known if columns is None else columns
        there = [name for name in shown if name not in lacks]
        frame = source.frame(
            answer, there, _of_columns(source.dtype, there), _of_columns(source.parse_dates, there)
        )
        for name, dtype in expected:
            if name in lacks and name in shown:
                frame[name] = _nulls(name, dtype, len(frame), number, params)
            if name in frame.columns and frame[name].dtype != dtype:
                words = f"has {frame[name].dtype} in column {name!r}, the metadata {dtype}"
                raise _differs(number, params, words)
        frame = frame[shown]
    except WatchframeError as error:
        words = f"in partition {number}: query {source.query_id} with {params!r}"
        error.add_note(without_keys(words))
        raise
    frame.attrs[ATTRIBUTE] = answer.attributes
    return frame


def _nulls(
    name: str, dtype: Any, rows: int, number: int, params: Mapping[str, JSON]
) -> pd.Series[Any]:
    """Return a column of nulls, for rows that do not have it."""
    try:
        nulls = pd.Series([None] * rows, dtype=dtype)
    except (TypeError, ValueError):
        nulls = None
    if nulls is None or not nulls.isna().all():  # numpy makes False of them
        raise _differs(number, params, f"lacks the column {name!r}, and {dtype} has no nulls")
    return nulls


def _of_columns(argument: Any, shown: Sequence[str]) -> Any:
    """Return what an argument says of these columns: Dask may need no others."""
    if isinstance(argument, Mapping):
        return {name: value for name, value in argument.items() if name in shown}
    return argument


def _empty_partition(
    answer: Answer, expected: tuple[tuple[str, Any], ...], columns: list[str] | None
) -> pd.DataFrame:
    """Return the metadata's columns without rows: such a result need not declare all of them."""
    frame = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in expected})
    frame.attrs[ATTRIBUTE] = answer.attributes
    return frame if columns is None else frame[columns]


def _differs(number: int, params: Mapping[str, JSON], words: str) -> ArgumentError:
    return ArgumentError(
        f"Partition {number}, of the parameters {dict(params)!r}, {words}.",
        hint="Give dtype= for columns whose type depends on the rows, or meta= with the columns "
        "and dtypes that all partitions have.",
    )


def _given(params: object) -> list[ParamSet]:
    sets = [] if params is None or isinstance(params, Mapping | str) else parameter_sets(params)
    if not sets:
        raise ArgumentError(
            "params is not a list of parameter sets, or it is empty.",
            hint='Give one set for each partition: [{"market": "WETH"}, {"market": "INV"}].',
        )
    return sets


def _empty(meta: object) -> pd.DataFrame:
    frame = make_meta(meta)  # type: ignore[no-untyped-call]
    if not isinstance(frame, pd.DataFrame):
        raise ArgumentError(
            f"meta is a {type(meta).__name__}.",
            hint='Give a DataFrame, or a mapping such as {"market": "string"}.',
        )
    return frame


def _client_of_worker(source: _Source) -> Client:
    """Return the caller's client, in its process; elsewhere that of the worker's own settings."""
    found = _connections.get(source.connection)
    if found is not None:
        return found
    try:
        if source.profile is not None:
            client = _client_of_profile(source.profile)
        else:
            client = client_of_server(source.server)
    except ConfigurationError as error:
        raise _not_set_up(source, error.message) from None
    if client.server != source.server:
        raise _not_set_up(source, f"Its settings are of {client.server}.")
    return client


def _connection_of(client: Client) -> str:
    """Return the name of a client in `_connections`: graphs have it in place of keys."""
    name = next((name for name, known in _connections.items() if known is client), None)
    if name is None:
        name = uuid.uuid4().hex
        _connections[name] = client
        while len(_connections) > _MOST_CONNECTIONS:
            del _connections[next(iter(_connections))]
    return name


#: Clients of this process whose graphs may still be computed here.
_connections: dict[str, Client] = {}
_MOST_CONNECTIONS = 100


def _not_set_up(source: _Source, words: str) -> ConfigurationError:
    return ConfigurationError(
        f"This Dask worker cannot read from {source.server}. {words}",
        hint="Start the workers with WATCHFRAME_URL and WATCHFRAME_API_KEY, or with a config file "
        "that has a profile of that server: keys do not travel with the graph, nor does the one in "
        "an address.",
    )


@functools.lru_cache(maxsize=8)
def _client_of_profile(profile: str) -> Client:
    return Client(profile=profile)
