"""``/api/data_sources`` (recordings 129, 130)."""

from __future__ import annotations

from typing import Any

from watchframe.demo.call import Answer, Call
from watchframe.demo.made_sources import KINDS, made_source
from watchframe.demo.refusal import message, not_found
from watchframe.demo.site_store import DEFAULT_GROUP, masked, next_id
from watchframe.demo.sql_engine import DataSource, Interrupt, SchemaError, SourceError


def list_data_sources(call: Call) -> Answer:
    """Give the data sources."""
    call.require_user()
    found = sorted(call.executor.sources.values(), key=lambda item: item.name)
    return Answer(value=[source_json(source) for source in found])


def list_kinds(call: Call) -> Answer:
    """Give the kinds of data sources that can be made."""
    call.require_user()
    return Answer(
        value=[
            {
                "name": kind,
                "type": kind,
                "configuration_schema": {"type": "object", "required": list(required)},
            }
            for kind, required in KINDS.items()
        ]
    )


def create_data_source(call: Call) -> Answer:
    """Make a data source; it is not tried."""
    call.require_user()
    name, kind = str(call.body.get("name") or ""), str(call.body.get("type"))
    options = call.body.get("options")
    if not name or kind not in KINDS or not isinstance(options, dict):
        raise message(400, "Bad Request")
    if not all(options.get(word) for word in KINDS[kind]):
        raise message(400, "Bad Request")
    sources = call.executor.sources
    with call.store.lock:
        if any(source.name == name for source in sources.values()):
            raise message(400, f"Data source with the name {name} already exists.")
        source = made_source(next_id(sources), name, kind, options, sources)
        sources[source.id] = source
        call.store.site.source_options[source.id] = dict(options)
    return Answer(value=_whole(call, source))


def get_data_source(call: Call) -> Answer:
    """Give a data source with its options, the secret ones masked."""
    call.require_user()
    return Answer(value=_whole(call, _source(call)))


def test_data_source(call: Call) -> Answer:
    """Try a data source; what it says is the answer, not an error."""
    call.require_user()
    try:
        _source(call).schema()
    except SourceError as error:
        return Answer(value={"message": str(error), "ok": False})
    return Answer(value={"message": "success", "ok": True})


def data_source_schema(call: Call) -> Answer:
    """Give a data source's tables, or a job that asks for them."""
    call.require_user()
    source = _source(call)
    is_known = source.id not in call.store.site.source_options
    is_known |= source.id in call.store.site.known_schemas
    if is_known and "refresh" not in call.query:
        return Answer(value={"schema": source.schema()})
    job = call.executor.jobs.submit((source.id, "schema"), _schema_work(call, source))
    return Answer(value={"job": job.to_json()})


def source_json(source: DataSource) -> dict[str, Any]:
    """Give a data source as lists have it."""
    return {
        "id": source.id,
        "name": source.name,
        "type": source.type,
        "syntax": source.syntax,
        "paused": 0,
        "pause_reason": None,
        "supports_auto_limit": source.supports_auto_limit,
        "view_only": False,
    }


def _whole(call: Call, source: DataSource) -> dict[str, Any]:
    options = call.store.site.source_options.get(source.id, {})
    return {
        **source_json(source),
        "options": masked(options),
        "queue_name": "queries",
        "scheduled_queue_name": "scheduled_queries",
        "groups": {str(DEFAULT_GROUP): False},
    }


def _schema_work(call: Call, source: DataSource) -> Any:
    def work(_: Interrupt) -> list[dict[str, Any]]:
        try:
            found = source.schema()
        except SourceError as error:
            raise SchemaError(str(error)) from None
        call.store.site.known_schemas.add(source.id)
        return found

    return work


def _source(call: Call) -> DataSource:
    source = call.executor.sources.get(call.number("source_id"))
    if source is None:
        raise not_found()
    return source


_SOURCE = "/api/data_sources/{source_id}"
ROUTES = (
    ("GET", "/api/data_sources", list_data_sources),
    ("POST", "/api/data_sources", create_data_source),
    ("GET", "/api/data_sources/types", list_kinds),
    ("GET", _SOURCE, get_data_source),
    ("POST", _SOURCE + "/test", test_data_source),
    ("GET", _SOURCE + "/schema", data_source_schema),
)
