"""``/api/dashboards``, their widgets, and the visualizations that widgets show.

Recordings 131 to 138; widgets and visualizations have the shapes of 011 and 132.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from watchframe.demo.records import Record, new_key
from watchframe.demo.request import Call, Routes, existing, tag_counts
from watchframe.demo.responses import CONFLICT, RefusalError, not_found, server_error
from watchframe.demo.store import Store
from watchframe.demo.stored_dashboards import (
    find_visualization,
    find_widget,
    fork_of,
    new_dashboard,
    new_widget,
    public_url,
    remove_widgets_of,
    slug_of,
    widget_json,
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
#: What is shown of a widget whose query the user must not see.
_RESTRICTED = ("id", "width", "dashboard_id", "options", "created_at", "updated_at")
_VISUALIZATION_FIELDS = ("type", "name", "description", "options")
_ORDERS: dict[str, Callable[[Record], object]] = {
    "name": lambda item: (item["name"].lower(), item["id"]),
    "created_at": lambda item: (item["created_at"], item["id"]),
}
_FORK_ORDERS: dict[str, Callable[[Record], object]] = {
    "updated_at": lambda item: (item["updated_at"], item["id"]),
}


def _list_dashboards(call: Call) -> object:
    """Return a page of those that are not archived."""
    return _page(call, _dashboards(call))


def _list_own(call: Call) -> object:
    """Return a page of those that the user made."""
    return _page(call, (item for item in _dashboards(call) if item["user_id"] == call.user["id"]))


def _list_favorites(call: Call) -> object:
    return _page(call, (item for item in _dashboards(call) if _is_favorite(call, item)))


def _list_tags(call: Call) -> object:
    return tag_counts(item["tags"] for item in _dashboards(call) if not item["is_draft"])


def _get_dashboard(call: Call) -> object:
    """Return a dashboard by its id; by its slug with ``?legacy``."""
    dashboard = _by_slug(call) if "legacy" in call.query else _addressed(call)
    whole = {**_with_widgets(call, dashboard), "can_edit": call.may_edit(dashboard)}
    token = call.store.shares.get(dashboard["id"])
    return whole if token is None else whole | _share_json(call, token)


def _create_dashboard(call: Call) -> object:
    name = str(call.body.get("name", ""))
    return _listed(call, new_dashboard(call.store, name, call.user["id"]))


def _edit_dashboard(call: Call) -> object:
    """Change a dashboard; another version than the present one is a conflict."""
    dashboard = _dashboard(call)
    call.require_edit(dashboard)
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
    try:
        dashboard = _addressed(call)
    except RefusalError:
        if call.dialect.has_dashboards_by_slug:
            raise server_error() from None
        raise
    with call.store.lock:
        dashboard["is_archived"] = True
        _touch(call.store, dashboard)
    return _with_widgets(call, dashboard)


def _fork_dashboard(call: Call) -> object:
    fork = fork_of(call.store, _dashboard(call), call.user["id"])
    sent = _with_widgets(call, fork)
    if call.dialect.hides_forked_widgets:
        sent["widgets"] = [_restricted(widget) for widget in fork["widgets"]]
    return sent


def _share_dashboard(call: Call) -> object:
    """Return the address under which everyone sees a dashboard, and the token in it."""
    dashboard = _dashboard(call)
    call.require_owner(dashboard)
    with call.store.lock:
        token = call.store.shares.setdefault(dashboard["id"], new_key())
    return _share_json(call, token)


def _unshare_dashboard(call: Call) -> None:
    dashboard = _dashboard(call)
    call.require_owner(dashboard)
    with call.store.lock:
        call.store.shares.pop(dashboard["id"], None)


def _add_favorite(call: Call) -> None:
    call.store.favorite_dashboards.add((call.user["id"], _addressed(call)["id"]))


def _remove_favorite(call: Call) -> None:
    call.store.favorite_dashboards.discard((call.user["id"], _addressed(call)["id"]))


def _create_widget(call: Call) -> object:
    """Put a visualization or a text on a dashboard."""
    if "visualization_id" not in call.body:
        raise server_error()
    dashboard = existing(call.store.dashboards, call.body.get("dashboard_id"))
    call.require_edit(dashboard)
    shown = call.body["visualization_id"]
    if shown:
        find_visualization(call.store, shown)
    return widget_json(call.store, new_widget(call.store, dashboard, call.body))


def _edit_widget(call: Call) -> object:
    """Change a widget's text and options; both must be there."""
    widget, dashboard = find_widget(call.store, call.number("id"))
    call.require_edit(dashboard)
    changed = call.edits(("text", "options"))
    if len(changed) < 2:  # noqa: PLR2004 - both
        raise server_error()
    with call.store.lock:
        widget |= {**changed, "updated_at": call.store.moment()}
    return widget_json(call.store, widget)


