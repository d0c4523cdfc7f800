"""The server's lists of saved queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watchframe.client.deadline import Deadline
from watchframe.client.document import ask_document
from watchframe.client.listing import Listing
from watchframe.client.transport import Transport
from watchframe.errors import ArgumentError, ProtocolError
from watchframe.models import Query

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
