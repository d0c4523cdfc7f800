"""The data sources' SQL engine: DuckDB, one cursor a job, interrupted for real."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import duckdb

from watchframe.demo.json_values import json_value
from watchframe.demo.type_faces import declared_type

#: What a statement without rows is reported as, though it took effect (recording 038).
NO_DATA = "Query completed but it returned no data."


_SHOWING = (
    duckdb.StatementType.SELECT,
    duckdb.StatementType.EXPLAIN,
    duckdb.StatementType.CALL,
    duckdb.StatementType.RELATION,
)


class SourceError(Exception):
    """What the data source says of a query that failed."""


class SchemaError(SourceError):
    """What the data source says when its tables cannot be told."""


class CancelledError(Exception):
    """The query was interrupted."""


@dataclass(slots=True)
class Interrupt:
    """Stops one run.

    Attributes
    ----------
    is_set : threading.Event
    stop : callable or None
        What interrupts the engine, while it runs.
    """

    is_set: threading.Event
    stop: Callable[[], None] | None = None

    def set(self) -> None:
        """Interrupt the run, or keep it from beginning."""
        self.is_set.set()
        if self.stop is not None:
            self.stop()


class DataSource(Protocol):
    """Something that queries run on."""

    id: int
    name: str
    type: str
    syntax: str
    supports_auto_limit: bool

    def run(self, text: str, interrupt: Interrupt) -> dict[str, Any]:
        """Give ``{"columns": ..., "rows": ...}``; raises SourceError or CancelledError."""

    def schema(self) -> list[dict[str, Any]]:
        """Give its tables and their columns."""


@dataclass(slots=True, kw_only=True)
class SqlSource:
    """A database of the demo's engine, declaring types as one kind of data source does."""

    id: int
    name: str
    type: str
    connection: duckdb.DuckDBPyConnection
    syntax: str = "sql"
    supports_auto_limit: bool = True

    def run(self, text: str, interrupt: Interrupt) -> dict[str, Any]:
        """Give columns and rows of the last statement."""
        cursor = self.connection.cursor()
        interrupt.stop = cursor.interrupt
        try:
            return self._run(cursor, text, interrupt)
        except duckdb.InterruptException:
            raise CancelledError from None
        except duckdb.Error as error:
            if interrupt.is_set.is_set():
                raise CancelledError from None
            raise SourceError(str(error)) from None
        finally:
            interrupt.stop = None
            cursor.close()

    def schema(self) -> list[dict[str, Any]]:
        """Give the tables with their columns and types."""
        cursor = self.connection.cursor()
        rows = cursor.execute(
            "select table_name, column_name, data_type from information_schema.columns"
            " order by table_name, column_name"
        ).fetchall()
        cursor.close()
        tables: dict[str, list[dict[str, str]]] = {}
        for table, column, type_ in rows:
            tables.setdefault(table, []).append({"name": column, "type": type_.lower()})
        return [{"name": name, "columns": columns} for name, columns in tables.items()]

    def _run(
        self, cursor: duckdb.DuckDBPyConnection, text: str, interrupt: Interrupt
    ) -> dict[str, Any]:
        statements = cursor.extract_statements(text)
        if not statements:
            raise SourceError(NO_DATA)
        for statement in statements:
            if interrupt.is_set.is_set():
                raise CancelledError
            cursor.execute(statement)
        # A statement of definition or change took effect, and has nothing to show.
        if statements[-1].type not in _SHOWING:
            raise SourceError(NO_DATA)
        names = unique_names([column[0] for column in cursor.description])
        types = [str(column[1]) for column in cursor.description]
        readers = [int_or_none if type_ == "BIGNUM" else json_value for type_ in types]
        rows: list[dict[str, Any]] = []
        while block := cursor.fetchmany(10_000):
            if interrupt.is_set.is_set():
                raise CancelledError
            rows += [
                {name: read(value) for name, read, value in zip(names, readers, row, strict=True)}
                for row in block
            ]
        return {
            "columns": [
                {"name": name, "friendly_name": name, "type": declared_type(self.type, type_)}
                for name, type_ in zip(names, types, strict=True)
            ],
            "rows": rows,
        }


def int_or_none(value: str | None) -> int | None:
    """Give the integer that DuckDB hands out as its digits."""
    return None if value is None else int(value)


def unique_names(names: Iterable[str]) -> list[str]:
    """Give the names with duplicates renamed as the server does: ``a, a, a1`` to ``a, a1, a11``."""
    seen: set[str] = set()
    counts: dict[str, int] = {}
    unique = []
    for name in names:
        found = name
        while found in seen:
            counts[name] = counts.get(name, 0) + 1
            found = f"{name}{counts[name]}"
        seen.add(found)
        unique.append(found)
    return unique
