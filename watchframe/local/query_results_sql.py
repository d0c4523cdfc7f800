"""SQL of the Query Results source, which is SQLite's, run by DuckDB with the server's answer.

DuckDB's own parser reads the SQL; what SQLite means otherwise (integer division, ``LIKE``, casts,
where nulls are sorted, its functions) is put into the parsed statement. SQLite itself, over tables
without rows, names the columns and says what it refuses. What is left, a text that is used as a
number or a float as a text, is found in DuckDB's plan and refused: no difference is silent.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from dateutil.parser import parse as parse_date

from watchframe.decode.typing_rules import (
    ENCODING,
    INTEGER,
    encoding_of,
    table_of,
    typed_column,
    values_as_sent,
)
from watchframe.errors import ArgumentError, JobFailedError
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.local.database import load_duckdb, run
from watchframe.local.duckdb_text import quoted
from watchframe.local.plan_nodes import (
    Node,
    children_of,
    is_cast,
    name_of,
    shortened,
    sql_of,
    type_id,
)
from watchframe.local.result_types import unique_names
from watchframe.local.sql_checks import plan_of, with_exact_constants
from watchframe.local.sqlite_functions import register_sqlite_functions, sqlite_names
from watchframe.parameters.sql_text import sql_pieces

if TYPE_CHECKING:
    import duckdb

#: Operators in DuckDB's parsed statement -> the function with SQLite's meaning.
_OPERATORS: Final = {
    "/": "sqlite_divide",
    "%": "sqlite_modulo",
    "~~": "~~*",
    "!~~": "!~~*",
    "like_escape": "ilike_escape",
    "not_like_escape": "not_ilike_escape",
}
_FUNCTIONS: Final = sqlite_names()
#: What each type of a cast is in SQLite, by the beginning of its name.
_AFFINITIES: Final = (
    ("INT", "sqlite_integer"),
    ("BIGINT", "sqlite_integer"),
    ("SMALLINT", "sqlite_integer"),
    ("TINYINT", "sqlite_integer"),
    ("HUGEINT", "sqlite_integer"),
    ("VARCHAR", "sqlite_text"),
    ("TEXT", "sqlite_text"),
    ("CHAR", "sqlite_text"),
    ("STRING", "sqlite_text"),
    ("REAL", "sqlite_real"),
    ("DOUBLE", "sqlite_real"),
    ("FLOAT", "sqlite_real"),
)
_MOMENTS: Final = {"date": "date", "time": "time", "timestamp": "datetime"}
#: Functions and operators whose values are of one type in DuckDB, and of several in SQLite.
_OF_ANY_TYPE: Final = frozenset({"json_extract", "->", "->>", "json_each", "json_tree"})
_NUMBERS: Final = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "FLOAT", "DECIMAL", "BIGNUM"}
)
_FUNCTIONS_OF_WATCH: Final = [
    "LOG",
    "EXP",
    "POWER",
    "LN",
    "SQRT",
    "HYPERLINK",
    "MARKDOWN_HYPERLINK",
    "CONCAT",
    "NOW",
    "ADD_THOUSAND_SEPARATOR",
    "HEX_TO_DECIMAL",
    "GET_ARRAY_ITEM",
    "GET_JSON_ITEM",
]
#: What a statement does that only looks.
_LOOKING: Final = frozenset(
    {
        *(sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ),
        *(sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE),
    }
)
#: Steps of SQLite's machine between two looks at the deadline.
_STEPS: Final = 10_000
_PAGE: Final = "Leave run_locally out: the server runs it with SQLite."
_PARAMETERISED: Final = re.compile(r"(param_query_\d+_\{[^}]*\})", re.IGNORECASE)
_UNSAFE_IN_NAMES: Final = re.compile(r'[:."\s]')


def run_query_results(
    sql: str, tables: Mapping[str, pa.Table], *, deadline: Deadline = NO_DEADLINE
) -> pa.Table:
    """Return what the server's Query Results source gives for SQL over these tables.

    Parameters
    ----------
    sql : str
        As it stands on the server, with its parameters put in.
    tables : mapping of str to pyarrow.Table
        As decoded, by the names that the SQL has for them.
    deadline : Deadline
        As of `run`.

    Returns
    -------
    pyarrow.Table
        Columns named as SQLite names them, and typed as the server declares them: times are texts
        in SQLite, and times again where a whole column looks so. Integers beyond 64 bits, which are
        texts there, are numbers here.

    Raises
    ------
    ArgumentError
        SQLite and DuckDB would give different answers, or SQLite refuses it; the message says why.
    JobFailedError
        DuckDB refuses or fails the SQL.
    """
    known = {name: as_in_sqlite(table) for name, table in tables.items()}
    sql = _PARAMETERISED.sub(lambda match: quoted(match[1]), sql)
    names = _names_by_sqlite(sql, known, deadline)
    text = translated(sql)
    _refuse_differences(text, known)
    try:
        found = run(text, known, deadline=deadline, refuse=False, prepare=register_sqlite_functions)
    except JobFailedError as error:
        raise error.replace(
            hint=f"The server's SQLite takes this SQL, and DuckDB does not. {_PAGE}"
        ) from None
    columns = [
        _as_declared(name, found.schema.field(at), found.column(at))
        for at, name in enumerate(names)
    ]
    return table_of(columns, found.num_rows)


def as_in_sqlite(table: pa.Table) -> pa.Table:
    """Return a result as its SQLite table is: times and JSON are texts, booleans are 0 and 1."""
    fields, columns = [], []
    for field, column in zip(table.schema, table.columns, strict=True):
        is_integer = encoding_of(field) == INTEGER
        values = column
        if not is_integer and pa.types.is_temporal(field.type):
            texts = list(map(_as_json, values_as_sent(field, column)))
            values = pa.chunked_array([pa.array(texts, pa.string())])
        elif pa.types.is_boolean(field.type):
            values = column.cast(pa.int64())
        name = _UNSAFE_IN_NAMES.sub("_", field.name)
        metadata = {ENCODING: INTEGER} if is_integer else None
        fields.append(pa.field(name, values.type, metadata=metadata))
        columns.append(values)
    return pa.table(columns, schema=pa.schema(fields))


def _as_json(text: object) -> object:
    """Return a time as the server's JSON has it: to the millisecond, where nothing is finer."""
    if not isinstance(text, str):
        return None
    text = re.sub(r"(\.\d{3})000(?!\d)", r"\1", text)
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def translated(sql: str) -> str:
    """Return SQLite's SQL as DuckDB's, with the same meaning.

    Raises
    ------
    ArgumentError
        It has a cast to a type that DuckDB would read in another way.
    """
    text = with_exact_constants(with_plain_tokens(sql))
    connection = load_duckdb().connect(":memory:")
    with contextlib.closing(connection):
        tree = _asked(connection, "json_serialize_sql", text)
        if tree is None:
            return text  # `run` says what is wrong with it
        _translate(tree, _Templates(connection))
        row = connection.execute("SELECT json_deserialize_sql(?)", [json.dumps(tree)]).fetchone()
    return text if row is None else str(row[0])


