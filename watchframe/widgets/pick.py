"""The short way to a picker."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import overload

from watchframe.client import Client
from watchframe.reference import QueryReference
from watchframe.widgets.parameter_picker import ParameterPicker
from watchframe.widgets.query_picker import QueryPicker


@overload
def pick(query: None = None, *, client: Client | None = None) -> QueryPicker: ...


@overload
def pick(
    query: int | str | QueryReference,
    params: Mapping[str, object] | None = None,
    *,
    max_age: float | str | timedelta | None = None,
    run: bool = False,
    run_on_change: bool = False,
    timeout: float | None = 300.0,
    client: Client | None = None,
) -> ParameterPicker: ...


def pick(
    query: int | str | QueryReference | None = None,
    params: Mapping[str, object] | None = None,
    *,
    max_age: float | str | timedelta | None = None,
    run: bool = False,
    run_on_change: bool = False,
    timeout: float | None = 300.0,
    client: Client | None = None,
) -> ParameterPicker | QueryPicker:
    """Give inputs for a saved query's parameters; without a query, a search for one first.

    Parameters
    ----------
    query : int, str or QueryReference, optional
        Its id, or the URL of its page.
    params, max_age, run, run_on_change, timeout, client
        As of `ParameterPicker`.

    Returns
    -------
    ParameterPicker or QueryPicker
        Show it by leaving it in a cell's last line.
    """
    if query is None:
        return QueryPicker(client=client)
    return ParameterPicker(
        query,
        params,
        max_age=max_age,
        run=run,
        run_on_change=run_on_change,
        timeout=timeout,
        client=client,
    )
