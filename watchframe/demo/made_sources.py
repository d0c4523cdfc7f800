"""Data sources that were made through the API.

``duckdb`` and ``sqlite`` are the demo's own database under another name; anything else is somewhere
that cannot be reached from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchframe.demo.sql_engine import DataSource, Interrupt, SourceError, SqlSource

#: Kind -> the options that it cannot do without.
KINDS: Mapping[str, tuple[str, ...]] = {
    "pg": ("dbname",),
    "mysql": ("db",),
    "duckdb": (),
    "sqlite": ("dbpath",),
    "python": (),
}
_HERE = ("duckdb", "sqlite")


@dataclass(slots=True, kw_only=True)
class UnreachableSource:
    """A database that is not there."""

    id: int
    name: str
    type: str
    host: str
    syntax: str = "sql"
    supports_auto_limit: bool = True

    def run(self, text: str, interrupt: Interrupt) -> dict[str, Any]:  # noqa: ARG002 - the protocol
        """Fail."""
        raise SourceError(self._words())

    def schema(self) -> list[dict[str, Any]]:
        """Fail."""
        raise SourceError(self._words())

    def _words(self) -> str:
        return f'connection to server at "{self.host}" failed: Connection refused'


def made_source(
    number: int, name: str, type_: str, options: Mapping[str, Any], others: Mapping[int, DataSource]
) -> DataSource:
    """Give a new data source of one of the `KINDS`."""
    own = next((item for item in others.values() if isinstance(item, SqlSource)), None)
    if type_ in _HERE and own is not None:
        return SqlSource(id=number, name=name, type=type_, connection=own.connection)
    host = str(options.get("host", "127.0.0.1"))
    return UnreachableSource(id=number, name=name, type=type_, host=host)
