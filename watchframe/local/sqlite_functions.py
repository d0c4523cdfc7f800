"""SQLite's functions in DuckDB, for SQL that was written for the Query Results source.

What DuckDB has in the same way is left to it. The others are run by SQLite itself, value by value,
so that they cannot differ: dates with their modifiers, ``printf``, ``round``, JSON.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import pyarrow as pa

if TYPE_CHECKING:
    import duckdb

#: Functions of SQLite that give texts, with the numbers of arguments that they may have.
_OF_TEXTS: Final = {
    "strftime": (1, 6),
    "date": (0, 5),
    "time": (0, 5),
    "datetime": (0, 5),
    "printf": (1, 8),
    "format": (1, 8),
    "json_type": (1, 2),
    "quote": (1, 1),
    "hex": (1, 1),
    "char": (1, 4),
}
#: Likewise those that give numbers, with the type of these.
_OF_NUMBERS: Final = {
    "julianday": (0, 5, "DOUBLE"),
    "unixepoch": (0, 5, "BIGINT"),
    "json_array_length": (1, 2, "BIGINT"),
    "json_valid": (1, 1, "BIGINT"),
    "unicode": (1, 1, "BIGINT"),
    "round": (1, 2, "DOUBLE"),
}
_LOWER: Final = "abcdefghijklmnopqrstuvwxyz"
_TEXT: Final = "sqlite_text({})"
#: The others, by name: heads and bodies of macros.
_MACROS: Final[dict[str, Sequence[tuple[str, str]]]] = {
    "text": [
        (
            "x",
            (
                "CASE WHEN typeof(x) IN ('DOUBLE', 'FLOAT')"
                " THEN _sqlite('text of real', [TRY_CAST(x AS VARCHAR)])"
                " WHEN typeof(x) = 'BOOLEAN' THEN TRY_CAST(TRY_CAST(x AS INTEGER) AS VARCHAR)"
                " ELSE TRY_CAST(x AS VARCHAR) END"
            ),
        )
    ],
    "integer": [
        (
            "x",
            (
                "CASE WHEN typeof(x) IN ('BIGNUM', 'HUGEINT', 'BIGINT', 'INTEGER', 'SMALLINT',"
                " 'TINYINT') THEN TRY_CAST(TRY_CAST(x AS VARCHAR) AS HUGEINT)"
                " ELSE TRY_CAST(_sqlite('integer of', [TRY_CAST(x AS VARCHAR), typeof(x)])"
                " AS HUGEINT) END"
            ),
        )
    ],
    "real": [("x", "TRY_CAST(_sqlite('real of', [TRY_CAST(x AS VARCHAR), typeof(x)]) AS DOUBLE)")],
    # Of whole numbers it is whole, of others it is not: so it is in SQLite.
    "divide": [("a, b", "a // nullif(b, 0)")],
    "modulo": [("a, b", "trunc(a) % nullif(trunc(b), 0)")],
    "total": [("x", "coalesce(TRY_CAST(sum(x) AS DOUBLE), 0.0::DOUBLE)")],
    "iif": [("a, b", "CASE WHEN a THEN b END"), ("a, b, c", "CASE WHEN a THEN b ELSE c END")],
    "typeof": [
        (
            "x",
            (
                "CASE WHEN x IS NULL THEN 'null' WHEN typeof(x) IN ('DOUBLE', 'FLOAT', 'DECIMAL')"
                " THEN 'real' WHEN typeof(x) = 'VARCHAR' THEN 'text' ELSE 'integer' END"
            ),
        )
    ],
    "random": [("", "TRY_CAST((random() - 0.5) * 1.8e19 AS BIGINT)")],
    "upper": [("x", f"translate({_TEXT.format('x')}, '{_LOWER}', '{_LOWER.upper()}')")],
    "lower": [("x", f"translate({_TEXT.format('x')}, '{_LOWER.upper()}', '{_LOWER}')")],
    "length": [("x", f"length({_TEXT.format('x')})")],
    "instr": [("x, y", f"instr({_TEXT.format('x')}, {_TEXT.format('y')})")],
    "replace": [
        (
            "x, y, z",
            f"replace({_TEXT.format('x')}, {_TEXT.format('y')}, {_TEXT.format('z')})",
        )
    ],
    "substr": [
        (
            "x, n",
            (
                f"CASE WHEN n > 0 THEN substr({_TEXT.format('x')}, n) ELSE"
                f" _sqlite('substr', [{_TEXT.format('x')}, TRY_CAST(n AS VARCHAR)]) END"
            ),
        ),
        (
            "x, n, m",
            (
                f"CASE WHEN n > 0 AND m >= 0 THEN substr({_TEXT.format('x')}, n, m) ELSE"
                f" _sqlite('substr', [{_TEXT.format('x')}, TRY_CAST(n AS VARCHAR),"
                " TRY_CAST(m AS VARCHAR)]) END"
            ),
        ),
    ],
    # Inverse Watch's own
    "log": [("x, base", "ln(TRY_CAST(x AS DOUBLE)) / ln(TRY_CAST(base AS DOUBLE))")],
    "now": [("", "strftime(get_current_timestamp(), '%Y-%m-%dT%H:%M:%S.%f')")],
    "hex_to_decimal": [("x", "TRY_CAST(hex_to_decimal(x) AS VARCHAR)")],
}
#: Other names of the same.
_SAME: Final = {"substring": "substr"}


def sqlite_names() -> dict[str, str]:
    """Return the names in `register_sqlite_functions`, by the names that SQLite has for them."""
    names = [*_OF_TEXTS, *_OF_NUMBERS, *_MACROS]
    found = {name: f"sqlite_{name}" for name in names if name not in ("text", "integer", "real")}
    return {**found, **{other: found[name] for other, name in _SAME.items()}}


def register_sqlite_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Give a connection SQLite's functions, each as ``sqlite_`` and its name."""
    connection.create_function(  # type: ignore[call-overload]
        "_sqlite",
        _sqlite,
        ["VARCHAR", "VARCHAR[]"],
        "VARCHAR",
        type="arrow",
        null_handling="special",
    )
    for name, bodies in _MACROS.items():
        _create(connection, name, bodies)
    for name, (least, most) in _OF_TEXTS.items():
        _create(connection, name, [(_arguments(n), _call(name, n)) for n in range(least, most + 1)])
    for name, (least, most, type_) in _OF_NUMBERS.items():
        _create(
            connection,
            name,
            [
                (_arguments(n), f"TRY_CAST({_call(name, n)} AS {type_})")
                for n in range(least, most + 1)
            ],
        )
    for name, sign in (("max", "greatest"), ("min", "least")):
        bodies = []
        for count in range(2, 7):
            listed = _arguments(count).split(", ")
            has_null = " OR ".join(f"{item} IS NULL" for item in listed)
            both = f"{sign}({', '.join(listed)})"
            bodies.append((", ".join(listed), f"CASE WHEN {has_null} THEN NULL ELSE {both} END"))
        _create(connection, name, bodies)


