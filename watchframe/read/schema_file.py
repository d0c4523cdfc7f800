"""The text of a schema file: TOML that is written to be edited by hand, and read strictly."""

from __future__ import annotations

import difflib
import json
import math
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from watchframe.config.files import read_regular, resolve_links
from watchframe.errors import ArgumentError
from watchframe.hints import Hint, Kind
from watchframe.plain_text import escaped
from watchframe.read.schema_facts import TYPES

#: The version of the file's form.
VERSION = 1
_LARGEST = 10_000_000
_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)

_TOP = ("version", "other_columns", "read", "rows", "columns")
_READ = ("server", "query", "name", "data_source", "sql", "parameters")
_ROWS = ("least", "most")
_COLUMN = ("type", "nulls", "optional")


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a schema file, each of the right form.

    Raises
    ------
    ArgumentError
        It is not there, is no TOML, or has a key or a value that means nothing.
    """
    try:
        text = read_regular(resolve_links(path), limit=_LARGEST).decode()
    except FileNotFoundError:
        hint = Hint(Kind.SAVE_SCHEMA, path=str(path))
        raise ArgumentError(f"There is no schema file {path}.", hint=hint) from None
    except (OSError, UnicodeDecodeError) as error:
        words = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise ArgumentError(f"The schema file {path} cannot be read: {words}.") from None
    try:
        found = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ArgumentError(
            f"The schema file {path} is no TOML: {error}.",
            hint="Mend that place, or save it again.",
        ) from None
    _Form(path).check(found)
    return found


class _Form:
    """Checks what a file says; each error names the file and the key."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def check(self, found: Mapping[str, object]) -> None:
        if found.get("version", VERSION) != VERSION or isinstance(found.get("version"), bool):
            raise ArgumentError(
                f"The schema file {self.path} is of version {found['version']!r}, and this release "
                f"reads version {VERSION}.",
                hint="Upgrade watchframe, or save the schema again.",
            )
        self.keys(found, _TOP, "")
        self.a(found, "other_columns", bool, "true or false", "")
        read = self.table(found, "read", "")
        self.keys(read, _READ, "read.")
        for key in ("server", "name", "sql"):
            self.a(read, key, str, "a text in quotes", "read.")
        self.a(read, "query", int, "a query's id", "read.")
        self.a(read, "data_source", (int, str), "a data source's name or id", "read.")
        self.table(read, "parameters", "read.")
        self.check_rows(self.table(found, "rows", ""))
        if "columns" not in found:
            raise self.error("columns", "is missing: it has a line for each column", "")
        for name, column in self.table(found, "columns", "").items():
            self.check_column(f"columns.{key_text(name)}", column)

    def check_rows(self, rows: Mapping[str, Any]) -> None:
        self.keys(rows, _ROWS, "rows.")
        for key in _ROWS:
            self.a(rows, key, int, "a number of rows", "rows.")
            if rows.get(key, 0) < 0:
                raise self.error(key, "is less than 0", "rows.")
        if rows.get("most", math.inf) < rows.get("least", 0):
            raise self.error("most", "is less than rows.least", "rows.")

    def check_column(self, where: str, column: object) -> None:
        if not isinstance(column, Mapping):
            raise self.error(where, 'is no table: write { type = "integer", nulls = 0 }', "")
        self.keys(column, _COLUMN, f"{where}.")
        word = column.get("type", "any")
        if word not in TYPES:
            near = difflib.get_close_matches(str(word), TYPES, 1)
            meant = repr(near[0]) if near else f"one of {', '.join(TYPES)}"
            raise self.error("type", f"is {word!r}; it may be {meant}", f"{where}.")
        self.a(column, "nulls", (int, float), "a share from 0 to 1", f"{where}.")
        if not 0 <= column.get("nulls", 1) <= 1:
            raise self.error("nulls", "is no share from 0 to 1", f"{where}.")
        self.a(column, "optional", bool, "true or false", f"{where}.")

    def table(self, found: Mapping[str, object], key: str, where: str) -> Mapping[str, Any]:
        value = found.get(key, {})
        if not isinstance(value, Mapping):
            raise self.error(key, "is no table", where)
        return value

    def a(
        self,
        found: Mapping[str, object],
        key: str,
        kind: type | tuple[type, ...],
        words: str,
        where: str,
    ) -> None:
        if key not in found:
            return
        value = found[key]
        # To Python, true is an integer.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(key, f"is not {words}", where)

    def keys(self, found: Mapping[str, object], known: tuple[str, ...], where: str) -> None:
        for key in found:
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                meant = f"it may be {near[0]}" if near else f"there are {', '.join(known)}"
                raise self.error(key_text(key), f"means nothing; {meant}", where)

    def error(self, key: str, words: str, where: str) -> ArgumentError:
        return ArgumentError(
            f"In the schema file {self.path}, {where}{key} {words}.",
            hint="Mend that line, or save the schema again.",
        )


def key_text(name: str) -> str:
    """Return a key as TOML has it: in quotes where it needs them."""
    return name if _BARE.fullmatch(name) else value_text(name)


def value_text(value: object) -> str:
    """Return a JSON value in TOML, which has no null: what is null is left out.

    Raises
    ------
    TypeError
        It is no JSON value.
    """
    if isinstance(value, str):
        return escaped(json.dumps(value, ensure_ascii=False))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        pairs = [f"{key_text(str(k))} = {value_text(v)}" for k, v in value.items() if v is not None]
        return f"{{ {', '.join(pairs)} }}" if pairs else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(value_text(item) for item in value if item is not None)}]"
    raise TypeError(f"{type(value).__name__} is no JSON value")
