"""What local SQL would round in silence: found in DuckDB's own plan, before the SQL runs.

DuckDB has no exact ``*``, ``/`` or ``avg`` of a BIGNUM: it makes a DOUBLE of each operand first.
Whether an expression is of that kind depends on the types of all that it is made of, so DuckDB is
asked for its plan, in which every such cast stands. A cast that the author wrote (``x::DOUBLE``) is
wanted; it is told from DuckDB's by going through text first, in the SQL that is planned.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from watchframe.caller_warnings import warn_caller
from watchframe.errors import ArgumentError, PrecisionWarning
from watchframe.local.duckdb_text import duckdb_pieces, quoted
from watchframe.local.exact_numbers import EXACT_FORMS, EXACT_FUNCTIONS, register_exact_numbers
from watchframe.local.plan_nodes import (
    Node,
    children_of,
    has_type,
    is_cast,
    is_column,
    is_constant,
    name_of,
    shortened,
    sql_of,
    type_id,
    type_of,
    without_cast,
)
from watchframe.local.watch_functions import register_watch_functions

if TYPE_CHECKING:
    import duckdb

_ROUNDED: Final = frozenset({"DOUBLE", "FLOAT"})
_NAMES_OF_ROUNDED: Final = frozenset({"DOUBLE", "FLOAT8", "FLOAT", "FLOAT4", "REAL"})
#: A DOUBLE keeps all decimals of that many digits.
_DIGITS_OF_DOUBLE: Final = 15
#: A number of more digits is a BIGNUM.
_DIGITS_OF_HUGEINT: Final = 38
#: What makes a DOUBLE of decimals that does not seem to.
_OF_DECIMALS: Final = frozenset({"/", "avg", "mean"})
#: What makes a BIGNUM or a DECIMAL where no column is one.
_MAKERS: Final = ("exact_", "units", "bignum", "decimal", "numeric")
#: To plan a statement opens the files that it names.
_CLOSED_OFF: Final = (
    "SET python_enable_replacements = false",
    "SET autoload_known_extensions = false",
    "SET autoinstall_known_extensions = false",
    "SET enable_external_access = false",
)
_NO_ANSWER: Final = "no answer"

Columns = Mapping[str, list[tuple[str, str]]]
Register = Callable[["duckdb.DuckDBPyConnection"], None]


@dataclass(frozen=True, slots=True)
class RoundedExpression:
    """An expression that makes a DOUBLE of exact numbers.

    Attributes
    ----------
    sql : str
        The expression.
    of : str
        Which of its operands is rounded.
    type : {"BIGNUM", "DECIMAL"}
        What that operand is.
    exact : str or None
        What to write for an exact result; None if there is no such function.
    """

    sql: str
    of: str
    type: str
    exact: str | None

    def __str__(self) -> str:
        kind = "integers" if self.type == "BIGNUM" else "decimals"
        if self.sql == self.of:
            return (
                f"{self.sql} stands beside a DOUBLE, which makes a DOUBLE, of 15 digits, of these"
                f" exact {kind}."
            )
        return f"{self.sql} makes a DOUBLE, which has 15 digits, of the exact {kind} {self.of}."

    @property
    def advice(self) -> str:
        """What to write instead."""
        cast = f"CAST({self.of} AS DOUBLE) where 15 digits are enough"
        return f"Write {self.exact}, or {cast}." if self.exact else f"Write {cast}."


def check_sql(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    *,
    refuse: bool = True,
    prepare: Register | None = None,
) -> None:
    """Refuse SQL that would round integers of any size, and warn of decimals that it rounds.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        With the tables and views that the SQL names. It is only asked for their columns.
    sql : str
        One statement without bound parameters. A mistake in it is no error here: DuckDB names it
        when the SQL is run.
    refuse : bool
        False warns of integers, too.
    prepare : callable, optional
        Adds functions to the database in which the statement is planned.

    Raises
    ------
    ArgumentError
        A BIGNUM becomes a DOUBLE that nobody asked for; or DuckDB shows no plan of the statement.

    Warns
    -----
    PrecisionWarning
        A DECIMAL of more than 15 digits is divided or averaged, which gives a DOUBLE.
    """
    found = rounded_expressions(connection, sql, prepare)
    if refuse:
        for item in found:
            if item.type == "BIGNUM":
                raise ArgumentError(str(item), hint=item.advice)
    for item in found:
        warn_caller(PrecisionWarning(f"{item} {item.advice}"))


def rounded_expressions(
    connection: duckdb.DuckDBPyConnection, sql: str, prepare: Register | None = None
) -> tuple[RoundedExpression, ...]:
    """Return the expressions that make a DOUBLE of exact numbers where the SQL does not say so.

    Raises
    ------
    ArgumentError
        DuckDB shows no plan of the statement.
    """
    columns = columns_of_tables(connection)
    if not _may_round(columns, sql):
        return ()
    plan = plan_of(columns, with_exact_constants(sql), prepare)
    if plan is None:
        raise ArgumentError(
            "DuckDB does not show how it would run this statement, so that nobody can tell"
            " whether it rounds large integers.",
            hint="Write it as one SELECT; a PIVOT needs its columns: PIVOT … ON … IN (…).",
        )
    found = {item.sql: item for item in reversed(list(_rounded_below(plan)))}
    return tuple(found.values())[::-1]


def with_exact_constants(sql: str) -> str:
    """Return the SQL with each whole number of more than 38 digits as a cast of a text.

    DuckDB 1 reads such a number as a DOUBLE, DuckDB 2 as a BIGNUM.
    """
    pieces = list(duckdb_pieces(sql))
    return "".join(
        f"CAST('{text}' AS BIGNUM)"
        if kind == "number"
        and len(text) > _DIGITS_OF_HUGEINT
        and not _is_fractional(pieces[at - 1 : at] + pieces[at + 1 : at + 2])
        else text
        for at, (kind, text) in enumerate(pieces)
    )


def _is_fractional(beside: list[tuple[str, str]]) -> bool:
    """Whether the number between these pieces goes on with a fraction or an exponent."""
    return any(text == "." or text[:1] in ("e", "E", "_") for _, text in beside)


def columns_of_tables(connection: duckdb.DuckDBPyConnection) -> Columns:
    """Return the columns of all tables and views, with their types."""
    tables: dict[str, list[tuple[str, str]]] = {}
    for table, column, type_ in connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
        " ORDER BY database_name, schema_name, table_name, column_index"
    ).fetchall():
        tables.setdefault(table, []).append((column, type_))
    return tables


def _may_round(columns: Columns, sql: str) -> bool:
    """Whether the SQL can have a BIGNUM or a DECIMAL: it costs a second database to see more."""
    return (
        any("BIGNUM" in type_ or "DECIMAL" in type_ for of in columns.values() for _, type_ in of)
        or any(maker in sql.lower() for maker in _MAKERS)
        or with_exact_constants(sql) != sql
    )


def plan_of(columns: Columns, sql: str, prepare: Register | None = None) -> list[Node] | None:
    """Return DuckDB's plan of SQL over tables with these columns.

    None if it has none to show, an empty one for SQL with a mistake.
    """
    with contextlib.closing(_planner(columns)) as planner:
        if prepare is not None:
            prepare(planner)
        return _plan(planner, sql)


def _planner(columns: Columns) -> duckdb.DuckDBPyConnection:
    """Return a database with empty tables of these columns.

    DuckDB 2 writes no plan that reads Arrow's memory.
    """
    import duckdb  # noqa: PLC0415 - only where it is used

    planner = duckdb.connect(":memory:", config={"threads": 1})
    register_exact_numbers(planner)
    register_watch_functions(planner)
    for table, listed in columns.items():
        types = ", ".join(f"{quoted(name)} {type_}" for name, type_ in listed)
        planner.execute(f"CREATE OR REPLACE TABLE {quoted(table)} ({types})")
    for statement in _CLOSED_OFF:
        planner.execute(statement)
    return planner


def _plan(planner: duckdb.DuckDBPyConnection, sql: str) -> list[Node] | None:
    plan: dict[str, Any] = {}
    for text in dict.fromkeys((_with_marked_casts(planner, sql), sql)):
        plan = _asked(planner, "json_serialize_plan", text)
        if not plan["error"]:
            found: list[Node] = plan["plans"]
            return found
    if plan.get("error_type") not in (_NO_ANSWER, "not implemented"):
        return []
    for statement in _CHANGING:
        planner.execute(statement)
    changing = _with_changing_numbers(planner, sql)
    plan = _asked(planner, "json_serialize_plan", _with_marked_casts(planner, changing))
    return None if plan["error"] else plan["plans"]


def _asked(planner: duckdb.DuckDBPyConnection, function: str, text: str) -> dict[str, Any]:
    import duckdb  # noqa: PLC0415 - as above

    try:
        row = planner.execute(f"SELECT {function}(?)", [text]).fetchone()
    except duckdb.Error:
        return {"error": True}
    if not row or not row[0]:
        return {"error": True, "error_type": _NO_ANSWER}
    answer: dict[str, Any] = json.loads(row[0])
    return answer


def _written(planner: duckdb.DuckDBPyConnection, tree: object) -> str | None:
    """Return the SQL of a parsed statement."""
    import duckdb  # noqa: PLC0415 - as above

    try:
        row = planner.execute("SELECT json_deserialize_sql(?)", [json.dumps(tree)]).fetchone()
    except duckdb.Error:
        return None
    return str(row[0]) if row else None


def _with_marked_casts(planner: duckdb.DuckDBPyConnection, sql: str) -> str:
    """Return the SQL with the casts to DOUBLE that its author wrote going through text."""
    tree = _asked(planner, "json_serialize_sql", sql)
    casts = [] if tree["error"] else list(_casts_below(tree, _NAMES_OF_ROUNDED))
    for cast in casts:
        inner = json.loads(json.dumps(cast))
        inner["alias"] = ""
        if "type_expr" in inner:
            inner["type_expr"]["type_name"] = "VARCHAR"
            inner["type_expr"]["qualified_name"] = {"path": ["VARCHAR"]}
        else:
            inner["cast_type"] = {"id": "VARCHAR", "type_info": None}
        cast["child"] = inner
    return _written(planner, tree) or sql if casts else sql


def _casts_below(node: object, types: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Yield the casts to these types in a parsed statement, the innermost first."""
    for item in node if isinstance(node, list) else node.values() if isinstance(node, dict) else ():
        yield from _casts_below(item, types)
    if isinstance(node, dict) and node.get("class") == "CAST":
        # DuckDB 2 keeps the author's word for the type.
        written = node.get("type_expr", {}).get("type_name") or node.get("cast_type", {}).get("id")
        if str(written).upper() in types:
            yield node


