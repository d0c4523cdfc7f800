"""The HTTP application: routes, keys, faults, and the log of requests."""

from __future__ import annotations

import asyncio
import difflib
import json
import logging
import re
from collections.abc import Callable, Mapping
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
    routes_public,
    routes_queries,
    routes_results,
    routes_site,
)
from watchframe.demo.execution import Executor
from watchframe.demo.faults import Faults, LoggedRequest, break_off, spoiled
from watchframe.demo.records import new_key
from watchframe.demo.request import Call, Handler, Routes, caller_of
from watchframe.demo.responses import SERVER_ERROR, WRONG_KEY, RefusalError, json_response
from watchframe.demo.store import Store

logger = logging.getLogger(__name__)

#: Only people may ask for these.
_USER_ROUTES: Routes = (
    *routes_queries.ROUTES,
    *routes_results.ROUTES,
    *routes_dashboards.ROUTES,
    *routes_alerts.ROUTES,
    *routes_data_sources.ROUTES,
    *routes_site.ROUTES,
)
#: Only administrators may ask for these.
_ADMIN_ROUTES: Routes = (
    *routes_alerts.ADMIN_ROUTES,
    *routes_data_sources.ADMIN_ROUTES,
    *routes_site.ADMIN_ROUTES,
)


def _for_admin(handler: Handler) -> Handler:
    def checked(call: Call) -> object:
        call.require_admin()
        return handler(call)

    return checked


def _for_user(handler: Handler) -> Handler:
    def checked(call: Call) -> object:
        call.require_user()
        return handler(call)

    return checked


ROUTES: Routes = (
    *((method, path, _for_admin(handler)) for method, path, handler in _ADMIN_ROUTES),
    *((method, path, _for_user(handler)) for method, path, handler in _USER_ROUTES),
    *routes_queries.KEY_ROUTES,
    *routes_results.KEY_ROUTES,
    *routes_site.KEY_ROUTES,
    *routes_public.KEY_ROUTES,
)


def _get_spec(call: Call) -> object:
    """Return the routes as Swagger 2.0, to everybody."""
    paths: dict[str, dict[str, Any]] = {}
    for method, path, _ in (*ROUTES, *FORK_ROUTES):
        if path.startswith("/api/"):
            names = re.findall(r"{(\w+)}", path)
            paths.setdefault(path, {})[method.lower()] = {
                "parameters": [
                    {"name": name, "in": "path", "required": True, "type": "string"}
                    for name in names
                ],
                "responses": {"200": {"description": "OK"}},
            }
    return {
        "swagger": "2.0",
        "info": {"title": "Inverse Watch (demo)", "version": call.dialect.server_version},
        "basePath": "/",
        "securityDefinitions": {"key": {"type": "apiKey", "name": "Authorization", "in": "header"}},
        "paths": paths,
    }


#: Those that Inverse Watch's own version alone has.
FORK_ROUTES: Routes = (
    *((method, path, _for_user(handler)) for method, path, handler in routes_alerts.FORK_ROUTES),
    ("GET", "/api/spec", _get_spec),
)


def make_application(
    store: Store, executor: Executor, faults: Faults, requests: list[LoggedRequest]
) -> Starlette:
    """Return the application over what is stored."""

    async def answer(request: Request, handler: Handler) -> Response:
        refusal = _cross_site_refusal(request)
        if refusal is not None:
            return json_response({"message": refusal}, 403)
        payload = _payload(await request.body())
        method, path = request.method, request.url.path
        query = re.sub(r"\b(api_key=)[^&]+", r"\1...", request.url.query)
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
            for name in store.dialect.cookies:
                response.set_cookie(name, new_key(), httponly=name == "session", samesite="lax")
            return response

        return run

    routes = [
        Route(path, endpoint(handler), methods=[method])
        for method, path, handler in (
            *ROUTES,
            *(FORK_ROUTES if store.dialect.is_fork else ()),
            *routes_public.PAGE_ROUTES,
        )
        if (method, path) not in store.dialect.missing_routes
    ]
    others = ["HEAD", "POST", "DELETE", "PUT"]
    routes.append(Route("/{path:path}", endpoint(routes_public.refuse_method), methods=others))
    routes.append(Route("/{path:path}", endpoint(routes_public.get_page), methods=["GET"]))
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
    key = _key(request)
    call = Call(
        store=store,
        executor=executor,
        key=key,
        caller=caller_of(store, key, request.path_params.get("query_id")),
        url=str(request.url),
        path={name: str(value) for name, value in request.path_params.items()},
        query={name: request.query_params.getlist(name) for name in request.query_params},
        base_url=str(request.base_url).rstrip("/"),
        body=payload if isinstance(payload, dict) else {},
    )
    try:
        found = handler(call)
    except RefusalError as refusal:
        return json_response(_worded(call, refusal), refusal.status)
    except Exception:
        logger.exception("%s %s", request.method, request.url.path)
        return json_response({"message": SERVER_ERROR}, 500)
    if isinstance(found, Response):
        return found
    return json_response(found, has_hashed_order=store.dialect.has_hashed_order)


def _worded(call: Call, refusal: RefusalError) -> Mapping[str, Any]:
    """Return the body of a refusal in this version's words."""
    if "message" not in refusal.body:
        return refusal.body
    message = call.dialect.messages.get(refusal.body["message"], refusal.body["message"])
    if refusal.status == 404 and call.dialect.guesses_address and message != WRONG_KEY:  # noqa: PLR2004
        path = urlsplit(call.url).path
        # As its web framework has it, names in angle brackets do not count for the likeness.
        rules = [re.sub(r"{(\w+)}", r"<\1>", route) for _, route, _ in ROUTES]
        known = {re.sub("<.*>", "", rule): rule for rule in reversed(rules)}
        message += f" You have requested this URI [{path}]"
        if near := difflib.get_close_matches(path, known):
            message += f" but did you mean {' or '.join(known[found] for found in near)} ?"
    return {"message": message}


def _key(request: Request) -> str:
    """Return the key: that of the URL overrides the header's, even when it is empty."""
    if "api_key" in request.query_params:
        return request.query_params["api_key"]
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Key ") or str(request.path_params.get("token", ""))


def _payload(body: bytes) -> object:
    try:
        return json.loads(body) if body else {}
    except ValueError:
        return {}
