"""What the server knows: queries, dashboards, results, keys. In memory; one lock over it."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from watchframe.demo.catalogue_types import Catalogue, SavedParameter, SavedQuery
from watchframe.demo.site_store import Site
from watchframe.demo.sql_hash import sql_hash


@dataclass(slots=True, kw_only=True)
class StoredQuery:
    """A saved query as it is now."""

    id: int
    name: str
    text: str
    api_key: str
    data_source_id: int | None
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    schedule: dict[str, Any] | None = None
    visualizations: list[dict[str, Any]] = field(default_factory=list)
    latest_result_id: int | None = None
    is_archived: bool = False
    is_draft: bool = True
    is_favorite: bool = False

    @property
    def definitions(self) -> list[dict[str, Any]]:
        """The parameters' definitions, in the server's shape."""
        found = self.options.get("parameters")
        return found if isinstance(found, list) else []


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResult:
    """A result; results never change."""

    id: int
    sql: str
    hash: str
    data: dict[str, Any]
    data_source_id: int
    runtime: float
    retrieved_at: datetime


Clock = Callable[[], datetime]


def machine_time() -> datetime:
    """Give this machine's time."""
    return datetime.now(UTC)


class Store:
    """Everything that is saved.

    Parameters
    ----------
    catalogue : Catalogue
        What a fresh server begins with.
    clock : callable
        Gives the time, aware.
    """

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self.now = clock
        self.lock = threading.RLock()
        self.user_key = secrets.token_urlsafe(30)
        self.started_at = self.now()
        self.queries: dict[int, StoredQuery] = {}
        self.results: dict[int, StoredResult] = {}
        self.dashboards: dict[int, dict[str, Any]] = {}
        self.alerts: dict[int, dict[str, Any]] = {}
        self.site = Site(moment_text(self.started_at))
        #: Dashboard -> what opens it to everybody.
        self.shares: dict[int, str] = {}
        self.next_widget = 1
        self._next_visualization = 1
        for saved in catalogue.queries:
            self._take(saved)

    def new_key(self) -> str:
        """Give a key that nobody has."""
        return secrets.token_urlsafe(30)

    def query_of_key(self, key: str) -> StoredQuery | None:
        """Give the query whose own key that is."""
        with self.lock:
            for query in self.queries.values():
                if secrets.compare_digest(query.api_key, key):
                    return query
        return None

    def new_query(self, values: Mapping[str, Any]) -> StoredQuery:
        """Save a new query; `values` are in the server's words."""
        with self.lock:
            now = self.now()
            query = StoredQuery(
                id=max(self.queries, default=0) + 1,
                name=str(values.get("name", "")),
                text=str(values.get("query", "")),
                api_key=secrets.token_urlsafe(30),
                data_source_id=values.get("data_source_id"),
                description=values.get("description"),
                options=dict(values.get("options") or {}),
                tags=list(values.get("tags") or []),
                schedule=values.get("schedule"),
                created_at=now,
                updated_at=now,
            )
            query.visualizations.append(self.new_visualization("TABLE", "Table", {}))
            self.queries[query.id] = query
            return query

    def edit_query(self, query: StoredQuery, values: Mapping[str, Any]) -> None:
        """Change what `values` name; a new text has no result yet."""
        with self.lock:
            names = {"query": "text"}
            for name in (
                "name",
                "query",
                "description",
                "options",
                "tags",
                "data_source_id",
                "is_draft",
                "is_archived",
                "schedule",
            ):
                if name in values:
                    setattr(query, names.get(name, name), values[name])
            if "query" in values or "data_source_id" in values:
                query.latest_result_id = None
            query.updated_at = self.now()

    def new_visualization(
        self, type_: str, name: str, options: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Give a visualization in the server's shape, with an id of its own."""
        with self.lock:
            number = self._next_visualization
            self._next_visualization += 1
        now = moment_text(self.now())
        return {
            "id": number,
            "type": type_,
            "name": name,
            "description": "",
            "options": dict(options),
            "updated_at": now,
            "created_at": now,
        }

    def add_result(
        self, sql: str, data: dict[str, Any], data_source_id: int, runtime: float
    ) -> StoredResult:
        """Keep a new result, and let every query with that SQL know of it."""
        with self.lock:
            result = StoredResult(
                id=max(self.results, default=0) + 1,
                sql=sql,
                hash=sql_hash(sql),
                data=data,
                data_source_id=data_source_id,
                runtime=runtime,
                retrieved_at=self.now(),
            )
            self.results[result.id] = result
            for query in self.queries.values():
                if (
                    query.data_source_id == data_source_id
                    and sql_hash(self.sql_of(query)) == result.hash
                ):
                    query.latest_result_id = result.id
            return result

    def sql_of(self, query: StoredQuery) -> str:
        """Give the saved text as it is run: with the automatic limit, if the query has that."""
        return with_auto_limit(query.text, query.options)

    def cached_result(self, hash_: str, data_source_id: int, max_age: float) -> StoredResult | None:
        """Give the newest result of that hash, if it is young enough; -1 takes any."""
        with self.lock:
            found = [
                item
                for item in self.results.values()
                if item.hash == hash_ and item.data_source_id == data_source_id
            ]
        if not found or max_age == 0:
            return None
        newest = max(found, key=lambda item: item.retrieved_at)
        age = (self.now() - newest.retrieved_at).total_seconds()
        return newest if max_age < 0 or age <= max_age else None

    def _take(self, saved: SavedQuery) -> None:
        options: dict[str, Any] = {
            "parameters": [_definition(item) for item in saved.parameters],
        }
        if saved.applies_auto_limit:
            options["apply_auto_limit"] = True
        query = StoredQuery(
            id=saved.id,
            name=saved.name,
            text=saved.text,
            api_key=secrets.token_urlsafe(30),
            data_source_id=saved.data_source_id,
            description=saved.description,
            options=options,
            tags=list(saved.tags),
            created_at=self.started_at,
            updated_at=self.started_at,
            is_archived=saved.is_archived,
            is_draft=saved.is_draft,
        )
        query.visualizations.append(self.new_visualization("TABLE", "Table", {}))
        query.visualizations += [
            self.new_visualization(item.type, item.name, item.options)
            for item in saved.visualizations
        ]
        self.queries[query.id] = query


def with_auto_limit(sql: str, options: Mapping[str, Any]) -> str:
    """Return the SQL with ``LIMIT 1000`` after a SELECT without a limit, where that is wanted."""
    if not options.get("apply_auto_limit"):
        return sql
    stripped = sql.rstrip().rstrip(";").rstrip()
    if not stripped.lower().lstrip().startswith("select"):
        return sql
    last = stripped.lower().rsplit(None, 2)
    if len(last) == 3 and last[1] == "limit":  # noqa: PLR2004 - "... limit 10"
        return sql
    return f"{stripped} LIMIT 1000"


def moment_text(moment: datetime) -> str:
    """Give a time as the server writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _definition(item: SavedParameter) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": item.name,
        "type": item.type,
        "title": item.title,
        "value": item.value,
    }
    if item.enum_options:
        found["enumOptions"] = "\n".join(item.enum_options)
    if item.query_id is not None:
        found["queryId"] = item.query_id
    if item.regex is not None:
        found["regex"] = item.regex
    if item.multi is not None:
        found["multiValuesOptions"] = {
            "prefix": item.multi.prefix,
            "suffix": item.multi.suffix,
            "separator": item.multi.separator,
        }
    if item.use_current_datetime:
        found["useCurrentDateTime"] = True
    return found
