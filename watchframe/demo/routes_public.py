"""What needs no account: shared dashboards, embedded visualizations, the login page, all pages.

A page is the front end's, the same for every address; what it shows, it asks for itself.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from watchframe.demo.request import Call, Routes
from watchframe.demo.responses import not_found, wrong_key
from watchframe.demo.stored_dashboards import public_widget_json

_PAGE = b"<!DOCTYPE html><html><head><title>Inverse Watch (demo)</title></head><body></body></html>"
#: What is shown of a dashboard to whoever has its token.
_SHARED = ("name", "layout", "dashboard_filters_enabled", "updated_at", "created_at", "options")


def _get_public_dashboard(call: Call) -> object:
    """Return a shared dashboard: that of the key, if it is a token, else that of the address."""
    if call.caller is None:
        raise wrong_key()
    dashboard = call.caller.dashboard or call.store.dashboard_of_token(call.path["token"])
    if dashboard is None:
        raise not_found()
    shown = {name: dashboard[name] for name in _SHARED}
    if call.dialect.has_whole_owners:
        del shown["options"]
    return {
        **shown,
        "widgets": [public_widget_json(call.store, item) for item in dashboard["widgets"]],
    }


def get_page(call: Call) -> Response:
    """Return the page of any address; without a valid key, the way to the login."""
    if call.caller is None:
        if call.url.startswith(f"{call.base_url}/api/"):
            raise wrong_key()
        return Response(status_code=302, headers={"Location": f"/login?next={quote(call.url)}"})
    return _page(call)


def refuse_method(call: Call) -> Response:
    """Refuse an unknown route that is not asked for a page."""
    content_type, body = call.dialect.method_page
    return Response(body, 405, {"Content-Type": content_type})


def _page(call: Call) -> Response:
    return Response(_PAGE, headers=dict(call.dialect.page_headers), media_type="text/html")


KEY_ROUTES: Routes = (("GET", "/api/dashboards/public/{token}", _get_public_dashboard),)
#: Pages whose address holds a key, or needs none.
PAGE_ROUTES: Routes = (
    ("GET", "/public/dashboards/{token}", get_page),
    ("GET", "/embed/query/{query_id}/visualization/{visualization_id}", get_page),
    ("GET", "/login", _page),
)