def _delete_widget(call: Call) -> None:
    widget, dashboard = find_widget(call.store, call.number("id"))
    call.require_edit(dashboard)
    with call.store.lock:
        dashboard["widgets"] = [item for item in dashboard["widgets"] if item is not widget]


def _create_visualization(call: Call) -> object:
    query = existing(call.store.queries, call.body.get("query_id"))
    call.require_edit(query)
    type_, name = str(call.body.get("type", "")), str(call.body.get("name", ""))
    with call.store.lock:
        found = call.store.new_visualization(type_, name, call.body.get("options") or {})
        found["description"] = str(call.body.get("description") or "")
        query.visualizations.append(found)
    return found


def _edit_visualization(call: Call) -> object:
    found, query = find_visualization(call.store, call.number("id"))
    call.require_edit(query)
    with call.store.lock:
        found |= {**call.edits(_VISUALIZATION_FIELDS), "updated_at": call.store.moment()}
    return found


def _delete_visualization(call: Call) -> None:
    """Delete a visualization and the widgets that show it."""
    found, query = find_visualization(call.store, call.number("id"))
    call.require_edit(query)
    with call.store.lock:
        query.visualizations.remove(found)
        remove_widgets_of(call.store, [found])


def _dashboards(call: Call) -> list[Record]:
    """Return the dashboards that lists have for this user.

    Drafts are for who made them, and so are those of which nothing else would be seen.
    """
    return [
        item
        for item in call.store.dashboards.values()
        if not item["is_archived"]
        and (item["user_id"] == call.user["id"] or not item["is_draft"])
        and (
            item["user_id"] == call.user["id"]
            or not all(_is_restricted(call, widget) for widget in item["widgets"])
        )
    ]


def _page(call: Call, dashboards: Iterable[Record]) -> object:
    return call.page(
        (item for item in dashboards if call.has_tags(item["tags"])),
        lambda item: _listed(call, item),
        text=lambda item: str(item["name"]),
        orders=_ORDERS | (_FORK_ORDERS if call.dialect.is_fork else {}),
        default_order="-created_at",
    )


def _listed(call: Call, dashboard: Record) -> Record:
    found = {**dashboard, "widgets": None, "is_favorite": _is_favorite(call, dashboard)}
    if call.dialect.has_whole_owners:
        del found["options"]
        found["user"] = call.store.user_json(found["user_id"])
    return found


def _with_widgets(call: Call, dashboard: Record) -> Record:
    widgets = [_widget(call, item) for item in dashboard["widgets"]]
    return {**_listed(call, dashboard), "widgets": widgets}


def _widget(call: Call, widget: Record) -> Record:
    """Return a widget; of one whose query the user must not see, where it is."""
    if not _is_restricted(call, widget):
        return widget_json(call.store, widget)
    return _restricted(widget)


def _restricted(widget: Record) -> Record:
    return {**{name: widget[name] for name in _RESTRICTED}, "restricted": True}


def _is_restricted(call: Call, widget: Record) -> bool:
    number = widget["visualization_id"]
    if not number:
        return False
    _, query = find_visualization(call.store, number)
    return not call.may_use(query, only_view=True)


def _is_favorite(call: Call, dashboard: Record) -> bool:
    return (call.user["id"], dashboard["id"]) in call.store.favorite_dashboards


def _share_json(call: Call, token: str) -> Record:
    return {"public_url": public_url(call.base_url, token), "api_key": token}


def _touch(store: Store, dashboard: Record) -> None:
    dashboard["version"] += 1
    dashboard["updated_at"] = store.moment()


def _addressed(call: Call) -> Record:
    """Return the dashboard of the path, where an old version has the slug."""
    return _by_slug(call) if call.dialect.has_dashboards_by_slug else _dashboard(call)


def _by_slug(call: Call) -> Record:
    for dashboard in call.store.dashboards.values():
        if dashboard["slug"] == call.path["id"]:
            return dashboard
    raise not_found()


def _dashboard(call: Call) -> Record:
    if not call.path["id"].isdecimal():
        raise server_error()
    return existing(call.store.dashboards, int(call.path["id"]))


_DASHBOARD = "/api/dashboards/{id}"
ROUTES: Routes = (
    ("GET", "/api/dashboards", _list_dashboards),
    ("POST", "/api/dashboards", _create_dashboard),
    ("GET", "/api/dashboards/my", _list_own),
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
