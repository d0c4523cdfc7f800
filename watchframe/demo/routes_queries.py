"""``/api/queries``: the saved queries themselves, their lists, and their tags."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

from watchframe.demo.records import Record, new_key
from watchframe.demo.request import Call, Routes, tag_counts
from watchframe.demo.responses import forbidden
from watchframe.demo.store import Store
from watchframe.demo.stored_dashboards import remove_widgets_of
from watchframe.demo.stored_queries import StoredQuery

#: How many queries the list of recent ones has, and what it leaves out.
_RECENT = 10
_STATISTICS = ("retrieved_at", "runtime", "user")


def _list_queries(call: Call) -> object:
    """Return a page of those that are not archived."""
    return _page(call, _queries(call))


def _list_own(call: Call) -> object:
    """Return a page of those that the user made."""
    return _page(call, (query for query in _queries(call) if query.user_id == call.user["id"]))


def _list_archived(call: Call) -> object:
    return _page(call, _queries(call, is_archived=True))


def _list_favorites(call: Call) -> object:
    return _page(call, (query for query in _queries(call) if _is_favorite(call, query)))


def _list_recent(call: Call) -> object:
    """Return the queries that were edited last, as a whole list."""
    edited = sorted(_queries(call), key=lambda query: (query.updated_at, query.id), reverse=True)
    sent = [_listed(call, query) for query in edited[:_RECENT]]
    return [
        {
            **{name: item[name] for name in item if name not in _STATISTICS},
            "user_id": item["user"]["id"],
        }
        for item in sent
    ]


def _list_tags(call: Call) -> object:
    return tag_counts(query.tags for query in _queries(call) if not query.is_draft)


def _get_query(call: Call) -> object:
    """Return a query (recordings 011, 012)."""
    query = call.saved_query()
    found = _edited(call, query) if call.is_user else call.store.query_json(query)
    return {**found, "can_edit": call.may_edit(query)}


def _create_query(call: Call) -> object:
    """Save a new query (recording 139)."""
    source_id = call.body.get("data_source_id")
    if source_id is not None and not call.may_use_source(source_id, only_view=False):
        raise forbidden()
    return _edited(call, call.store.new_query(call.body, call.user["id"]))


def _edit_query(call: Call) -> object:
    """Change a query; its version never counts up (recordings 140, 141)."""
    query = call.query_of_path()
    call.require_edit(query)
    call.store.edit_query(query, call.body, call.user["id"])
    return _edited(call, query)


def _archive_query(call: Call) -> None:
    """Archive a query; it stays readable (recordings 143, 144), its widgets and alerts go."""
    query, store = call.query_of_path(), call.store
    call.require_owner(query)
    with store.lock:
        store.edit_query(query, {"is_archived": True, "schedule": None}, call.user["id"])
        remove_widgets_of(store, query.visualizations)
        for number, alert in list(store.alerts.items()):
            if alert["query_id"] == query.id:
                del store.alerts[number]


def _fork_query(call: Call) -> object:
    """Return a copy, its visualizations copied too (recording 142)."""
    query, store = call.saved_query(), call.store
    if not call.may_use(query, only_view=False):
        raise forbidden()
    fork = store.new_query(
        {
            "name": f"Copy of (#{query.id}) {query.name}",
            "query": query.text,
            "data_source_id": query.data_source_id,
            "options": copy.deepcopy(query.options),
            "description": query.description,
            "tags": query.tags,
        },
        call.user["id"],
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
    return _edited(call, fork)


def _regenerate_key(call: Call) -> object:
    query = call.query_of_path()
    call.require_owner(query)
    query.api_key = new_key()
    return {**_edited(call, query), "can_edit": True}


def _add_favorite(call: Call) -> None:
    call.saved_query().favorite_of.add(call.user["id"])


def _remove_favorite(call: Call) -> None:
    call.saved_query().favorite_of.discard(call.user["id"])


def _queries(call: Call, *, is_archived: bool = False) -> list[StoredQuery]:
    """Return the queries that lists have for this user: drafts are for who made them."""
    with call.store.lock:
        return [
            query
            for query in call.store.queries.values()
            if query.is_archived is is_archived
            and call.may_use(query, only_view=True)
            and (not query.is_draft or query.user_id == call.user["id"])
        ]


def _is_favorite(call: Call, query: StoredQuery) -> bool:
    return call.user["id"] in query.favorite_of


def _edited(call: Call, query: StoredQuery) -> Record:
    """Return the whole query as the answer to an edit has it (recordings 139, 140, 142)."""
    return {**call.store.query_json(query), "is_favorite": _is_favorite(call, query)}


def _listed(call: Call, query: StoredQuery) -> Record:
    return {
        **call.store.query_json(query, whole=False),
        "is_favorite": _is_favorite(call, query),
    }


def _page(call: Call, queries: Iterable[StoredQuery]) -> object:
    return call.page(
        (query for query in queries if call.has_tags(query.tags)),
        lambda query: _listed(call, query),
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

    found: dict[str, Callable[[StoredQuery], Any]] = {
        "name": lambda query: (query.name, query.id),
        "created_at": lambda query: (query.created_at, query.id),
        "created_by": lambda query: (query.user_id, query.id),
        "schedule": lambda query: null_last(
            query, int((query.schedule or {}).get("interval") or 0) or None
        ),
        "runtime": lambda query: null_last(query, latest(query, "runtime")),
        "executed_at": lambda query: null_last(query, latest(query, "retrieved_at")),
    }
    if store.dialect.is_fork:
        found["updated_at"] = lambda query: (query.updated_at, query.id)
    return found


_QUERY = "/api/queries/{query_id}"
ROUTES: Routes = (
    ("GET", "/api/queries", _list_queries),
    ("GET", "/api/queries/search", _list_queries),
    ("GET", "/api/queries/my", _list_own),
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
#: These check the key themselves: a query's own key, or a shared dashboard's token, will do.
KEY_ROUTES: Routes = (("GET", _QUERY, _get_query),)
