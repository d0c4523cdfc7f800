"""One request whose whole answer is a JSON document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from watchframe.client.answers import read_json
from watchframe.client.deadline import Deadline
from watchframe.client.transport import Method, Transport
from watchframe.errors import TransportError

#: How often a document that breaks off is asked for.
BODY_TRIES = 3


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
