"""Queries and dashboards from one server to another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from watchframe.admin.move_dashboards import DashboardMove
from watchframe.admin.move_queries import QueryMove
from watchframe.admin.move_state import MoveRun, MoveState, alone_with
from watchframe.admin.query_files import sources_by_id
from watchframe.client import Client
from watchframe.display import ProgressLine
from watchframe.errors import ArgumentError, NotFoundError, WatchframeError
from watchframe.hints import Hint, Kind
from watchframe.models import Dashboard

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("kind", "source_id", "target_id", "name", "action", "error")


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
    """Make queries, their visualizations, and dashboards of one server on another.

    What a dashboard shows, and the queries that feed a dropdown or that another query reads, come
    along. Where they name each other, the target's ids take the place of the source's: in
    dropdowns, in texts that read other queries' results, and in links to the source's pages (in
    texts of tiles, descriptions, columns of tables, and where whole addresses stand in SQL).

    A second run changes only what has changed in the source since. A run that was
    interrupted is taken up where it ended, with the same state file; no object is made twice, also
    where the answer to its making was lost.

    Users, groups, alerts, snippets and results are not moved; what is moved belongs to the key's
    owner on the target.

    Parameters
    ----------
    source, target : Client
        Only `target` is written to.
    state : path
        A JSON file with what is done, written anew after each object. It holds ids, no texts and no
        keys.
    data_sources : mapping of int to int
        The target's data source id by the source's.
    queries : iterable of int, optional
        Ids in the source; by default all that are not archived. ``()`` for none.
    dashboards : iterable of int, optional
        Likewise.
    dry_run : bool
        Only tell what would be done; nothing is written, the state file neither.
    progress : bool or None
        Whether to show how far it is, where it takes over a second; None shows it where a person is
        watching.

    Returns
    -------
    pandas.DataFrame
        One row per object: kind (``query``, ``visualization``, ``dashboard``, ``widget``),
        source_id and target_id (Int64), name, action, error. The action is ``created``,
        ``updated``, ``removed`` (a tile or visualization that the source has no more), with ``would
        ...`` in a dry run, ``unchanged``; ``conflict``: the query was edited on the target, and is
        left as it is; ``skipped`` and ``failed`` have the reason in ``error``.

    Raises
    ------
    ArgumentError
        Both are the same server, the state file is of another move, another run with it is going
        on, or the target has no such data source; nothing was written.
    ServerError
        A server could not be reached or did not accept its key. What is done is in the state file.
    """
    place = Path(state)
    _check(source, target, data_sources)
    with nullcontext() if dry_run else alone_with(place):
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
    return _frame(run)


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
    numbers = (
        [item.id for item in source.dashboards.list()] if dashboards is None else [*dashboards]
    )
    shown = [found for number in sorted(numbers) if (found := _dashboard(run, number))]
    for item in shown:
        wanted += [widget.query.id for widget in item.widgets if widget.query is not None]
    moved_queries, moved_dashboards = QueryMove(run), DashboardMove(run)
    with ProgressLine("Moving queries", progress=progress) as line:
        ids = sorted(set(wanted))
        moved_queries.move(line.counted(ids, total=len(ids)))
    with ProgressLine("Moving dashboards", progress=progress) as line:
        for item in line.counted(shown, total=len(shown)):
            moved_dashboards.move(item)
    # Only now is everything there that a link may lead to.
    moved_queries.turn_links()
    for item in shown:
        moved_dashboards.turn_links(item)


def _dashboard(run: MoveRun, number: int) -> Dashboard | None:
    try:
        return run.source.dashboards.get(number)
    except NotFoundError:
        run.report("dashboard", number, "", "skipped", "The source has no such dashboard.")
        return None


def _frame(run: MoveRun) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - not every job here makes a frame

    rows = []
    for line in run.lines.values():
        moved = run.state.get(line.kind, line.source_id)
        target_id = moved.target_id if moved else None
        rows.append((line.kind, line.source_id, target_id, line.name, line.action, line.error))
    types = dict.fromkeys(COLUMNS, "string") | dict.fromkeys(("source_id", "target_id"), "Int64")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(types)
