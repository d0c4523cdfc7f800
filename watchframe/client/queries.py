"""Saved queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from watchframe.client.answers import read_json
from watchframe.client.deadline import NO_DEADLINE, Deadline
from watchframe.client.result_body import ResultBody
from watchframe.client.running import Run
from watchframe.client.transport import Transport
from watchframe.errors import ProtocolError, ResponseError
from watchframe.models import Job, Query
from watchframe.models.json_fields import as_object


@dataclass(frozen=True, slots=True, kw_only=True)
class DropdownOption:
    """One choice of a query-based dropdown: what is shown and what is sent."""

    name: str
    value: str


class Queries:
    """``/api/queries``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, query_id: int, *, deadline: Deadline = NO_DEADLINE) -> Query:
        """Give a saved query's definition."""
        return Query.from_json(self._get(f"/api/queries/{query_id}", deadline))

    def execute(
        self,
        query_id: int,
        parameters: Mapping[str, object],
        *,
        max_age: int,
        deadline: Deadline = NO_DEADLINE,
    ) -> ResultBody | Job:
        """Give the server's cached result of at most `max_age` seconds (-1: any), or a new job."""
        return saved_run(self._transport, query_id, parameters).execute(max_age, deadline=deadline)

    def dropdown_options(
        self, query_id: int, dropdown_query_id: int, *, deadline: Deadline = NO_DEADLINE
    ) -> list[DropdownOption]:
        """Give the choices of a query's dropdown; a feeding query that never ran is run first."""
        path = f"/api/queries/{query_id}/dropdowns/{dropdown_query_id}"
        try:
            found = self._get(path, deadline)
        except ResponseError as error:
            if error.status != HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            found = self._run_first(dropdown_query_id, path, deadline, error)
        if not isinstance(found, list):
            raise ProtocolError("The server sent dropdown values that are not a list.")
        return [_option(item) for item in found]

    def _run_first(
        self, dropdown_query_id: int, path: str, deadline: Deadline, refusal: ResponseError
    ) -> object:
        try:
            run = saved_run(self._transport, dropdown_query_id, {})
            run.result(-1, deadline=deadline, on_status=None).close()
        except ResponseError:
            raise refusal from None  # this key may not run it
        return self._get(path, deadline)

    def _get(self, path: str, deadline: Deadline) -> object:
        response = self._transport.request("GET", path, deadline=deadline)
        return read_json(response, method="GET", url=path)


def saved_run(transport: Transport, query_id: int, parameters: Mapping[str, object]) -> Run:
    """Give what runs a saved query."""
    return Run(
        transport=transport,
        execute_path=f"/api/queries/{query_id}/results",
        payload={"parameters": dict(parameters)},
        query_id=query_id,
    )


def _option(value: object) -> DropdownOption:
    item = as_object(value, "dropdown value")
    sent = item.get("value")
    shown = item.get("name")
    return DropdownOption(
        name=str(shown if shown is not None else sent), value="" if sent is None else str(sent)
    )
