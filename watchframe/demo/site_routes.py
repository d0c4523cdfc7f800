"""``/api/session``."""

from __future__ import annotations

from watchframe.demo.call import Answer, Call
from watchframe.demo.shapes import user_json
from watchframe.demo.site_store import MEMBERS

PERMISSIONS = ("admin", "super_admin", *MEMBERS)


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


ROUTES = (("GET", "/api/session", session),)
