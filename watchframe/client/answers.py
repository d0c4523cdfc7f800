"""Answers as JSON, checked for being Watch's."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import requests

from watchframe.client.deadline import Deadline
from watchframe.client.html_pages import IDENTITY_PROXY_HINT, page_title, wants_login
from watchframe.client.receiving import beginning, received
from watchframe.client.refusals import hint_of_unknown_end
from watchframe.errors import DecodeError, ProtocolError, TransportError

#: Bytes of a document; results are streamed instead.
MAX_DOCUMENT = 256 * 2**20
#: Bytes of a page that are looked at: a title and a form stand at its beginning.
MAX_PAGE = 64 * 1024
#: How deep the server's own documents nest is far less, and what is deeper ends in a RecursionError
#: wherever it is walked through.
MAX_NESTING = 100


def read_json(response: requests.Response, *, method: str, url: str, deadline: Deadline) -> object:
    """Return the answer's JSON value.

    Raises
    ------
    ProtocolError
        It is not JSON, or a page of another service.
    TransportError
        It broke off, or stopped arriving.
    JobTimeoutError, JobCancelledError
        The deadline is over.
    """
    require_json(response, method=method, url=url, deadline=deadline)
    with response:
        try:
            content = b"".join(received(response, lambda: deadline, MAX_DOCUMENT))
        except TransportError as error:
            error.method, error.url = method, url
            if method != "GET":
                error.hint = hint_of_unknown_end(method, url)
            raise
        except DecodeError as error:
            raise ProtocolError(error.message, method=method, url=url) from None
    return parse_json(content, method=method, url=url)


def parse_json(content: bytes, *, method: str, url: str) -> object:
    """Return the JSON value of an answer's body."""
    words = "The server's answer is not JSON."
    try:
        value: object = json.loads(content)
        if _is_nested_at_most(value, MAX_NESTING):
            return value
        words = f"The server's answer nests more than {MAX_NESTING} levels deep."
    except RecursionError:
        words = f"The server's answer nests more than {MAX_NESTING} levels deep."
    except ValueError:
        pass
    raise ProtocolError(
        words,
        excerpt=content[:200].decode("utf-8", "replace"),
        method=method,
        url=url,
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


def require_json(response: requests.Response, *, method: str, url: str, deadline: Deadline) -> None:
    """Raise ProtocolError where the answer is of another content type."""
    if response.headers.get("Content-Type", ""):
        require_kind(response, "application/json", method=method, url=url, deadline=deadline)


def require_kind(
    response: requests.Response, wanted: str, *, method: str, url: str, deadline: Deadline
) -> None:
    """Raise ProtocolError where the answer is of another content type than `wanted`.

    The server answers a route that it does not have with 200 and its page, and an identity proxy
    whatever it does not let through with its own.
    """
    kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if kind == wanted:
        return
    with response:
        page = beginning(response, deadline, MAX_PAGE).decode("utf-8", "replace")
    words = f"The server answered with {kind or 'something'}, not with {wanted}."
    hint = "Check that the URL is a Watch server's, and that no login page is in the way."
    if kind == "text/html" and wants_login(page):
        at, title = urlsplit(response.url), page_title(page)
        words = f"A login page came for {at.netloc}{at.path}" + (f": {title}." if title else ".")
        hint = IDENTITY_PROXY_HINT
    raise ProtocolError(
        words,
        status=response.status_code,
        excerpt=page[:200],
        method=method,
        url=url,
        hint=hint,
    )
