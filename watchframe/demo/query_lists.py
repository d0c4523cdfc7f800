"""The lists of saved queries, and their tags."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from watchframe.demo.call import Answer, Call
from watchframe.demo.paging import page_of
from watchframe.demo.shapes import query_json
from watchframe.demo.site_store import USER_ID
from watchframe.demo.store import Store, StoredQuery
from watchframe.demo.tag_list import tag_list

#: What a list can be ordered by; its one user made all queries.
_SORTABLE: dict[str, Callable[[Store, StoredQuery], Any]] = {
    "name": lambda _, query: query.name,
    "created_at": lambda _, query: query.created_at,
    "created_by": lambda _, __: USER_ID,
    "schedule": lambda _, query: int((query.schedule or {}).get("interval") or 0) or None,
    "runtime": lambda store, query: _result(store, query, "runtime"),
    "executed_at": lambda store, query: _result(store, query, "retrieved_at"),
}
RECENT = 10
#: What a list of recent queries does not tell.
_STATISTICS = ("retrieved_at", "runtime", "user")


def list_queries(call: Call) -> Answer:
    """Give a page of the queries that are not archived."""
    call.require_user()
    return _page(call, (query for query in _all(call) if not query.is_archived))


def archived_queries(call: Call) -> Answer:
    """Give a page of the archived ones."""
    call.require_user()
    return _page(call, (query for query in _all(call) if query.is_archived))


def favorites(call: Call) -> Answer:
    """Give a page of the marked queries."""
    call.require_user()
    found = (query for query in _all(call) if query.is_favorite and not query.is_archived)
    return _page(call, found)


def recent_queries(call: Call) -> Answer:
    """Give the queries that were edited last, as a whole list."""
    call.require_user()
    edited = sorted(
        (query for query in _all(call) if not query.is_archived),
        key=lambda query: (query.updated_at, query.id),
        reverse=True,
    )
    found = []
    for query in edited[:RECENT]:
        sent = query_json(call.store, query, whole=False)
        kept = {name: value for name, value in sent.items() if name not in _STATISTICS}
        found.append({**kept, "user_id": USER_ID})
    return Answer(value=found)


def query_tags(call: Call) -> Answer:
    """Give every tag and how many queries have it (recording 147)."""
    call.require_user()
    return Answer(
        value=tag_list(
            query.tags for query in _all(call) if not query.is_archived and not query.is_draft
        )
    )


def _result(store: Store, query: StoredQuery, name: str) -> object:
    result = store.results.get(query.latest_result_id or 0)
    return None if result is None else getattr(result, name)


def _place(value: object) -> tuple[bool, Any]:
    """Give what nothing comes after, as in PostgreSQL."""
    return (value is None, 0 if value is None else value)


def _all(call: Call) -> list[StoredQuery]:
    with call.store.lock:
        return list(call.store.queries.values())


def _page(call: Call, queries: Iterable[StoredQuery]) -> Answer:
    """Give the page asked for of those that the query string wants, in its order."""
    wanted = call.first("q").lower()
    tags = set(call.query.get("tags", []))
    found = [
        query
        for query in queries
        if wanted in f"{query.name} {query.description or ''}".lower() and tags <= set(query.tags)
    ]
    order = call.first("order", "-created_at")
    name = order.removeprefix("-")
    if name in _SORTABLE:
        found.sort(
            key=lambda query: (*_place(_SORTABLE[name](call.store, query)), query.id),
            reverse=order != name,
        )
    return Answer(
        value=page_of(call, found, lambda query: query_json(call.store, query, whole=False))
    )
