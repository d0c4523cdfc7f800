"""What the server knows: queries, results, dashboards, people, keys. In memory, under one lock."""

from __future__ import annotations

import functools
import hashlib
import re
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from watchframe.demo.catalogue_types import Catalogue, SavedQuery

#: The account that the user's key belongs to; it made everything of the catalogue.
USER_ID = 1
EMAIL = "analyst@example.com"
ADMIN_GROUP, DEFAULT_GROUP = 1, 2
#: What the members of a new group may do.
MEMBER_PERMISSIONS = (
    "create_dashboard",
    "create_query",
    "edit_dashboard",
    "edit_query",
    "view_query",
    "view_source",
    "execute_query",
    "list_users",
    "schedule_query",
    "list_dashboards",
    "list_alerts",
    "list_data_sources",
)

#: An object in the server's shape.
Record = dict[str, Any]
Clock = Callable[[], datetime]


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
    visualizations: list[Record] = field(default_factory=list)
    latest_result_id: int | None = None
    is_archived: bool = False
    is_draft: bool = True
    is_favorite: bool = False

    @property
    def definitions(self) -> list[dict[str, Any]]:
        """The parameters' definitions, in the server's shape."""
        found = self.options.get("parameters")
        return found if isinstance(found, list) else []

    @property
    def is_safe(self) -> bool:
        """Whether no parameter can hold free text."""
        return all(item.get("type") != "text" for item in self.definitions)

    @property
    def sql(self) -> str:
        """The saved text as it is run: with the automatic limit, if the query has that."""
        return with_auto_limit(self.text, self.options)


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

    def to_json(self, *, for_query_key: bool = False) -> Record:
        """Return the result (recording 018); a query key gets less of a cached one (020)."""
        found = {"data": self.data, "retrieved_at": moment_text(self.retrieved_at)}
        if for_query_key:
            return found
        return {
            "id": self.id,
            "query_hash": self.hash,
            "query": self.sql,
            "data": self.data,
            "data_source_id": self.data_source_id,
            "runtime": self.runtime,
            "retrieved_at": found["retrieved_at"],
        }


def machine_time() -> datetime:
    """Return this machine's time."""
    return datetime.now(UTC)