#: DuckDB 2 writes nothing at all of a plan in which a BIGNUM is a constant, so each becomes
#: something that may change from row to row.
_CHANGING: Final = (
    "CREATE MACRO changing(x) AS concat(CAST(x AS VARCHAR), CAST(random() AS VARCHAR))",
    *(
        f"CREATE OR REPLACE MACRO {name}({parameters}) AS"
        f" CAST(changing(concat({parameters})) AS BIGNUM)"
        for name, parameters in EXACT_FUNCTIONS.items()
    ),
)


def _with_changing_numbers(planner: duckdb.DuckDBPyConnection, sql: str) -> str:
    tree = _asked(planner, "json_serialize_sql", sql)
    if tree["error"]:
        return sql
    call = _asked(planner, "json_serialize_sql", "SELECT changing(0)")
    template = json.dumps(call["statements"][0]["node"]["select_list"][0])
    for cast in list(_casts_below(tree, frozenset({"BIGNUM"}))):
        changing = json.loads(template)
        if "arguments" in changing:
            changing["arguments"][0]["expression"] = cast["child"]
        else:
            changing["children"] = [cast["child"]]
        cast["child"] = changing
    return _written(planner, tree) or sql


def _rounded_below(node: object, parent: Node | None = None) -> Iterator[RoundedExpression]:
    """Walk the plan; `parent` is the nearest expression above that is no cast."""
    if isinstance(node, list):
        for item in node:
            yield from _rounded_below(item, parent)
        return
    if not isinstance(node, dict):
        return
    if "expression_class" in node:
        yield from _rounded_by(node, parent)
        parent = parent if is_cast(node) else node
    elif str(node.get("type", "")).startswith("LOGICAL_"):
        parent = None
    for item in node.values():
        yield from _rounded_below(item, parent)


