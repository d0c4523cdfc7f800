"""``/api/queries``: the saved queries themselves, their lists, and their tags."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

from watchframe.demo.request import Call, Routes, tag_counts
from watchframe.demo.store import USER_ID, Store, StoredQuery, new_key
from watchframe.demo.stored_dashboards import remove_widgets_of

#: What the answer to an edit leaves out (recordings 139, 140, 142).
_EDITED = ("can_edit",)
#: How many queries the list of recent ones has, and what it leaves out.
_RECENT = 10
_STATISTICS = ("retrieved_at", "runtime", "user")


def _list_queries(call: Call) -> object:
    """Return a page of those that are not archived; the one user made them all."""
    return _page(call, (query for query in _queries(call) if not query.is_archived))


def _list_archived(call: Call) -> object:
    return _page(call, (query for query in _queries(call) if query.is_archived))


def _list_favorites(call: Call) -> object:
    marked = (query for query in _queries(call) if query.is_favorite and not query.is_archived)
    return _page(call, marked)


def _list_recent(call: Call) -> object:
    """Return the queries that were edited last, as a whole list."""
    edited = sorted(
        (query for query in _queries(call) if not query.is_archived),
        key=lambda query: (query.updated_at, query.id),
        reverse=True,
    )
    sent = [call.store.query_json(query, whole=False) for query in edited[:_RECENT]]
    return [
        {**{name: item[name] for name in item if name not in _STATISTICS}, "user_id": USER_ID}
        for item in sent
    ]


def _list_tags(call: Call) -> object:
    return tag_counts(
        query.tags for query in _queries(call) if not query.is_archived and not query.is_draft
    )


def _get_query(call: Call) -> object:
    """Return a query (recordings 011, 012)."""
    without = () if call.is_user else ("is_favorite",)
    return call.store.query_json(call.saved_query(), without=without)


def _create_query(call: Call) -> object:
    """Save a new query (recording 139)."""
    return call.store.query_json(call.store.new_query(call.body), without=_EDITED)


def _edit_query(call: Call) -> object:
    """Change a query; its version never counts up (recordings 140, 141)."""
    query = call.saved_query()
    call.store.edit_query(query, call.body)
    return call.store.query_json(query, without=_EDITED)


def _archive_query(call: Call) -> None:
    """Archive a query; it stays readable (recordings 143, 144), its widgets and alerts go."""
    query, store = call.saved_query(), call.store
    with store.lock:
        store.edit_query(query, {"is_archived": True, "schedule": None})
        remove_widgets_of(store, query.visualizations)
        for number, alert in list(store.alerts.items()):
            if alert["query_id"] == query.id:
                del store.alerts[number]


def _fork_query(call: Call) -> object:
    """Return a copy, its visualizations copied too (recording 142)."""
    query, store = call.saved_query(), call.store
    fork = store.new_query(
        {
            "name": f"Copy of (#{query.id}) {query.name}",
            "query": query.text,
            "data_source_id": query.data_source_id,
            "options": copy.deepcopy(query.options),
            "description": query.description,
            "tags": query.tags,
        }
    )
    with store.lock:
        fork.latest_result_id = query.latest_result_id
        fork.visualizations = [
            {
                **store.new_visualization(item["type"], item["name"], item["options"]),
                "description": item["description"],
            }
            for item in query.visualizations
        ]
    return store.query_json(fork, without=_EDITED)


def _regenerate_key(call: Call) -> object:
    query = call.saved_query()
    query.api_key = new_key()
    return call.store.query_json(query)


def _add_favorite(call: Call) -> None:
    call.saved_query().is_favorite = True


def _remove_favorite(call: Call) -> None:
    call.saved_query().is_favorite = False


def _queries(call: Call) -> list[StoredQuery]:
    with call.store.lock:
        return list(call.store.queries.values())


def _page(call: Call, queries: Iterable[StoredQuery]) -> object:
    return call.page(
        (query for query in queries if call.has_tags(query.tags)),
        lambda query: call.store.query_json(query, whole=False),
        text=lambda query: f"{query.name} {query.description or ''}",
        orders=_orders(call.store),
        default_order="-created_at",
    )


def _orders(store: Store) -> dict[str, Callable[[StoredQuery], Any]]:
    """Return what a list can be ordered by, null last, as PostgreSQL has it."""

    def latest(query: StoredQuery, name: str) -> object:
        return getattr(store.results.get(query.latest_result_id or 0), name, None)

    def null_last(query: StoredQuery, value: object) -> tuple[bool, object, int]:
        return value is None, 0 if value is None else value, query.id

    return {
        "name": lambda query: (query.name, query.id),
        "created_at": lambda query: (query.created_at, query.id),
        "created_by": lambda query: query.id,  # after the user, who is the same for all
        "schedule": lambda query: null_last(
            query, int((query.schedule or {}).get("interval") or 0) or None
        ),
        "runtime": lambda query: null_last(query, latest(query, "runtime")),
        "executed_at": lambda query: null_last(query, latest(query, "retrieved_at")),
    }


_QUERY = "/api/queries/{query_id}"
ROUTES: Routes = (
    ("GET", "/api/queries", _list_queries),
    ("GET", "/api/queries/search", _list_queries),
    ("GET", "/api/queries/my", _list_queries),
    ("GET", "/api/queries/tags", _list_tags),
    ("GET", "/api/queries/favorites", _list_favorites),
    ("GET", "/api/queries/recent", _list_recent),
    ("GET", "/api/queries/archive", _list_archived),
    ("POST", "/api/queries", _create_query),
    ("POST", _QUERY, _edit_query),
    ("DELETE", _QUERY, _archive_query),
    ("POST", _QUERY + "/fork", _fork_query),
    ("POST", _QUERY + "/regenerate_api_key", _regenerate_key),
    ("POST", _QUERY + "/favorite", _add_favorite),
    ("DELETE", _QUERY + "/favorite", _remove_favorite),
)
#: These check the key themselves: a query's own key may ask for that query.
QUERY_KEY_ROUTES: Routes = (("GET", _QUERY, _get_query),)
