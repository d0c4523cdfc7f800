"""Executing: parameters are checked and rendered, then the result cache or a job answers.

The server fills in no defaults and knows no dynamic dates: both are a client's work.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from watchframe.demo.alert_checks import check_alerts
from watchframe.demo.jobs import Interrupt, Job, JobQueue, SourceError
from watchframe.demo.parameters import Json, missing_names, render
from watchframe.demo.responses import RefusalError, job_refusal, server_error
from watchframe.demo.store import Store
from watchframe.demo.stored_queries import StoredQuery, StoredResult, sql_hash, with_auto_limit


class DataSource(Protocol):
    """Something that queries run on."""

    id: int
    name: str
    type: str
    syntax: str
    supports_auto_limit: bool
    is_annotated: bool  #: whether it is told, in a comment, what it runs

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

    def run_saved(self, query: StoredQuery, payload: Mapping[str, Any]) -> StoredResult | Job:
        """Return the cached result of a saved query, or its job."""
        values = _values(payload)
        invalid = self.store.invalid_names(query, values)
        if invalid:
            raise RefusalError(
                400,
                "The following parameter values are incompatible with their definitions: "
                + ", ".join(invalid),
            )
        return self._run(values, payload, query)

    def run_adhoc(self, payload: Mapping[str, Any]) -> StoredResult | Job:
        """Return the cached result of SQL that is not saved, or its job; nothing is validated."""
        return self._run(_values(payload), payload, None)

    def run_at_once(self, query: StoredQuery) -> None:
        """Keep a result of a query without parameters, as of a run before the server began."""
        source = self.sources[query.data_source_id or 0]
        data = source.run(query.sql, Interrupt())
        self.store.add_result(query.sql, data, source.id, 0.0)

    def data_of(self, query_id: int, is_cached: bool, interrupt: Interrupt) -> dict[str, Any]:  # noqa: FBT001 - `QueryResultsSource.load`
        """Return the data of a query's latest result, or of a run of it with its defaults."""
        query = self.store.queries.get(query_id)
        if query is None:
            raise SourceError(f"Query {query_id} does not exist.")
        if is_cached:
            result = self.store.results.get(query.latest_result_id or 0)
            if result is None:
                raise SourceError(f"No cached result available for query {query_id}.")
            return result.data
        try:
            return self.sources[query.data_source_id or 0].run(query.sql, interrupt)
        except (LookupError, RecursionError, SourceError) as error:
            raise SourceError(f"Failed loading results for query id {query_id}. {error}") from None

    def _run(self, values: Json, payload: Json, query: StoredQuery | None) -> StoredResult | Job:
        """Run a saved query, or else the text in the payload."""
        text = str(payload.get("query", "")) if query is None else query.text
        source_id = payload.get("data_source_id") if query is None else query.data_source_id
        definitions = () if query is None else query.definitions
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
            sql = with_auto_limit(sql, {} if query is None else query.options)
        run_text = sql
        if source.is_annotated:
            comment = self.store.dialect.annotation
            number = "adhoc" if query is None else query.id
            run_text = comment.format(query_id=number, hash=sql_hash(sql)) + sql

        def work(interrupt: Interrupt) -> int:
            started = time.perf_counter()
            data = source.run(run_text, interrupt)
            runtime = time.perf_counter() - started
            result = self.store.add_result(sql, data, source.id, runtime)
            check_alerts(self.store, result)
            return result.id

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
