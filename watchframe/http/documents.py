"""Requests whose whole answer is a JSON document, checked to be the one that was asked for."""

from __future__ import annotations

import json as json_module
import re
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlsplit

import requests

from watchframe.errors import DecodeError, ProtocolError, TransportError
from watchframe.http.body import iter_body, read_start
from watchframe.http.deadline import Deadline
from watchframe.http.error_responses import (
    IDENTITY_PROXY_HINT,
    Where,
    page_title,
    unknown_outcome_hint,
    wants_login,
)
from watchframe.http.retries import BODY_TRIES, read_or_refetch
from watchframe.http.transport import Method, QueryArguments, Transport
from watchframe.keys import without_secrets

#: The most bytes of a document; results are streamed instead.
MAX_DOCUMENT = 256 * 2**20
#: The most bytes of a page that are read: its title and form stand at its beginning.
MAX_PAGE = 64 * 1024
#: The server's own documents nest far less deep, and what nests deeper ends in a RecursionError
#: wherever it is walked through.
MAX_NESTING = 100


def request_json(
    transport: Transport,
    method: Method,
    path: str,
    *,
    deadline: Deadline,
    json: object = None,
    query: QueryArguments | None = None,
) -> object:
    """Return the JSON value that the server answers; None where it answers without a body (204).

    A document that breaks off is fetched again; what was not a GET is never sent again for that.

    Raises
    ------
    ServerError
        One of its kinds: no answer, an error response, or an answer that is not JSON.
    JobTimeoutError, JobCancelledError
        The deadline is over.
    """

    def send(_: object = None) -> requests.Response:
        return transport.request(method, path, deadline=deadline, json=json, query=query)

    def read(response: requests.Response) -> object:
        return _read_json(response, {"method": method, "url": path}, deadline)

    return read_or_refetch(send(), read, send, tries=BODY_TRIES if method == "GET" else 1)


def _read_json(response: requests.Response, where: Where, deadline: Deadline) -> object:
    with response:
        if response.status_code == HTTPStatus.NO_CONTENT:
            return None
        require_json(response, where, deadline)
        try:
            content = b"".join(iter_body(response, lambda: deadline, MAX_DOCUMENT))
        except TransportError as error:
            hint = error.hint if where["method"] == "GET" else unknown_outcome_hint(where)
            raise error.replace(**where, hint=hint) from None
        except DecodeError as error:
            raise ProtocolError(error.message, **where) from None
    return parse_json(content, where)


def parse_json(content: bytes, where: Where) -> object:
    """Return the JSON value of an answer's body, or raise ProtocolError."""
    words = "The server's answer is not JSON."
    try:
        value: object = json_module.loads(content)
        if _is_nested_at_most(value, MAX_NESTING):
            return value
        words = f"The server's answer nests more than {MAX_NESTING} levels deep."
    except RecursionError:
        words = f"The server's answer nests more than {MAX_NESTING} levels deep."
    except ValueError:
        pass
    raise ProtocolError(
        words,
        excerpt=without_secrets(content.decode("utf-8", "replace"))[:200],
        **where,
        hint="Check that the URL is a Watch server's.",
    )


def _is_nested_at_most(value: object, depth: int) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(depth):
        level = [
            item
            for outer in level
            for item in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(item, dict | list)
        ]
        if not level:
            return True
    return False


def require_json(response: requests.Response, where: Where, deadline: Deadline) -> None:
    """Raise ProtocolError where the answer says that it is not JSON."""
    if response.headers.get("Content-Type", ""):
        require_content_type(response, "application/json", where, deadline)


def require_content_type(
    response: requests.Response, expected: str, where: Where, deadline: Deadline
) -> None:
    """Raise ProtocolError where the answer is of another content type than `expected`.

    The server answers a route that it does not have with 200 and its page, and an identity proxy
    answers with its own page whatever it does not let through.
    """
    kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if kind == expected:
        return
    with response:
        page = read_start(response, deadline, MAX_PAGE).decode("utf-8", "replace")
    words = f"The server answered with {kind or 'something'}, not with {expected}."
    hint = "Check that the URL is a Watch server's, and that no login page is in the way."
    if kind == "text/html" and wants_login(page):
        at, title = urlsplit(response.url), page_title(page)
        words = f"A login page came for {at.netloc}{at.path}" + (f": {title}." if title else ".")
        hint = IDENTITY_PROXY_HINT
    excerpt = without_secrets(page)[:200]
    raise ProtocolError(words, status=response.status_code, excerpt=excerpt, **where, hint=hint)


class Identified(Protocol):
    """An object that the server knows by an id."""

    @property
    def id(self) -> int | str:
        """The server's id."""


def require_same_id(found: Identified, expected: int | str, *, method: Method, url: str) -> None:
    """Raise ProtocolError where the server answered with another object than the one asked for."""
    if str(found.id) != str(expected):  # as texts, for callers pass ids as texts too
        what = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(found).__name__).lower()
        raise other_object_error(what, found.id, expected, method=method, url=url)


def other_object_error(
    what: str, found: int | str, expected: int | str, *, method: Method, url: str
) -> ProtocolError:
    """Return the error of an answer about the object `found` where `expected` was asked for."""
    return ProtocolError(
        f"The server answered with {what} {found}, but {what} {expected} was asked for.",
        method=method,
        url=url,
        hint="Nothing of that answer was used or stored. Try again; if it happens again, a proxy "
        "on the way may mix up answers: tell the server's administrator.",
    )