def _asked(connection: duckdb.DuckDBPyConnection, function: str, sql: str) -> Any:
    row = connection.execute(f"SELECT {function}(?)", [sql]).fetchone()
    found = json.loads(row[0]) if row is not None else {"error": True}
    return None if found["error"] else found


def with_plain_tokens(sql: str) -> str:
    """Return the SQL with names in double quotes, and floats as DOUBLE, which SQLite's are."""
    code, parts = "", []
    for kind, text in sql_pieces(sql):
        if kind in ("string", "line_comment", "block_comment", "name"):
            parts += [_plain_code(code), _quoted_as_standard(text) if kind == "name" else text]
            code = ""
        else:
            code += text
    return "".join([*parts, _plain_code(code)]).rstrip().rstrip(";")


def _plain_code(code: str) -> str:
    """Return SQL without texts and names: its floats as DOUBLE, what DuckDB's grammar has as ours.

    DuckDB has types, not functions, of the names ``date``, ``time`` and ``char``.
    """
    parts = _PARAMETERISED.split(code)  # every second one is the name of a result
    parts[::2] = map(_plain_part, parts[::2])
    return "".join(parts)


def _plain_part(code: str) -> str:
    code = re.sub(r"(?<![\w.])(\d+\.\d*|\.\d+)(?![\w.])", r"\1e0", code)
    code = re.sub(r"(?i)(?<![\w.])(date|time|char)(?=\s*\()", r"sqlite_\1", code)
    return re.sub(
        r"(?i)(?<![\w.])current_(date|timestamp|time)(?!\w)",
        lambda match: f"sqlite_{_MOMENTS[match[1].lower()]}()",
        code,
    )


