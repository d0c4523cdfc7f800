"""Executing: parameters are checked and rendered, then the result cache or a job answers."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from watchframe.demo.jobs import Interrupt, Job, JobQueue
from watchframe.demo.parameters import invalid_names, missing_names, render
from watchframe.demo.responses import RefusalError, job_refusal, server_error
from watchframe.demo.store import Store, StoredQuery, StoredResult, sql_hash, with_auto_limit

UNSAFE = (
    "This query contains potentially unsafe parameters and cannot be executed on a shared "
    "dashboard or an embedded visualization."
)


class DataSource(Protocol):
    """Something that queries run on."""

    id: int
    name: str
    type: str
    syntax: str
    supports_auto_limit: bool

    def run(self, text: str, interrupt: Interrupt) -> dict[str, Any]:
        """Return ``{"columns": ..., "rows": ...}``; raises SourceError or CancelledError."""

    def schema(self) -> list[dict[str, Any]]:
        """Return the tables and their columns; raises SourceError."""


@dataclass(frozen=True, slots=True)
class Executor:
    """Runs queries on the data sources."""

    store: Store
    jobs: JobQueue
    sources: dict[int, DataSource]

    def run_saved(
        self, query: StoredQuery, payload: Mapping[str, Any], *, by_query_key: bool
    ) -> StoredResult | Job:
        """Return the cached result of a saved query, or its job."""
        values = _values(payload)
        if by_query_key and not query.is_safe:
            raise job_refusal(403, UNSAFE)
        invalid = invalid_names(query.definitions, values, self._dropdown_values)
        if invalid:
            raise RefusalError(
                400,
                "The following parameter values are incompatible with their definitions: "
                + ", ".join(invalid),
            )
        return self._run(
            query.text, values, payload, query.data_source_id, query.definitions, query.options
        )

    def run_adhoc(self, payload: Mapping[str, Any]) -> StoredResult | Job:
        """Return the cached result of SQL that is not saved, or its job; nothing is validated."""
        text, source_id = str(payload.get("query", "")), payload.get("data_source_id")
        return self._run(text, _values(payload), payload, source_id, (), {})

    def dropdown_options(self, query_id: int) -> list[dict[str, str]]:
        """Return what a dropdown shows and sends (recording 121); LookupError if it never ran."""
        query = self.store.queries[query_id]
        result = self.store.results[query.latest_result_id or 0]
        names = {column["name"].lower(): column["name"] for column in result.data["columns"]}
        first = result.data["columns"][0]["name"]
        shown, sent = names.get("name", first), names.get("value", first)
        return [
            {"name": str(row.get(shown)), "value": str(row.get(sent))}
            for row in result.data["rows"]
        ]

    def _dropdown_values(self, query_id: int) -> list[str]:
        return [option["value"] for option in self.dropdown_options(query_id)]

    def _run(
        self,
        text: str,
        values: Mapping[str, Any],
        payload: Mapping[str, Any],
        source_id: object,
        definitions: Sequence[Mapping[str, Any]],
        options: Mapping[str, Any],
    ) -> StoredResult | Job:
        if source_id is None:
            raise job_refusal(401, "Please select data source to run this query.")
        source = self.sources.get(source_id) if isinstance(source_id, int) else None
        if source is None:
            raise RefusalError(404, "Data source not found.")
        missing = missing_names(text, values)
        if missing:
            raise job_refusal(400, f"Missing parameter value for: {', '.join(missing)}")
        sql = render(text, values, definitions)
        if source.supports_auto_limit:
            sql = with_auto_limit(sql, options)

        def work(interrupt: Interrupt) -> int:
            started = time.perf_counter()
            data = source.run(sql, interrupt)
            runtime = time.perf_counter() - started
            return self.store.add_result(sql, data, source.id, runtime).id

        cached = self.store.cached_result(sql_hash(sql), source.id, _max_age(payload))
        return cached or self.jobs.submit((source.id, sql_hash(sql)), work)


def _values(payload: Mapping[str, Any]) -> dict[str, Any]:
    values = payload.get("parameters", {})
    if not isinstance(values, dict):
        raise server_error()
    return values


def _max_age(payload: Mapping[str, Any]) -> int:
    max_age = payload.get("max_age", -1)
    if max_age is None:
        return -1
    try:
        return int(max_age)
    except (TypeError, ValueError):
        raise server_error() from None