class Store:
    """Everything that is saved, by ids; `catalogue` is what a fresh server begins with."""

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self.now = clock
        self.lock = threading.RLock()
        self.user_key = new_key()
        self.queries: dict[int, StoredQuery] = {}
        self.results: dict[int, StoredResult] = {}
        self.dashboards: dict[int, Record] = {}
        #: The key in the public address of each shared dashboard.
        self.shares: dict[int, str] = {}
        self.alerts: dict[int, Record] = {}
        self.destinations: dict[int, Record] = {}
        self.subscriptions: dict[int, Record] = {}
        self.snippets: dict[int, Record] = {}
        self.users: dict[int, Record] = {}
        self.groups: dict[int, Record] = {}
        #: The options of the data sources that were made through the API.
        self.source_options: dict[int, Record] = {}
        #: The data sources of those whose schema the server knows without asking them.
        self.known_schemas: set[int] = set()
        self.next_widget = 1
        self._next_visualization = 1
        self._add_people()
        for saved in catalogue.queries:
            self._add_saved(saved)

    def moment(self) -> str:
        """Return the time as the server writes it."""
        return moment_text(self.now())

    def query_of_key(self, key: str) -> StoredQuery | None:
        """Return the query that has this key of its own."""
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
                id=next_id(self.queries),
                name=str(values.get("name", "")),
                text=str(values.get("query", "")),
                api_key=new_key(),
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
            if "query" in values or "data_source_id" in values:
                query.latest_result_id = None
            query.updated_at = self.now()

    def query_json(
        self, query: StoredQuery, *, whole: bool = True, without: Sequence[str] = ()
    ) -> Record:
        """Return a query (recording 011), or what lists show of it (recording 005).

        A query key does not see favorites, an edit not who may edit: those go `without`.
        """
        user = self.user_json()
        found: Record = {
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
            "is_safe": query.is_safe,
            "user": user,
        }
        if whole:
            found |= {
                "last_modified_by": user,
                "visualizations": query.visualizations,
                "is_favorite": query.is_favorite,
                "can_edit": True,
            }
            return {name: value for name, value in found.items() if name not in without}
        result = self.results.get(query.latest_result_id or 0)
        return found | {
            "retrieved_at": moment_text(result.retrieved_at) if result else None,
            "runtime": result.runtime if result else None,
            "is_favorite": query.is_favorite,
            "last_modified_by_id": USER_ID,
        }

    def nested_query_json(self, query: StoredQuery) -> Record:
        """Return a query as it stands within a visualization or an alert."""
        return self.query_json(query, without=("visualizations", "is_favorite", "can_edit"))

    def user_json(self) -> Record:
        """Return the user whose key it is (recordings 001, 011)."""
        return dict(self.users[USER_ID])

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
        self, sql: str, data: dict[str, Any], data_source_id: int, runtime: float
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

    def add_user(self, name: str, email: str) -> Record:
        """Keep a new user, of the default group."""
        now = self.moment()
        return self.add(
            self.users,
            {
                "name": name,
                "email": email,
                "profile_image_url": "",
                "groups": [DEFAULT_GROUP],
                "updated_at": now,
                "created_at": now,
                "disabled_at": None,
                "is_disabled": False,
                "active_at": None,
                "is_invitation_pending": False,
                "is_email_verified": True,
                "auth_type": "password",
            },
        )

    def add_group(
        self,
        name: str,
        *,
        permissions: Sequence[str] = MEMBER_PERMISSIONS,
        type_: str = "regular",
    ) -> Record:
        """Keep a new group, without members."""
        group = {"name": name, "permissions": list(permissions), "type": type_}
        return self.add(self.groups, {**group, "created_at": self.moment()})

    def add(self, records: dict[int, Record], values: Mapping[str, Any]) -> Record:
        """Keep a new record, with an id of its own."""
        with self.lock:
            record = {"id": next_id(records), **values}
            records[record["id"]] = record
        return record

    def _add_people(self) -> None:
        self.add_group("admin", permissions=("admin", "super_admin"), type_="builtin")
        self.add_group("default", type_="builtin")
        user = self.add_user("Admin", EMAIL)
        user["groups"] = [ADMIN_GROUP, DEFAULT_GROUP]
        self.add_user("Ada Moreau", "ada@example.com")
        disabled = self.add_user("Ben Okafor", "ben@example.com")
        disabled |= {"is_disabled": True, "disabled_at": self.moment()}
        self.add_user("Cora Lind", "cora@example.com")["is_invitation_pending"] = True

    def _add_saved(self, saved: SavedQuery) -> None:
        options: dict[str, Any] = {"parameters": [item.to_json() for item in saved.parameters]}
        if saved.applies_auto_limit:
            options["apply_auto_limit"] = True
        now = self.now()
        self.queries[saved.id] = StoredQuery(
            id=saved.id,
            name=saved.name,
            text=saved.text,
            api_key=new_key(),
            data_source_id=saved.data_source_id,
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
            created_at=now,
            updated_at=now,
            is_archived=saved.is_archived,
            is_draft=saved.is_draft,
        )


def new_key() -> str:
    """Return a key that no one has."""
    return secrets.token_urlsafe(30)


def next_id(records: Mapping[int, object]) -> int:
    """Return the id of a new record."""
    return max(records, default=0) + 1


def moment_text(moment: datetime) -> str:
    """Return a time as the server writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def with_auto_limit(sql: str, options: Mapping[str, Any]) -> str:
    """Return the SQL with ``LIMIT 1000`` after a SELECT without a limit, where that is wanted."""
    if not options.get("apply_auto_limit"):
        return sql
    stripped = sql.rstrip().rstrip(";").rstrip()
    has_limit = re.search(r"\slimit\s+\S+\Z", stripped, re.IGNORECASE) is not None
    if has_limit or not stripped.lstrip().lower().startswith("select"):
        return sql
    return f"{stripped} LIMIT 1000"


_UNSEEN = re.compile(r"/\*.*?\*/|\s+", re.DOTALL)


@functools.lru_cache(maxsize=4096)  # every new result is compared with every saved query
def sql_hash(sql: str) -> str:
    """Return the hash by which the server finds cached results and running jobs.

    That it removes white space and comments inside quotes as well is a fault of the real server,
    and clients have to live with it: ``'New York'`` and ``'NewYork'`` have one hash.
    """
    return hashlib.md5(_UNSEEN.sub("", sql).encode(), usedforsecurity=False).hexdigest()
