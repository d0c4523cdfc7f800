"""The rest of the API: the session, data sources, users."""

from __future__ import annotations

from watchframe.demo.call import Answer, Call
from watchframe.demo.refusal import not_found
from watchframe.demo.shapes import user_json

PERMISSIONS = (
    "admin",
    "super_admin",
    "create_dashboard",
    "create_query",
    "edit_dashboard",
    "edit_query",
    "view_query",
    "view_source",
    "execute_query",
    "list_users",
    "schedule_query",
    "list_dashboards",
    "list_alerts",
    "list_data_sources",
)


def session(call: Call) -> Answer:
    """Give who the key belongs to (recording 001)."""
    call.require_user()
    user = user_json(call.store)
    names = ("profile_image_url", "id", "name", "email", "groups")
    return Answer(
        value={
            "user": {**{name: user[name] for name in names}, "permissions": PERMISSIONS},
            "messages": [],
            "org_slug": "default",
            "client_config": {"version": "26.08.0-dev", "dateFormat": "DD/MM/YY"},
        }
    )


def list_data_sources(call: Call) -> Answer:
    """Give the data sources (recording 129)."""
    call.require_user()
    return Answer(
        value=[
            {
                "id": source.id,
                "name": source.name,
                "type": source.type,
                "syntax": source.syntax,
                "paused": 0,
                "pause_reason": None,
                "supports_auto_limit": source.supports_auto_limit,
                "view_only": False,
            }
            for source in sorted(call.executor.sources.values(), key=lambda item: item.name)
        ]
    )


def data_source_schema(call: Call) -> Answer:
    """Give a data source's tables (recording 130)."""
    call.require_user()
    source = call.executor.sources.get(call.number("source_id"))
    if source is None:
        raise not_found()
    return Answer(value={"schema": source.schema()})
