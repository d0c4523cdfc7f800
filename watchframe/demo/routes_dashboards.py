"""``/api/dashboards``, their widgets, and the visualizations that widgets show.

Recordings 131 to 138; widgets and visualizations have the shapes of 011 and 132.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from watchframe.demo.request import Call, Routes, existing, tag_counts
from watchframe.demo.responses import RefusalError, not_found, server_error
from watchframe.demo.store import Record, Store, new_key
from watchframe.demo.stored_dashboards import (
    find_visualization,
    find_widget,
    fork_of,
    new_dashboard,
    new_widget,
    remove_widgets_of,
    slug_of,
    widget_json,
)

CONFLICT = (
    "A conflict happened while processing the request. The resource might have been modified "
    "while the request was being processed."
)
#: What an edit may change.
_DASHBOARD_FIELDS = (
    "name",
    "tags",
    "layout",
    "options",
    "is_draft",
    "is_archived",
    "dashboard_filters_enabled",
)
_VISUALIZATION_FIELDS = ("type", "name", "description", "options")
_ORDERS: Mapping[str, Callable[[Record], object]] = {
    "name": lambda item: (item["name"].lower(), item["id"]),
    "created_at": lambda item: (item["created_at"], item["id"]),
}


def _list_dashboards(call: Call) -> object:
    """Return a page of those that are not archived; the one user made them all."""
    return _page(call, call.store.dashboards.values())


def _list_favorites(call: Call) -> object:
    return _page(call, (item for item in call.store.dashboards.values() if item["is_favorite"]))


def _list_tags(call: Call) -> object:
    return tag_counts(
        item["tags"]
        for item in call.store.dashboards.values()
        if not item["is_archived"] and not item["is_draft"]
    )


def _get_dashboard(call: Call) -> object:
    """Return a dashboard by its id; by its slug only with ``?legacy``."""
    if "legacy" in call.query:
        slug = call.path["id"]
        found = [item for item in call.store.dashboards.values() if item["slug"] == slug]
        if not found:
            raise not_found()
        dashboard = found[0]
    else:
        dashboard = _dashboard(call)
    whole = {**_with_widgets(call, dashboard), "can_edit": True}
    key = call.store.shares.get(dashboard["id"])
    return whole if key is None else whole | _share_json(call, key)


def _create_dashboard(call: Call) -> object:
    return {**new_dashboard(call.store, str(call.body.get("name", ""))), "widgets": None}


def _edit_dashboard(call: Call) -> object:
    """Change a dashboard; another version than the present one is a conflict."""
    dashboard = _dashboard(call)
    with call.store.lock:
        version = call.body.get("version")
        if version is not None and version != dashboard["version"]:
            raise RefusalError(409, CONFLICT)
        dashboard |= call.edits(_DASHBOARD_FIELDS)
        if "name" in call.body:
            dashboard["slug"] = slug_of(dashboard["name"])
        _touch(call.store, dashboard)
    return _with_widgets(call, dashboard)


def _archive_dashboard(call: Call) -> object:
    dashboard = _dashboard(call)
    with call.store.lock:
        dashboard["is_archived"] = True
        _touch(call.store, dashboard)
    return _with_widgets(call, dashboard)


def _fork_dashboard(call: Call) -> object:
    return _with_widgets(call, fork_of(call.store, _dashboard(call)))


def _share_dashboard(call: Call) -> object:
    """Return the address under which everyone sees a dashboard, and the key in it."""
    dashboard = _dashboard(call)
    with call.store.lock:
        key = call.store.shares.setdefault(dashboard["id"], new_key())
    return _share_json(call, key)


def _unshare_dashboard(call: Call) -> None:
    call.store.shares.pop(_dashboard(call)["id"], None)


def _add_favorite(call: Call) -> None:
    _dashboard(call)["is_favorite"] = True


def _remove_favorite(call: Call) -> None:
    _dashboard(call)["is_favorite"] = False


def _create_widget(call: Call) -> object:
    """Put a visualization or a text on a dashboard."""
    if "visualization_id" not in call.body:
        raise server_error()
    dashboard = existing(call.store.dashboards, call.body.get("dashboard_id"))
    shown = call.body["visualization_id"]
    if shown:
        find_visualization(call.store, shown)
    return widget_json(call.store, new_widget(call.store, dashboard, call.body))


def _edit_widget(call: Call) -> object:
    """Change a widget's text and options; both must be there."""
    widget, _ = find_widget(call.store, call.number("id"))
    changed = call.edits(("text", "options"))
    if len(changed) < 2:  # noqa: PLR2004 - both
        raise server_error()
    with call.store.lock:
        widget |= {**changed, "updated_at": call.store.moment()}
    return widget_json(call.store, widget)