def _rounded_by(node: Node, parent: Node | None) -> Iterator[RoundedExpression]:
    """Yield what this expression rounds, if it makes a DOUBLE of what is none."""
    if not has_type(type_of(node), _ROUNDED):
        return
    operator = parent if is_cast(node) else node
    for operand in children_of(node):
        if has_type(type_of(operand), {"BIGNUM"}):
            type_, exact = "BIGNUM", _exact_form(operator)
        elif (
            operator is not None
            and name_of(operator) in _OF_DECIMALS
            and type_id(operand) == "DECIMAL"
            and _has_wide_decimal(operand)
        ):
            type_, exact = "DECIMAL", None
        else:
            continue
        shown = sql_of(operand if operator is None else operator)
        yield RoundedExpression(shortened(shown), shortened(sql_of(operand)), type_, exact)


def _exact_form(operator: Node | None) -> str | None:
    """Return the expression in exact functions, if all its operands are whole numbers."""
    form = EXACT_FORMS.get(name_of(operator)) if operator is not None else None
    if operator is None or form is None:
        return None
    operands = [without_cast(child) for child in children_of(operator)]
    if any(type_id(operand) in (*_ROUNDED, "DECIMAL") for operand in operands):
        return None
    texts = [sql_of(operand) for operand in operands]
    return shortened(form.format(*texts)) if len(texts) >= form.count("}") // 2 else None


def _has_wide_decimal(node: Node) -> bool:
    """Whether decimals beyond a DOUBLE's digits go into this expression, and no mere constants."""
    if is_constant(node):
        return False
    if is_column(node) or is_cast(node):
        info = (type_of(node) or {}).get("type_info") or {}
        source = without_cast(node)
        if type_id(node) == "DECIMAL" and info.get("width", 0) > _DIGITS_OF_DOUBLE:
            return not is_constant(source) and type_id(source) in ("VARCHAR", "DECIMAL")
    return any(_has_wide_decimal(child) for child in children_of(node))
