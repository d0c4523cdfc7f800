"""The data sources' SQL engine: DuckDB, one cursor a job, interrupted for real.

It is closed off from the machine: a statement reaches the tables of its database and nothing else.
"""

from __future__ import annotations

import functools
import math
import os
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import duckdb

from watchframe.demo.jobs import CancelledError, Interrupt, SourceError

#: What a statement without rows is reported as, though it took effect (recording 038).
NO_DATA = "Query completed but it returned no data."

#: Kinds of statements that reach nothing but tables. DuckDB refuses most of the others itself once
#: its configuration is locked, but each release in other words and with other gaps.
_ALLOWED = frozenset(
    {
        duckdb.StatementType.SELECT,
        duckdb.StatementType.EXPLAIN,
        duckdb.StatementType.MULTI,  # DuckDB 2: a PIVOT whose columns come from the data
        duckdb.StatementType.CREATE,
        duckdb.StatementType.INSERT,
        duckdb.StatementType.UPDATE,
        duckdb.StatementType.DELETE,
        duckdb.StatementType.MERGE_INTO,
        duckdb.StatementType.DROP,
        duckdb.StatementType.ALTER,
        duckdb.StatementType.TRANSACTION,
    }
)

#: Functions that a locked configuration does not stop everywhere. Logging
#: into files crashes DuckDB 1.5 at the first record, and scans that take an address in memory crash
#: it at once. The other two run SQL that stands in a text, where this expression cannot see it.
_REFUSED_FUNCTIONS = re.compile(
    r"""enable_logging | (?:arrow|pandas)_scan | python_map_function
    | json_execute_serialized_sql | \bquery"? (?: \s | /\*.*?\*/ | --[^\n]*\n )* \(""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)

#: Values that a result may have, those within lists and structures too, and the letters of its
#: texts: a tenth is more than any query of the catalogue gives.
MAX_VALUES = 20_000_000
MAX_LETTERS = 500_000_000

#: Values that are fetched at once: no more than these are there before they are counted.
_BLOCK = 100_000

#: Seconds that a statement may take, so that no worker of the server is lost for ever.
MAX_SECONDS = 600.0

_CLOSED_OFF = (
    "set memory_limit = '2GB'",
    "set max_temp_directory_size = '2GB'",
    f"set threads = {min(4, os.cpu_count() or 1)}",
    "set python_enable_replacements = false",  # a table's name could be that of a Python variable
    "set allow_persistent_secrets = false",
    "set autoload_known_extensions = false",
    "set autoinstall_known_extensions = false",
    "set enable_external_access = false",
    "set lock_configuration = true",  # last: from here on nothing of the above can be undone
)


def close_off(connection: duckdb.DuckDBPyConnection) -> None:
    """Bound what the statements on a database may use, and keep them from files and the network."""
    for statement in _CLOSED_OFF:
        connection.execute(statement)


def is_closed_off(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether `close_off` was done, for this connection or another one of the process."""
    locked = connection.execute("select current_setting('lock_configuration')").fetchone()
    return locked == (True,)


@dataclass(slots=True, kw_only=True)
class SqlSource:
    """A database of the demo's engine, declaring types as one kind of data source does."""

    id: int
    name: str
    type: str
    connection: duckdb.DuckDBPyConnection
    syntax: str = "sql"
    supports_auto_limit: bool = True
    is_annotated: bool = True
    has_exact_numeric: bool = False  #: whole decimals are integers
    writes_nan: bool = False  #: NaN and infinities stay what they are

    def run(self, text: str, interrupt: Interrupt) -> dict[str, Any]:
        """Return the columns and rows of the last statement."""
        cursor = self.connection.cursor()
        limit = threading.Timer(MAX_SECONDS, cursor.interrupt)
        limit.daemon = True
        limit.start()
        try:
            with interrupt.stopping(cursor.interrupt):
                return self._run(cursor, text, interrupt)
        except duckdb.InterruptException:
            if not interrupt.is_set.is_set():
                raise SourceError(
                    f"The query took longer than the demo's {MAX_SECONDS:g} seconds."
                ) from None
            raise CancelledError from None
        except duckdb.Error as error:
            if interrupt.is_set.is_set():
                raise CancelledError from None
            raise SourceError(str(error)) from None
        finally:
            limit.cancel()
            cursor.close()

    def schema(self) -> list[dict[str, Any]]:
        """Return the tables with their columns and types."""
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
        _check_allowed(statements, text)
        for statement in statements:
            if interrupt.is_set.is_set():
                raise CancelledError
            cursor.execute(statement)
        if not _shows_rows(statements[-1], cursor):
            raise SourceError(NO_DATA)
        names = unique_names([column[0] for column in cursor.description])
        types = [str(column[1]) for column in cursor.description]
        reader: Callable[[Any], Any] = json_value
        if self.has_exact_numeric or self.writes_nan:
            reader = functools.partial(
                json_value, is_exact=self.has_exact_numeric, writes_nan=self.writes_nan
            )
        readers = [_bignum if type_ == "BIGNUM" else reader for type_ in types]
        rows: list[dict[str, Any]] = []
        size = Size()
        while block := cursor.fetchmany(max(1, _BLOCK // len(names))):
            if interrupt.is_set.is_set():
                raise CancelledError
            size.add(block)
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


@dataclass(slots=True)
class Size:
    """What a result holds so far."""

    values: int = 0
    letters: int = 0

    def add(self, rows: list[tuple[Any, ...]]) -> None:
        """Count rows and what is nested in them; raises SourceError where there is too much."""
        waiting: list[Any] = [*rows]
        while waiting:
            item = waiting.pop()
            if isinstance(item, str | bytes):
                self.letters += len(item)
            elif isinstance(item, list | tuple | dict):
                self.values += len(item)
                waiting.extend([*item, *item.values()] if isinstance(item, dict) else item)
        if self.values > MAX_VALUES:
            raise SourceError(f"The result has more than {MAX_VALUES:,} values.")
        if self.letters > MAX_LETTERS:
            raise SourceError(f"The result has more than {MAX_LETTERS:,} letters.")


def _check_allowed(statements: Iterable[duckdb.Statement], text: str) -> None:
    for statement in statements:
        if statement.type not in _ALLOWED:
            raise SourceError(
                f"The demo's database takes no {statement.type.name} statements: they could reach "
                "files, the network or the settings of this machine."
            )
    found = _REFUSED_FUNCTIONS.search(text)
    if found is not None:
        raise SourceError(f"The demo's database does not take {found[0]!r} in a statement.")


def _shows_rows(statement: duckdb.Statement, cursor: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the statement asked for rows; one that defines or changes shows none."""
    if statement.type == duckdb.StatementType.MULTI:
        # Several in one: a query comes last and shows its columns; one that wrote ends with COMMIT.
        return [column[0] for column in cursor.description] != ["Success"]
    return statement.type in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


def unique_names(names: Iterable[str]) -> list[str]:
    """Return the names, duplicates renamed as the server does: ``a, a, a1`` to ``a, a1, a11``."""
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


def declared_type(face: str, engine_type: str) -> str | None:
    """Return the server's word for a column of a type such as ``DECIMAL(18,3)``, ``INTEGER[]``.

    It is a hint, and often wrong, by the kind of data source (`face`), as observed on a real server
    (recordings 018, 031, 041, 044): PostgreSQL knows most types and calls the rest null; SQLite
    calls every column null; DuckDB calls what it does not know ``string``, although the values are
    numbers, arrays and objects.
    """
    name = engine_type.upper().split("(")[0]
    if face == "sqlite":
        return None
    if face == "pg":
        is_moment = name.startswith("TIMESTAMP") and not name.endswith("]")
        return "datetime" if is_moment else _PG_TYPES.get(name)
    return _DUCKDB_TYPES.get(name, "string")


_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_WIDE_INTEGERS = ("UBIGINT", "HUGEINT", "UHUGEINT", "BIGNUM")
_DUCKDB_TYPES = {
    **dict.fromkeys(_INTEGERS, "integer"),
    **dict.fromkeys(("FLOAT", "DOUBLE"), "float"),
    "DATE": "date",
}
_PG_TYPES = {
    **_DUCKDB_TYPES,
    **dict.fromkeys(_WIDE_INTEGERS, "integer"),
    "DECIMAL": "float",
    "BOOLEAN": "boolean",
    "VARCHAR": "string",
}


def json_value(  # noqa: C901, PLR0911 - one for each type
    value: Any, *, is_exact: bool = False, writes_nan: bool = False
) -> Any:
    """Return what `json` can write: times as text cut to milliseconds, decimals as floats.

    With `is_exact` whole decimals are integers; with `writes_nan` what is no number is a literal.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if writes_nan or math.isfinite(value) else None
        case Decimal() if is_exact and value == value.to_integral_value():
            return int(value)
        case Decimal():
            return json_value(float(value))
        case dict():
            return {
                str(key): json_value(item, is_exact=is_exact, writes_nan=writes_nan)
                for key, item in value.items()
            }
        case list() | tuple():
            return [json_value(item, is_exact=is_exact, writes_nan=writes_nan) for item in value]
        case datetime():
            precision = "milliseconds" if value.microsecond else "seconds"
            if value.tzinfo is None:
                return value.isoformat(timespec=precision)
            moment = value.astimezone(UTC).replace(tzinfo=None)
            return f"{moment.isoformat(timespec=precision)}Z"
        case date() | time():
            return value.isoformat()
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case _:  # an interval, a UUID
            return str(value)


def _bignum(digits: str | None) -> int | None:
    """Return the integer that DuckDB hands out as its digits."""
    return None if digits is None else int(digits)