def _delete_widget(call: Call) -> None:
    widget, dashboard = find_widget(call.store, call.number("id"))
    with call.store.lock:
        dashboard["widgets"] = [item for item in dashboard["widgets"] if item is not widget]


def _create_visualization(call: Call) -> object:
    query = existing(call.store.queries, call.body.get("query_id"))
    type_, name = str(call.body.get("type", "")), str(call.body.get("name", ""))
    with call.store.lock:
        found = call.store.new_visualization(type_, name, call.body.get("options") or {})
        found["description"] = str(call.body.get("description") or "")
        query.visualizations.append(found)
    return found


def _edit_visualization(call: Call) -> object:
    found, _ = find_visualization(call.store, call.number("id"))
    with call.store.lock:
        found |= {**call.edits(_VISUALIZATION_FIELDS), "updated_at": call.store.moment()}
    return found


def _delete_visualization(call: Call) -> None:
    """Delete a visualization and the widgets that show it."""
    found, query = find_visualization(call.store, call.number("id"))
    with call.store.lock:
        query.visualizations.remove(found)
        remove_widgets_of(call.store, [found])


def _page(call: Call, dashboards: Iterable[Record]) -> object:
    return call.page(
        (item for item in dashboards if not item["is_archived"] and call.has_tags(item["tags"])),
        lambda item: {**item, "widgets": None},
        text=lambda item: str(item["name"]),
        orders=_ORDERS,
        default_order="-created_at",
    )


def _with_widgets(call: Call, dashboard: Record) -> Record:
    return {
        **dashboard,
        "widgets": [widget_json(call.store, item) for item in dashboard["widgets"]],
    }


def _share_json(call: Call, key: str) -> Record:
    url = f"{call.base_url}/public/dashboards/{key}?org_slug=default"
    return {"public_url": url, "api_key": key}


def _touch(store: Store, dashboard: Record) -> None:
    dashboard["version"] += 1
    dashboard["updated_at"] = store.moment()


def _dashboard(call: Call) -> Record:
    if not call.path["id"].isdecimal():
        raise server_error()
    return existing(call.store.dashboards, int(call.path["id"]))


_DASHBOARD = "/api/dashboards/{id}"
ROUTES: Routes = (
    ("GET", "/api/dashboards", _list_dashboards),
    ("POST", "/api/dashboards", _create_dashboard),
    ("GET", "/api/dashboards/my", _list_dashboards),
    ("GET", "/api/dashboards/favorites", _list_favorites),
    ("GET", "/api/dashboards/tags", _list_tags),
    ("GET", _DASHBOARD, _get_dashboard),
    ("POST", _DASHBOARD, _edit_dashboard),
    ("DELETE", _DASHBOARD, _archive_dashboard),
    ("POST", _DASHBOARD + "/fork", _fork_dashboard),
    ("POST", _DASHBOARD + "/share", _share_dashboard),
    ("DELETE", _DASHBOARD + "/share", _unshare_dashboard),
    ("POST", _DASHBOARD + "/favorite", _add_favorite),
    ("DELETE", _DASHBOARD + "/favorite", _remove_favorite),
    ("POST", "/api/widgets", _create_widget),
    ("POST", "/api/widgets/{id}", _edit_widget),
    ("DELETE", "/api/widgets/{id}", _delete_widget),
    ("POST", "/api/visualizations", _create_visualization),
    ("POST", "/api/visualizations/{id}", _edit_visualization),
    ("DELETE", "/api/visualizations/{id}", _delete_visualization),
)
