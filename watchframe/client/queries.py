"""Saved queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import EllipsisType
from typing import TypedDict

from watchframe.client.jobs import Run, open_body
from watchframe.client.listing import Listing, WholeList
from watchframe.client.query_results import QueryResult, read_result
from watchframe.client.result_body import ResultBody
from watchframe.config import Secret, require_same_server
from watchframe.errors import (
    ArgumentError,
    ConflictError,
    ProtocolError,
    ResponseError,
)
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.http.documents import ask_document, ask_object, require_same_id
from watchframe.http.transport import Method, Transport
from watchframe.models import Job, ParameterDefinition, Query
from watchframe.models.json_fields import as_object, required
from watchframe.references import QueryReference, parse_reference


def saved_run(transport: Transport, query_id: int, parameters: Mapping[str, object]) -> Run:
    """Give what runs a saved query."""
    return Run(
        transport=transport,
        execute_path=f"/api/queries/{query_id}/results",
        payload={"parameters": dict(parameters)},
        query_id=query_id,
    )


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


_PATH = "/api/queries"
#: The server has one list of each kind; there is none of two kinds at once.
_LISTS = {
    "is_mine": "/my",
    "is_favorite": "/favorites",
    "is_recent": "/recent",
    "is_archived": "/archive",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedQueries:
    """Which queries are asked for; `kinds` are names of `Queries.list`'s switches."""

    search: str | None
    tags: Sequence[str]
    order: str | None
    kinds: Sequence[str]


def listed_queries(
    transport: Transport, wanted: WantedQueries, *, deadline: Deadline
) -> Listing[Query]:
    """Give saved queries page by page as they are needed.

    Raises
    ------
    ArgumentError
        The server has no such list.
    """
    if len(wanted.kinds) > 1:
        raise ArgumentError(
            f"{' and '.join(wanted.kinds)} are different lists of the server.",
            hint="Ask for one of them, and choose among what it gives.",
        )
    kind = next(iter(wanted.kinds), None)
    if kind == "is_recent":
        if wanted.search or wanted.tags or wanted.order:
            raise ArgumentError(
                "The server's list of recent queries cannot be searched or sorted.",
                hint="Leave out search, tags and order, and choose among what it gives.",
            )
        return _RecentQueries(transport, deadline)
    asked: dict[str, str | Sequence[str]] = {"order": wanted.order or "-created_at"}
    if wanted.search:
        asked["q"] = wanted.search
    if wanted.tags:
        asked["tags"] = [wanted.tags] if isinstance(wanted.tags, str) else [*wanted.tags]
    path = _PATH + (_LISTS[kind] if kind else "")
    return Listing(transport, path, Query, Query.from_json, query=asked, deadline=deadline)


class _RecentQueries(Listing[Query]):
    """The few queries that were edited last; they come whole, not in pages."""

    def __init__(self, transport: Transport, deadline: Deadline) -> None:
        path = _PATH + _LISTS["is_recent"]
        super().__init__(transport, path, Query, Query.from_json, query={}, deadline=deadline)

    def _page(self, number: int, size: int) -> Mapping[str, object]:
        found = ask_document(self._transport, "GET", self._path, deadline=self._deadline)
        if not isinstance(found, list):
            raise ProtocolError(
                "The server sent something that is not a list.", method="GET", url=self._path
            )
        return {"count": len(found), "page": number, "page_size": size, "results": found}


def tag_counts(transport: Transport, path: str, *, deadline: Deadline) -> dict[str, int]:
    """Give every tag and how many objects have it, in the server's order (recording 147)."""
    found = as_object(ask_document(transport, "GET", path, deadline=deadline), "list of tags")
    tags = [as_object(item, "tag") for item in required(found, "tags", list, "list of tags")]
    return {required(tag, "name", str, "tag"): required(tag, "count", int, "tag") for tag in tags}


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
        require_same_server(wanted.server_url, self._transport.settings.url)
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


def given(**values: object) -> dict[str, object]:
    """Give those of the values that are not None, under the server's names."""
    return {name: value for name, value in values.items() if value is not None}
