"""One request as the handlers see it: who sends it, the records it names, the page it wants."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from watchframe.demo.dialects import Dialect
from watchframe.demo.execution import Executor
from watchframe.demo.records import Record
from watchframe.demo.responses import RefusalError, forbidden, not_found, server_error, wrong_key
from watchframe.demo.store import Store
from watchframe.demo.stored_queries import StoredQuery

MAX_PAGE_SIZE = 250
_NOT_THE_OWNER = "You don't have permission to edit this resource."

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whose key came: a person's; a query's own, at that query's address; a dashboard's token.

    The last two are read-only, and see one query, or those of one shared dashboard.
    """

    user: Record | None = None
    query_id: int | None = None
    dashboard: Record | None = None


def caller_of(store: Store, key: str, query_id: str | None) -> Caller | None:
    """Return whose key it is; `query_id` is that of the path."""
    if not key:
        return None
    user = store.people.user_of_key(key)
    if user is not None:
        return Caller(user=user)
    dashboard = store.dashboard_of_token(key)
    if dashboard is not None:
        return Caller(dashboard=dashboard)
    query = store.query_of_key(key)
    if query is not None and str(query.id) == query_id:
        return Caller(query_id=query.id)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request: its key and whose it is, the parts of its path, its query string, its body."""

    store: Store
    executor: Executor
    key: str  #: empty for none
    caller: Caller | None
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    url: str  #: as it was asked for
    base_url: str  #: the address under which the client reached the server
    body: Mapping[str, Any]

    @property
    def dialect(self) -> Dialect:
        """The version that the server speaks."""
        return self.store.dialect

    @property
    def is_user(self) -> bool:
        """Whether it is a person who asks."""
        return self.caller is not None and self.caller.user is not None

    @property
    def user(self) -> Record:
        """The person who asks; everybody else is refused."""
        if self.caller is None:
            raise wrong_key()
        if self.caller.user is None:
            raise forbidden()
        return self.caller.user

    def require_user(self) -> None:
        """Refuse everybody but people."""
        _ = self.user

    @property
    def is_admin(self) -> bool:
        """Whether it is an administrator who asks."""
        return self.is_user and self.store.people.is_admin(self.user)

    def require_admin(self) -> None:
        """Refuse everybody but administrators."""
        if not self.store.people.is_admin(self.user):
            raise forbidden()

    def may_edit(self, record: Record | StoredQuery) -> bool:
        """Return whether the caller made that, or is an administrator."""
        owner = record.user_id if isinstance(record, StoredQuery) else record["user_id"]
        return self.is_admin or (self.is_user and self.user["id"] == owner)

    def require_edit(self, record: Record | StoredQuery) -> None:
        """Refuse a user who may not change that."""
        if not self.may_edit(record):
            raise forbidden()

    def require_owner(self, record: Record | StoredQuery) -> None:
        """Refuse a user who may not change that, in the words of routes that ask for the owner."""
        if not self.may_edit(record):
            raise forbidden(_NOT_THE_OWNER)

    def may_use_source(self, source_id: int | None, *, only_view: bool) -> bool:
        """Return whether the caller may look at what is on a data source, or run anything there.

        A query's own key has the groups of its query's data source, a token has none.
        """
        if self.caller is None or self.caller.dashboard is not None:
            return False
        if self.caller.user is None:
            query = self.store.queries[self.caller.query_id or 0]
            return only_view and query.data_source_id == source_id
        return self.store.people.may_use(self.caller.user, source_id, only_view=only_view)

    def may_use(self, query: StoredQuery, *, only_view: bool) -> bool:
        """Return whether the caller may look at a query, or run it with any values."""
        if self.caller is None or self.is_user:
            return self.may_use_source(query.data_source_id, only_view=only_view)
        if self.caller.dashboard is None:
            return only_view and query.id == self.caller.query_id
        shown = [item["id"] for item in query.visualizations]
        widgets = self.caller.dashboard["widgets"]
        return only_view and any(item["visualization_id"] in shown for item in widgets)

    def number(self, name: str) -> int:
        """Return a number of the path; anything else is the server's 500 (recording 015)."""
        text = self.path[name]
        if not re.fullmatch(r"\d+", text, re.ASCII):
            raise server_error() if self.caller is not None else wrong_key()
        return int(text)

    def query_of_path(self) -> StoredQuery:
        """Return the query of the path to whoever has a valid key."""
        number = self.number("query_id")
        if self.caller is None:
            raise wrong_key()
        return existing(self.store.queries, number)

    def saved_query(self) -> StoredQuery:
        """Return the query of the path, if the caller may see it."""
        query = self.query_of_path()
        if not self.may_use(query, only_view=True):
            raise forbidden()
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
        default_size: int = 25,
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
        page, size = int(self.first("page", "1")), int(self.first("page_size", str(default_size)))
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
