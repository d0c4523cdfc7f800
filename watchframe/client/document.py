"""One request whose whole answer is a JSON document, and whether it is the one asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from watchframe.client.answers import read_json
from watchframe.client.deadline import Deadline
from watchframe.client.transport import Method, Transport
from watchframe.errors import ProtocolError, TransportError

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
