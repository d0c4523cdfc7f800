"""Saving a chart that was made here as a visualization of its query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from watchframe.charts import new_chart
from watchframe.charts.new_chart import NewChartError
from watchframe.client import Client
from watchframe.client.names import called
from watchframe.drawing.rows import page_data
from watchframe.errors import ArgumentError, CacheMissError, NotFoundError, ParameterError
from watchframe.models import Query, Visualization
from watchframe.plain_text import plain_text
from watchframe.read.options import QueryLike, ReadOptions, client_for
from watchframe.read.pipeline import answer_query
from watchframe.references import QueryReference, parse_reference, takes_query


@takes_query
def save_chart(
    query: QueryLike,
    name: str,
    *,
    kind: str = "line",
    x: str | None = None,
    y: str | Sequence[str] | None = None,
    y2: str | Sequence[str] = (),
    series: str | None = None,
    size: str | None = None,
    z: str | None = None,
    stacked: bool = False,
    percent: bool = False,
    sort: bool = True,
    log: bool = False,
    x_title: str = "",
    y_title: str = "",
    y2_title: str = "",
    options: Mapping[str, Any] | None = None,
    replace: bool = False,
    client: Client | None = None,
) -> Visualization:
    """Save a chart of a query's columns on the server, as its page's editor would.

    The query is not run. Where it has a result, the columns are those of its latest one, and a
    name that is not among them is an error before anything is written.

    Parameters
    ----------
    query : int, str or QueryReference
        As of `read_watch_query`.
    name : str
        What the chart is called: its tab on the page.
    kind : {"line", "column", "bar", "area", "scatter", "bubble", "pie", "heatmap", "box"}
        ``"bar"`` is a column chart with x and y swapped.
    x : str, optional
        A column. By default the first time, else the first text; of pies and boxes the first text,
        of scatter and bubble charts the first time or number.
    y : str or sequence of str, optional
        By default the first number that is no id; of heatmaps the next text.
    y2 : str or sequence of str
        Columns on a second axis, on the right. Beside columns and areas they are lines.
    series : str, optional
        The column whose values make a line each.
    size : str, optional
        Of bubbles; by default the next number.
    z : str, optional
        The number that a heatmap shows as color; by default the first one.
    stacked : bool
        The series stand on one another.
    percent : bool
        Each series' share of the sum at its x; columns, bars and areas are stacked.
    sort : bool
        By x; else in the order of the rows.
    log : bool
        The y axis is logarithmic.
    x_title, y_title, y2_title : str
        The axes' titles.
    options : mapping, optional
        Further options of the editor, in its words, such as ``{"numberFormat": "$0,0"}``; they win.
    replace : bool
        Write over the chart of this name, if there is one. Without it, that is an error.
    client : Client, optional
        As of `read_watch_query`.

    Returns
    -------
    Visualization
        As saved: with its id, its ``options``, and ``url``, which opens it on the page. Where
        several rows have the same x (and series), the page adds their y.

    Raises
    ------
    ArgumentError
        There is no such column or kind; the chart needs a column that was not given, and none fits;
        or the query has a visualization of this name, and `replace` is not set, or cannot replace
        it.
    AccessDeniedError
        The key may not edit the query: that takes an account's key, its owner's or an
        administrator's.
    ServerError
        The query could not be read, or the chart not be saved.

    Examples
    --------
    >>> from watchframe.demo import DemoServer
    >>> with DemoServer() as demo, Client(demo.url, demo.user_key) as client:
    ...     saved = save_chart(
    ...         1, "Dollars", kind="area", x="day", y="amount_usd", series="market", client=client
    ...     )
    >>> saved.type, saved.name
    ('CHART', 'Dollars')
    """
    if not (isinstance(name, str) and name.strip()):  # type: ignore[redundant-expr]
        raise ArgumentError("The chart has no name.", hint="Give one: it is its tab on the page.")
    reference = parse_reference(query)
    client = client_for(reference, client)
    definition = client.queries.get(reference)
    try:
        chart = new_chart(
            _columns(definition, reference, client),
            name=name,
            kind=kind,
            x=x,
            y=y,
            y2=y2,
            series=series,
            size=size,
            z=z,
            stacked=stacked,
            percent=percent,
            sort=sort,
            log=log,
            x_title=x_title,
            y_title=y_title,
            y2_title=y2_title,
            options=options,
        )
    except NewChartError as error:
        raise ArgumentError(error.message, hint=error.hint) from None
    present = _present(definition, name, replace=replace)
    if present is None:
        saved = client.visualizations.create(definition.id, **chart)
    else:
        saved = client.visualizations.update(present.id, name=name, options=chart["options"])
    return msgspec.structs.replace(saved, query=definition)


def _columns(
    query: Query, reference: QueryReference, client: Client
) -> list[dict[str, str | None]] | None:
    """Return the columns of the latest result, on the server or stored here; None without any."""
    table = None
    if query.latest_result_id is not None:
        try:
            table = client.query_results.get(query.latest_result_id).table
        except NotFoundError:  # the server keeps results for a while only
            table = None
    if table is None:
        options = ReadOptions.resolve(reference, client, cache="only")
        try:
            table = answer_query(reference, None, options).table
        except (CacheMissError, ParameterError):
            return None
    columns, _ = page_data(table.slice(0, 0))
    return columns


def _present(query: Query, name: str, *, replace: bool) -> Visualization | None:
    """Return the chart that is to be replaced; None where there is none of this name."""
    found = called(name, query.visualizations)
    if not found:
        return None
    label = f"Query {query.id} {plain_text(query.name)!r}"
    if not replace:
        raise ArgumentError(
            f"{label} has a visualization {found[0].name!r} already.",
            hint="Give another name, or replace=True to write over it.",
        )
    if len(found) > 1 or found[0].type != "CHART":
        what = f"{len(found)} visualizations" if len(found) > 1 else f"a {found[0].type}"
        raise ArgumentError(
            f"{label} has {what} of the name {found[0].name!r}: no chart to replace.",
            hint="Give another name.",
        )
    return found[0]
