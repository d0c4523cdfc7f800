"""Dashboards and widgets as they are kept: in the server's shape, but for what widgets show.

A kept widget has the id of its visualization; the visualization itself is looked up when it is
sent, so that an edit of it shows on every dashboard.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from watchframe.demo.catalogue_types import SavedDashboard, SavedWidget
from watchframe.demo.shapes import query_json
from watchframe.demo.site_store import EMAIL, USER_ID
from watchframe.demo.store import Store, StoredQuery, moment_text

_OWNER = {"id": USER_ID, "name": "Admin", "email": EMAIL, "profile_image_url": ""}
_SHOWN = "visualization_id"


def new_dashboard(store: Store, name: str) -> dict[str, Any]:
    """Keep a new dashboard without widgets, a draft, and give it."""
    with store.lock:
        number = max(store.dashboards, default=0) + 1
        dashboard = _dashboard(number, slug_of(name), name, is_draft=True)
        store.dashboards[number] = dashboard
    return dashboard


def save_dashboard(store: Store, saved: SavedDashboard) -> None:
    """Keep a dashboard of the catalogue."""
    dashboard = _dashboard(saved.id, saved.slug, saved.name, is_draft=False)
    dashboard["tags"] = list(saved.tags)
    store.dashboards[saved.id] = dashboard
    for widget in saved.widgets:
        new_widget(store, dashboard, _values(store, widget))
    if saved.is_shared:
        store.shares[saved.id] = store.new_key()


def fork_of(store: Store, dashboard: Mapping[str, Any]) -> dict[str, Any]:
    """Keep a copy of a dashboard and of its widgets, and give it."""
    with store.lock:
        found = new_dashboard(store, f"Copy of (#{dashboard['id']}) {dashboard['name']}")
        for name in ("layout", "dashboard_filters_enabled", "tags"):
            found[name] = copy.deepcopy(dashboard[name])
        for widget in dashboard["widgets"]:
            new_widget(store, found, copy.deepcopy(widget))
    return found


def new_widget(
    store: Store, dashboard: dict[str, Any], values: Mapping[str, Any]
) -> dict[str, Any]:
    """Put a new widget on a dashboard, and give it."""
    now = moment_text(datetime.now(UTC))
    with store.lock:
        widget = {
            "id": store.next_widget,
            "width": values.get("width"),
            "options": values.get("options") or {},
            "dashboard_id": dashboard["id"],
            "text": values.get("text"),
            "updated_at": now,
            "created_at": now,
            _SHOWN: values.get(_SHOWN),
        }
        store.next_widget += 1
        dashboard["widgets"].append(widget)
    return widget


def find_widget(store: Store, number: int) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Give a widget and its dashboard."""
    for dashboard in store.dashboards.values():
        for widget in dashboard["widgets"]:
            if widget["id"] == number:
                return widget, dashboard
    return None


def find_visualization(store: Store, number: int) -> tuple[dict[str, Any], StoredQuery] | None:
    """Give a visualization and its query."""
    for query in store.queries.values():
        for visualization in query.visualizations:
            if visualization["id"] == number:
                return visualization, query
    return None


def widgets_showing(store: Store, visualization: int) -> Iterator[tuple[dict[str, Any], int]]:
    """Give each dashboard with the id of each of its widgets that shows a visualization."""
    for dashboard in store.dashboards.values():
        for widget in list(dashboard["widgets"]):
            if widget[_SHOWN] == visualization:
                yield dashboard, widget["id"]


def remove_widget(dashboard: dict[str, Any], number: int) -> None:
    """Take a widget off its dashboard."""
    dashboard["widgets"] = [item for item in dashboard["widgets"] if item["id"] != number]


def widget_json(store: Store, widget: Mapping[str, Any]) -> dict[str, Any]:
    """Give a widget as it is sent: its visualization with its query (recording 132)."""
    sent = {name: value for name, value in widget.items() if name != _SHOWN}
    shown = find_visualization(store, widget[_SHOWN]) if widget[_SHOWN] else None
    if shown is not None:
        visualization, query = shown
        without = ("visualizations", "is_favorite", "can_edit")
        whole = query_json(store, query, without=without)
        sent["visualization"] = {**visualization, "query": whole}
    return sent


def slug_of(name: str) -> str:
    """Give the words of a name as they stand in an address."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _dashboard(number: int, slug: str, name: str, *, is_draft: bool) -> dict[str, Any]:
    now = moment_text(datetime.now(UTC))
    return {
        "id": number,
        "slug": slug,
        "name": name,
        "user_id": USER_ID,
        "user": _OWNER,
        "layout": [],
        "dashboard_filters_enabled": False,
        "widgets": [],
        "options": {},
        "is_archived": False,
        "is_draft": is_draft,
        "tags": [],
        "updated_at": now,
        "created_at": now,
        "version": 1,
        "is_favorite": False,
    }


def _values(store: Store, saved: SavedWidget) -> dict[str, Any]:
    column, row, width, height = saved.position
    mappings = {
        name: {
            "name": name,
            "type": mapping.type,
            "mapTo": mapping.map_to,
            "title": "",
            "value": mapping.value,
        }
        for name, mapping in saved.mappings.items()
    }
    position = {"col": column, "row": row, "sizeX": width, "sizeY": height}
    values: dict[str, Any] = {
        "width": 1,
        "options": {"position": position, "parameterMappings": mappings},
        "text": saved.text,
    }
    if saved.query_id is not None:
        shown = store.queries[saved.query_id].visualizations
        named = [item for item in shown if item["name"] == saved.visualization]
        values[_SHOWN] = (named or shown)[0]["id"]
    return values