def _quoted_as_standard(name: str) -> str:
    return quoted(name[1:-1].replace("``", "`")) if name[0] in "`[" else name


class _Templates:
    """Parsed calls of functions, which arguments are put into."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._found: dict[str, str] = {}

    def call(self, name: str, argument: object) -> dict[str, Any]:
        """Return a call with one argument."""
        if name not in self._found:
            tree = _asked(self._connection, "json_serialize_sql", f"SELECT {name}(0)")
            self._found[name] = json.dumps(tree["statements"][0]["node"]["select_list"][0])
        node: dict[str, Any] = json.loads(self._found[name])
        if "arguments" in node:
            node["arguments"][0]["expression"] = argument
        else:
            node["children"] = [argument]
        return node


def _translate(node: object, templates: _Templates) -> None:
    if isinstance(node, list):
        for item in node:
            _translate(item, templates)
    if not isinstance(node, dict):
        return
    for item in node.values():
        _translate(item, templates)
    kind = node.get("class")
    if kind == "FUNCTION":
        _translate_function(node, templates)
    elif kind == "CAST":
        written = node.get("type_expr", {}).get("type_name") or node["cast_type"]["id"]
        name = next(
            (name for start, name in _AFFINITIES if str(written).upper().startswith(start)), None
        )
        if name is None:
            raise ArgumentError(
                f"SQLite and DuckDB do not mean the same by CAST(… AS {written}).", hint=_PAGE
            )
        alias, call = node.get("alias", ""), templates.call(name, node["child"])
        node.clear()
        node.update({**call, "alias": alias})
    elif "null_order" in node and node["null_order"] == "ORDER_DEFAULT":
        is_descending = str(node.get("type")).startswith("DESC")
        # DuckDB 2 has two words where DuckDB 1 has one.
        node["null_order"] = "NULLS LAST" if is_descending else "NULLS FIRST"


def _translate_function(node: dict[str, Any], templates: _Templates) -> None:
    name = str(node["function_name"]).lower()
    listed = node.get("arguments", node.get("children", []))
    if name == "||":
        for at, item in enumerate(listed):
            if "expression" in item and "class" not in item:
                item["expression"] = templates.call("sqlite_text", item["expression"])
            else:
                listed[at] = templates.call("sqlite_text", item)
        return
    if name in _OF_ANY_TYPE:
        raise ArgumentError(
            f"{name} gives numbers and texts in one column in SQLite, which DuckDB has not.",
            hint=f"GET_JSON_ITEM(json, key) gives texts in both. {_PAGE}",
        )
    other = _OPERATORS.get(name) or _FUNCTIONS.get(name)
    if name in ("max", "min") and len(listed) > 1:
        other = f"sqlite_{name}"
    if other is None:
        return
    node["function_name"] = other
    node["is_operator"] = node["is_operator"] and not other.startswith("sqlite_")
    if "qualified_name" in node:
        node["qualified_name"] = {"path": [other]}


def _names_by_sqlite(sql: str, tables: Mapping[str, pa.Table], deadline: Deadline) -> list[str]:
    """Return the names of the columns, from SQLite, over tables without rows.

    SQLite begins to run the SQL for that, which somebody else may have written: it may only look,
    and ends with the deadline or an interrupt.
    """
    stopped_by: list[BaseException] = []

    def stops() -> bool:
        try:
            deadline.remaining()
        except BaseException as error:  # noqa: BLE001 - SQLite would drop it; raised below
            stopped_by.append(error)
        return bool(stopped_by)

    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        for name in _FUNCTIONS_OF_WATCH:
            connection.create_function(name, -1, lambda *_: None)
        connection.create_aggregate("STDEV", 1, _Nothing)  # type: ignore[arg-type]
        for name, table in tables.items():
            listed = ", ".join(map(quoted, table.column_names))
            connection.execute(f"CREATE TABLE {quoted(name)} ({listed})")
        connection.set_authorizer(
            lambda action, *_: sqlite3.SQLITE_OK if action in _LOOKING else sqlite3.SQLITE_DENY
        )
        connection.set_progress_handler(stops, _STEPS)
        try:
            described = connection.execute(sql).description
        except (sqlite3.Error, sqlite3.Warning) as error:
            if stopped_by:
                raise stopped_by[0] from None
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_AUTH:
                raise _no_select() from None
            raise ArgumentError(f"SQLite, which the server runs, says: {error}.") from None
    if described is None:
        raise _no_select()
    return unique_names(column[0] for column in described)


def _no_select() -> ArgumentError:
    return ArgumentError("The SQL is no SELECT.", hint="Query Results queries only read.")


class _Nothing:
    """An aggregate function that is only there to be named."""

    def step(self, *_: object) -> None:
        """Take a value."""

    def finalize(self) -> None:
        """Return NULL."""


def _refuse_differences(sql: str, tables: Mapping[str, pa.Table]) -> None:
    columns = {
        name: [(field.name, _type_in_duckdb(field)) for field in table.schema]
        for name, table in tables.items()
    }
    plan = plan_of(columns, sql, register_sqlite_functions)
    for cast, parent in _casts_below(plan or []):
        source = children_of(cast)[0]
        of, to = type_id(source), type_id(cast)
        shown = shortened(sql_of(parent if parent is not None else source))
        if of == "VARCHAR" and to in _NUMBERS:
            raise ArgumentError(
                f"{shown} uses the text {shortened(sql_of(source))} as a number: SQLite compares a"
                " text with no number, and reads one from its beginning, which DuckDB does not.",
                hint=f"Write CAST({shortened(sql_of(source))} AS INTEGER) or AS REAL. {_PAGE}",
            )
        if to == "VARCHAR" and of in ("DOUBLE", "FLOAT", "BOOLEAN"):
            raise ArgumentError(
                f"{shown} uses the number {shortened(sql_of(source))} as a text, which SQLite and"
                " DuckDB write differently.",
                hint=f"Write CAST({shortened(sql_of(source))} AS TEXT). {_PAGE}",
            )


def _type_in_duckdb(field: pa.Field) -> str:
    if encoding_of(field) == INTEGER:
        return "BIGNUM"
    if pa.types.is_integer(field.type):
        return "BIGINT"
    return "DOUBLE" if pa.types.is_floating(field.type) else "VARCHAR"


def _casts_below(node: object, parent: Node | None = None) -> Iterator[tuple[Node, Node | None]]:
    """Yield the casts that may fail, which are DuckDB's own, with what each is in."""
    if isinstance(node, list):
        for item in node:
            yield from _casts_below(item, parent)
    if not isinstance(node, dict):
        return
    if "expression_class" in node:
        if is_cast(node):
            data = node.get("function_data") or node
            if not data.get("try_cast") and children_of(node):
                yield node, parent
        else:
            parent = node
    elif str(node.get("type", "")).startswith("LOGICAL_"):
        parent = None
    if parent is not None and name_of(parent).startswith("_sqlite"):
        return
    for item in node.values():
        yield from _casts_below(item, parent)


def _as_declared(name: str, field: pa.Field, column: pa.ChunkedArray) -> Any:
    """Return a column with the type that the server would declare for its values."""
    if pa.types.is_boolean(field.type):
        column = column.cast(pa.int64())
    values = values_as_sent(field, column)
    return typed_column(name, _declared(values), values)


def _declared(values: list[object]) -> str | None:
    guesses: set[str] = set()
    for value in values:
        if value is None and len(guesses) < 2:  # noqa: PLR2004 - a column has one type
            continue  # a null decides nothing of a column with values here
        guesses.add(_guess(value))
        if len(guesses) > 1:
            return "string"
    return guesses.pop() if guesses else None


def _guess(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "float" if isinstance(value, float) else "integer"
    text = str(value)
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
