"""Moving queries and dashboards from one server to another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from os import PathLike
from pathlib import Path

import pandas as pd

from watchframe.admin.move_dashboards import DashboardMove
from watchframe.admin.move_queries import QueryMove
from watchframe.admin.move_state import MoveRun, MoveState, exclusive_run
from watchframe.admin.query_content import sources_by_id
from watchframe.client import Client
from watchframe.display import ProgressLine
from watchframe.errors import ArgumentError, NotFoundError, WatchframeError
from watchframe.hints import Hint, Kind
from watchframe.models import Dashboard

_COLUMNS = ("kind", "source_id", "target_id", "name", "action", "error")
_DTYPES = dict.fromkeys(_COLUMNS, "string") | {"source_id": "Int64", "target_id": "Int64"}


def move_workspace(
    source: Client,
    target: Client,
    *,
    state: str | PathLike[str],
    data_sources: Mapping[int, int],
    queries: Iterable[int] | None = None,
    dashboards: Iterable[int] | None = None,
    dry_run: bool = False,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Copy queries with their visualizations, and dashboards, from one server to another.

    What a dashboard shows, and the queries that feed a dropdown or that another query reads, are
    included. References are rewritten with the target's ids: in dropdowns, in texts that read
    other queries' results, and in links to the source's pages (in texts of tiles, descriptions,
    columns of tables, and whole addresses in SQL).

    A second run with the same state file changes only what has changed in the source since, and
    continues a run that was interrupted. No object is created twice, even if the answer to its
    creation was lost.

    Users, groups, alerts, snippets and results are not moved; what is moved belongs to the key's
    owner on the target.

    Parameters
    ----------
    source, target : Client
        Only `target` is written to.
    state : path
        A JSON file with what is done, rewritten after each object. It holds ids, no texts and no
        keys.
    data_sources : mapping of int to int
        The target's data source id by the source's.
    queries : iterable of int, optional
        Ids in the source; by default all that are not archived. ``()`` for none.
    dashboards : iterable of int, optional
        Likewise.
    dry_run : bool
        Only report what would be done; nothing is written, not even the state file.
    progress : bool or None
        Whether to show the progress of a call that takes over a second; None shows it where a
        person is watching.

    Returns
    -------
    pandas.DataFrame
        One row per object: kind (``query``, ``visualization``, ``dashboard``, ``widget``),
        source_id and target_id (Int64), name, action, error. The action is ``created``,
        ``updated``, ``removed`` (a tile or visualization that the source no longer has), in a dry
        run ``would create`` and so on, ``unchanged``, or ``conflict``: the query was edited on the
        target, and is left as it is. ``skipped`` and ``failed`` have the reason in ``error``.

    Raises
    ------
    ArgumentError
        Both are the same server, the state file is of another move or in use by another run, or the
        target has no such data source; nothing was written.
    ServerError
        A server could not be reached or did not accept its key. The state file has what is done.
    """
    place = Path(state)
    _check(source, target, data_sources)
    with nullcontext() if dry_run else exclusive_run(place):
        run = MoveRun(
            source=source,
            target=target,
            state=MoveState(place, source.server, target.server, is_kept=not dry_run),
            data_sources=data_sources,
            known_sources=sources_by_id(source),
            dry_run=dry_run,
        )
        try:
            _move(run, queries, dashboards, progress=progress)
        except WatchframeError as error:
            error.add_note(f"What is done is in {place}; a second run goes on from there.")
            raise
    rows = [
        (kind, source_id, run.on_target(kind, source_id), *rest)
        for kind, source_id, *rest in run.lines.values()
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_DTYPES)


def _check(source: Client, target: Client, data_sources: Mapping[int, int]) -> None:
    if source.server == target.server:
        raise ArgumentError(
            "Source and target are the same server.",
            hint=Hint(Kind.ONE_SERVER_COPIES),
        )
    known = sources_by_id(target)
    missing = sorted(set(data_sources.values()) - set(known))
    if missing:
        names = ", ".join(f"{item.id} ({item.name})" for item in known.values())
        raise ArgumentError(
            f"The target has no data sources with the ids {missing}.", hint=f"It has: {names}."
        )


def _move(
    run: MoveRun,
    queries: Iterable[int] | None,
    dashboards: Iterable[int] | None,
    *,
    progress: bool | None,
) -> None:
    source = run.source
    wanted = [item.id for item in source.queries.list()] if queries is None else [*queries]
    if dashboards is None:
        dashboards = [item.id for item in source.dashboards.list()]
    shown = [found for number in sorted(dashboards) if (found := _dashboard(run, number))]
    for item in shown:
        wanted += [widget.query.id for widget in item.widgets if widget.query is not None]
    moved_queries, moved_dashboards = QueryMove(run), DashboardMove(run)
    with ProgressLine("Moving queries", progress=progress) as line:
        ids = sorted(set(wanted))
        moved_queries.move(line.counted(ids, total=len(ids)))
    with ProgressLine("Moving dashboards", progress=progress) as line:
        for item in line.counted(shown, total=len(shown)):
            moved_dashboards.move(item)
    # Only now is everything on the target that a link may lead to.
    moved_queries.rewrite_links()
    for item in shown:
        moved_dashboards.rewrite_links(item)


def _dashboard(run: MoveRun, number: int) -> Dashboard | None:
    try:
        return run.source.dashboards.get(number)
    except NotFoundError:
        run.report("dashboard", number, "", "skipped", "The source has no such dashboard.")
        return None
