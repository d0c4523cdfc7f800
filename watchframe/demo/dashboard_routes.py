"""``/api/dashboards``: several queries side by side (recordings 131 to 138)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from watchframe.demo.call import Answer, Call
from watchframe.demo.catalogue_types import SavedDashboard, SavedWidget
from watchframe.demo.paging import page_of
from watchframe.demo.refusal import CONFLICT, message, not_found, server_error
from watchframe.demo.shapes import EMAIL, USER_ID, query_json
from watchframe.demo.store import Store, moment_text

_OWNER = {"id": USER_ID, "name": "Admin", "email": EMAIL, "profile_image_url": ""}
#: What an edit may change.
_EDITABLE = ("name", "tags", "layout", "options", "is_draft", "is_archived")


def list_dashboards(call: Call) -> Answer:
    """Give a page of the dashboards that are not archived."""
    call.require_user()
    found = [item for item in call.store.dashboards.values() if not item["is_archived"]]
    return Answer(value=page_of(call, found, lambda item: {**item, "widgets": None}))


def get_dashboard(call: Call) -> Answer:
    """Give a dashboard by its id; by its slug only with ``?legacy``."""
    call.require_user()
    if "legacy" in call.query:
        wanted = [
            item for item in call.store.dashboards.values() if item["slug"] == call.path["key"]
        ]
        if not wanted:
            raise not_found()
        return Answer(value=_whole(call, wanted[0]))
    return Answer(value=_whole(call, _dashboard(call)))


def create_dashboard(call: Call) -> Answer:
    """Make a new, empty dashboard."""
    call.require_user()
    with call.store.lock:
        number = max(call.store.dashboards, default=0) + 1
        name = str(call.body.get("name", ""))
        dashboard = new_dashboard(number, _slug(name), name, is_draft=True)
        call.store.dashboards[number] = dashboard
    return Answer(value={**dashboard, "widgets": None})


def edit_dashboard(call: Call) -> Answer:
    """Change a dashboard; another version than the present one is a conflict."""
    call.require_user()
    dashboard = _dashboard(call)
    with call.store.lock:
        version = call.body.get("version")
        if version is not None and version != dashboard["version"]:
            raise message(409, CONFLICT)
        _change(dashboard, {name: call.body[name] for name in _EDITABLE if name in call.body})
        if "name" in call.body:
            dashboard["slug"] = _slug(dashboard["name"])
    return Answer(value={**dashboard, "widgets": _widgets(call, dashboard)})


def archive_dashboard(call: Call) -> Answer:
    """Archive a dashboard."""
    call.require_user()
    dashboard = _dashboard(call)
    _change(dashboard, {"is_archived": True})
    return Answer(value={**dashboard, "widgets": _widgets(call, dashboard)})


def new_dashboard(number: int, slug: str, name: str, *, is_draft: bool) -> dict[str, Any]:
    """Give a dashboard without widgets, in the server's shape."""
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


def saved_dashboard(store: Store, saved: SavedDashboard, first_widget: int) -> dict[str, Any]:
    """Give a dashboard of the catalogue, its widgets numbered from `first_widget`."""
    dashboard = new_dashboard(saved.id, saved.slug, saved.name, is_draft=False)
    dashboard["tags"] = list(saved.tags)
    dashboard["widgets"] = [
        _saved_widget(store, saved.id, first_widget + number, widget)
        for number, widget in enumerate(saved.widgets)
    ]
    return dashboard


def _saved_widget(
    store: Store, dashboard_id: int, number: int, saved: SavedWidget
) -> dict[str, Any]:
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
    now = moment_text(store.started_at)
    widget: dict[str, Any] = {
        "id": number,
        "width": 1,
        "options": {"position": position, "parameterMappings": mappings},
        "dashboard_id": dashboard_id,
        "text": saved.text,
        "updated_at": now,
        "created_at": now,
    }
    if saved.query_id is not None:
        shown = store.queries[saved.query_id].visualizations
        named = [item for item in shown if item["name"] == saved.visualization]
        widget["visualization"] = {"query_id": saved.query_id, **(named or shown)[0]}
    return widget


def _whole(call: Call, dashboard: dict[str, Any]) -> dict[str, Any]:
    return {
        **dashboard,
        "widgets": _widgets(call, dashboard),
        "public_url": f"{call.base_url}/public/dashboards/{dashboard['slug']}",
        "api_key": call.store.new_key(),
        "can_edit": True,
    }


def _widgets(call: Call, dashboard: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the widgets, each visualization with its query."""
    found = []
    for widget in dashboard["widgets"]:
        shown = dict(widget.get("visualization") or {})
        if shown:
            query = call.store.queries[shown.pop("query_id")]
            without = ("visualizations", "is_favorite", "can_edit")
            whole = query_json(call.store, query, without=without)
            found.append({**widget, "visualization": {**shown, "query": whole}})
        else:
            found.append(widget)
    return found


def _dashboard(call: Call) -> dict[str, Any]:
    if not call.path["key"].isdecimal():
        raise server_error()
    dashboard = call.store.dashboards.get(int(call.path["key"]))
    if dashboard is None:
        raise not_found()
    return dashboard


def _change(dashboard: dict[str, Any], values: Mapping[str, Any]) -> None:
    dashboard.update(values)
    dashboard["version"] += 1
    dashboard["updated_at"] = moment_text(datetime.now(UTC))


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
