"""The results that local SQL names: ``query_42``, ``cached_query_42``, ``query("name", a=1)``."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from watchframe.errors import ArgumentError
from watchframe.local.database import failure, load_duckdb, require_select
from watchframe.local.duckdb_text import BLANK, duckdb_pieces, quoted, unquoted

_TABLE: Final = re.compile(r"(cached_)?query_(\d+)", re.IGNORECASE)
_PARAMETERISED: Final = re.compile(r"param_query_(\d+)_\{(.*)\}", re.IGNORECASE | re.DOTALL)
_CONSTANTS: Final = {"true": "True", "false": "False", "null": "None"}
#: The words before the text of a literal.
_TYPE_WORDS: Final = frozenset({"date", "timestamp"})
_FORMS: Final = "A result is query_42, cached_query_42, param_query_42_{a=1} or query('name', a=1)."

Piece = tuple[str, str]


@dataclass(frozen=True, slots=True)
class LocalSource:
    """A result that the SQL reads.

    Attributes
    ----------
    query : int or str
        Its id or its name.
    params : mapping of str to object
        As `read_watch_query` takes them.
    url_parameters : mapping of str to str
        As they stand in an address.
    takes_any_age : bool
        Whether an old result will do, whatever the read asks for.
    """

    query: int | str
    params: dict[str, object] = field(default_factory=dict)
    url_parameters: dict[str, str] = field(default_factory=dict)
    takes_any_age: bool = False


@dataclass(frozen=True, slots=True)
class NamedSources:
    """SQL that names its results as tables, and what each of these is."""

    sql: str
    sources: dict[str, LocalSource]


def named_sources(sql: str) -> NamedSources:
    """Return the SQL as DuckDB can read it, with the results that it names.

    ``param_query_42_{a=1}`` and ``query("name", a=1)`` become names in quotes. What is a table is
    for DuckDB's own parser to say: names in texts and comments, of WITH and of columns are none.

    Raises
    ------
    ArgumentError
        A table is no result, or a call of ``query`` cannot be read.
    JobFailedError
        DuckDB cannot parse the SQL.
    """
    pieces = list(duckdb_pieces(sql))
    written: list[str] = []
    known: dict[str, tuple[str, LocalSource]] = {}
    at = 0
    while at < len(pieces):
        kind, text = pieces[at]
        length = _length_of_call(pieces, at)
        if length:
            text = "".join(text for _, text in pieces[at : at + length])
            known[text.lower()] = (text, _called(text, pieces[at : at + length]))
        elif kind == "parameterised":
            length = 1
            known[text.lower()] = (text, _parameterised(text))
        if length:
            written.append(quoted(text))
        else:
            written.append(text)
        at += length or 1
    rewritten = "".join(written)
    return NamedSources(rewritten, _sources_of(rewritten, known))


def _sources_of(sql: str, known: dict[str, tuple[str, LocalSource]]) -> dict[str, LocalSource]:
    found: dict[str, LocalSource] = {}
    for name in _tables_in(sql):
        match = _TABLE.fullmatch(name)
        if name.lower() in known:
            table, source = known[name.lower()]
        elif match is not None:
            table = name.lower()
            source = LocalSource(int(match[2]), takes_any_age=bool(match[1]))
        else:
            raise ArgumentError(f"Local SQL has no table {name!r}.", hint=_FORMS)
        found[table] = source
    return found


def _tables_in(sql: str) -> list[str]:
    """Return the tables that the SQL reads, as DuckDB parses it, in the order of the parse."""
    duckdb = load_duckdb()
    with duckdb.connect(":memory:") as connection:
        try:
            require_select(connection, sql)
            (text,) = connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
        except duckdb.Error as error:
            raise failure(error, sql) from None
    parsed = json.loads(text)
    if parsed["error"]:
        raise ArgumentError(f"DuckDB cannot parse the SQL: {parsed.get('error_message')}.")
    return list(dict.fromkeys(_tables_below(parsed["statements"], frozenset())))


def _tables_below(node: object, steps: frozenset[str]) -> Iterator[str]:
    """Yield the tables of a parsed statement but the `steps`, which a WITH names."""
    if isinstance(node, list):
        for item in node:
            yield from _tables_below(item, steps)
    if not isinstance(node, dict):
        return
    for step in (node.get("cte_map") or {}).get("map", ()):
        name = step["key"].lower()
        is_recursive = "RECURSIVE_CTE_NODE" in json.dumps(step["value"])
        yield from _tables_below(step["value"], steps | {name} if is_recursive else steps)
        steps |= {name}
    yield from _table_of(node, steps)
    for key, item in node.items():
        if key != "cte_map":
            yield from _tables_below(item, steps)


def _table_of(node: dict[str, Any], steps: frozenset[str]) -> Iterator[str]:
    """Yield the table that a node of a parsed statement is, if it is one."""
    name, kind = str(node.get("table_name") or ""), node.get("type")
    if kind == "SHOW_REF":  # DESCRIBE and SUMMARIZE
        name = name.strip('"')
    is_step = name.lower() in steps and not node.get("schema_name")
    if kind in ("BASE_TABLE", "SHOW_REF") and name and not is_step:
        yield name


def _parameterised(text: str) -> LocalSource:
    """Return the source of ``param_query_42_{a=1&b=x}``, whose values are written as in a URL."""
    match = _PARAMETERISED.fullmatch(text)
    values = match[2] if match is not None else ""
    pairs = parse_qsl(values, keep_blank_values=True)
    names = [name.removeprefix("p_") for name, _ in pairs]
    if match is None or not pairs or len(set(names)) < len(pairs):
        raise ArgumentError(
            f"{text} has no readable parameters.",
            hint="Write param_query_42_{a=1&b=x%20y}: each name once, values as in an address.",
        )
    found = dict(zip(names, (value for _, value in pairs), strict=True))
    return LocalSource(int(match[1]), url_parameters=found)


def _length_of_call(pieces: Sequence[Piece], at: int) -> int:
    """Return how many pieces a call of ``query`` has that begins here; 0 if none does."""
    if pieces[at][0] != "word" or pieces[at][1].lower() != "query":
        return 0
    depth = 0
    for number, (kind, text) in enumerate(pieces[at + 1 :], 2):
        if kind in BLANK:
            continue
        if not depth and text != "(":
            return 0
        depth += {"(": 1, ")": -1}.get(text, 0)
        if not depth:
            return number
    return 0


def _called(text: str, pieces: Sequence[Piece]) -> LocalSource:
    """Return the source of ``query("name", a=1)``, which is read as a call in Python is."""
    hint = 'Write query("Borrows by market", market=\'WETH\') or query("…", {"market": "WETH"}).'
    try:
        call = ast.parse(_as_python(pieces), mode="eval").body
        if not isinstance(call, ast.Call) or not 1 <= len(call.args) <= 2:  # noqa: PLR2004 - a name, a set
            raise ValueError(text)  # noqa: TRY301 - as of what cannot be parsed
        query, *sets = map(ast.literal_eval, call.args)
        named = {str(item.arg): ast.literal_eval(item.value) for item in call.keywords}
        params = {**(sets[0] if sets else {}), **named}
    except (SyntaxError, TypeError, ValueError, MemoryError, RecursionError):
        raise ArgumentError(f"{text} is no result that can be read.", hint=hint) from None
    if isinstance(query, bool) or not isinstance(query, int | str):
        raise ArgumentError(f"{text} names no query.", hint=hint)
    return LocalSource(query, params=params)


def _as_python(pieces: Sequence[Piece]) -> str:
    """Return the call as Python would write it: texts as Python's, a date as its text."""
    code = [piece for piece in pieces if piece[0] not in BLANK]
    words = []
    for number, (kind, text) in enumerate(code):
        after = code[number + 1][0] if number + 1 < len(code) else ""
        if kind in ("string", "name"):
            word = repr(unquoted(text))
            word = unquoted(text) if code[number + 1 : number + 2] == [("other", "=")] else word
        elif kind == "word":
            word = "" if text.lower() in _TYPE_WORDS and after == "string" else text
            word = _CONSTANTS.get(word.lower(), word)
        else:
            word = text
        words.append(word)
    return "".join(words)
