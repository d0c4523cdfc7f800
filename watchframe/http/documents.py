"""One request whose whole answer is a JSON document, and whether it is the one asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import requests

from watchframe.errors import DecodeError, ProtocolError, TransportError
from watchframe.http.body import beginning, received
from watchframe.http.deadline import Deadline
from watchframe.http.refusals import (
    IDENTITY_PROXY_HINT,
    hint_of_unknown_end,
    page_title,
    wants_login,
)
from watchframe.http.transport import Method, Transport

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
            hint = error.hint if method == "GET" else hint_of_unknown_end(method, url)
            raise error.replace(method=method, url=url, hint=hint) from None
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


#: How often a document that breaks off is asked for.
BODY_TRIES = 3


class Identified(Protocol):
    """What the server knows by an id."""

    @property
    def id(self) -> int | str:
        """The server's id."""


T = TypeVar("T", bound=Identified)


def ask_document(
    transport: Transport,
    method: Method,
    path: str,
    *,
    deadline: Deadline,
    json: object = None,
    query: Mapping[str, str | Sequence[str]] | None = None,
) -> object:
    """Give the JSON value that the server answers.

    A document that breaks off is fetched again; what was not a GET is never sent again for that.

    Raises
    ------
    ServerError
        One of its kinds: no answer, a refusal, or an answer that is not JSON.
    JobTimeoutError, JobCancelledError
        The deadline is over.
    """
    tries = BODY_TRIES if method == "GET" else 1
    for tries_left in reversed(range(tries)):
        response = transport.request(method, path, deadline=deadline, json=json, query=query)
        try:
            return read_json(response, method=method, url=path, deadline=deadline)
        except TransportError:
            if not tries_left:
                raise
    raise AssertionError("unreachable")


def ask_object(
    transport: Transport,
    method: Method,
    path: str,
    read: Callable[[object], T],
    *,
    wanted: int | str | None,
    deadline: Deadline,
    json: object = None,
) -> T:
    """Return the object that the server answers, which is the one with the id `wanted`.

    Parameters
    ----------
    read : callable
        Makes the object of the JSON value.
    wanted : int or str or None
        None where the server chooses the id: the object is new.

    Raises
    ------
    ProtocolError
        The answer is about another object, or is no such object.
    ServerError
        As of `ask_document`.
    """
    found = read(ask_document(transport, method, path, deadline=deadline, json=json))
    if wanted is not None:
        require_same_id(found, wanted, method=method, url=path)
    return found


def require_same_id(found: Identified, wanted: int | str, *, method: Method, url: str) -> None:
    """Raise ProtocolError where the server answered with another object than the one asked for."""
    if str(found.id) != str(wanted):  # as texts, for callers pass ids as texts too
        what = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(found).__name__).lower()
        raise other_object_error(what, found.id, wanted, method=method, url=url)


def other_object_error(
    what: str, found: int | str, wanted: int | str, *, method: Method, url: str
) -> ProtocolError:
    """Return the error of an answer about the object `found` where `wanted` was asked for."""
    return ProtocolError(
        f"The server answered with {what} {found}, but {what} {wanted} was asked for.",
        method=method,
        url=url,
        hint="Nothing of that answer was used or stored. Try again; if it happens again, a proxy "
        "on the way may mix up answers: tell the server's administrator.",
    )
