"""One request as the handlers see it: its key, the records it names, the page that it wants."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from watchframe.demo.execution import Executor
from watchframe.demo.responses import RefusalError, not_found, server_error, wrong_key
from watchframe.demo.store import Store, StoredQuery

MAX_PAGE_SIZE = 250

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request: its key, the parts of its path, its query string, its JSON body."""

    store: Store
    executor: Executor
    key: str  #: empty for none
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    base_url: str  #: the address under which the client reached the server
    body: Mapping[str, Any]

    @property
    def is_user(self) -> bool:
        """Whether the user's own key came."""
        return self.key == self.store.user_key

    def require_user(self) -> None:
        """Refuse every key but the user's."""
        if not self.is_user:
            raise wrong_key()

    def number(self, name: str) -> int:
        """Return a number of the path; anything else is the server's 500 (recording 015)."""
        text = self.path[name]
        if not re.fullmatch(r"\d+", text, re.ASCII):
            raise server_error() if self.is_user else wrong_key()
        return int(text)

    def saved_query(self) -> StoredQuery:
        """Return the query of the path, for the user and for the query's own key."""
        if not self.key:
            raise wrong_key()
        query = self.store.queries.get(self.number("query_id"))
        if self.is_user and query is None:
            raise not_found()
        if query is None or not (self.is_user or query.api_key == self.key):
            raise wrong_key()
        return query

    def record(self, records: Mapping[int, T], name: str = "id") -> T:
        """Return the record whose id is in the path."""
        return existing(records, self.number(name))

    def edits(self, names: Iterable[str]) -> dict[str, Any]:
        """Return those of the fields `names` that the body has."""
        return {name: self.body[name] for name in names if name in self.body}

    def configuration(self, types: Mapping[str, Sequence[str]]) -> tuple[Any, str, dict[str, Any]]:
        """Return the body's name, type and options, or refuse without one that its type needs."""
        name, type_ = self.body.get("name"), str(self.body.get("type"))
        options = self.body.get("options")
        if not name or type_ not in types or not isinstance(options, dict):
            raise RefusalError(400, "Bad Request")
        if not all(options.get(word) for word in types[type_]):
            raise RefusalError(400, "Bad Request")
        return name, type_, options

    def first(self, name: str, default: str = "") -> str:
        """Return the first value of that name in the query string."""
        return self.query.get(name, [default])[0]

    def has_tags(self, tags: Iterable[str]) -> bool:
        """Return whether all tags that the query string asks for are among `tags`."""
        return set(self.query.get("tags", [])) <= set(tags)

    def page(
        self,
        items: Iterable[T],
        to_json: Callable[[T], Any],
        *,
        text: Callable[[T], str],
        orders: Mapping[str, Callable[[T], Any]],
        default_order: str = "",
    ) -> dict[str, Any]:
        """Return the page that the query string asks for (recordings 005, 008, 009).

        Parameters
        ----------
        text : callable
            Returns what ``q`` is searched for in.
        orders : mapping of str to callable
            The sort key for each value of ``order``; any other value leaves the order as it is.
        """
        wanted = self.first("q").lower()
        found = [item for item in items if wanted in text(item).lower()]
        order = self.first("order", default_order)
        name = order.removeprefix("-")
        if name in orders:
            found.sort(key=orders[name], reverse=order != name)
        page, size = int(self.first("page", "1")), int(self.first("page_size", "25"))
        if not 1 <= size <= MAX_PAGE_SIZE:
            raise RefusalError(400, f"Page size is out of range (1-{MAX_PAGE_SIZE}).")
        first = (page - 1) * size
        if page > 1 and not found:
            raise not_found()
        if page < 1 or (found and first >= len(found)):
            raise RefusalError(400, "Page is out of range.")
        return {
            "count": len(found),
            "page": page,
            "page_size": size,
            "results": [to_json(item) for item in found[first : first + size]],
        }


#: A handler returns a JSON value, or a whole response.
Handler = Callable[[Call], object]
Routes = tuple[tuple[str, str, Handler], ...]


def existing(records: Mapping[int, T], number: Any) -> T:
    """Return the record with that id, or refuse."""
    record = records.get(number)
    if record is None:
        raise not_found()
    return record


def tag_counts(tagged: Iterable[Sequence[str]]) -> dict[str, Any]:
    """Return every tag and how many have it, the most used first (recording 147)."""
    counts = Counter(tag for tags in tagged for tag in tags)
    return {"tags": [{"name": name, "count": count} for name, count in counts.most_common()]}
