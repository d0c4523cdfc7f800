"""Listing saved queries, and writing them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from watchframe.client.answers import read_json
from watchframe.client.deadline import Deadline
from watchframe.client.transport import Method, Transport
from watchframe.models import ParameterDefinition, Query
from watchframe.models.json_fields import as_object, required

#: The most that the server gives at once.
PAGE_SIZE = 250


def listed_queries(
    transport: Transport, *, search: str | None, is_mine: bool, deadline: Deadline
) -> Iterator[Query]:
    """Give saved queries, newest first, page by page as they are asked for."""
    path = "/api/queries/my" if is_mine else "/api/queries"
    seen, page = 0, 1
    while True:
        asked = {"page": str(page), "page_size": str(PAGE_SIZE), "order": "-created_at"}
        if search:
            asked["q"] = search
        found = as_object(_send(transport, "GET", path, deadline, query=asked), "page of queries")
        results = required(found, "results", list, "page of queries")
        yield from (Query.from_json(item) for item in results)
        seen, page = seen + len(results), page + 1
        # A page past the end is an error of the server's (recording 008), so it is never asked for.
        if not results or seen >= required(found, "count", int, "page of queries"):
            return


def created_query(
    transport: Transport,
    *,
    name: str,
    text: str,
    data_source_id: int,
    parameters: Sequence[ParameterDefinition],
    deadline: Deadline,
) -> Query:
    """Save a new query, a draft, and give it as the server has it (recording 139)."""
    payload = {
        "name": name,
        "query": text,
        "data_source_id": data_source_id,
        "options": {"parameters": [item.to_json() for item in parameters]},
    }
    return Query.from_json(_send(transport, "POST", "/api/queries", deadline, json=payload))


def updated_query(
    transport: Transport,
    query: Query,
    *,
    text: str,
    parameters: Sequence[ParameterDefinition],
    deadline: Deadline,
) -> Query:
    """Give a query another text, and give it as the server has it then (recording 140).

    Options that are not known here are kept as they are.
    """
    path = f"/api/queries/{query.id}"
    now = as_object(_send(transport, "GET", path, deadline), "query")
    options = now.get("options")
    payload = {
        "query": text,
        "options": {
            **(options if isinstance(options, Mapping) else {}),
            "parameters": [item.to_json() for item in parameters],
        },
        "version": now.get("version"),
    }
    return Query.from_json(_send(transport, "POST", path, deadline, json=payload))


def _send(
    transport: Transport,
    method: Method,
    path: str,
    deadline: Deadline,
    *,
    json: object = None,
    query: Mapping[str, str] | None = None,
) -> object:
    response = transport.request(method, path, deadline=deadline, json=json, query=query)
    return read_json(response, method=method, url=path)
