"""`pick`: the parameter bar of a saved query or of several, or the search for the query."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, overload

from watchframe.client import Client
from watchframe.errors import QueryReferenceError
from watchframe.read.options import client_for
from watchframe.references import QueryReference, parse_reference, takes_query_or_queries
from watchframe.widgets.parameter_picker import ParameterPicker
from watchframe.widgets.query_group import QueryGroup
from watchframe.widgets.query_picker import PickerArguments, QueryPicker

#: Not any sequence: a text is one.
Several = list[Any] | tuple[int | str | QueryReference, ...]


@overload
def pick(query: None = None, *, client: Client | None = None) -> QueryPicker: ...


@overload
def pick(
    query: int | QueryReference,
    params: Mapping[str, object] | None = None,
    *,
    max_age: float | str | timedelta | None = None,
    run: bool | None = None,
    run_on_change: bool = False,
    timeout: float | None = 300.0,
    client: Client | None = None,
) -> ParameterPicker: ...


@overload
def pick(
    query: str,
    params: Mapping[str, object] | None = None,
    *,
    max_age: float | str | timedelta | None = None,
    run: bool | None = None,
    run_on_change: bool = False,
    timeout: float | None = 300.0,
    client: Client | None = None,
) -> ParameterPicker | QueryPicker: ...


@overload
def pick(
    query: Several,
    params: Mapping[str, object] | None = None,
    *,
    max_age: float | str | timedelta | None = None,
    run: bool | None = None,
    run_on_change: bool = False,
    timeout: float | None = 300.0,
    client: Client | None = None,
) -> QueryGroup: ...


@takes_query_or_queries
def pick(
    query: int | str | QueryReference | Several | None = None,
    params: Mapping[str, object] | None = None,
    *,
    max_age: float | str | timedelta | None = None,
    run: bool | None = None,
    run_on_change: bool = False,
    timeout: float | None = 300.0,
    client: Client | None = None,
) -> ParameterPicker | QueryPicker | QueryGroup:
    """Return inputs for a saved query's parameters; without one query, a search for it first.

    Parameters
    ----------
    query : int, str, QueryReference or a list of them, optional
        Its id, its name, or the URL of its page. Words that are no query's name are searched for,
        and ``#lending`` is a tag. A list has one bar for all its queries.
    params, max_age, run, run_on_change, timeout, client
        As of `ParameterPicker`; after a search, of the query that is chosen there.

    Returns
    -------
    ParameterPicker, QueryPicker or QueryGroup
        Show it by leaving it in a cell's last line.
    """
    if query is None:
        return QueryPicker(client=client)
    arguments = PickerArguments(
        params=params, max_age=max_age, run=run, run_on_change=run_on_change, timeout=timeout
    )
    if isinstance(query, list | tuple):
        return QueryGroup(query, client=client, **arguments)
    query = parse_reference(query)
    name = query.name
    if name is not None:
        client = client_for(query, client)
        try:
            query = QueryReference(query_id=client.queries.id_of(query))
        except QueryReferenceError:
            if client.settings.api_key is None:  # the keys of queries see no list
                raise
            return QueryPicker(name, client=client, **arguments)
    return ParameterPicker(query, client=client, **arguments)
