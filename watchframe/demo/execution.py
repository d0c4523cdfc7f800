"""Executing: validation, rendering, the result cache with its ``max_age``, jobs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchframe.demo.jobs import Job, JobQueue
from watchframe.demo.refusal import RefusalError, job_refusal, message
from watchframe.demo.sql_engine import DataSource, Interrupt
from watchframe.demo.sql_hash import sql_hash
from watchframe.demo.store import Store, StoredQuery, StoredResult, with_auto_limit
from watchframe.demo.validation import is_safe, missing_names, render, unfit_names

UNSAFE = (
    "This query contains potentially unsafe parameters and cannot be executed on a shared "
    "dashboard or an embedded visualization."
)


@dataclass(frozen=True, slots=True)
class Executor:
    """Runs queries on the data sources."""

    store: Store
    jobs: JobQueue
    sources: dict[int, DataSource]

    def run_saved(
        self, query: StoredQuery, payload: Mapping[str, Any], *, by_query_key: bool
    ) -> StoredResult | Job:
        """Give the cached result of a saved query, or its job."""
        values = _values(payload)
        if by_query_key and not is_safe(query.definitions):
            raise job_refusal(403, UNSAFE)
        unfit = unfit_names(query.definitions, values, self.dropdown_values)
        if unfit:
            raise message(
                400,
                "The following parameter values are incompatible with their definitions: "
                + ", ".join(unfit),
            )
        return self._run(
            query.text, values, query.definitions, query.data_source_id, payload, query.options
        )

    def run_adhoc(self, payload: Mapping[str, Any]) -> StoredResult | Job:
        """Give the cached result of SQL that is not saved, or its job; nothing is validated."""
        return self._run(
            str(payload.get("query", "")),
            _values(payload),
            [],
            payload.get("data_source_id"),
            payload,
            {},
        )

    def dropdown_values(self, query_id: int) -> list[str]:
        """Give the values of a dropdown query's latest result; LookupError if it never ran."""
        return [option["value"] for option in self.dropdown_options(query_id)]

    def dropdown_options(self, query_id: int) -> list[dict[str, str]]:
        """Give what a dropdown shows and sends (recording 121)."""
        query = self.store.queries[query_id]
        result = self.store.results[query.latest_result_id or 0]
        names = {column["name"].lower(): column["name"] for column in result.data["columns"]}
        first = result.data["columns"][0]["name"]
        shown, sent = names.get("name", first), names.get("value", first)
        return [
            {"name": str(row.get(shown)), "value": str(row.get(sent))}
            for row in result.data["rows"]
        ]

    def _run(
        self,
        text: str,
        values: Mapping[str, Any],
        definitions: list[dict[str, Any]],
        source_id: object,
        payload: Mapping[str, Any],
        options: Mapping[str, Any],
    ) -> StoredResult | Job:
        if source_id is None:
            raise job_refusal(401, "Please select data source to run this query.")
        source = self.sources.get(source_id) if isinstance(source_id, int) else None
        if source is None:
            raise RefusalError(404, {"message": "Data source not found."})
        missing = missing_names(text, values)
        if missing:
            raise job_refusal(400, f"Missing parameter value for: {', '.join(missing)}")
        sql = render(text, values, definitions)
        if source.supports_auto_limit:
            sql = with_auto_limit(sql, options)
        cached = self.store.cached_result(sql_hash(sql), source.id, _max_age(payload))
        return cached or self.jobs.submit((source.id, sql_hash(sql)), _work(self, source, sql))


def _work(executor: Executor, source: DataSource, sql: str) -> Any:
    def run(interrupt: Interrupt) -> int:
        started = time.perf_counter()
        data = source.run(sql, interrupt)
        runtime = time.perf_counter() - started
        return executor.store.add_result(sql, data, source.id, runtime).id

    return run


def _values(payload: Mapping[str, Any]) -> dict[str, Any]:
    values = payload.get("parameters", {})
    if not isinstance(values, dict):
        raise message(500, "Internal Server Error")
    return values


def _max_age(payload: Mapping[str, Any]) -> float:
    max_age = payload.get("max_age", -1)
    if max_age is None:
        return -1
    try:
        return int(max_age)
    except (TypeError, ValueError):
        raise message(500, "Internal Server Error") from None
