"""Saved queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from watchframe.client.deadline import NO_DEADLINE, Deadline
from watchframe.client.document import ask_document
from watchframe.client.listing import Listing
from watchframe.client.query_edits import created_query, listed_queries, updated_query
from watchframe.client.result_body import ResultBody
from watchframe.client.running import Run
from watchframe.client.transport import Transport
from watchframe.errors import ProtocolError, ResponseError
from watchframe.models import Job, ParameterDefinition, Query
from watchframe.models.json_fields import as_object


@dataclass(frozen=True, slots=True, kw_only=True)
class DropdownOption:
    """One choice of a query-based dropdown: what is shown and what is sent."""

    name: str
    value: str


DropdownOptions = list[DropdownOption]


class Queries:
    """``/api/queries``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, query_id: int, *, deadline: Deadline = NO_DEADLINE) -> Query:
        """Give a saved query's definition."""
        return Query.from_json(self._get(f"/api/queries/{query_id}", deadline))

    def list(
        self,
        *,
        search: str | None = None,
        is_mine: bool = False,
        deadline: Deadline = NO_DEADLINE,
    ) -> Listing[Query]:
        """Give saved queries, newest first, page by page as they are asked for.

        Parameters
        ----------
        search : str, optional
            Only those in whose name, description or text the server finds this.
        is_mine : bool
            Only those that the key's owner made, drafts among them.
        """
        return listed_queries(self._transport, search=search, is_mine=is_mine, deadline=deadline)

    def create(
        self,
        name: str,
        text: str,
        data_source_id: int,
        *,
        parameters: Sequence[ParameterDefinition] = (),
        deadline: Deadline = NO_DEADLINE,
    ) -> Query:
        """Save a new query, a draft, and give it as the server has it."""
        return created_query(
            self._transport,
            name=name,
            text=text,
            data_source_id=data_source_id,
            parameters=parameters,
            deadline=deadline,
        )

    def update(
        self,
        query: Query,
        *,
        text: str,
        parameters: Sequence[ParameterDefinition] = (),
        deadline: Deadline = NO_DEADLINE,
    ) -> Query:
        """Give a query another text and parameters, and give it as the server has it then."""
        return updated_query(
            self._transport, query, text=text, parameters=parameters, deadline=deadline
        )

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
    ) -> DropdownOptions:
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
        return ask_document(self._transport, "GET", path, deadline=deadline)


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
