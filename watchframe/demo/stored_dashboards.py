"""Dashboards and widgets as they are kept: in the server's shape, but for what widgets show.

A kept widget has the id of its visualization; the visualization itself is looked up when it is
sent, so that an edit of it shows on every dashboard.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping

from watchframe.demo.catalogue_types import SavedDashboard
from watchframe.demo.people import ADMIN_ID
from watchframe.demo.records import Record, new_key, next_id
from watchframe.demo.responses import not_found
from watchframe.demo.store import Store
from watchframe.demo.stored_queries import StoredQuery

_OWNER = ("id", "name", "email", "profile_image_url")
_SHOWN = "visualization_id"
_SIZES = {"minSizeX": 2, "maxSizeX": 12, "minSizeY": 2, "maxSizeY": 1000, "autoHeight": False}
_UNSHARED = ("dashboard_id", _SHOWN)


def new_dashboard(store: Store, name: str, user_id: int) -> Record:
    """Keep a user's new dashboard without widgets, a draft."""
    with store.lock:
        dashboard = _add_dashboard(store, next_id(store.dashboards), slug_of(name), name, user_id)
        dashboard["is_draft"] = True
    return dashboard


def save_dashboard(store: Store, saved: SavedDashboard) -> None:
    """Keep a dashboard of the catalogue."""
    dashboard = _add_dashboard(store, saved.id, saved.slug, saved.name, ADMIN_ID)
    dashboard["tags"] = list(saved.tags)
    dashboard["dashboard_filters_enabled"] = saved.has_filters
    if saved.parameter_order:
        dashboard["options"] = {"globalParamOrder": list(saved.parameter_order)}
    for widget in saved.widgets:
        options = widget.options_json(store.dialect.dashboard_columns)
        values = {"width": 1, "options": options, "text": widget.text}
        if widget.query_id is not None:
            shown = store.queries[widget.query_id].visualizations
            named = [item for item in shown if item["name"] == widget.visualization]
            values[_SHOWN] = (named or shown)[0]["id"]
        new_widget(store, dashboard, values)
    if saved.is_shared:
        store.shares[saved.id] = new_key()


def feeds_of_shared(store: Store) -> set[int]:
    """Return the queries that feed the dropdowns of shared dashboards."""
    shown = [widget[_SHOWN] for id_ in store.shares for widget in store.dashboards[id_]["widgets"]]
    return {
        item["queryId"]
        for number in shown
        if number
        for item in find_visualization(store, number)[1].definitions
        if item.get("type") == "query"
    }


def fork_of(store: Store, dashboard: Record, user_id: int) -> Record:
    """Keep a copy of a dashboard and of its widgets, and return it."""
    with store.lock:
        fork = new_dashboard(store, f"Copy of (#{dashboard['id']}) {dashboard['name']}", user_id)
        original = copy.deepcopy(dashboard)
        fork |= {name: original[name] for name in ("layout", "dashboard_filters_enabled", "tags")}
        for widget in original["widgets"]:
            new_widget(store, fork, widget)
    return fork


def new_widget(store: Store, dashboard: Record, values: Mapping[str, object]) -> Record:
    """Put a new widget on a dashboard, and return it."""
    now = store.moment()
    with store.lock:
        widget = {
            "id": store.next_widget,
            "width": values.get("width"),
            "options": _options(store, values),
            "dashboard_id": dashboard["id"],
            "text": values.get("text"),
            "updated_at": now,
            "created_at": now,
            _SHOWN: values.get(_SHOWN),
        }
        store.next_widget += 1
        dashboard["widgets"].append(widget)
    return widget


def _options(store: Store, values: Mapping[str, object]) -> Record:
    """Return a widget's options; Inverse Watch says of each how large it may become."""
    options = values.get("options")
    found: Record = dict(options) if isinstance(options, dict) else {}
    if store.dialect.is_fork and isinstance(found.get("position"), dict):
        found["position"] = {**found["position"], **_SIZES, **found["position"]}
    return found


def find_widget(store: Store, number: object) -> tuple[Record, Record]:
    """Return a widget and its dashboard, or refuse."""
    for dashboard in store.dashboards.values():
        for widget in dashboard["widgets"]:
            if widget["id"] == number:
                return widget, dashboard
    raise not_found()


def find_visualization(store: Store, number: object) -> tuple[Record, StoredQuery]:
    """Return a visualization and its query, or refuse."""
    for query in store.queries.values():
        for visualization in query.visualizations:
            if visualization["id"] == number:
                return visualization, query
    raise not_found()


def remove_widgets_of(store: Store, visualizations: Iterable[Record]) -> None:
    """Take every widget that shows one of the visualizations off its dashboard."""
    shown = [item["id"] for item in visualizations]
    for dashboard in store.dashboards.values():
        dashboard["widgets"] = [item for item in dashboard["widgets"] if item[_SHOWN] not in shown]


def widget_json(store: Store, widget: Mapping[str, object]) -> Record:
    """Return a widget as it is sent: its visualization with its query (recording 132)."""
    sent = {name: value for name, value in widget.items() if name != _SHOWN}
    if widget[_SHOWN]:
        visualization, query = find_visualization(store, widget[_SHOWN])
        sent["visualization"] = {**visualization, "query": store.nested_query_json(query)}
    return sent


def public_widget_json(store: Store, widget: Mapping[str, object]) -> Record:
    """Return a widget as whoever has the dashboard's token sees it."""
    sent = {name: value for name, value in widget.items() if name not in _UNSHARED}
    if widget[_SHOWN]:
        visualization, query = find_visualization(store, widget[_SHOWN])
        sent["visualization"] = {
            **{name: value for name, value in visualization.items() if name != "id"},
            "query": {
                "id": query.id,
                "name": query.name,
                "description": query.description,
                "options": query.options,
            },
        }
    return sent


def public_url(base_url: str, token: str) -> str:
    """Return the address of the page that everybody may see."""
    return f"{base_url}/public/dashboards/{token}?org_slug=default"


def slug_of(name: str) -> str:
    """Return the words of a name as they stand in an address."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _add_dashboard(store: Store, number: int, slug: str, name: str, user_id: int) -> Record:
    now, owner = store.moment(), store.user_json(user_id)
    dashboard = {
        "id": number,
        "slug": slug,
        "name": name,
        "user_id": user_id,
        "user": {word: owner[word] for word in _OWNER},
        "layout": [],
        "dashboard_filters_enabled": False,
        "widgets": [],
        "options": {},
        "is_archived": False,
        "is_draft": False,
        "tags": [],
        "updated_at": now,
        "created_at": now,
        "version": 1,
    }
    store.dashboards[number] = dashboard
    return dashboard
