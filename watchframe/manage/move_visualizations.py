"""A query's visualizations from one server to another."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import cast

from watchframe.errors import NotFoundError
from watchframe.manage.clone import matched_visualizations
from watchframe.manage.move_run import Action, MoveRun
from watchframe.manage.move_state import Moved, digest_of
from watchframe.models import Query, Visualization


def move_visualizations(run: MoveRun, query: Query) -> None:
    """Have the target's query show what the source's shows; what it shows besides stays.

    A visualization that was moved, and deleted in the source since, is deleted on the target.
    """
    gone = set(run.state.of_parent("visualization", query.id))
    gone -= {item.id for item in query.visualizations}
    wanted = [_wanted(run, item) for item in query.visualizations]
    _adopt(run, query, wanted)
    for item in sorted(wanted, key=lambda item: item.id):
        run.report("visualization", item.id, item.name, _move_one(run, query, item))
    for number in sorted(gone):
        _remove(run, number)


def turn_links(run: MoveRun, query: Query) -> None:
    """Write those anew whose links lead to what was moved after them."""
    for item in query.visualizations:
        if run.is_to_be_seen_again("visualization", item.id):
            wanted = _wanted(run, item)
            run.guarded("visualization", item.id, item.name, partial(_move_one, run, query, wanted))


def _wanted(run: MoveRun, item: Visualization) -> Visualization:
    """Give what the target's should be: columns of a table may link to pages of the server."""
    options = cast("dict[str, object]", run.links.in_json(item.options))
    return replace(item, options=options, description=run.links.in_text(item.description))


def _adopt(run: MoveRun, query: Query, wanted: Sequence[Visualization]) -> None:
    """Take those that the target's query has already.

    It is made with a table, and an answer that was lost may have left another.
    """
    new = [item for item in wanted if not run.state.get("visualization", item.id)]
    there = run.state.get("query", query.id)
    if not new or there is None or run.dry_run:
        return
    taken = run.state.target_ids("visualization")
    shown = run.target.queries.get(there.target_id).visualizations
    found, _ = matched_visualizations(new, [item for item in shown if item.id not in taken])
    for number, item in found.items():
        moved = Moved(target_id=item.id, digest=_digest(item), parent=query.id)
        run.state.record("visualization", number, moved)
        run.report("visualization", number, item.name, "created")


def _move_one(run: MoveRun, query: Query, item: Visualization) -> Action:
    moved, parent = run.state.get("visualization", item.id), run.state.get("query", query.id)
    digest = _digest(item)
    if moved is not None and moved.digest == digest:
        return "unchanged"
    if run.dry_run or parent is None:
        return "would update" if moved else "would create"
    if moved is None:
        shown = run.target.visualizations.create(
            parent.target_id,
            type=item.type,
            name=item.name,
            description=item.description,
            options=item.options,
        )
    else:
        shown = run.target.visualizations.update(
            moved.target_id,
            type=item.type,
            name=item.name,
            description=item.description,
            options=item.options,
        )
    run.state.record(
        "visualization", item.id, Moved(target_id=shown.id, digest=digest, parent=query.id)
    )
    return "updated" if moved else "created"


def _remove(run: MoveRun, source_id: int) -> None:
    moved = run.state.get("visualization", source_id)
    if moved is None or run.dry_run:
        run.report("visualization", source_id, "", "would remove")
        return
    with contextlib.suppress(NotFoundError):  # somebody did it already
        run.target.visualizations.delete(moved.target_id)
    run.report("visualization", source_id, "", "removed")
    run.state.forget("visualization", source_id)


def _digest(item: Visualization) -> str:
    return digest_of([item.type, item.name, item.description, item.options])
