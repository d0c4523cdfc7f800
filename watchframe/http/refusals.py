"""Answers that say no, as errors with the server's own words."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import NoReturn, TypedDict
from urllib.parse import urlsplit

import requests

from watchframe.errors import (
    AccessDeniedError,
    AuthenticationError,
    ConflictError,
    ConnectError,
    NotFoundError,
    ProtocolError,
    RateLimitError,
    ResponseError,
)
from watchframe.hints import Hint, Kind
from watchframe.http.body import beginning
from watchframe.http.deadline import Deadline
from watchframe.http.retries import http_date

#: What a page, or a redirect to another host, that wants a login says about the API key: nothing.
IDENTITY_PROXY_HINT = (
    "The API key was not judged: an identity proxy in front of the server (such as Cloudflare "
    "Access or Google's IAP) wants a login of its own. Ask those who run it how programs get "
    "through, or connect from inside their network (a VPN)."
)

_TITLE = re.compile(r"<title\b[^<>]*>([^<]*)", re.IGNORECASE)
_PASSWORD_FIELD = re.compile(r"<input\b[^<>]*\btype\s?=\s?[\"']?password", re.IGNORECASE)
_LOGIN_WORDS = re.compile(
    r"\b(sign|log)[ -]?(in|on)\b|\bsso\b|single sign|cloudflare access|authenticat", re.IGNORECASE
)
_LOGIN_ADDRESS = re.compile(
    r"log[-_]?in|sign[-_]?in|sso|saml|openid|auth|cdn-cgi/access", re.IGNORECASE
)
_HIDDEN = ("script", "style")


def page_text(page: str) -> str:
    """Return the words of a page, without its tags, scripts and styles."""
    first, *others = page.split("<")
    parts, within = [first], ""
    for piece in others:
        tag, _, text = piece.partition(">")
        name = tag.split(None, 1)[0].lower() if tag.strip() else ""
        if within:
            if name != f"/{within}":
                continue
            within = ""
        elif name in _HIDDEN:
            within = name
            continue
        is_tag = name[:1].isalpha() or name[:1] in ("/", "!", "?")
        parts.append(text if is_tag else f"<{piece}")
    return " ".join(" ".join(parts).split())


def page_title(page: str) -> str:
    """Return a page's title; empty where it has none."""
    found = _TITLE.search(page)
    return " ".join(found[1].split())[:100] if found else ""


def wants_login(page: str) -> bool:
    """Return whether a page is a login page: it asks for a password, or its title says so."""
    return bool(_LOGIN_WORDS.search(page_title(page)) or _PASSWORD_FIELD.search(page))


def is_login_address(host: str, path: str) -> bool:
    """Return whether a redirect's target looks like a login."""
    return _LOGIN_ADDRESS.search(f"{host}{path}") is not None


#: Bytes of a refusal that are read.
MAX_REFUSAL = 64 * 1024
# The server's messages are compared by how they begin, never whole: version 8 puts its guess of
# another route after each that it answers with 404.
#: A wrong key, no key, and a query key where it does not belong (recordings 002, 003, 004).
WRONG_KEY = "Couldn't find resource. Please login and try again."

#: What there is of a query that has no stored result (recording 045).
NO_RESULT = "No cached result found for this query."

#: What the server's web framework says of every object and every route that is not there.
NO_URL = "The requested URL was not found on the server."

#: What it says of a page past the end of a list (recording 008).
PAST_THE_END = "Page is out of range."

#: How version 8's guess begins; no other version makes one.
ROUTE_GUESS = " You have requested this URI ["

#: Routes that older servers lack, by how they end, and what is missing there. Of a list, 404 says
#: so as well; of the others it says that the object is not there.
_LATER_LISTS = {
    "/dashboards/my": "list of the dashboards of a key's owner",
    "/dashboards/favorites": "list of favorite dashboards",
    "/queries/my": "list of the queries of a key's owner",
    "/queries/favorites": "list of favorite queries",
}
_LATER_ACTIONS = {
    "/favorite": "favorites",
    "/fork": "copying of queries or dashboards",
    "/mute": "muting of alerts",
}

#: The address of one object, and what the server calls such objects.
_OBJECT = re.compile(r"/api/(?P<kind>[a-z_]+)/(?P<id>[^/?.]+)$")
_KINDS = {
    "alerts": "alert",
    "dashboards": "dashboard",
    "data_sources": "data source",
    "destinations": "destination",
    "groups": "group",
    "queries": "query",
    "query_results": "query result",
    "query_snippets": "query snippet",
    "users": "user",
    "visualizations": "visualization",
    "widgets": "widget",
}

#: Where executions are asked for.
_EXECUTION = re.compile(r"/api/(queries/[^/]+/results|query_results)$")
#: What a proxy in front of the server answers when it cannot ask it.
OUTAGE_STATUSES: frozenset[int] = frozenset({502, 503, 504})


class _Where(TypedDict):
    status: int
    server_message: str
    method: str
    url: str


