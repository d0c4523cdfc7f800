"""The choices of dropdowns that a query feeds."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from watchframe.client.deadline import Deadline
from watchframe.client.document import ask_document
from watchframe.client.saved_run import saved_run
from watchframe.client.transport import Transport
from watchframe.errors import ProtocolError, ResponseError
from watchframe.models.json_fields import as_object


@dataclass(frozen=True, slots=True, kw_only=True)
class DropdownOption:
    """One choice of a query-based dropdown: what is shown and what is sent."""

    name: str
    value: str


def dropdown_options(
    transport: Transport, query_id: int, dropdown_query_id: int, *, deadline: Deadline
) -> list[DropdownOption]:
    """Give the choices of a query's dropdown; a feeding query that never ran is run first."""
    path = f"/api/queries/{query_id}/dropdowns/{dropdown_query_id}"
    try:
        found = ask_document(transport, "GET", path, deadline=deadline)
    except ResponseError as error:
        if error.status != HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        _run(transport, dropdown_query_id, deadline, error)
        found = ask_document(transport, "GET", path, deadline=deadline)
    if not isinstance(found, list):
        raise ProtocolError("The server sent dropdown values that are not a list.")
    return [_option(item) for item in found]


def _run(transport: Transport, query_id: int, deadline: Deadline, refusal: ResponseError) -> None:
    try:
        run = saved_run(transport, query_id, {})
        run.result(-1, deadline=deadline, on_status=None).close()
    except ResponseError:
        raise refusal from None  # this key may not run it


def _option(value: object) -> DropdownOption:
    item = as_object(value, "dropdown value")
    sent = item.get("value")
    shown = item.get("name")
    return DropdownOption(
        name=str(shown if shown is not None else sent), value="" if sent is None else str(sent)
    )