def _create(
    connection: duckdb.DuckDBPyConnection, name: str, bodies: Sequence[tuple[str, str]]
) -> None:
    listed = ", ".join(f"({head}) AS {body}" for head, body in bodies)
    connection.execute(f"CREATE OR REPLACE MACRO sqlite_{name} {listed}")


def _arguments(count: int) -> str:
    return ", ".join(f"x{at}" for at in range(count))


def _call(name: str, count: int) -> str:
    texts = ", ".join(f"sqlite_text(x{at})" for at in range(count))
    return f"_sqlite('{name}', CAST([{texts}] AS VARCHAR[]))"


_local = threading.local()


def _sqlite(names: pa.ChunkedArray, arguments: pa.ChunkedArray) -> pa.Array:
    """Call a function of SQLite in each row."""
    if not hasattr(_local, "connection"):
        _local.connection = sqlite3.connect(":memory:", check_same_thread=False)
    found = []
    for name, values in zip(names.to_pylist(), arguments.to_pylist(), strict=True):
        try:
            (value,) = _local.connection.execute(*_statement(name, values)).fetchone()
        except sqlite3.Error as error:
            raise ValueError(f"{name}: {error}") from None
        found.append(None if value is None else str(value))
    return pa.array(found, pa.string())


def _statement(name: str, values: list[str | None]) -> tuple[str, Sequence[object]]:
    if name == "text of real":
        return "SELECT CAST(? AS TEXT)", [_real(values[0])]
    if name in ("integer of", "real of"):
        value: object = values[0]
        if values[1] not in ("VARCHAR", '"NULL"'):
            value = _real({"true": "1", "false": "0"}.get(str(value), values[0]))
        return f"SELECT CAST(? AS {name.removesuffix(' of').upper()})", [value]
    marks = ", ".join("?" * len(values))
    if name == "round":
        return f"SELECT round({marks})", [_real(values[0]), *values[1:]]
    return f"SELECT {name}({marks})", values


def _real(text: str | None) -> float | None:
    return None if text is None else float(text)
