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
import urllib3.exceptions

from watchframe.client.http_date import http_date
from watchframe.errors import (
    AccessDeniedError,
    AuthenticationError,
    ConflictError,
    NotFoundError,
    RateLimitError,
    ResponseError,
)

#: Bytes of a refusal that are read.
MAX_REFUSAL = 64 * 1024
# The server's messages are compared by how they begin, never whole: version 8 puts its guess of
# another route behind each that it answers with 404.
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

_TAGS = re.compile(r"<(script|style).*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)


class _Where(TypedDict):
    status: int
    server_message: str
    method: str
    url: str


def raise_for_refusal(response: requests.Response, method: str, url: str) -> NoReturn:
    """Raise what the answer means.

    Raises
    ------
    ResponseError
        One of its kinds.
    """
    words = _server_message(response)
    status = response.status_code
    where: _Where = {"status": status, "server_message": words, "method": method, "url": url}
    shown = words.partition(ROUTE_GUESS)[0]
    said = f"The server answered {status}" + (f": {shown}" if shown else ".")
    is_missing = status == HTTPStatus.NOT_FOUND
    if status == HTTPStatus.UNAUTHORIZED or (is_missing and words.startswith(WRONG_KEY)):
        raise AuthenticationError(
            said,
            hint="The API key is wrong, or a query's key was used for something that it may not "
            "do. A key stands on your profile's page, a query's key on the query's page.",
            **where,
        )
    if status == HTTPStatus.FORBIDDEN:
        raise AccessDeniedError(said, hint=_access_hint(words), **where)
    if lacking := _lacking(status, words, method, url):
        raise NotFoundError(
            f"The server answered {status}: this server, an older version, has no {lacking}.",
            hint="Update the server, or do without. Check also that the URL is the server's.",
            **where,
        )
    if is_missing:
        raise NotFoundError(
            _not_found(url) if words.startswith(NO_URL) else said,
            hint=_not_found_hint(words),
            **where,
        )
    if status == HTTPStatus.CONFLICT:
        raise ConflictError(
            said, hint="Somebody changed it since it was read: read it again.", **where
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = _retry_after(response)
        hint = None if wait is None else f"Try again in {wait:,.0f} s."
        raise RateLimitError(said, retry_after=wait, hint=hint, **where)
    error = ResponseError(said, **where)
    error.retry_after = _retry_after(response)
    raise error


def _server_message(response: requests.Response) -> str:
    """Give the server's own words: JSON's message, a job's error, or a page's text."""
    try:
        content = response.raw.read(MAX_REFUSAL, decode_content=True)
    except (OSError, urllib3.exceptions.HTTPError):
        return ""
    text = content.decode("utf-8", "replace")
    try:
        body = json.loads(text)
    except ValueError:
        return " ".join(_TAGS.sub(" ", text).split())[:300]
    if not isinstance(body, dict):
        return ""
    job = body.get("job")
    if isinstance(job, dict):
        return str(job.get("error") or "")
    return str(body.get("message") or body.get("error") or "")


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
    """Give the header's seconds, whole ones; it may also be a date."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    moment = http_date(value)
    if moment is None:
        return None
    return float(max(math.ceil((moment - datetime.now(UTC)).total_seconds()), 0))
