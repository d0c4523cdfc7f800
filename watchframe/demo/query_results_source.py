"""The Query Results data source: SQL over what other queries gave, ``query_N`` or the latest of it.

It is SQLite, in memory, made for one run. No column keeps its type: whatever looks like an integer
is declared one, so that the digits of a uint256, which SQLite has as text only, are an ``integer``.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dateutil.parser import parse as parse_date

from watchframe.demo.jobs import CancelledError, Interrupt, SourceError
from watchframe.demo.sql_engine import MAX_SECONDS, NO_DATA, Size, json_value, unique_names

Data = Mapping[str, Any]

_NAMES = re.compile(r"\b(?:from|join)\s+(cached_)?query_(\d+)\b", re.IGNORECASE)
_LARGEST_INTEGER = 2**63 - 1
#: What a statement may do: nothing but look at the tables that were made for it.
_ALLOWED = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
    }
)
_LONGEST_VALUE = 10_000_000
_BLOCK = 1_000


@dataclass(slots=True, kw_only=True)
class QueryResultsSource:
    """The data source; `load` returns the data of a query: of its latest result, or of a run."""

    id: int
    load: Callable[[int, bool, Interrupt], Data]
    name: str = "Query Results"
    type: str = "results"
    syntax: str = "sql"
    supports_auto_limit: bool = True
    is_annotated: bool = False

    def run(self, text: str, interrupt: Interrupt) -> dict[str, Any]:
        """Return the rows, each column declared by what its values look like."""
        tables = {
            f"{cached}query_{number}": self.load(int(number), bool(cached), interrupt)
            for cached, number in dict.fromkeys(_NAMES.findall(text))
        }
        if interrupt.is_set.is_set():
            raise CancelledError
        with contextlib.closing(sqlite3.connect(":memory:", check_same_thread=False)) as database:
            limit = threading.Timer(MAX_SECONDS, database.interrupt)
            limit.daemon = True
            limit.start()
            try:
                with interrupt.stopping(database.interrupt):
                    for name, data in tables.items():
                        _fill(database, name, data)
                    return _answer(database, text)
            except sqlite3.Error as error:
                if interrupt.is_set.is_set():
                    raise CancelledError from None
                raise SourceError(str(error)) from None
            finally:
                limit.cancel()

    def schema(self) -> list[dict[str, Any]]:
        """Return nothing: the tables are all queries there are."""
        return []


def _fill(database: sqlite3.Connection, table: str, data: Data) -> None:
    names = [column["name"] for column in data["columns"]]
    if not names:
        raise SourceError(f"{table} has no columns.")
    quoted = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
    database.execute(f'create table "{table}" ({quoted})')
    database.executemany(
        f'insert into "{table}" values ({", ".join("?" * len(names))})',  # noqa: S608 - a number
        ([_kept(row.get(name)) for name in names] for row in data["rows"]),
    )


def _kept(value: object) -> object:
    """Return the value as SQLite can have it: lists as JSON, larger integers as their digits."""
    if isinstance(value, list | dict):
        return json.dumps(value)
    if isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        return str(value)
    return value


def _answer(database: sqlite3.Connection, text: str) -> dict[str, Any]:
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    database.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
    )
    cursor = database.execute(text)
    if cursor.description is None:
        raise SourceError(NO_DATA)
    names = unique_names(column[0] for column in cursor.description)
    values: list[tuple[Any, ...]] = []
    size = Size()
    while block := cursor.fetchmany(_BLOCK):
        size.add(block)
        values += [tuple(map(json_value, row)) for row in block]
    columns = zip(*values, strict=True) if values else [()] * len(names)
    return {
        "columns": [
            {"name": name, "friendly_name": name, "type": _type_of(column)}
            for name, column in zip(names, columns, strict=True)
        ],
        "rows": [dict(zip(names, row, strict=True)) for row in values],
    }


def _type_of(values: Iterable[object]) -> str | None:
    """Return the type that all values look like, or ``string``."""
    guesses = {_guess(value) for value in values}
    if not guesses:
        return None
    return guesses.pop() if len(guesses) == 1 else "string"


def _guess(value: object) -> str:
    if isinstance(value, int | float):
        return "float" if isinstance(value, float) else "integer"
    text = "" if value is None else str(value)
    for type_, read in (("integer", int), ("float", float)):
        with contextlib.suppress(ValueError):
            read(text)
            return type_
    if text.lower() in ("true", "false"):
        return "boolean"
    with contextlib.suppress(ValueError, OverflowError):
        parse_date(text)
        return "datetime"
    return "string"
