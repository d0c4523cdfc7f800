"""The server's nouns as JSON, key by key as recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from watchframe.demo.site_store import USER_ID
from watchframe.demo.sql_hash import sql_hash
from watchframe.demo.store import Store, StoredQuery, StoredResult, moment_text
from watchframe.demo.validation import is_safe


def user_json(store: Store) -> dict[str, Any]:
    """Give the user whose key it is (recording 001, 011)."""
    return dict(store.site.users[USER_ID])


def query_json(
    store: Store, query: StoredQuery, *, whole: bool = True, without: Sequence[str] = ()
) -> dict[str, Any]:
    """Give a query (recording 011); not `whole` for lists (recording 005).

    A query key is not told of favourites, an edit not of who may edit: those go `without`.
    """
    user = user_json(store)
    found: dict[str, Any] = {
        "id": query.id,
        "latest_query_data_id": query.latest_result_id,
        "name": query.name,
        "description": query.description,
        "query": query.text,
        "query_hash": sql_hash(query.text),
        "schedule": query.schedule,
        "api_key": query.api_key,
        "is_archived": query.is_archived,
        "is_draft": query.is_draft,
        "updated_at": moment_text(query.updated_at),
        "created_at": moment_text(query.created_at),
        "data_source_id": query.data_source_id,
        "options": query.options,
        "version": 1,
        "tags": query.tags,
        "is_safe": is_safe(query.definitions),
        "user": user,
    }
    if whole:
        found["last_modified_by"] = user
        found["visualizations"] = query.visualizations
        found["is_favorite"] = query.is_favorite
        found["can_edit"] = True
        for name in without:
            del found[name]
    else:
        result = store.results.get(query.latest_result_id or 0)
        found["retrieved_at"] = moment_text(result.retrieved_at) if result else None
        found["runtime"] = result.runtime if result else None
        found["is_favorite"] = query.is_favorite
        found["last_modified_by_id"] = USER_ID
    return found


def result_json(result: StoredResult) -> dict[str, Any]:
    """Give a result (recording 018)."""
    return {
        "id": result.id,
        "query_hash": result.hash,
        "query": result.sql,
        "data": result.data,
        "data_source_id": result.data_source_id,
        "runtime": result.runtime,
        "retrieved_at": moment_text(result.retrieved_at),
    }


def poorer_result_json(result: StoredResult) -> dict[str, Any]:
    """Give what a query key is told of a cached result (recording 020)."""
    return {"data": result.data, "retrieved_at": moment_text(result.retrieved_at)}
