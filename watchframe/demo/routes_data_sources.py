"""``/api/data_sources`` (recordings 129, 130), and the data sources that are made through it.

Of those, ``duckdb`` and ``sqlite`` are the demo's own database under another name; anything else is
somewhere that cannot be reached from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchframe.demo.execution import DataSource
from watchframe.demo.jobs import Interrupt, SchemaError, SourceError
from watchframe.demo.records import Record, next_id
from watchframe.demo.request import Call, Routes
from watchframe.demo.responses import RefusalError, forbidden, masked
from watchframe.demo.sql_engine import SqlSource

#: Type -> the options that it cannot do without.
_TYPES: Mapping[str, tuple[str, ...]] = {
    "pg": ("dbname",),
    "mysql": ("db",),
    "duckdb": (),
    "sqlite": ("dbpath",),
    "python": (),
}


@dataclass(slots=True, kw_only=True)
class UnreachableSource:
    """A database that is not there."""

    id: int
    name: str
    type: str
    host: str
    syntax: str = "sql"
    supports_auto_limit: bool = True
    is_annotated: bool = True

    def run(self, text: str, interrupt: Interrupt) -> dict[str, Any]:  # noqa: ARG002 - the protocol
        """Fail."""
        raise SourceError(self._error())

    def schema(self) -> list[dict[str, Any]]:
        """Fail."""
        raise SourceError(self._error())

    def _error(self) -> str:
        return f'connection to server at "{self.host}" failed: Connection refused'


def source_json(call: Call, source: DataSource) -> Record:
    """Return a data source as lists have it for this user."""
    return {
        "id": source.id,
        "name": source.name,
        "type": source.type,
        "syntax": source.syntax,
        "paused": 0,
        "pause_reason": None,
        "supports_auto_limit": source.supports_auto_limit,
        "view_only": call.store.people.is_view_only(call.user, source.id),
    }


def _list_sources(call: Call) -> object:
    found = sorted(call.executor.sources.values(), key=lambda item: item.name)
    return [
        source_json(call, source)
        for source in found
        if call.may_use_source(source.id, only_view=True)
    ]


def _list_types(_call: Call) -> object:
    return [
        {
            "name": type_,
            "type": type_,
            "configuration_schema": {"type": "object", "required": required},
        }
        for type_, required in _TYPES.items()
    ]


def _create_source(call: Call) -> object:
    """Make a data source; it is not tried."""
    name, type_, options = call.configuration(_TYPES)
    sources = call.executor.sources
    with call.store.lock:
        if any(source.name == str(name) for source in sources.values()):
            raise RefusalError(400, f"Data source with the name {name} already exists.")
        source = _new_source(next_id(sources), str(name), type_, options, sources)
        sources[source.id] = source
        call.store.source_options[source.id] = dict(options)
    return _whole(call, source)


def _new_source(
    number: int, name: str, type_: str, options: Mapping[str, Any], others: Mapping[int, DataSource]
) -> DataSource:
    own = next((item for item in others.values() if isinstance(item, SqlSource)), None)
    if type_ in ("duckdb", "sqlite") and own is not None:
        return SqlSource(id=number, name=name, type=type_, connection=own.connection)
    host = str(options.get("host", "127.0.0.1"))
    return UnreachableSource(id=number, name=name, type=type_, host=host)


def _get_source(call: Call) -> object:
    """Return a data source; only an administrator sees its options."""
    source = _visible_source(call)
    return _whole(call, source) if call.is_admin else source_json(call, source)


def _whole(call: Call, source: DataSource) -> Record:
    """Return a data source with its options, the secret ones masked."""
    return {
        **source_json(call, source),
        "options": masked(call.store.source_options.get(source.id, {})),
        "queue_name": "queries",
        "scheduled_queue_name": "scheduled_queries",
        "groups": {
            str(group): is_view_only
            for group, is_view_only in call.store.people.groups_of_source(source.id).items()
        },
    }


def _visible_source(call: Call) -> DataSource:
    source = call.record(call.executor.sources)
    if not call.may_use_source(source.id, only_view=True):
        raise forbidden()
    return source


def _test_source(call: Call) -> object:
    """Try a data source; what it says is the answer, not an error."""
    try:
        call.record(call.executor.sources).schema()
    except SourceError as error:
        return {"message": str(error), "ok": False}
    return {"message": "success", "ok": True}


def _get_schema(call: Call) -> object:
    """Return a data source's tables, or a job that asks for them."""
    source, store = _visible_source(call), call.store
    is_known = source.id not in store.source_options or source.id in store.known_schemas
    if is_known and "refresh" not in call.query:
        return {"schema": source.schema()}

    def work(_: Interrupt) -> list[dict[str, Any]]:
        try:
            found = source.schema()
        except SourceError as error:
            raise SchemaError(str(error)) from None
        store.known_schemas.add(source.id)
        return found

    return {"job": call.executor.jobs.submit((source.id, "schema"), work).to_json(call.dialect)}


_SOURCE = "/api/data_sources/{id}"
ROUTES: Routes = (
    ("GET", "/api/data_sources", _list_sources),
    ("GET", _SOURCE, _get_source),
    ("GET", _SOURCE + "/schema", _get_schema),
)
ADMIN_ROUTES: Routes = (
    ("POST", "/api/data_sources", _create_source),
    ("GET", "/api/data_sources/types", _list_types),
    ("POST", _SOURCE + "/test", _test_source),
)
