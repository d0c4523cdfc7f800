"""``/api/widgets`` and ``/api/visualizations``; shapes as in dashboards and queries (011, 132)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from watchframe.demo.call import Answer, Call
from watchframe.demo.refusal import not_found, server_error
from watchframe.demo.store import StoredQuery, moment_text
from watchframe.demo.stored_dashboards import (
    find_visualization,
    find_widget,
    new_widget,
    remove_widget,
    widget_json,
    widgets_showing,
)

#: What an edit of a visualization may change.
_EDITABLE = ("type", "name", "description", "options")


def create_widget(call: Call) -> Answer:
    """Put a visualization or a text on a dashboard."""
    call.require_user()
    if "visualization_id" not in call.body:
        raise server_error()
    dashboard = call.store.dashboards.get(call.body.get("dashboard_id") or 0)
    shown = call.body["visualization_id"]
    if dashboard is None or (shown and find_visualization(call.store, shown) is None):
        raise not_found()
    return Answer(value=widget_json(call.store, new_widget(call.store, dashboard, call.body)))


def edit_widget(call: Call) -> Answer:
    """Write a widget's text and options; both must be there."""
    call.require_user()
    widget, _ = _widget(call)
    if not {"text", "options"} <= set(call.body):
        raise server_error()
    with call.store.lock:
        _change(widget, {name: call.body[name] for name in ("text", "options")})
    return Answer(value=widget_json(call.store, widget))


def delete_widget(call: Call) -> Answer:
    """Take a widget off its dashboard."""
    call.require_user()
    widget, dashboard = _widget(call)
    with call.store.lock:
        remove_widget(dashboard, widget["id"])
    return Answer()


def create_visualization(call: Call) -> Answer:
    """Give a query another visualization."""
    call.require_user()
    query = call.store.queries.get(call.body.get("query_id") or 0)
    if query is None:
        raise not_found()
    with call.store.lock:
        found = call.store.new_visualization(
            str(call.body.get("type", "")),
            str(call.body.get("name", "")),
            call.body.get("options") or {},
        )
        found["description"] = str(call.body.get("description") or "")
        query.visualizations.append(found)
    return Answer(value=found)


def edit_visualization(call: Call) -> Answer:
    """Change what the body names."""
    call.require_user()
    found, _ = _visualization(call)
    with call.store.lock:
        _change(found, {name: call.body[name] for name in _EDITABLE if name in call.body})
    return Answer(value=found)


def delete_visualization(call: Call) -> Answer:
    """Delete a visualization and the widgets that show it."""
    call.require_user()
    found, query = _visualization(call)
    with call.store.lock:
        query.visualizations.remove(found)
        for dashboard, number in widgets_showing(call.store, found["id"]):
            remove_widget(dashboard, number)
    return Answer()


def _widget(call: Call) -> tuple[dict[str, Any], dict[str, Any]]:
    found = find_widget(call.store, call.number("widget_id"))
    if found is None:
        raise not_found()
    return found


def _visualization(call: Call) -> tuple[dict[str, Any], StoredQuery]:
    found = find_visualization(call.store, call.number("visualization_id"))
    if found is None:
        raise not_found()
    return found


def _change(kept: dict[str, Any], values: Mapping[str, Any]) -> None:
    kept.update(values)
    kept["updated_at"] = moment_text(datetime.now(UTC))