def raise_for_refusal(
    response: requests.Response, method: str, url: str, deadline: Deadline
) -> NoReturn:
    """Raise what the answer means.

    Raises
    ------
    ResponseError
        One of its kinds.
    ProtocolError
        The status is neither one of success nor one of an error.
    ConnectError
        It is not the server that refuses, but the proxy on the way to it.
    """
    content = beginning(response, deadline, MAX_REFUSAL).decode("utf-8", "replace")
    words = _server_message(content)
    status = response.status_code
    where: _Where = {"status": status, "server_message": words, "method": method, "url": url}
    shown = words.partition(ROUTE_GUESS)[0]
    said = f"The server answered {status}" + (f": {shown}" if shown else ".")
    if status < HTTPStatus.BAD_REQUEST:
        raise ProtocolError(
            said,
            status=status,
            excerpt=words[:200],
            method=method,
            url=url,
            hint="No Watch server answers like this: check the URL, and what is in front of it.",
        )
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        raise proxy_wants_login(method, url)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) and _is_of_a_proxy(
        response, content
    ):
        raise AccessDeniedError(said, hint=IDENTITY_PROXY_HINT, **where)
    is_wrong_key = status == HTTPStatus.NOT_FOUND and words.startswith(WRONG_KEY)
    if status == HTTPStatus.UNAUTHORIZED or is_wrong_key:
        raise AuthenticationError(
            said,
            hint="The API key is wrong, or a query's key was used for something that it may not "
            "do. A key stands on your profile's page, a query's key on the query's page.",
            **where,
        )
    if status == HTTPStatus.FORBIDDEN:
        raise AccessDeniedError(said, hint=_access_hint(words), **where)
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        raise _missing(said, where)
    if status == HTTPStatus.CONFLICT:
        raise ConflictError(said, hint="It was changed since it was read: read it again.", **where)
    wait = _retry_after(response)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise RateLimitError(said, retry_after=wait, hint=_wait_hint(wait), **where)
    hint = None
    if status in OUTAGE_STATUSES:
        hint = _wait_hint(wait) if method == "GET" else hint_of_unknown_end(method, url)
    raise ResponseError(said, retry_after=wait, hint=hint, **where)


def proxy_wants_login(method: str, url: str) -> ConnectError:
    """Return the error of a proxy on the way to the server that wants a login (407)."""
    return ConnectError(
        f"The proxy on the way to {urlsplit(url).netloc} wants a login of its own (407).",
        method=method,
        url=url,
        hint="Put the proxy's user name and password into its address in HTTPS_PROXY (or "
        "HTTP_PROXY), or name the server in NO_PROXY. The API key has no part in that.",
        was_not_sent=True,
        is_lasting=True,
    )


def hint_of_unknown_end(method: str, url: str) -> str:
    """Return how to go on after a request that may or may not have been carried out.

    A proxy's 502, 503 or 504 does not tell whether the server behind it took the request, nor does
    a connection that broke while the answer was awaited. So nothing but a GET is sent again.
    """
    if method == "POST" and _EXECUTION.search(url):
        return Hint(Kind.MAYBE_RUNNING)
    return "It may have been carried out all the same: check before you send it again."


def _server_message(content: str) -> str:
    """Return the server's own words: JSON's message, a job's error, or a page's text."""
    try:
        body = json.loads(content)
        if not isinstance(body, dict):
            return ""
        job = body.get("job")
        if isinstance(job, dict):
            return str(job.get("error") or "")
        return str(body.get("message") or body.get("error") or "")
    except RecursionError:  # nested so deeply, it holds no message
        return ""
    except ValueError:
        return page_text(content)[:300]


def _is_of_a_proxy(response: requests.Response, content: str) -> bool:
    """Return whether a proxy refused the key: what the server itself refuses, it says in JSON."""
    return "WWW-Authenticate" in response.headers or (
        response.headers.get("Content-Type", "").lower().startswith("text/html")
        and wants_login(content)
    )


def _wait_hint(seconds: float | None) -> str | None:
    if seconds is None or seconds == math.inf:
        return None
    return f"Try again in {seconds:,.0f} s."


def _missing(said: str, where: _Where) -> NotFoundError:
    """Return the error of an object, or a route, that is not there."""
    words, url = where["server_message"], where["url"]
    lacking = _lacking(where["status"], words, where["method"], url)
    if lacking is not None:
        return NotFoundError(
            f"The server answered {where['status']}: this server, an older version, has no "
            f"{lacking}.",
            hint="Update the server, or do without. Check also that the URL is the server's.",
            **where,
        )
    if words.startswith(NO_URL):
        said = _not_found(url)
    return NotFoundError(said, hint=_not_found_hint(words), **where)


def _lacking(status: int, words: str, method: str, url: str) -> str | None:
    """Return what an older server has no route for; None where the answer says something else."""
    path = urlsplit(url).path
    later = {**_LATER_LISTS, **_LATER_ACTIONS}
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        found = (what for end, what in later.items() if path.endswith(end))
        return next(found, f"route {method} {path}")
    if status == HTTPStatus.NOT_FOUND and words.startswith(NO_URL):
        return next((what for end, what in _LATER_LISTS.items() if path.endswith(end)), None)
    return None


def _not_found(url: str) -> str:
    """Say what is not there, as people call it where the address tells."""
    named = _OBJECT.search(url)
    if named is None or named["kind"] not in _KINDS:
        return f"The server answered 404: it has nothing at {url}."
    return f"The server answered 404: it has no {_KINDS[named['kind']]} {named['id']}."


def _not_found_hint(words: str) -> str:
    if words.startswith(NO_RESULT):
        return "It was not run yet as it stands, or has parameters: run it, then there is one."
    return "Check the id, and the server's URL."


def _access_hint(words: str) -> str:
    if "unsafe parameters" in words:
        return (
            "A query with a text parameter runs only under the key of a user who may edit it, "
            "not under the query's own key."
        )
    return "Ask an administrator for access, or use another key."


def _retry_after(response: requests.Response) -> float | None:
    """Return the header's seconds, whole ones; it may also be a date."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    moment = http_date(value)
    if moment is None:
        return None
    return float(max(math.ceil((moment - datetime.now(UTC)).total_seconds()), 0))
