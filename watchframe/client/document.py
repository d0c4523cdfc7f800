"""One request whose whole answer is a JSON document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from watchframe.client.answers import read_json
from watchframe.client.deadline import Deadline
from watchframe.client.transport import Method, Transport


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

    Raises
    ------
    ServerError
        One of its kinds: no answer, a refusal, or an answer that is not JSON.
    """
    response = transport.request(method, path, deadline=deadline, json=json, query=query)
    return read_json(response, method=method, url=path)
