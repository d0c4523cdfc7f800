"""Writing saved queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import EllipsisType
from typing import TypedDict

from watchframe.client.deadline import Deadline
from watchframe.client.document import ask_document, ask_object, require_same_id
from watchframe.client.transport import Transport
from watchframe.errors import ConflictError
from watchframe.models import ParameterDefinition, Query
from watchframe.models.json_fields import as_object

Schedule = Mapping[str, object]


class QueryEdit(TypedDict):
    """What an edit changes; None leaves as it is, and so does ``...`` of `schedule`."""

    name: str | None
    text: str | None
    parameters: Sequence[ParameterDefinition] | None
    description: str | None
    tags: Sequence[str] | None
    schedule: Schedule | EllipsisType | None
    data_source_id: int | None
    is_draft: bool | None
    options: Mapping[str, object] | None


def created_query(
    transport: Transport,
    *,
    name: str,
    text: str,
    data_source_id: int,
    parameters: Sequence[ParameterDefinition],
    description: str,
    tags: Sequence[str],
    schedule: Schedule | None,
    options: Mapping[str, object] | None,
    deadline: Deadline,
) -> Query:
    """Save a new query, a draft, and return it as the server has it (recording 139)."""
    payload: dict[str, object] = {
        "name": name,
        "query": text,
        "data_source_id": data_source_id,
        "options": {**(options or {}), "parameters": _definitions(parameters)},
    }
    if description:
        payload["description"] = description
    if tags:
        payload["tags"] = [*tags]
    if schedule is not None:
        payload["schedule"] = dict(schedule)
    return ask_object(
        transport,
        "POST",
        "/api/queries",
        Query.from_json,
        wanted=None,
        deadline=deadline,
        json=payload,
    )


def updated_query(
    transport: Transport, query: Query | int, edit: QueryEdit, *, deadline: Deadline
) -> Query:
    """Change what is given, and return the query as the server has it then (recording 140).

    Raises
    ------
    ConflictError
        It was edited since it was read.
    """
    query_id = query if isinstance(query, int) else query.id
    path = f"/api/queries/{query_id}"
    sent = as_object(ask_document(transport, "GET", path, deadline=deadline), "query")
    now = Query.from_json(sent)
    require_same_id(now, query_id, method="GET", url=path)
    based_on = now if isinstance(query, int) else query
    # The version that the server counts never changes (recording 141), so the time must tell.
    if based_on.updated_at is not None and based_on.updated_at != now.updated_at:
        raise _conflict(based_on, now, None)
    payload = _changes(edit, sent.get("options"))
    if not payload:
        return now
    if now.version is not None:
        payload["version"] = now.version
    try:
        return ask_object(
            transport,
            "POST",
            path,
            Query.from_json,
            wanted=query_id,
            deadline=deadline,
            json=payload,
        )
    except ConflictError as error:
        latest = ask_object(
            transport, "GET", path, Query.from_json, wanted=query_id, deadline=deadline
        )
        raise _conflict(based_on, latest, error) from None


def _changes(edit: QueryEdit, options: object) -> dict[str, object]:
    """Give an edit in the server's words; options that it does not name stay."""
    tags = edit["tags"]
    values: dict[str, object] = {
        "name": edit["name"],
        "query": edit["text"],
        "description": edit["description"],
        "tags": None if tags is None else [*tags],
        "data_source_id": edit["data_source_id"],
        "is_draft": edit["is_draft"],
    }
    payload = {name: value for name, value in values.items() if value is not None}
    if edit["parameters"] is not None or edit["options"] is not None:
        changed = {**(options if isinstance(options, Mapping) else {}), **(edit["options"] or {})}
        if edit["parameters"] is not None:
            changed["parameters"] = _definitions(edit["parameters"])
        payload["options"] = changed
    schedule = edit["schedule"]
    if not isinstance(schedule, EllipsisType):
        payload["schedule"] = None if schedule is None else dict(schedule)
    return payload


def _definitions(parameters: Sequence[ParameterDefinition]) -> list[dict[str, object]]:
    return [item.to_json() for item in parameters]


def _conflict(given: Query, current: Query, refusal: ConflictError | None) -> ConflictError:
    return ConflictError(
        f"Query {given.id} was edited at {current.updated_at}; this edit was based on the query "
        f"of {given.updated_at}. Nothing was changed.",
        status=HTTPStatus.CONFLICT,
        server_message=refusal.server_message if refusal else "",
        given_version=given.version,
        current_version=current.version,
        given=given,
        current=current,
        method=refusal.method if refusal else None,
        url=refusal.url if refusal else f"/api/queries/{given.id}",
        hint="Read it again, and make the edit on that.",
    )
