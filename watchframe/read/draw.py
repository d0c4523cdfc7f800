"""Drawing: a saved visualization of a query's result, or of a frame that is already there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
import pyarrow as pa

from watchframe.cache import Mode
from watchframe.client import Client
from watchframe.client.names import called, nearest
from watchframe.decode.frame import pandas_attributes
from watchframe.drawing import MAX_POINTS, Drawing, draw
from watchframe.errors import ArgumentError, CacheMissError, ServerError
from watchframe.models import Query, Visualization
from watchframe.models.queries import in_order_of_tabs
from watchframe.plain_text import plain_text
from watchframe.read.answer import ATTRIBUTE
from watchframe.read.documents import ANY_AGE, NEWLY_READ, Documents
from watchframe.read.options import (
    MaxAge,
    Params,
    QueryLike,
    ReadOptions,
    SharedDocuments,
    address_error,
    checks_texts,
    of_query,
)
from watchframe.read.output import Output
from watchframe.read.pipeline import answer_query, refuse_sets
from watchframe.read.planning import is_outage
from watchframe.references import QueryReference, parse_reference
from watchframe.reprs.words import first_few

#: A visualization's name or a part of it, its id, or the visualization itself.
VisualizationLike = str | int | Visualization | Mapping[str, object]
#: Of columns such as ``market::filter``, the value that is chosen, or several.
Filters = Mapping[str, object]


@of_query
def draw_watch_query(
    query: QueryLike,
    visualization: VisualizationLike | None = None,
    params: Params = None,
    *,
    filters: Filters | None = None,
    max_points: int | None = MAX_POINTS,
    max_age: MaxAge = None,
    cache: Mode = "use",
    timeout: float | None = 300.0,
    progress: bool | None = None,
    client: Client | None = None,
) -> Drawing:
    """Return a saved visualization of a query, drawn as its page shows it.

    The rows are those of `read_watch_query`, and the visualization is as the server has it now (or
    had it, as far back as `max_age` allows).

    Parameters
    ----------
    query : int, str or QueryReference
        As of `read_watch_query`. An address may name the visualization as well:
        ``https://host/queries/42#17``, ``https://host/embed/query/42/visualization/17``.
    visualization : str, int, Visualization or mapping, optional
        Its name, or a part of the name that no other one has, in whatever case; its id; or one that
        need not be saved: a `Visualization`, or a mapping with ``type`` and ``options``. By default
        it is the one that the address names, else the first that is no table; the drawing's notes
        name the others.
    params : mapping of str to object, optional
        As of `read_watch_query`.
    filters : mapping of str to value or list of values, optional
        What is chosen of columns such as ``market::filter``, by their names with or without the
        suffix; by default what the page shows first.
    max_points : int or None
        The most points of a chart: where there are more, those are drawn that make the picture, and
        a note says so. None draws all.
    max_age, cache, timeout, progress, client
        As of `read_watch_query`.

    Returns
    -------
    Drawing
        A notebook shows it. ``.figure`` is a `plotly.graph_objects.Figure` of a plot
        (``pip install "watchframe[charts]"``), ``.value`` the number of a counter, ``.frame`` the
        rows.

    Raises
    ------
    ArgumentError
        The query has no such visualization, or several; the rows have no such filter.
    WatchframeError
        As `read_watch_query`.

    Warns
    -----
    WatchframeWarning
        As `read_watch_query`.

    Examples
    --------
    >>> from watchframe.demo import DemoServer
    >>> with DemoServer() as demo, Client(demo.url, demo.user_key) as client:
    ...     drawing = draw_watch_query(1, cache="off", client=client)
    >>> drawing
    <Drawing of TABLE 'Table' of query 1: ... rows>
    """
    reference = parse_reference(query)
    refuse_sets(params, "read_watch_sweep")
    _check(filters, max_points)
    options = ReadOptions.resolve(reference, client, max_age, cache, timeout, progress=progress)
    options = replace(options, shared=SharedDocuments())  # the definition is read once
    notes: list[str] = []
    if not isinstance(visualization, str | int | None):
        chosen = _given(visualization, hint=_THEN_PARAMETERS)
    else:
        wanted = reference.visualization_id if visualization is None else visualization
        definition = saved_definition(reference, options, wanted)
        chosen, notes = chosen_visualization(definition, wanted)
        reference = replace(reference, query_id=definition.id, name=None)
    answer = answer_query(reference, params, options)
    Output().warn(answer)
    return draw(
        chosen,
        answer.table,
        filters=filters,
        notes=notes,
        provenance=answer.attributes,
        max_points=max_points,
    )


@checks_texts
def draw_frame(
    frame: pd.DataFrame | pa.Table,
    visualization: VisualizationLike,
    *,
    filters: Filters | None = None,
    max_points: int | None = MAX_POINTS,
    client: Client | None = None,
) -> Drawing:
    """Return a visualization, drawn of a frame that is already there.

    Parameters
    ----------
    frame : pandas.DataFrame or pyarrow.Table
        The columns have the names that the visualization draws. Levels of the index that have a
        name are columns too.
    visualization : Visualization, mapping, str or int
        A `Visualization`, or a mapping with ``type`` and ``options``: then no request is made. Or
        the name or id of one that is saved with the query that the frame was read of, as
        `draw_watch_query` takes it: ``frame.attrs`` tells the query.
    filters, max_points
        As of `draw_watch_query`.
    client : Client, optional
        As of `read_watch_query`.

    Returns
    -------
    Drawing
        As `draw_watch_query`; its ``.frame`` is `frame`.

    Raises
    ------
    ArgumentError
        `frame` is none, or tells no query although `visualization` is a name or an id; or as
        `draw_watch_query`.
    WatchframeError
        The query's definition could not be read.

    Examples
    --------
    >>> frame = pd.DataFrame({"day": ["2024-03-01", "2024-03-02"], "amount": [3, 5]})
    >>> roles = {"day": "x", "amount": "y"}
    >>> options = {"globalSeriesType": "line", "columnMapping": roles}
    >>> draw_frame(frame, {"type": "CHART", "name": "Amounts", "options": options})
    <Drawing of CHART 'Amounts': 1 trace>
    """
    if not isinstance(frame, pd.DataFrame | pa.Table):
        raise ArgumentError(
            f"frame is a {type(frame).__name__}.",
            hint="Give a pandas DataFrame or a pyarrow Table.",
        )
    _check(filters, max_points)
    provenance = _provenance(frame)
    if isinstance(visualization, str | int):
        reference = _query_of(provenance)
        options = ReadOptions.resolve(reference, client)
        definition = saved_definition(reference, options, visualization)
        chosen, _ = chosen_visualization(definition, visualization)
    else:
        chosen = _given(visualization)
    return draw(chosen, frame, filters=filters, provenance=provenance, max_points=max_points)


def saved_definition(
    reference: QueryReference, options: ReadOptions, wanted: str | int | None
) -> Query:
    """Return a query with its visualizations, as fresh as the options ask, and `wanted` needs.

    Where the server is away, it is the local copy: whether rows as old will do, the read decides.
    """
    if reference.query_id is not None:
        reference = replace(reference, result_id=None)
    policy = options.document_policy
    documents = Documents(options, policy, may_ask=policy.mode != "only", shared=options.shared)
    try:
        found = documents.query(reference)
        is_there = found.visualizations and (wanted is None or _meant(found.visualizations, wanted))
        if not (is_there or documents.are_new) and documents.may_ask:
            # A copy of before visualizations were kept, or before this one was saved.
            found = Documents(options, NEWLY_READ, may_ask=True, shared=options.shared).query(
                reference
            )
    except ServerError as error:
        if not is_outage(error):
            raise
        try:
            found = Documents(options, ANY_AGE, may_ask=False).query(reference)
        except CacheMissError:
            raise error from None
    return found


def chosen_visualization(query: Query, wanted: str | int | None) -> tuple[Visualization, list[str]]:
    """Return the visualization that is meant, and a note of the others where none was named."""
    saved = in_order_of_tabs(query.visualizations)
    if wanted is not None:
        return _named(query, saved, wanted), []
    if not saved:
        return Visualization(id=0, type="TABLE", name="Table"), []
    first = next((item for item in saved if item.type != "TABLE"), saved[0])
    others = [item for item in saved if item is not first]
    return first, [f"Also saved: {first_few(others, _TOLD, _label)}."] if others else []


#: The visualizations that a note names: a figure has its notes above it.
_TOLD = 6
_THEN_PARAMETERS = " Values of parameters come after it: (None, {...})."


def _check(filters: object, max_points: object) -> None:
    """Raise ArgumentError where arguments are of another type, before anything is read."""
    check_filters(filters)
    is_number = isinstance(max_points, int) and not isinstance(max_points, bool)
    if max_points is not None and not (is_number and max_points > 0):  # type: ignore[operator]
        raise ArgumentError(
            f"max_points is {max_points!r}.", hint="Give a whole number above 0, or None for all."
        )


def check_filters(filters: object) -> None:
    """Raise ArgumentError for filters that are not a mapping."""
    if not isinstance(filters, Mapping | None):
        raise ArgumentError(
            f"filters is a {type(filters).__name__}.",
            hint='Give the values by the names of the filters: {"market": "WETH"}.',
        )


def _given(visualization: object, *, hint: str = "") -> Visualization:
    if isinstance(visualization, Visualization):
        return visualization
    found = dict(visualization) if isinstance(visualization, Mapping) else {}
    kind, options = found.get("type"), found.get("options", {})
    if not isinstance(kind, str) or not isinstance(options, Mapping):
        raise ArgumentError(
            "visualization is none: it has no type, or options that are no mapping."
            if isinstance(visualization, Mapping)
            else f"visualization is a {type(visualization).__name__}.",
            hint=f'Give a name, an id, or {{"type": "CHART", "options": {{...}}}}.{hint}',
        )
    return Visualization(id=0, type=kind, name=str(found.get("name") or ""), options=options)


def _named(query: Query, saved: Sequence[Visualization], wanted: str | int) -> Visualization:
    """Return the one of that id, or of that name, or whose name alone has that part.

    Raises
    ------
    ArgumentError
        There is none, or there are several.
    """
    text = str(wanted).strip()
    found = _meant(saved, wanted)
    if len(found) == 1:
        return found[0]
    label = f"{query.id} {query.name!r}"
    if found:
        raise ArgumentError(
            f"{len(found)} visualizations of query {label} are called {text!r}, or have it in "
            f"their names: {', '.join(map(_label, found))}.",
            hint="Give the whole name, or the id, of the one that is meant.",
        )
    misplaced = address_error(text)
    if misplaced is not None:
        raise misplaced
    near = nearest(text, (), saved) if isinstance(wanted, str) else []
    meant = f"Did you mean {near[0].name!r}? " if near else ""
    shown = repr(wanted) if isinstance(wanted, str) else f"of id {wanted}"
    raise ArgumentError(
        f"Query {label} has no visualization {shown}.",
        hint=f"{meant}It has: {', '.join(map(_label, saved)) or 'none'}.",
    )


def _meant(saved: Sequence[Visualization], wanted: str | int) -> list[Visualization]:
    """Return those of that name, else of that id, else whose names have that part."""
    text = str(wanted).strip()
    found = [item for item in saved if str(item.id) == text]
    if not isinstance(wanted, str):
        return found
    parts = [item for item in saved if text and text.casefold() in item.name.casefold()]
    return called(wanted, saved) or found or parts


def _label(item: Visualization) -> str:
    """Return the name of a visualization, with its type and id."""
    return f"{plain_text(item.name)!r} ({item.type}, id {item.id})"


def _provenance(frame: pd.DataFrame | pa.Table) -> dict[str, object]:
    """Return where a frame says that it comes from; empty where it does not."""
    if isinstance(frame, pd.DataFrame):
        found = frame.attrs.get(ATTRIBUTE)
    else:
        found = pandas_attributes(frame.schema).get(ATTRIBUTE)
    return dict(found) if isinstance(found, Mapping) else {}


def _query_of(provenance: Mapping[str, object]) -> QueryReference:
    """Return the query that a frame was read of.

    Raises
    ------
    ArgumentError
        It does not tell.
    """
    reads = provenance.get("reads")
    known = reads[0] if isinstance(reads, list) and reads else provenance
    number, server = known.get("query_id"), known.get("server")
    if not isinstance(number, int):
        raise ArgumentError(
            "The frame does not tell which query it was read of, so that a visualization has no "
            "name here.",
            hint='Give the visualization itself: one of watch_query(42).charts, or {"type": '
            '"CHART", "options": {...}}.',
        )
    return QueryReference(query_id=number, server_url=server if isinstance(server, str) else None)
