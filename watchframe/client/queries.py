"""Saved queries: their definitions, lists, edits, keys, dropdowns and executions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import EllipsisType

from watchframe.client.execution import ANY_RESULT, Execution
from watchframe.client.listing import Listing, WholeList
from watchframe.client.names import query_of_name
from watchframe.client.query_results import QueryResult, read_result
from watchframe.client.resource import (
    Resource,
    as_list,
    edit_conflict,
    search_arguments,
    without_none,
)
from watchframe.client.result_body import ResultBody, open_body
from watchframe.config import require_same_server
from watchframe.errors import (
    ArgumentError,
    ConflictError,
    ResponseError,
)
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.http.documents import require_same_id
from watchframe.http.transport import Method
from watchframe.keys import Secret
from watchframe.models import Job, ParameterDefinition, Query
from watchframe.models.json_fields import as_object, required
from watchframe.references import QueryReference, parse_reference, require_query, takes_query
from watchframe.reprs import Shown

#: The server has one list of each kind; there is none of two kinds at once.
_LISTS = {
    "is_mine": "/my",
    "is_favorite": "/favorites",
    "is_recent": "/recent",
    "is_archived": "/archive",
}

Schedule = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DropdownOption(Shown):
    """One choice of a query-based dropdown: what is shown and what is sent."""

    name: str
    value: str


class Queries(Resource):
    """Saved queries: ``/api/queries``."""

    _path = "/api/queries"

    @takes_query
    def get(self, query: int | str | QueryReference, *, deadline: Deadline = NO_DEADLINE) -> Query:
        """Return a saved query's definition and its visualizations.

        Parameters
        ----------
        query : int, str or QueryReference
            Its id, its name, or the URL of its page on this server. A key in that is used where
            the client has none for the query.

        Raises
        ------
        QueryReferenceError
            It is none of these, or there is not one query of that name.
        ConfigurationError
            It is the page of another server.
        """
        reference = parse_reference(query)
        query_id = self.id_of(reference, deadline=deadline)
        path, keyed = f"{self._path}/{query_id}", self._under_key_of(reference)
        return keyed._object("GET", path, Query, deadline, expected_id=query_id)  # noqa: SLF001 - as its own

    @takes_query
    def id_of(self, query: int | str | QueryReference, *, deadline: Deadline = NO_DEADLINE) -> int:
        """Return the id of a query; the server is asked where a name is all that is known.

        Parameters
        ----------
        query : int, str or QueryReference
            As of `get`.

        Raises
        ------
        QueryReferenceError
            As `get`; the error of a name tells the nearest ones, with their ids and owners.
        AuthenticationError
            The key is a query's, which sees no list in which a name could be found.
        ConfigurationError
            It is the page of another server.
        """
        reference = parse_reference(query)
        require_same_server(reference.server_url, self._transport.settings.url)
        if reference.query_id is not None:
            return reference.query_id
        require_query(reference)
        settings = self._transport.settings
        ring = settings.query_keys if settings.api_key is None else {}
        return query_of_name(self, reference.name or "", ring=ring, deadline=deadline).id

    @takes_query
    def parameters(
        self, query: int | str | QueryReference, *, deadline: Deadline = NO_DEADLINE
    ) -> WholeList[ParameterDefinition]:
        """Return the definitions of a saved query's parameters, in the author's order.

        Parameters
        ----------
        query : int, str or QueryReference
            As of `get`.

        Returns
        -------
        list of ParameterDefinition
            With ``to_frame()``: one row per parameter.
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
        """Return saved queries, newest first, page by page as they are needed.

        Parameters
        ----------
        search : str, optional
            Only those in whose name, description or text the server finds this.
        tags : sequence of str
            Only those that have all of these.
        order : str, optional
            ``name``, ``created_at``, ``schedule``, ``runtime``, ``executed_at`` or
            ``created_by``; with ``-`` before it, descending.
        is_mine : bool
            Only those that the key's owner made, drafts included.
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
        chosen = [name for name, is_on in switches.items() if is_on]
        if len(chosen) > 1:
            raise ArgumentError(
                f"{' and '.join(chosen)} are different lists of the server.",
                hint="Ask for one of them, and choose among what it gives.",
            )
        path = self._path + "".join(_LISTS[name] for name in chosen)
        if is_recent:
            if search or tags or order:
                raise ArgumentError(
                    "The server's list of recent queries cannot be searched or sorted.",
                    hint="Leave out search, tags and order, and choose among what it gives.",
                )
            return _RecentQueries(self._transport, path, Query, query={}, deadline=deadline)
        query = search_arguments(search, tags, order)
        return Listing(self._transport, path, Query, query=query, deadline=deadline)

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
        """Save a new query, a draft, and return it as the server has it.

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
        json = without_none(
            name=name,
            query=text,
            data_source_id=data_source_id,
            options={**(options or {}), "parameters": _definitions(parameters)},
            description=description or None,
            tags=[*tags] or None,
            schedule=None if schedule is None else dict(schedule),
        )
        return self._object("POST", self._path, Query, deadline, json=json)

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
        """Change what is passed, and return the query as the server has it then.

        Parameters
        ----------
        query : Query or int
            As it was read. It is read again first, and nothing is changed where it was edited
            since: the server itself would let the later edit win. (An edit in the moment between
            that and the write is not noticed.) With an id, the edit is made on what the server has
            now.
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
            It was edited since; ``error.given`` and ``error.current`` are both versions.
        """
        query_id = query if isinstance(query, int) else query.id
        path = f"{self._path}/{query_id}"
        sent = as_object(self._request("GET", path, deadline), "query")
        now = Query.from_json(sent).of_server(self._transport.settings.url)
        require_same_id(now, query_id, method="GET", url=path)
        based_on = now if isinstance(query, int) else query
        # The version that the server counts never changes (recording 141), so the time must tell.
        if based_on.updated_at is not None and based_on.updated_at != now.updated_at:
            raise _conflict(based_on, now, path)
        json = without_none(
            name=name,
            query=text,
            description=description,
            tags=None if tags is None else [*tags],
            data_source_id=data_source_id,
            is_draft=is_draft,
        )
        if parameters is not None or options is not None:
            before = sent.get("options")
            changed = {**(before if isinstance(before, Mapping) else {}), **(options or {})}
            if parameters is not None:
                changed["parameters"] = _definitions(parameters)
            json["options"] = changed
        if not isinstance(schedule, EllipsisType):
            json["schedule"] = None if schedule is None else dict(schedule)
        if not json:
            return now
        if now.version is not None:
            json["version"] = now.version
        try:
            return self._object("POST", path, Query, deadline, expected_id=query_id, json=json)
        except ConflictError as error:
            latest = self.get(query_id, deadline=deadline)
            raise _conflict(based_on, latest, path, error) from None

    def archive(
        self, query_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> Query:
        """Archive a query, and return it; with `dry_run` it is only read.

        It leaves the lists, and its schedule ends; it can still be read and run. The server
        deletes its alerts and the widgets that show it, for good.
        """
        if not dry_run:
            self._send("DELETE", f"{self._path}/{query_id}", deadline)
        return self.get(query_id, deadline=deadline)

    def fork(self, query_id: int, *, deadline: Deadline = NO_DEADLINE) -> Query:
        """Return a copy of a query, a draft, with copies of its visualizations."""
        return self._object("POST", f"{self._path}/{query_id}/fork", Query, deadline, json={})

    def favorite(self, query_id: int, *, deadline: Deadline = NO_DEADLINE) -> None:
        """Mark a query as a favorite of the key's owner."""
        self._send("POST", f"{self._path}/{query_id}/favorite", deadline)

    def unfavorite(self, query_id: int, *, deadline: Deadline = NO_DEADLINE) -> None:
        """Remove the mark of a favorite."""
        self._send("DELETE", f"{self._path}/{query_id}/favorite", deadline)

    def tags(self, *, deadline: Deadline = NO_DEADLINE) -> dict[str, int]:
        """Return every tag, and how many queries have it."""
        return self._tag_counts(f"{self._path}/tags", deadline)

    def regenerate_api_key(
        self, query_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> Secret:
        """Create a new key for a query, and return it; the old one stops working at once.

        With `dry_run` the present one is returned, and stays.
        """
        method: Method = "GET" if dry_run else "POST"
        path = f"{self._path}/{query_id}" + ("" if dry_run else "/regenerate_api_key")
        found = self._request(method, path, deadline, json=None if dry_run else {})
        require_same_id(Query.from_json(found), query_id, method=method, url=path)
        return Secret(required(as_object(found, "query"), "api_key", str, "query"))

    def results(self, query_id: int, *, deadline: Deadline = NO_DEADLINE) -> QueryResult:
        """Return the latest stored result of a query without parameters; nothing is run.

        Returns
        -------
        QueryResult
            With ``to_frame()``.

        Raises
        ------
        NotFoundError
            There is none; a query with parameters never has one: `execute` returns those.
        DecodeError
            It is not a result.
        """

        def latest() -> ResultBody:
            path = f"{self._path}/{query_id}/results.json"
            return open_body(
                self._transport, "GET", path, deadline, refetch=latest, from_server_cache=True
            )

        return read_result(latest())

    def execute(
        self,
        query_id: int,
        parameters: Mapping[str, object],
        *,
        max_age: int,
        deadline: Deadline = NO_DEADLINE,
    ) -> ResultBody | Job:
        """Return the server's result of at most `max_age` seconds (-1: any), or a new job."""
        execution = Execution.of_query(self._transport, query_id, parameters)
        return execution.start(max_age, deadline=deadline)

    def dropdown_options(
        self, query_id: int, dropdown_query_id: int, *, deadline: Deadline = NO_DEADLINE
    ) -> WholeList[DropdownOption]:
        """Return the choices of a query's dropdown; a feeding query that never ran is run first."""
        path = f"{self._path}/{query_id}/dropdowns/{dropdown_query_id}"
        try:
            found = self._request("GET", path, deadline)
        except ResponseError as error:
            if error.status != HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            feed = Execution.of_query(self._transport, dropdown_query_id, {})
            try:
                feed.result(ANY_RESULT, deadline=deadline).close()
            except ResponseError:
                hint = (
                    f"The values of a dropdown are those of query {dropdown_query_id}, which never "
                    "ran, and this key may not run it: a user's key may."
                )
                raise error.replace(hint=hint) from None
            found = self._request("GET", path, deadline)
        return WholeList([_option(item) for item in as_list(found, path)], DropdownOption)


class _RecentQueries(Listing[Query]):
    """The few queries that were edited last; they come whole, not in pages."""

    def _page(
        self, number: int, size: int, deadline: Deadline | None = None
    ) -> Mapping[str, object]:
        found = as_list(self._get({}, deadline), self._path)
        return {"count": len(found), "page": number, "page_size": size, "results": found}


def _definitions(parameters: Sequence[ParameterDefinition]) -> list[dict[str, object]]:
    return [item.to_json() for item in parameters]


def _conflict(
    given: Query, current: Query, path: str, refusal: ConflictError | None = None
) -> ConflictError:
    words = (
        f"Query {given.id} was edited at {current.updated_at}; this edit was based on the query of "
        f"{given.updated_at}."
    )
    return edit_conflict(words, given, current, path=path, refusal=refusal)


def _option(value: object) -> DropdownOption:
    item = as_object(value, "dropdown value")
    sent = item.get("value")
    shown = item.get("name")
    return DropdownOption(
        name=str(shown if shown is not None else sent), value="" if sent is None else str(sent)
    )
