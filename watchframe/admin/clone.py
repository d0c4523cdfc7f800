"""Copies of dashboards, with queries of their own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from watchframe.client import Client, chosen_client
from watchframe.errors import ArgumentError, WatchframeError
from watchframe.models import Dashboard, Visualization

logger = logging.getLogger(__name__)

#: What a copy has created: its name, and what archives it.
_Created = list[tuple[str, Callable[[], object]]]


def clone_dashboard(
    dashboard: int | str | Dashboard,
    name: str | None = None,
    *,
    with_queries: bool = True,
    client: Client | None = None,
) -> Dashboard:
    """Copy a dashboard and return the copy.

    Its tiles have the places, and the sources of their parameters' values, that they have in the
    original. Tags and options are the original's. The copy and its queries are drafts.

    Parameters
    ----------
    dashboard : int, str or Dashboard
        Its id, its slug, the URL of its page, or itself.
    name : str, optional
        The copy's; ``Copy of`` and the original's by default.
    with_queries : bool
        Fork each query once, so that the forks can be changed; otherwise the copy shows the
        original's queries.
    client : Client, optional
        By default that of `watchframe.connect`.

    Returns
    -------
    Dashboard
        With its widgets, as the server has it.

    Raises
    ------
    ArgumentError
        The key may not see what one of the tiles shows; nothing was created.
    ServerError
        Any of its kinds; what had been created is archived again, and a note says so.
    """
    asked = chosen_client(client)
    key = dashboard.id if isinstance(dashboard, Dashboard) else dashboard
    original = asked.dashboards.get(key)
    if not original.id:
        raise ArgumentError(
            "The address of a shared dashboard does not tell its id.",
            hint="Give its id, or the address of its page for those who have an account.",
        )
    _require_all_visible(original)
    created: _Created = []
    try:
        shown = _forked(original, asked, created) if with_queries else {}
        return _copied(original, name or f"Copy of {original.name}", shown, asked, created)
    except BaseException as error:
        error.add_note(_archive(created))
        raise


def _require_all_visible(dashboard: Dashboard) -> None:
    hidden = [item.id for item in dashboard.widgets if item.more.get("restricted")]
    if hidden:
        raise ArgumentError(
            f"The key may not see what {len(hidden)} of the dashboard's tiles show.",
            hint="Copy it with a key that may see all of its data sources.",
        )


def _forked(original: Dashboard, client: Client, created: _Created) -> dict[int, int]:
    """Fork the queries; return the visualizations' new ids by the old ones."""
    queries = {item.query.id for item in original.widgets if item.query is not None}
    ids: dict[int, int] = {}
    for query_id in sorted(queries):
        query = client.queries.get(query_id)
        fork = client.queries.fork(query_id)
        created.append((f"query {fork.id}", partial(client.queries.archive, fork.id)))
        found, missing = matched_visualizations(
            query.visualizations, client.queries.get(fork.id).visualizations
        )
        for item in missing:
            found[item.id] = client.visualizations.create(fork.id, **visualization_fields(item))
        ids |= {old: new.id for old, new in found.items()}
    return ids


def _copied(
    original: Dashboard, name: str, shown: Mapping[int, int], client: Client, created: _Created
) -> Dashboard:
    copy = client.dashboards.create(name)
    created.append((f"dashboard {copy.id}", partial(client.dashboards.archive, copy.id)))
    for widget in original.widgets:
        number = widget.visualization.id if widget.visualization else None
        client.widgets.create(
            copy.id,
            visualization_id=number and shown.get(number, number),
            text=widget.text,
            options=widget.options,
            width=widget.width,
        )
    copy = client.dashboards.get(copy.id)
    if original.tags or original.options or original.layout or original.filters_enabled:
        client.dashboards.update(
            copy,
            tags=original.tags or None,
            options=original.options or None,
            layout=original.layout or None,
            filters_enabled=original.filters_enabled or None,
        )
        copy = client.dashboards.get(copy.id)
    logger.info("Dashboard %d copied to %d", original.id, copy.id)
    return copy


def _archive(created: _Created) -> str:
    """Archive what was created; return a sentence that says whether that was possible."""
    left = []
    for name, archive in reversed(created):
        try:
            archive()
        except WatchframeError:
            left.append(name)
    if left:
        return f"Left over from the copy, and not archived: {', '.join(left)}."
    return "What had been created of the copy was archived again."


def matched_visualizations(
    old: Iterable[Visualization], new: Sequence[Visualization]
) -> tuple[dict[int, Visualization], list[Visualization]]:
    """Match a copy's visualizations with the original's.

    Returns
    -------
    dict of int to Visualization
        By the original's ids: of the same type, name and options, else of the same type and name.
    list of Visualization
        Of the original, those that the copy does not have.
    """
    left = sorted(new, key=lambda item: item.id)
    found: dict[int, Visualization] = {}
    missing = sorted(old, key=lambda item: item.id)
    for is_exact in (True, False):
        for item in list(missing):
            same = next((other for other in left if _is_like(item, other, is_exact=is_exact)), None)
            if same is not None:
                found[item.id] = same
                left.remove(same)
                missing.remove(item)
    return found, missing


def _is_like(one: Visualization, other: Visualization, *, is_exact: bool) -> bool:
    if (one.type, one.name) != (other.type, other.name):
        return False
    return one.options == other.options or not is_exact


def visualization_fields(item: Visualization) -> dict[str, Any]:
    """Return what of a visualization can be written, as arguments of the client's methods."""
    return {
        "type": item.type,
        "name": item.name,
        "description": item.description,
        "options": item.options,
    }
