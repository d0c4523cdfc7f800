"""Saved queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import EllipsisType

from watchframe.client.deadline import NO_DEADLINE, Deadline
from watchframe.client.document import ask_document, ask_object, require_same_id
from watchframe.client.dropdowns import DropdownOption, dropdown_options
from watchframe.client.listing import Listing, WholeList
from watchframe.client.query_edits import Schedule, created_query, updated_query
from watchframe.client.query_lists import WantedQueries, listed_queries
from watchframe.client.query_result import QueryResult, read_result
from watchframe.client.result_body import ResultBody
from watchframe.client.running import open_body
from watchframe.client.saved_run import saved_run
from watchframe.client.tags import tag_counts
from watchframe.client.this_server import require_this_server
from watchframe.client.transport import Method, Transport
from watchframe.config import Secret
from watchframe.models import Job, ParameterDefinition, Query
from watchframe.models.json_fields import as_object, required
from watchframe.reference import QueryReference, parse_reference

_PATH = "/api/queries"

DropdownOptions = list[DropdownOption]  # in the class, `list` is its method


class Queries:
    """Saved queries: ``/api/queries``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, query: int | str | QueryReference, *, deadline: Deadline = NO_DEADLINE) -> Query:
        """Return a saved query's definition and its visualizations.

        Parameters
        ----------
        query : int, str or QueryReference
            Its id, or the URL of its page on this server.

        Raises
        ------
        QueryReferenceError
            It is neither.
        ConfigurationError
            It is the page of another server.
        """
        wanted = parse_reference(query)
        require_this_server(self._transport.settings.url, wanted.server_url)
        path = f"{_PATH}/{wanted.query_id}"
        return ask_object(
            self._transport, "GET", path, Query.from_json, wanted=wanted.query_id, deadline=deadline
        )

    def parameters(
        self, query: int | str | QueryReference, *, deadline: Deadline = NO_DEADLINE
    ) -> WholeList[ParameterDefinition]:
        """Give the schema of a saved query's parameters, in the author's order.

        Parameters
        ----------
        query : int, str or QueryReference
            As of `get`.

        Returns
        -------
        list of ParameterDefinition
            With ``to_frame()``: one row a parameter.
        """
        found = self.get(query, deadline=deadline).parameters
        return WholeList(found, ParameterDefinition)

    def list(
        self,
        *,
        search: str | None = None,
        tags: Sequence[str] = (),
        order: str | None = None,
        is_mine: bool = False,
        is_favorite: bool = False,
        is_recent: bool = False,
        is_archived: bool = False,
        deadline: Deadline = NO_DEADLINE,
    ) -> Listing[Query]:
        """Give saved queries, newest first, page by page as they are needed.

        Parameters
        ----------
        search : str, optional
            Only those in whose name, description or text the server finds this.
        tags : sequence of str
            Only those that have all of these.
        order : str, optional
            ``name``, ``created_at``, ``schedule``, ``runtime``, ``executed_at`` or
            ``created_by``; with ``-`` before it the other way round.
        is_mine : bool
            Only those that the key's owner made, drafts among them.
        is_favorite : bool
            Only those that the key's owner marked.
        is_recent : bool
            The few that were edited last, those of the key's owner first; they cannot be searched
            or sorted.
        is_archived : bool
            The archived ones, which no other list has.

        Raises
        ------
        ArgumentError
            Two of the switches, or a search of the recent ones: the server has no such list.
        """
        switches = {
            "is_mine": is_mine,
            "is_favorite": is_favorite,
            "is_recent": is_recent,
            "is_archived": is_archived,
        }
        wanted = WantedQueries(
            search=search,
            tags=tags,
            order=order,
            kinds=[name for name, is_on in switches.items() if is_on],
        )
        return listed_queries(self._transport, wanted, deadline=deadline)

    def create(
        self,
        name: str,
        text: str,
        data_source_id: int,
        *,
        parameters: Sequence[ParameterDefinition] = (),
        description: str = "",
        tags: Sequence[str] = (),
        schedule: Schedule | None = None,
        options: Mapping[str, object] | None = None,
        deadline: Deadline = NO_DEADLINE,
    ) -> Query:
        """Save a new query, a draft, and give it as the server has it.

        Parameters
        ----------
        name : str
        text : str
            The SQL, with ``{{ name }}`` where parameters go.
        data_source_id : int
        parameters : sequence of ParameterDefinition
        description : str
        tags : sequence of str
        schedule : mapping, optional
            As in `Query.schedule`.
        options : mapping, optional
            Others than the parameters, such as ``apply_auto_limit``.
        """
        return created_query(
            self._transport,
            name=name,
            text=text,
            data_source_id=data_source_id,
            parameters=parameters,
            description=description,
            tags=tags,
            schedule=schedule,
            options=options,
            deadline=deadline,
        )

    def update(
        self,
        query: Query | int,
        *,
        name: str | None = None,
        text: str | None = None,
        parameters: Sequence[ParameterDefinition] | None = None,
        description: str | None = None,
        tags: Sequence[str] | None = None,
        schedule: Schedule | EllipsisType | None = ...,
        data_source_id: int | None = None,
        is_draft: bool | None = None,
        options: Mapping[str, object] | None = None,
        deadline: Deadline = NO_DEADLINE,
    ) -> Query:
        """Change what is given, and give the query as the server has it then.

        Parameters
        ----------
        query : Query or int
            As it was read. It is read again first, and nothing is changed where somebody edited
            it since: the server itself would let the later edit win. (An edit in the moment
            between that and the write is not seen.) With an id, the edit is made on what the
            server has now.
        name, text, description : str, optional
        parameters : sequence of ParameterDefinition, optional
            Instead of all that it has.
        tags : sequence of str, optional
            Instead of all that it has.
        schedule : mapping or None, optional
            None stops it.
        data_source_id : int, optional
        is_draft : bool, optional
            False publishes it.
        options : mapping, optional
            Those to change; the others stay.

        Raises
        ------
        ConflictError
            Somebody edited it since; ``error.given`` and ``error.current`` are both versions.
        """
        return updated_query(
            self._transport,
            query,
            {
                "name": name,
                "text": text,
                "parameters": parameters,
                "description": description,
                "tags": tags,
                "schedule": schedule,
                "data_source_id": data_source_id,
                "is_draft": is_draft,
                "options": options,
            },
            deadline=deadline,
        )

    def archive(
        self, query_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> Query:
        """Archive a query, and give it; with `dry_run` it is only read.

        It leaves the lists, and its schedule ends; it can still be read and run. The server
        deletes its alerts and the widgets that show it, for good.
        """
        if not dry_run:
            self._tell("DELETE", f"{_PATH}/{query_id}", deadline)
        return self.get(query_id, deadline=deadline)

    def fork(self, query_id: int, *, deadline: Deadline = NO_DEADLINE) -> Query:
        """Return a copy of a query, a draft, with copies of its visualizations."""
        path = f"{_PATH}/{query_id}/fork"
        return ask_object(
            self._transport, "POST", path, Query.from_json, wanted=None, deadline=deadline, json={}
        )

    def favorite(self, query_id: int, *, deadline: Deadline = NO_DEADLINE) -> None:
        """Mark a query as a favourite of the key's owner."""
        self._tell("POST", f"{_PATH}/{query_id}/favorite", deadline)

    def unfavorite(self, query_id: int, *, deadline: Deadline = NO_DEADLINE) -> None:
        """Take the mark away."""
        self._tell("DELETE", f"{_PATH}/{query_id}/favorite", deadline)

    def tags(self, *, deadline: Deadline = NO_DEADLINE) -> dict[str, int]:
        """Give every tag, and how many queries have it."""
        return tag_counts(self._transport, f"{_PATH}/tags", deadline=deadline)

    def regenerate_api_key(
        self, query_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> Secret:
        """Make a new key of a query's own, and return it; the old one stops working at once.

        With `dry_run` the present one is given, and stays.
        """
        path = f"{_PATH}/{query_id}"
        if dry_run:
            found = ask_document(self._transport, "GET", path, deadline=deadline)
        else:
            path += "/regenerate_api_key"
            found = ask_document(self._transport, "POST", path, deadline=deadline, json={})
        method: Method = "GET" if dry_run else "POST"
        require_same_id(Query.from_json(found), query_id, method=method, url=path)
        return Secret(required(as_object(found, "query"), "api_key", str, "query"))

    def results(self, query_id: int, *, deadline: Deadline = NO_DEADLINE) -> QueryResult:
        """Give the latest stored result of a query without parameters; nothing is run.

        Returns
        -------
        QueryResult
            With ``to_frame()``.

        Raises
        ------
        NotFoundError
            There is none; a query with parameters never has one: `execute` gives those.
        DecodeError
            It is not a result.
        """

        def latest() -> ResultBody:
            path = f"{_PATH}/{query_id}/results.json"
            return open_body(
                self._transport, "GET", path, deadline, again=latest, from_server_cache=True
            )

        return read_result(latest)

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
        return dropdown_options(self._transport, query_id, dropdown_query_id, deadline=deadline)

    def _tell(self, method: Method, path: str, deadline: Deadline) -> None:
        json: dict[str, object] | None = {} if method == "POST" else None
        ask_document(self._transport, method, path, deadline=deadline, json=json)
