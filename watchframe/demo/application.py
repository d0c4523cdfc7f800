"""The HTTP application: routes, keys, faults, and the log of requests."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from email.utils import format_datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchframe.demo import (
    routes_alerts,
    routes_dashboards,
    routes_data_sources,
    routes_queries,
    routes_results,
    routes_site,
)
from watchframe.demo.execution import Executor
from watchframe.demo.faults import Faults, LoggedRequest, break_off, spoiled
from watchframe.demo.request import Call, Handler, Routes
from watchframe.demo.responses import SERVER_ERROR, RefusalError, json_response, wrong_key
from watchframe.demo.store import Store

logger = logging.getLogger(__name__)

#: Only the user's own key may ask for these; the others check the key themselves.
_USER_ROUTES: Routes = (
    *routes_queries.ROUTES,
    *routes_results.ROUTES,
    *routes_dashboards.ROUTES,
    *routes_alerts.ROUTES,
    *routes_data_sources.ROUTES,
    *routes_site.ROUTES,
)


def _for_user(handler: Handler) -> Handler:
    def checked(call: Call) -> object:
        call.require_user()
        return handler(call)

    return checked


ROUTES: Routes = (
    *((method, path, _for_user(handler)) for method, path, handler in _USER_ROUTES),
    *routes_queries.QUERY_KEY_ROUTES,
    *routes_results.QUERY_KEY_ROUTES,
)

#: What an unknown GET route answers, with 200 and any valid key: the front end's page.
PAGE = b"<!DOCTYPE html><html><head><title>Inverse Watch (demo)</title></head><body></body></html>"


def make_application(
    store: Store, executor: Executor, faults: Faults, requests: list[LoggedRequest]
) -> Starlette:
    """Return the application over what is stored."""

    async def answer(request: Request, handler: Handler) -> Response:
        refusal = _cross_site_refusal(request)
        if refusal is not None:
            return json_response({"message": refusal}, 403)
        payload = _payload(await request.body())
        method, path, query = request.method, request.url.path, request.url.query
        requests.append(LoggedRequest(method=method, path=path, query=query, body=payload))
        fault = faults.take(method, path)
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if fault.hold is not None:
                await run_in_threadpool(fault.hold.wait)
            if fault.close and request.client is not None:
                break_off((request.client.host, request.client.port))
            if fault.status is not None:
                return Response(fault.body, fault.status, dict(fault.headers))
        response = await run_in_threadpool(_respond, store, executor, request, handler, payload)
        return response if fault is None else spoiled(response, fault)

    def endpoint(handler: Handler) -> Callable[[Request], Any]:
        async def run(request: Request) -> Response:
            response = await answer(request, handler)
            response.headers["Date"] = format_datetime(store.now(), usegmt=True)
            return response

        return run

    routes = [Route(path, endpoint(handler), methods=[method]) for method, path, handler in ROUTES]
    others = ["HEAD", "POST", "DELETE", "PUT"]
    routes.append(Route("/{path:path}", endpoint(_refuse), methods=others))
    routes.append(Route("/{path:path}", endpoint(_get_page), methods=["GET"]))
    return Starlette(routes=routes)


def _cross_site_refusal(request: Request) -> str | None:
    """Return why a request is refused that a web page of another site made a browser send.

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
    store: Store, executor: Executor, request: Request, handler: Handler, payload: object
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
        found = handler(call)
    except RefusalError as refusal:
        return json_response(refusal.body, refusal.status)
    except Exception:
        logger.exception("%s %s", request.method, request.url.path)
        return json_response({"message": SERVER_ERROR}, 500)
    return found if isinstance(found, Response) else json_response(found)


def _get_page(call: Call) -> Response:
    """Return the page of an unknown route."""
    if not call.is_user and (not call.key or call.store.query_of_key(call.key) is None):
        raise wrong_key()
    return Response(PAGE, media_type="text/html")


def _refuse(call: Call) -> Response:
    """Refuse an unknown route that is not asked for a page."""
    _get_page(call)
    raise RefusalError(405, "The method is not allowed for the requested URL.")


def _key(request: Request) -> str:
    """Return the key: that of the URL overrides the header's, even when it is empty."""
    if "api_key" in request.query_params:
        return request.query_params["api_key"]
    return request.headers.get("Authorization", "").removeprefix("Key ")


def _payload(body: bytes) -> object:
    try:
        return json.loads(body) if body else {}
    except ValueError:
        return {}
