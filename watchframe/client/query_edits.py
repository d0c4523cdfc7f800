"""Listing saved queries, and writing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from watchframe.client.deadline import Deadline
from watchframe.client.document import ask_document
from watchframe.client.listing import Listing
from watchframe.client.transport import Transport
from watchframe.models import ParameterDefinition, Query
from watchframe.models.json_fields import as_object


def listed_queries(
    transport: Transport, *, search: str | None, is_mine: bool, deadline: Deadline
) -> Listing[Query]:
    """Give saved queries, newest first, page by page as they are asked for."""
    asked = {"order": "-created_at"}
    if search:
        asked["q"] = search
    path = "/api/queries/my" if is_mine else "/api/queries"
    return Listing(transport, path, Query, Query.from_json, query=asked, deadline=deadline)


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
    return Query.from_json(
        ask_document(transport, "POST", "/api/queries", deadline=deadline, json=payload)
    )


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
    now = as_object(ask_document(transport, "GET", path, deadline=deadline), "query")
    options = now.get("options")
    payload = {
        "query": text,
        "options": {
            **(options if isinstance(options, Mapping) else {}),
            "parameters": [item.to_json() for item in parameters],
        },
        "version": now.get("version"),
    }
    return Query.from_json(ask_document(transport, "POST", path, deadline=deadline, json=payload))
