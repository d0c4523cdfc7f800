"""Executing: parameters are checked and rendered, then the result cache or a job answers.

The server fills in no defaults and knows no dynamic dates: both are a client's work.
"""

from __future__ import annotations

import numbers
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pystache
from dateutil.parser import parse as parse_date

from watchframe.demo.jobs import Interrupt, Job, JobQueue
from watchframe.demo.responses import RefusalError, job_refusal, server_error
from watchframe.demo.store import Store
from watchframe.demo.stored_queries import StoredQuery, StoredResult, sql_hash, with_auto_limit

Json = Mapping[str, Any]
DropdownValues = Callable[[int], list[str]]

_TAG = re.compile(r"\{\{\s*([{#^&/!>=]?)\s*([^{}]*?)\s*\}?\}\}")
#: Tags that the server takes for parameters: it does not notice ``{{{x}}}`` and ``{{&x}}``.
_NOTICED = frozenset({"", "#"})


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

    def run_saved(self, query: StoredQuery, payload: Mapping[str, Any]) -> StoredResult | Job:
        """Return the cached result of a saved query, or its job."""
        values = _values(payload)
        invalid = _invalid_names(query.definitions, values, self._dropdown_values)
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
        missing = _missing_names(text, values)
        if missing:
            raise job_refusal(400, f"Missing parameter value for: {', '.join(missing)}")
        sql = _render(text, values, definitions)
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


def _invalid_names(
    definitions: Sequence[Json], values: Json, dropdown_values: DropdownValues
) -> list[str]:
    """Return the names of the values that do not fit; without definitions, anything does."""
    if not definitions:
        return []
    by_name = {str(item["name"]): item for item in definitions}
    return [
        name
        for name, value in values.items()
        if name not in by_name or not _fits(by_name[name], value, dropdown_values)
    ]


def _missing_names(text: str, values: Json) -> list[str]:
    """Return the names in the text that have no value."""
    needed = {name for kind, name in _TAG.findall(text) if kind in _NOTICED and name}
    known = set(values)
    for name, value in values.items():
        if isinstance(value, Mapping):
            known |= {f"{name}.{key}" for key in value}
    return sorted(needed - known)


def _render(text: str, values: Json, definitions: Sequence[Json]) -> str:
    """Return the SQL: values put in as they are, lists joined.

    A list of other things than strings is a TypeError; the real server answers 500 too.
    """
    multi = {item["name"]: item.get("multiValuesOptions") for item in definitions}
    joined = {
        name: _join(value, multi.get(name) or {}) if isinstance(value, list) else value
        for name, value in values.items()
    }
    # Without partials of its own, pystache would read a file for {{> name}}.
    renderer = pystache.Renderer(escape=lambda value: value, missing_tags="ignore", partials={})
    return str(renderer.render(text, joined))


def _join(values: list[Any], multi: Json) -> str:
    prefix, suffix = multi.get("prefix", ""), multi.get("suffix", "")
    return str(multi.get("separator", ",")).join(prefix + value + suffix for value in values)


def _fits(definition: Json, value: Any, dropdown_values: DropdownValues) -> bool:  # noqa: PLR0911 - one for each type
    try:
        match definition.get("type"):
            case "text":
                return isinstance(value, str)
            case "text-pattern":
                return re.fullmatch(definition.get("regex") or "", value) is not None
            case "number":
                if not isinstance(value, numbers.Number):
                    float(value)
                return True
            case "enum":
                options = str(definition.get("enumOptions") or "").split("\n")
                return _is_choice(definition, value, options)
            case "query":
                return _is_choice(definition, value, dropdown_values(int(definition["queryId"])))
            case "date" | "datetime-local" | "datetime-with-seconds":
                parse_date(value)
                return True
            case "date-range" | "datetime-range" | "datetime-range-with-seconds":
                parse_date(value["start"])
                parse_date(value["end"])
                return True
            case _:
                return False
    except Exception:  # noqa: BLE001 - the real server takes every exception for "does not fit"
        return False


def _is_choice(definition: Json, value: object, options: Sequence[str]) -> bool:
    if isinstance(value, list):
        several = isinstance(definition.get("multiValuesOptions"), Mapping)
        return several and all(str(item) in options for item in value)
    return str(value) in options
