"""``/api/dashboards``: several queries side by side (recordings 131 to 138)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from watchframe.demo.call import Answer, Call
from watchframe.demo.paging import page_of
from watchframe.demo.refusal import CONFLICT, message, not_found, server_error
from watchframe.demo.store import moment_text
from watchframe.demo.stored_dashboards import fork_of, new_dashboard, slug_of, widget_json
from watchframe.demo.tag_list import tag_list

#: What an edit may change.
_EDITABLE = (
    "name",
    "tags",
    "layout",
    "options",
    "is_draft",
    "is_archived",
    "dashboard_filters_enabled",
)
_SORTABLE = ("name", "created_at")


def list_dashboards(call: Call) -> Answer:
    """Give a page of the dashboards that are not archived; the one user made them all."""
    call.require_user()
    return _page(call, call.store.dashboards.values())


def favorites(call: Call) -> Answer:
    """Give a page of the marked dashboards."""
    call.require_user()
    return _page(call, (item for item in call.store.dashboards.values() if item["is_favorite"]))


def dashboard_tags(call: Call) -> Answer:
    """Give every tag and how many dashboards have it."""
    call.require_user()
    return Answer(
        value=tag_list(
            item["tags"]
            for item in call.store.dashboards.values()
            if not item["is_archived"] and not item["is_draft"]
        )
    )


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
    dashboard = new_dashboard(call.store, str(call.body.get("name", "")))
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
            dashboard["slug"] = slug_of(dashboard["name"])
    return Answer(value=_with_widgets(call, dashboard))


def archive_dashboard(call: Call) -> Answer:
    """Archive a dashboard."""
    call.require_user()
    dashboard = _dashboard(call)
    with call.store.lock:
        _change(dashboard, {"is_archived": True})
    return Answer(value=_with_widgets(call, dashboard))


def fork_dashboard(call: Call) -> Answer:
    """Give a copy."""
    call.require_user()
    return Answer(value=_with_widgets(call, fork_of(call.store, _dashboard(call))))


def share_dashboard(call: Call) -> Answer:
    """Give the address under which everybody sees a dashboard, and the key in it."""
    call.require_user()
    dashboard = _dashboard(call)
    with call.store.lock:
        token = call.store.shares.setdefault(dashboard["id"], call.store.new_key())
    return Answer(value={"public_url": _public_url(call, token), "api_key": token})


def unshare_dashboard(call: Call) -> Answer:
    """Make that address useless."""
    call.require_user()
    call.store.shares.pop(_dashboard(call)["id"], None)
    return Answer()


def add_favorite(call: Call) -> Answer:
    """Mark a dashboard."""
    call.require_user()
    _dashboard(call)["is_favorite"] = True
    return Answer()


def remove_favorite(call: Call) -> Answer:
    """Unmark a dashboard."""
    call.require_user()
    _dashboard(call)["is_favorite"] = False
    return Answer()


def _page(call: Call, dashboards: Iterable[dict[str, Any]]) -> Answer:
    wanted, tags = call.first("q").lower(), set(call.query.get("tags", []))
    found = [
        item
        for item in dashboards
        if not item["is_archived"] and wanted in item["name"].lower() and tags <= set(item["tags"])
    ]
    order = call.first("order", "-created_at")
    name = order.removeprefix("-")
    if name in _SORTABLE:
        found.sort(key=lambda item: (item[name].lower(), item["id"]), reverse=order != name)
    return Answer(value=page_of(call, found, lambda item: {**item, "widgets": None}))


def _whole(call: Call, dashboard: dict[str, Any]) -> dict[str, Any]:
    found = {**_with_widgets(call, dashboard), "can_edit": True}
    token = call.store.shares.get(dashboard["id"])
    if token is not None:
        found |= {"public_url": _public_url(call, token), "api_key": token}
    return found


def _with_widgets(call: Call, dashboard: Mapping[str, Any]) -> dict[str, Any]:
    widgets = [widget_json(call.store, widget) for widget in dashboard["widgets"]]
    return {**dashboard, "widgets": widgets}


def _public_url(call: Call, token: str) -> str:
    return f"{call.base_url}/public/dashboards/{token}?org_slug=default"


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
