"""A saved query and a result as they are kept, and the SQL that makes them one another's."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from watchframe.demo.records import Record, moment_text


@dataclass(slots=True, kw_only=True)
class StoredQuery:
    """A saved query as it is now."""

    id: int
    name: str
    text: str
    api_key: str
    data_source_id: int | None
    user_id: int
    last_modified_by_id: int
    created_at: datetime
    updated_at: datetime
    sql: str = ""  #: the text as it would be run with the defaults
    description: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    schedule: dict[str, Any] | None = None
    visualizations: list[Record] = field(default_factory=list)
    latest_result_id: int | None = None
    is_archived: bool = False
    is_draft: bool = True
    #: The users who marked it.
    favorite_of: set[int] = field(default_factory=set)

    @property
    def definitions(self) -> list[dict[str, Any]]:
        """The parameters' definitions, in the server's shape."""
        found = self.options.get("parameters")
        return found if isinstance(found, list) else []

    @property
    def is_safe(self) -> bool:
        """Whether no parameter can hold free text."""
        return all(item.get("type") != "text" for item in self.definitions)


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
