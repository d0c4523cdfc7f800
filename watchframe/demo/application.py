"""The HTTP application: routes, keys, faults, and the log of requests."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
from collections.abc import AsyncIterator, Callable
from email.utils import format_datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from watchframe.demo import (
    alert_routes,
    dashboard_routes,
    data_source_routes,
    destination_routes,
    group_routes,
    query_lists,
    query_routes,
    site_routes,
    snippet_routes,
    user_routes,
    widget_routes,
)
from watchframe.demo.call import Answer, Call
from watchframe.demo.connections import break_off
from watchframe.demo.execution import Executor
from watchframe.demo.faults import Fault, Faults, LoggedRequest
from watchframe.demo.json_values import dumps
from watchframe.demo.refusal import RefusalError, wrong_key
from watchframe.demo.store import Store

logger = logging.getLogger(__name__)

Handler = Callable[[Call], Answer]

_Q = "/api/queries/{query_id}"
ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/api/queries", query_lists.list_queries),
    ("GET", "/api/queries/search", query_lists.list_queries),
    ("GET", "/api/queries/my", query_lists.list_queries),  # its one user made them all
    ("GET", "/api/queries/tags", query_lists.query_tags),
    ("GET", "/api/queries/favorites", query_lists.favorites),
    ("GET", "/api/queries/recent", query_lists.recent_queries),
    ("GET", "/api/queries/archive", query_lists.archived_queries),
    ("POST", "/api/queries", query_routes.create_query),
    ("GET", _Q, query_routes.get_query),
    ("POST", _Q, query_routes.edit_query),
    ("DELETE", _Q, query_routes.archive_query),
    ("POST", _Q + "/fork", query_routes.fork_query),
    ("POST", _Q + "/regenerate_api_key", query_routes.regenerate_key),
    ("POST", _Q + "/favorite", query_routes.add_favorite),
    ("DELETE", _Q + "/favorite", query_routes.remove_favorite),
    ("POST", _Q + "/results", query_routes.execute_query),
    ("GET", _Q + "/results", query_routes.latest_result),
    ("GET", _Q + "/results.{filetype}", query_routes.latest_result),
    ("GET", _Q + "/results/{result_id}.{filetype}", query_routes.result_of_query),
    ("GET", _Q + "/jobs/{job_id}", query_routes.get_job),
    ("DELETE", _Q + "/jobs/{job_id}", query_routes.cancel_job),
    ("GET", _Q + "/dropdown", query_routes.own_dropdown),
    ("GET", _Q + "/dropdowns/{dropdown_id}", query_routes.dropdown),
    ("POST", "/api/query_results", query_routes.adhoc),
    ("GET", "/api/query_results/{result_id}.{filetype}", query_routes.get_result),
    ("GET", "/api/query_results/{result_id}", query_routes.get_result),
    ("GET", "/api/jobs/{job_id}", query_routes.get_any_job),
    ("DELETE", "/api/jobs/{job_id}", query_routes.cancel_job),
    ("GET", "/api/dashboards", dashboard_routes.list_dashboards),
    ("POST", "/api/dashboards", dashboard_routes.create_dashboard),
    ("GET", "/api/dashboards/my", dashboard_routes.list_dashboards),
    ("GET", "/api/dashboards/favorites", dashboard_routes.favorites),
    ("GET", "/api/dashboards/tags", dashboard_routes.dashboard_tags),
    ("GET", "/api/dashboards/{key}", dashboard_routes.get_dashboard),
    ("POST", "/api/dashboards/{key}", dashboard_routes.edit_dashboard),
    ("DELETE", "/api/dashboards/{key}", dashboard_routes.archive_dashboard),
    ("POST", "/api/dashboards/{key}/fork", dashboard_routes.fork_dashboard),
    ("POST", "/api/dashboards/{key}/share", dashboard_routes.share_dashboard),
    ("DELETE", "/api/dashboards/{key}/share", dashboard_routes.unshare_dashboard),
    ("POST", "/api/dashboards/{key}/favorite", dashboard_routes.add_favorite),
    ("DELETE", "/api/dashboards/{key}/favorite", dashboard_routes.remove_favorite),
    ("POST", "/api/widgets", widget_routes.create_widget),
    ("POST", "/api/widgets/{widget_id}", widget_routes.edit_widget),
    ("DELETE", "/api/widgets/{widget_id}", widget_routes.delete_widget),
    ("POST", "/api/visualizations", widget_routes.create_visualization),
    ("POST", "/api/visualizations/{visualization_id}", widget_routes.edit_visualization),
    ("DELETE", "/api/visualizations/{visualization_id}", widget_routes.delete_visualization),
    *alert_routes.ROUTES,
    *data_source_routes.ROUTES,
    *destination_routes.ROUTES,
    *group_routes.ROUTES,
    *site_routes.ROUTES,
    *snippet_routes.ROUTES,
    *user_routes.ROUTES,
)

#: What an unknown GET route answers, with 200 and any valid key: the front end's page.
PAGE = b"<!DOCTYPE html><html><head><title>Inverse Watch (demo)</title></head><body></body></html>"


class _BrokenConnectionError(Exception):
    """Ends the answering of a request by breaking its connection off."""


def make_application(
    store: Store, executor: Executor, faults: Faults, requests: list[LoggedRequest]
) -> Starlette:
    """Return the application over what is stored."""

    async def answer(request: Request) -> Response:
        refused = _cross_site_refusal(request)
        if refused is not None:
            return _json_response({"message": refused}, 403)
        handler: Handler | None = request.scope.get("handler")
        body = await request.body()
        payload = _json(body)
        requests.append(
            LoggedRequest(
                method=request.method,
                path=request.url.path,
                query=str(request.url.query),
                body=payload,
            )
        )
        fault = faults.take(request.method, request.url.path)
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if fault.close and request.client is not None:
                break_off((request.client.host, request.client.port))
            if fault.status is not None:
                return Response(fault.body, fault.status, dict(fault.headers))
        response = await run_in_threadpool(_respond, store, executor, request, handler, payload)
        return response if fault is None else _spoiled(response, fault)

    def endpoint(handler: Handler | None) -> Callable[[Request], Any]:
        async def run(request: Request) -> Response:
            request.scope["handler"] = handler
            response = await answer(request)
            response.headers["Date"] = format_datetime(store.now(), usegmt=True)
            return response

        return run

    routes = [Route(path, endpoint(handler), methods=[method]) for method, path, handler in ROUTES]
    routes.append(Route("/{rest:path}", endpoint(None), methods=["GET", "POST", "DELETE", "PUT"]))
    return Starlette(routes=routes)


def _cross_site_refusal(request: Request) -> str | None:
    """Return why a request is refused, where a web page of another site made a browser send it.

    Such a page reaches this machine's loopback: under a name of its own that it has pointed here
    (DNS rebinding), which is in `Host`, or across origins, which is in `Origin`.
    """
    host, origin = request.headers.get("Host", ""), request.headers.get("Origin")
    if not _is_this_machine(host):
        return (
            f"The demo server does not answer to the host {host[:100]!r}, only to this machine's."
        )
    if origin is not None and origin.lower() != f"http://{host.lower()}":
        return f"The demo server does not answer to pages of {origin[:100]!r}."
    return None


def _is_this_machine(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return f".{name}".endswith(".localhost") or ip_address(name).is_loopback
    except ValueError:
        return False


def _respond(
    store: Store, executor: Executor, request: Request, handler: Handler | None, payload: object
) -> Response:
    call = Call(
        store=store,
        executor=executor,
        key=_key(request),
        path={name: str(value) for name, value in request.path_params.items()},
        query={name: request.query_params.getlist(name) for name in request.query_params},
        base_url=str(request.base_url).rstrip("/"),
        body=payload if isinstance(payload, dict) else {},
    )
    try:
        if handler is None:
            return _page(call, request)
        found = handler(call)
    except RefusalError as refusal:
        return _json_response(refusal.body, refusal.status)
    except Exception:
        logger.exception("%s %s", request.method, request.url.path)
        return _json_response({"message": "Internal Server Error"}, 500)
    if found.content is not None:
        headers = {**found.headers, "Content-Type": found.content_type}
        return Response(found.content, found.status, headers)
    return _json_response(found.value, 200, dict(found.headers))


def _page(call: Call, request: Request) -> Response:
    if not call.is_user and (not call.key or call.store.query_of_key(call.key) is None):
        raise wrong_key()
    if request.method != "GET":
        return _json_response({"message": "The method is not allowed for the requested URL."}, 405)
    return Response(PAGE, media_type="text/html")


def _key(request: Request) -> str:
    """Give the key: that of the URL overrides the header's, even when it is empty."""
    if "api_key" in request.query_params:
        return request.query_params["api_key"]
    return request.headers.get("Authorization", "").removeprefix("Key ")


def _json(body: bytes) -> object:
    try:
        return json.loads(body) if body else {}
    except ValueError:
        return {}


def _json_response(value: object, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(
        dumps(value), status, {"Vary": "Cookie", **(headers or {})}, media_type="application/json"
    )


def _spoiled(response: Response, fault: Fault) -> Response:
    """Give the true answer with what the fault does to it."""
    body = bytes(response.body)
    headers = dict(response.headers)
    if fault.gzip:
        body = gzip.compress(body)
        headers |= {"content-encoding": "gzip", "content-length": str(len(body))}
    end = len(body) if fault.cut_after is None else fault.cut_after
    size = fault.chunk or max(end, 1)

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, end, size):
            yield body[start : min(start + size, end)]
            await asyncio.sleep(fault.chunk_delay)
        if fault.cut_after is not None:
            raise _BrokenConnectionError

    return StreamingResponse(pieces(), response.status_code, headers)
