"""What the classes of all resources share: requests, lists, tags, conflicting edits."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import ClassVar, Protocol, Self, TypeVar

from watchframe.client.listing import Readable, WholeList
from watchframe.config import require_same_server
from watchframe.errors import ConflictError, ProtocolError
from watchframe.http.deadline import Deadline
from watchframe.http.documents import Identified, request_json, require_same_id
from watchframe.http.transport import Method, QueryArguments, Transport
from watchframe.models import Dashboard, Query
from watchframe.models.json_fields import as_object, required
from watchframe.references import DashboardReference, QueryReference


class Model(Identified, Readable, Protocol):
    """An object with an id that can be read from JSON."""


T = TypeVar("T", bound=Model)
R = TypeVar("R", bound=Readable)


class Resource:
    """One kind of object on the server."""

    #: Where the server has them.
    _path: ClassVar[str]

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._transport.settings.url}>"

    def _under_key_of(self, reference: QueryReference | DashboardReference) -> Self:
        """Return these objects under the key of an address too, where the client has none for it.

        Raises
        ------
        ConfigurationError
            It is an address of another server.
        """
        own = self._transport
        require_same_server(reference.server_url, own.settings.url)
        query_id = reference.query_id if isinstance(reference, QueryReference) else None
        keyed = own.settings.with_address_key(query_id, reference.api_key, goes_first=False)
        return self if keyed is own.settings else type(self)(Transport(keyed, own.connections))

    def _request(
        self,
        method: Method,
        path: str,
        deadline: Deadline,
        *,
        json: object = None,
        query: QueryArguments | None = None,
    ) -> object:
        """Return the JSON value that the server answers."""
        return request_json(
            self._transport, method, path, deadline=deadline, json=json, query=query
        )

    def _send(self, method: Method, path: str, deadline: Deadline) -> None:
        """Make a request whose answer says nothing but that it was carried out."""
        self._request(method, path, deadline, json={} if method == "POST" else None)

    def _object(
        self,
        method: Method,
        path: str,
        kind: type[T],
        deadline: Deadline,
        *,
        expected_id: int | None = None,
        json: object = None,
    ) -> T:
        """Return the object of `kind` that the server answers, which has the id `expected_id`.

        With None the server chooses the id: the object is new.

        Raises
        ------
        ProtocolError
            The answer is about another object, or is not such an object.
        """
        sent = self._request(method, path, deadline, json=json)
        found = kind.from_json(sent).of_server(self._transport.settings.url)
        if expected_id is not None:
            require_same_id(found, expected_id, method=method, url=path)
        return found

    def _whole_list(self, path: str, kind: type[R], deadline: Deadline) -> WholeList[R]:
        """Return a list that the server sends at once, not in pages."""
        found = as_list(self._request("GET", path, deadline), path)
        server = self._transport.settings.url
        return WholeList([kind.from_json(item).of_server(server) for item in found], kind)

    def _tag_counts(self, path: str, deadline: Deadline) -> dict[str, int]:
        """Return every tag and how many objects have it, in the server's order (recording 147)."""
        found = as_object(self._request("GET", path, deadline), "list of tags")
        tags = [as_object(item, "tag") for item in required(found, "tags", list, "list of tags")]
        return {
            required(tag, "name", str, "tag"): required(tag, "count", int, "tag") for tag in tags
        }


def without_none(**values: object) -> dict[str, object]:
    """Return the values that are not None, under the server's names."""
    return {name: value for name, value in values.items() if value is not None}


def search_arguments(
    search: str | None, tags: Sequence[str], order: str | None
) -> dict[str, str | Sequence[str]]:
    """Return the arguments of a list's address; the newest objects come first by default."""
    found: dict[str, str | Sequence[str]] = {"order": order or "-created_at"}
    if search:
        found["q"] = search
    if tags:
        found["tags"] = [tags] if isinstance(tags, str) else [*tags]
    return found


def as_list(value: object, path: str) -> list[object]:
    """Return `value` as a JSON array, or raise ProtocolError."""
    if isinstance(value, list):
        return value
    raise ProtocolError("The server sent something that is not a list.", method="GET", url=path)


def edit_conflict(
    words: str,
    given: Query | Dashboard,
    current: Query | Dashboard,
    *,
    path: str,
    refusal: ConflictError | None = None,
) -> ConflictError:
    """Return the error of an edit of an object that was changed since it was read.

    `refusal` is the server's; without one the change was noticed before anything was sent.
    """
    return ConflictError(
        f"{words} Nothing was changed.",
        status=HTTPStatus.CONFLICT,
        server_message=refusal.server_message if refusal else "",
        given_version=given.version,
        current_version=current.version,
        given=given,
        current=current,
        method=refusal.method if refusal else None,
        url=refusal.url if refusal else path,
        hint="Read it again, and make the edit on that.",
    )
