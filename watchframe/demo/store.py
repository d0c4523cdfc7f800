"""What the server knows: queries, results, dashboards, people, keys. In memory, under one lock."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from watchframe.demo import records
from watchframe.demo.catalogue_types import Catalogue, SavedQuery
from watchframe.demo.dialects import Dialect
from watchframe.demo.parameters import invalid_names, render
from watchframe.demo.people import ADMIN_ID, People
from watchframe.demo.records import Clock, Record, moment_text, new_key, next_id
from watchframe.demo.stored_queries import StoredQuery, StoredResult, sql_hash, with_auto_limit

#: How long ago a fresh server's first query was saved.
_DAYS = 120


def machine_time() -> datetime:
    """Return this machine's time."""
    return datetime.now(UTC)


class Store:
    """Everything that is saved, by ids; `catalogue` is what a fresh server begins with."""

    def __init__(self, catalogue: Catalogue, clock: Clock, dialect: Dialect) -> None:
        self.now = clock
        self.dialect = dialect
        self.lock = threading.RLock()
        self.people = People(clock)
        self.queries: dict[int, StoredQuery] = {}
        self.results: dict[int, StoredResult] = {}
        self.dashboards: dict[int, Record] = {}
        #: Users and the dashboards that they marked.
        self.favorite_dashboards: set[tuple[int, int]] = set()
        #: The token in the public address of each shared dashboard, which is a key too.
        self.shares: dict[int, str] = {}
        self.alerts: dict[int, Record] = {}
        self.alert_events: dict[int, Record] = {}
        self.destinations: dict[int, Record] = {}
        self.subscriptions: dict[int, Record] = {}
        self.snippets: dict[int, Record] = {}
        #: The options of the data sources that were made through the API.
        self.source_options: dict[int, Record] = {}
        #: The data sources of those whose schema the server knows without asking them.
        self.known_schemas: set[int] = set()
        self.next_widget = 1
        self._next_visualization = 1
        for saved in catalogue.queries:
            self._add_saved(saved)

    def moment(self) -> str:
        """Return the time as the server writes it."""
        return moment_text(self.now())

    def query_of_key(self, key: str) -> StoredQuery | None:
        """Return the query that has this key of its own."""
        with self.lock:
            for query in self.queries.values():
                if secrets.compare_digest(query.api_key.encode(), key.encode()):
                    return query
        return None

    def dashboard_of_token(self, token: str) -> Record | None:
        """Return the dashboard that is shared under this token."""
        with self.lock:
            for number, own in self.shares.items():
                if secrets.compare_digest(own.encode(), token.encode()):
                    return self.dashboards[number]
        return None

    def new_query(self, values: Mapping[str, Any], user_id: int) -> StoredQuery:
        """Save a user's new query; `values` are in the server's words."""
        with self.lock:
            now = self.now()
            query = StoredQuery(
                id=next_id(self.queries),
                name=str(values.get("name", "")),
                text=str(values.get("query", "")),
                api_key=new_key(),
                data_source_id=values.get("data_source_id"),
                user_id=user_id,
                last_modified_by_id=user_id,
                description=values.get("description"),
                options=dict(values.get("options") or {}),
                tags=list(values.get("tags") or []),
                schedule=values.get("schedule"),
                created_at=now,
                updated_at=now,
            )
            query.sql = self._saved_sql(query)
            query.visualizations.append(self.new_visualization("TABLE", "Table", {}))
            self.queries[query.id] = query
            return query

    def edit_query(self, query: StoredQuery, values: Mapping[str, Any], user_id: int) -> None:
        """Change what `values` name; a new text has no result yet."""
        with self.lock:
            for name in (
                "name",
                "description",
                "options",
                "tags",
                "data_source_id",
                "is_draft",
                "is_archived",
                "schedule",
            ):
                if name in values:
                    setattr(query, name, values[name])
            query.text = values.get("query", query.text)
            query.sql = self._saved_sql(query)
            if "query" in values or "data_source_id" in values:
                query.latest_result_id = None
            query.last_modified_by_id = user_id
            query.updated_at = self.now()

    def invalid_names(self, query: StoredQuery, values: Mapping[str, Any]) -> list[str]:
        """Return the names of the values that do not fit the query's definitions."""
        unknown = self.dialect.unknown_parameter_types
        return invalid_names(query.definitions, values, self._dropdown_values, unknown)

    def dropdown_options(self, query_id: int) -> list[dict[str, str]]:
        """Return what a dropdown shows and sends (recording 121); LookupError if it never ran."""
        query = self.queries[query_id]
        result = self.results[query.latest_result_id or 0]
        names = {column["name"].lower(): column["name"] for column in result.data["columns"]}
        first = result.data["columns"][0]["name"]
        shown, sent = names.get("name", first), names.get("value", first)
        return [
            {"name": str(row.get(shown)), "value": str(row.get(sent))}
            for row in result.data["rows"]
        ]

    def _dropdown_values(self, query_id: int) -> list[str]:
        return [option["value"] for option in self.dropdown_options(query_id)]

    def _saved_sql(self, query: StoredQuery) -> str:
        """Return the text as a run of it would be: with the defaults, where they count."""
        text = query.text
        defaults = {str(item["name"]): item.get("value") for item in query.definitions}
        if defaults and self.dialect.hashes_defaults and not self.invalid_names(query, defaults):
            text = render(text, defaults, query.definitions)
        return with_auto_limit(text, query.options)

    def query_json(
        self, query: StoredQuery, *, whole: bool = True, without: Sequence[str] = ()
    ) -> Record:
        """Return a query (recording 011), or what lists show of it (recording 005).

        Whether it is a favorite and may be edited depends on who asks, so both come from the
        caller.
        """
        found: Record = {
            "id": query.id,
            "latest_query_data_id": query.latest_result_id,
            "name": query.name,
            "description": query.description,
            "query": query.text,
            "query_hash": sql_hash(query.sql),
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
            "is_safe": query.is_safe,
            "user": self.user_json(query.user_id),
        }
        if whole:
            found["last_modified_by"] = self.user_json(query.last_modified_by_id)
            found["visualizations"] = query.visualizations
            return {name: value for name, value in found.items() if name not in without}
        result = self.results.get(query.latest_result_id or 0)
        return found | {
            "retrieved_at": moment_text(result.retrieved_at) if result else None,
            "runtime": result.runtime if result else None,
            "last_modified_by_id": query.last_modified_by_id,
        }

    def nested_query_json(self, query: StoredQuery) -> Record:
        """Return a query as it stands within a visualization or an alert."""
        return self.query_json(query, without=("visualizations",))

    def user_json(self, user_id: int) -> Record:
        """Return a user (recordings 001, 011)."""
        return dict(self.people.users[user_id])

    def new_visualization(self, type_: str, name: str, options: Mapping[str, Any]) -> Record:
        """Return a visualization with an id of its own."""
        with self.lock:
            number = self._next_visualization
            self._next_visualization += 1
        now = self.moment()
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
        self,
        sql: str,
        data: dict[str, Any],
        data_source_id: int,
        runtime: float,
    ) -> StoredResult:
        """Keep a new result, which becomes the latest one of every query with that SQL."""
        with self.lock:
            result = StoredResult(
                id=next_id(self.results),
                sql=sql,
                hash=sql_hash(sql),
                data=data,
                data_source_id=data_source_id,
                runtime=runtime,
                retrieved_at=self.now(),
            )
            self.results[result.id] = result
            for query in self.queries.values():
                if query.data_source_id == data_source_id and sql_hash(query.sql) == result.hash:
                    query.latest_result_id = result.id
            return result

    def cached_result(self, hash_: str, data_source_id: int, max_age: float) -> StoredResult | None:
        """Return the newest result with that hash, if it is young enough; -1 takes any."""
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

    def add(self, kept: dict[int, Record], values: Mapping[str, Any]) -> Record:
        """Keep a new record, with an id of its own."""
        with self.lock:
            return records.add(kept, values)

    def _add_saved(self, saved: SavedQuery) -> None:
        options: dict[str, Any] = {"parameters": [item.to_json() for item in saved.parameters]}
        if saved.applies_auto_limit:
            options["apply_auto_limit"] = True
        # As if one had been saved each day, in the order of their ids.
        saved_at = self.now() - timedelta(days=max(_DAYS - saved.id, 0))
        query = StoredQuery(
            id=saved.id,
            name=saved.name,
            text=saved.text,
            api_key=new_key(),
            data_source_id=saved.data_source_id,
            user_id=ADMIN_ID,
            last_modified_by_id=ADMIN_ID,
            description=saved.description,
            options=options,
            tags=list(saved.tags),
            visualizations=[
                self.new_visualization("TABLE", "Table", {}),
                *(
                    self.new_visualization(item.type, item.name, item.options)
                    for item in saved.visualizations
                ),
            ],
            created_at=saved_at,
            updated_at=saved_at,
            is_archived=saved.is_archived,
            is_draft=saved.is_draft,
        )
        query.sql = self._saved_sql(query)
        self.queries[saved.id] = query
