"""Functions that Inverse Watch's Query Results source adds to SQL, for local SQL.

Their names and what they do are those of the server. Where its SQLite has only a text for a large
integer, the function here gives the integer.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import pyarrow as pa

if TYPE_CHECKING:
    import duckdb

#: Keys that `get_json_item` and `get_array_item` take at most.
_MOST_KEYS: Final = 6
_MACROS: Final = {
    "hex_to_decimal(digits)": "TRY_CAST(_hex_to_decimal(CAST(digits AS VARCHAR)) AS BIGNUM)",
    "hyperlink(address, label)": "format('<a href=\"{}\">{}</a>', address, label)",
    "markdown_hyperlink(address, label)": "format('[{}]({})', label, address)",
    "add_thousand_separator(number, decimals)": "coalesce(_add_thousand_separator("
    "CAST(number AS VARCHAR), CAST(decimals AS VARCHAR)), '0.00')",
    "stdev(x)": "stddev_samp(TRY_CAST(CAST(x AS VARCHAR) AS DOUBLE))",
}


def register_watch_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the functions of Inverse Watch.

    ``hex_to_decimal(digits)`` is a BIGNUM; ``get_json_item(json, key, …)`` and
    ``get_array_item(json, place, …)`` are texts, with up to six keys; ``hyperlink``,
    ``markdown_hyperlink``, ``add_thousand_separator`` and ``stdev`` are as on the server. What
    cannot be read gives NULL, as there.
    """
    for name, function in _OF_TEXTS.items():
        arguments = 1 if name == "_hex_to_decimal" else 2
        _register(connection, name, function, arguments)
    for name, is_array in (("get_json_item", False), ("get_array_item", True)):
        _register_item(connection, name, is_array=is_array)
    for head, body in _MACROS.items():
        connection.execute(f"CREATE OR REPLACE MACRO {head} AS {body}")


def _register(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    function: Callable[..., str | None],
    arguments: int,
) -> None:
    def of_one(texts: pa.ChunkedArray) -> pa.Array:
        found = [None if text is None else function(text) for text in texts.to_pylist()]
        return pa.array(found, pa.string())

    def of_two(first: pa.ChunkedArray, second: pa.ChunkedArray) -> pa.Array:
        rows = zip(first.to_pylist(), second.to_pylist(), strict=True)
        return pa.array([None if None in row else function(*row) for row in rows], pa.string())

    connection.create_function(  # type: ignore[call-overload]
        name,
        of_one if arguments == 1 else of_two,  # DuckDB counts the parameters
        ["VARCHAR"] * arguments,
        "VARCHAR",
        type="arrow",
        null_handling="special",
    )


def _register_item(connection: duckdb.DuckDBPyConnection, name: str, *, is_array: bool) -> None:
    def of_columns(texts: pa.ChunkedArray, keys: pa.ChunkedArray) -> pa.Array:
        pairs = zip(texts.to_pylist(), keys.to_pylist(), strict=True)
        return pa.array([_item(text, path, is_array=is_array) for text, path in pairs], pa.string())

    connection.create_function(  # type: ignore[call-overload]
        f"_{name}",
        of_columns,
        ["VARCHAR", "VARCHAR[]"],
        "VARCHAR",
        type="arrow",
        null_handling="special",
    )
    bodies = []
    for count in range(_MOST_KEYS + 1):
        keys = [f"key{at}" for at in range(count)]
        texts = ", ".join(f"CAST({key} AS VARCHAR)" for key in keys)
        bodies.append(
            f"({', '.join(['value', *keys])}) AS"
            f" _{name}(CAST(value AS VARCHAR), CAST([{texts}] AS VARCHAR[]))"
        )
    connection.execute(f"CREATE OR REPLACE MACRO {name} {', '.join(bodies)}")


def _item(text: str | None, path: Sequence[str | None], *, is_array: bool) -> str | None:
    """Return what lies at a path of keys, as the server shows it."""
    found = None if text is None else _parsed(text)
    if found is None or (is_array and not isinstance(found, list)):
        return None
    for key in path:
        try:
            if isinstance(found, dict):
                found = found[key]
            elif isinstance(found, list | tuple | str) and key is not None:
                found = found[int(key)]
            else:
                return None
        except (KeyError, IndexError, ValueError):
            return None
    try:
        return json.dumps(found) if isinstance(found, list | dict) else str(found)
    except TypeError:  # Python's values that JSON does not have
        return None


def _parsed(text: str) -> object:
    """Return a JSON value, or one that Python writes: authors quote with ``'`` as well."""
    for read in (json.loads, ast.literal_eval):
        try:
            value: object = read(text.strip())
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
        return value
    return None


def _hex_to_decimal(digits: str) -> str | None:
    text = digits.strip()
    try:
        return str(int(text[2:] if text[:2].lower() == "0x" else text, 16))
    except ValueError:
        return None


def _add_thousand_separator(number: str, decimals: str) -> str | None:
    try:
        if number.strip("-").isdigit():  # a float would round a large one
            return f"{int(number):,}{f'{0:.{int(decimals)}f}'[1:]}"
        return f"{float(number):,.{int(decimals)}f}"
    except (ValueError, OverflowError):
        return None


_OF_TEXTS: Final[Mapping[str, Callable[..., str | None]]] = {
    "_hex_to_decimal": _hex_to_decimal,
    "_add_thousand_separator": _add_thousand_separator,
}
