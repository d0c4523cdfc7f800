"""Answers as JSON, checked for being Watch's."""

from __future__ import annotations

import json

import requests

from watchframe.client.deadline import Deadline
from watchframe.client.receiving import received
from watchframe.errors import DecodeError, ProtocolError, TransportError

#: Bytes of a document; results are streamed instead.
MAX_DOCUMENT = 256 * 2**20


def read_json(response: requests.Response, *, method: str, url: str, deadline: Deadline) -> object:
    """Give the answer's JSON value.

    Raises
    ------
    ProtocolError
        It is not JSON, or a page of another service.
    TransportError
        It broke off, or stopped arriving.
    JobTimeoutError, JobCancelledError
        The deadline is over.
    """
    require_json(response, method=method, url=url)
    with response:
        try:
            content = b"".join(received(response, lambda: deadline, MAX_DOCUMENT))
        except TransportError as error:
            error.method, error.url = method, url
            raise
        except DecodeError as error:
            raise ProtocolError(error.message, method=method, url=url) from None
    return parse_json(content, method=method, url=url)


def parse_json(content: bytes, *, method: str, url: str) -> object:
    """Give the JSON value of an answer's body."""
    try:
        return json.loads(content)
    except ValueError:
        raise ProtocolError(
            "The server's answer is not JSON.",
            excerpt=content[:200].decode("utf-8", "replace"),
            method=method,
            url=url,
            hint="Check that the URL is a Watch server's.",
        ) from None


def require_json(response: requests.Response, *, method: str, url: str) -> None:
    """Raise ProtocolError where the answer is of another content type.

    The server answers a route that it does not have with 200 and its page.
    """
    kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if kind in ("application/json", ""):
        return
    with response:
        excerpt = response.raw.read(2000, decode_content=True).decode("utf-8", "replace")
    raise ProtocolError(
        f"The server answered with {kind}, not with JSON.",
        status=response.status_code,
        excerpt=excerpt[:200],
        method=method,
        url=url,
        hint="Check that the URL is a Watch server's, and that no login page is in the way.",
    )
