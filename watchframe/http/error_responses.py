"""Error responses (status 3xx to 5xx) as errors with the server's own words; pages of logins."""

from __future__ import annotations

import json
import math
import re
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
from watchframe.http.body import read_start
from watchframe.http.deadline import Deadline
from watchframe.http.retries import OUTAGE_STATUSES, retry_after
from watchframe.keys import without_secrets

#: A login page, or a redirect to another host's login, says nothing about the API key.
IDENTITY_PROXY_HINT = (
    "The API key was not judged: an identity proxy in front of the server (such as Cloudflare "
    "Access or Google's IAP) wants a login of its own. Ask those who run it how programs get "
    "through, or connect from inside their network (a VPN)."
)

#: The most bytes of an error response that are read.
MAX_ERROR_BODY = 64 * 1024

# The server's messages are compared by how they start, never whole: version 8 appends its guess of
# another route to each message of a 404.
#: A wrong key, no key, or a query key where it does not belong (recordings 002, 003, 004).
WRONG_KEY = "Couldn't find resource. Please login and try again."
#: The query has no stored result (recording 045).
NO_RESULT = "No cached result found for this query."
#: What the server's web framework says of every object and every route that does not exist.
NO_URL = "The requested URL was not found on the server."
#: A page past the end of a list (recording 008).
PAST_THE_END = "Page is out of range."
#: How version 8's guess starts; no other version makes one.
ROUTE_GUESS = " You have requested this URI ["

#: Routes that older servers lack, by how they end, and what is missing there. For a list, 404 means
#: that too; for an action it means that the object does not exist.
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

#: Where executions are requested.
_EXECUTION = re.compile(r"/api/(queries/[^/]+/results|query_results)$")


class Where(TypedDict):
    """The request that an error is about, for the error's keywords."""

    method: str
    url: str


class _Answer(Where):
    status: int
    server_message: str


def raise_for_status(response: requests.Response, where: Where, deadline: Deadline) -> NoReturn:
    """Raise the error that a response without success means.

    Raises
    ------
    ResponseError
        One of its kinds.
    ProtocolError
        The status means neither success nor an error.
    ConnectError
        The proxy on the way to the server refused the request.
    """
    content = read_start(response, deadline, MAX_ERROR_BODY).decode("utf-8", "replace")
    # Servers of version 8, and proxies, repeat the address of a request, which may hold a key.
    words = without_secrets(_server_message(content))
    status = response.status_code
    answer: _Answer = {**where, "status": status, "server_message": words}
    shown = words.partition(ROUTE_GUESS)[0]
    said = f"The server answered {status}" + (f": {shown}" if shown else ".")
    if status < HTTPStatus.BAD_REQUEST:
        raise ProtocolError(
            said,
            status=status,
            excerpt=words[:200],
            **where,
            hint="No Watch server answers like this: check the URL, and what is in front of it.",
        )
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        raise proxy_login_error(where)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) and _is_of_identity_proxy(
        response, content
    ):
        raise AccessDeniedError(said, hint=IDENTITY_PROXY_HINT, **answer)
    is_wrong_key = status == HTTPStatus.NOT_FOUND and words.startswith(WRONG_KEY)
    if status == HTTPStatus.UNAUTHORIZED or is_wrong_key:
        raise AuthenticationError(said, hint=Hint(Kind.WRONG_USER_KEY), **answer)
    if status == HTTPStatus.FORBIDDEN:
        raise AccessDeniedError(said, hint=_access_hint(words), **answer)
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        raise _missing(said, answer)
    if status == HTTPStatus.CONFLICT:
        raise ConflictError(said, hint="It was changed since it was read: read it again.", **answer)
    wait = retry_after(response.headers.get("Retry-After", ""))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise RateLimitError(said, retry_after=wait, hint=_wait_hint(wait), **answer)
    hint = None
    if status in OUTAGE_STATUSES:
        hint = _wait_hint(wait) if where["method"] == "GET" else unknown_outcome_hint(where)
    raise ResponseError(said, retry_after=wait, hint=hint, **answer)


def proxy_login_error(where: Where) -> ConnectError:
    """Return the error of a proxy on the way to the server that wants a login (407)."""
    return ConnectError(
        f"The proxy on the way to {urlsplit(where['url']).netloc} wants a login of its own (407).",
        **where,
        hint="Put the proxy's user name and password into its address in HTTPS_PROXY (or "
        "HTTP_PROXY), or name the server in NO_PROXY. The API key has no part in that.",
        was_not_sent=True,
        is_lasting=True,
    )


def unknown_outcome_hint(where: Where) -> str:
    """Return how to go on after a request that may or may not have been carried out.

    A proxy's 502, 503 or 504 does not tell whether the server behind it got the request, nor does a
    connection that broke while the answer was awaited. So nothing but a GET is sent again.
    """
    if where["method"] == "POST" and _EXECUTION.search(where["url"]):
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
    except RecursionError:  # a body nested so deeply holds no message
        return ""
    except ValueError:
        return page_text(content)[:300]


def _is_of_identity_proxy(response: requests.Response, content: str) -> bool:
    """Return whether a proxy refused the request: the server itself refuses in JSON."""
    return "WWW-Authenticate" in response.headers or (
        response.headers.get("Content-Type", "").lower().startswith("text/html")
        and wants_login(content)
    )


def _wait_hint(seconds: float | None) -> str | None:
    if seconds is None or seconds == math.inf:
        return None
    return f"Try again in {seconds:,.0f} s."


def _missing(said: str, answer: _Answer) -> NotFoundError:
    """Return the error of an object, or a route, that does not exist."""
    words, url = answer["server_message"], answer["url"]
    lacking = _lacking(answer["status"], words, answer["method"], url)
    if lacking is not None:
        return NotFoundError(
            f"The server answered {answer['status']}: this server, an older version, has no "
            f"{lacking}.",
            hint="Update the server, or do without. Check also that the URL is the server's.",
            **answer,
        )
    if words.startswith(NO_URL):
        said = _not_found(url)
    return NotFoundError(said, hint=_not_found_hint(words, url), **answer)


def _lacking(status: int, words: str, method: str, url: str) -> str | None:
    """Return what an older server has no route for; None where the answer means something else."""
    path = urlsplit(url).path
    later = {**_LATER_LISTS, **_LATER_ACTIONS}
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        found = (what for end, what in later.items() if path.endswith(end))
        return next(found, f"route {method} {path}")
    if status == HTTPStatus.NOT_FOUND and words.startswith(NO_URL):
        return next((what for end, what in _LATER_LISTS.items() if path.endswith(end)), None)
    return None


def _not_found(url: str) -> str:
    """Return the message for an object that does not exist, named where the address tells it."""
    named = _OBJECT.search(url)
    if named is None or named["kind"] not in _KINDS:
        return f"The server answered 404: it has nothing at {url}."
    return f"The server answered 404: it has no {_KINDS[named['kind']]} {named['id']}."


def _not_found_hint(words: str, url: str) -> str:
    if words.startswith(NO_RESULT):
        return "It was not run yet as it stands, or has parameters: run it, then there is one."
    named = _OBJECT.search(url)
    if named is not None and named["kind"] == "queries":
        return Hint(Kind.UNKNOWN_QUERY)
    return "Check the id, and the server's URL."


def _access_hint(words: str) -> str:
    if "unsafe parameters" in words:
        return (
            "A query with a text parameter runs only under the key of a user who may edit it, "
            "not under the query's own key."
        )
    return "Ask an administrator for access, or use another key."


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
