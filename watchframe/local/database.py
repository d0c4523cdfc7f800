"""DuckDB over Arrow tables: closed off from the machine, ended by a deadline, exact both ways.

A table is not copied: DuckDB reads Arrow's memory where it stands, and only the columns that the
SQL uses. Nothing that a statement says reaches a file, the network or a setting.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from watchframe.decode.typing_rules import INTEGER, JSON, encoding_of
from watchframe.errors import ArgumentError, JobFailedError
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.local.duckdb_text import BLANK, duckdb_pieces, quoted
from watchframe.local.exact_numbers import register_exact_numbers
from watchframe.local.result_types import ResultColumns, result_columns, typed_result
from watchframe.local.sql_checks import Register, check_sql, with_exact_constants
from watchframe.local.watch_functions import register_watch_functions
from watchframe.locks import wait_for

if TYPE_CHECKING:
    import duckdb

_CLOSED_OFF: Final = (
    "SET TimeZone = 'UTC'",
    "SET temp_directory = ''",  # rows are nobody else's: what does not fit in memory is an error
    "SET python_enable_replacements = false",  # a table's name could be that of a Python variable
    "SET allow_persistent_secrets = false",
    "SET autoload_known_extensions = false",
    "SET autoinstall_known_extensions = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",  # last: from here on nothing of the above can be undone
)
#: What a column's texts are in SQL, by their marker.
_TYPES: Final = {INTEGER: "BIGNUM", JSON: "JSON"}
#: Seconds between two looks at whether the deadline was cancelled.
_CHECK_EVERY: Final = 0.1
#: Functions that run SQL out of a text, which nobody has checked, or reach into memory.
_REFUSED: Final = frozenset(
    {"query", "json_execute_serialized_sql", "python_map_function", "arrow_scan", "pandas_scan"}
)


def load_duckdb() -> Any:
    """Return the module `duckdb`.

    Raises
    ------
    ArgumentError
        It is not installed.
    """
    try:
        import duckdb  # noqa: PLC0415 - an extra, and slow to load
    except ImportError as error:
        raise ArgumentError(
            "SQL over results on this machine needs DuckDB.",
            hint='Install it: pip install "watchframe[local]".',
        ) from error
    return duckdb


def open_database() -> duckdb.DuckDBPyConnection:
    """Return an empty database in memory with the functions of local SQL, closed off.

    Raises
    ------
    ArgumentError
        DuckDB is not installed.
    """
    connection: duckdb.DuckDBPyConnection = load_duckdb().connect(":memory:")
    register_exact_numbers(connection)
    register_watch_functions(connection)
    for statement in _CLOSED_OFF:
        connection.execute(statement)
    return connection


def run(
    sql: str,
    tables: Mapping[str, pa.Table],
    *,
    deadline: Deadline = NO_DEADLINE,
    refuse: bool = True,
    prepare: Register | None = None,
) -> pa.Table:
    """Return the rows of one SELECT over these tables, exactly.

    Parameters
    ----------
    sql : str
        In DuckDB's SQL.
    tables : mapping of str to pyarrow.Table
        By the name that they have in the SQL. Columns that are marked as integers are BIGNUM there,
        those that are marked as JSON are JSON.
    deadline : Deadline
        When it is over, or on Ctrl-C, the statement is stopped.
    refuse : bool
        Whether integers that DuckDB would round are refused, as of `check_sql`, or warned of.
    prepare : callable, optional
        Adds functions to a connection, before the SQL is looked at.

    Returns
    -------
    pyarrow.Table
        Typed and marked as a decoded result is.

    Raises
    ------
    ArgumentError
        The SQL is not a single SELECT, or would round integers; DuckDB is not installed.
    JobFailedError
        DuckDB refuses or fails the SQL; ``.reason`` holds its own words.
    JobTimeoutError, JobCancelledError
        The deadline is over, or was cancelled.
    """
    errors = load_duckdb().Error
    with contextlib.closing(open_database()) as connection, _failures_of(errors, sql):
        require_select(connection, sql)
        if prepare is not None:
            prepare(connection)
        for number, (name, table) in enumerate(tables.items()):
            _add(connection, number, name, table)
        text = with_exact_constants(_without_end(sql))
        columns = _columns_of(connection, text)
        check_sql(connection, text, refuse=refuse, prepare=prepare)
        found = _stoppable(connection, columns.select_from(text), deadline)
        return typed_result(found, columns)


def _without_end(sql: str) -> str:
    """Return a statement without its semicolon, which may stand before a comment."""
    before = itertools.takewhile(lambda piece: piece != ("other", ";"), duckdb_pieces(sql))
    return "".join(text for _, text in before)


def _columns_of(connection: duckdb.DuckDBPyConnection, sql: str) -> ResultColumns:
    try:
        return result_columns(connection.sql(sql))
    except load_duckdb().Error:
        connection.execute(sql)  # fails as well, and its message has the place in the SQL
        raise


def require_select(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raise ArgumentError unless the SQL is one statement that only looks.

    Raises
    ------
    ArgumentError
    duckdb.ParserException
        It is not SQL.
    """
    duckdb = load_duckdb()
    statements = connection.extract_statements(sql)
    if not statements:
        raise ArgumentError("The SQL is empty.", hint="Write one SELECT.")
    for statement in statements:
        kind = statement.type
        if kind != duckdb.StatementType.SELECT:
            hint = "Write one SELECT; a PIVOT needs its columns: PIVOT … ON … IN (…)."
            raise ArgumentError(
                f"Local SQL only reads results: it takes no {kind.name} statement.", hint=hint
            )
    if len(statements) > 1:
        raise ArgumentError(
            f"The SQL is {len(statements)} statements.",
            hint="Give one at a time; WITH names the steps of a longer one.",
        )
    for name in _called(sql):
        if name.startswith("query_table") or name in _REFUSED:
            raise ArgumentError(f"Local SQL does not take the function {name}.")


def _called(sql: str) -> Iterator[str]:
    """Yield the names in the SQL that a parenthesis follows."""
    code = [piece for piece in duckdb_pieces(sql) if piece[0] not in BLANK]
    for (kind, text), (_, after) in itertools.pairwise(code):
        if after == "(" and kind in ("word", "name"):
            yield text.strip('"').lower()


def _add(connection: duckdb.DuckDBPyConnection, number: int, name: str, table: pa.Table) -> None:
    """Give the SQL a table: a view that casts, of Arrow's memory."""
    if not table.num_columns:
        raise ArgumentError(f"{name} has no columns, so that SQL cannot read it.")
    memory = f"watchframe memory {number}"
    connection.register(memory, table)
    columns = ", ".join(map(_column, table.schema))
    connection.execute(
        f"CREATE TEMP VIEW {quoted(name)} AS SELECT {columns} FROM {quoted(memory)}"  # noqa: S608 - quoted
    )


def _column(field: pa.Field) -> str:
    name = quoted(field.name)
    type_ = _TYPES.get(encoding_of(field) or b"")
    return name if type_ is None else f"CAST({name} AS {type_}) AS {name}"


def _stoppable(connection: duckdb.DuckDBPyConnection, sql: str, deadline: Deadline) -> pa.Table:
    """Return the rows; DuckDB runs in a thread of its own, so that any interrupt is heard here."""
    outcome: list[Any] = []
    ended = threading.Event()

    def work() -> None:
        try:
            outcome.append(connection.sql(sql).to_arrow_table())
        except BaseException as error:  # noqa: BLE001 - raised in the thread that waits
            outcome.append(error)
        finally:
            ended.set()

    thread = threading.Thread(target=work, name="watchframe-local-sql", daemon=True)
    thread.start()
    try:
        while not ended.is_set():
            wait_for(ended, deadline.cut(_CHECK_EVERY))
    except BaseException:
        while not ended.is_set():  # an interrupt before the statement has begun stops nothing
            connection.interrupt()
            ended.wait(_CHECK_EVERY)
        raise
    finally:
        thread.join()
    (found,) = outcome
    if isinstance(found, BaseException):
        raise found
    return found


@contextlib.contextmanager
def _failures_of(errors: type[Exception], sql: str) -> Iterator[None]:
    try:
        yield
    except errors as error:
        raise failure(error, sql) from None


def failure(error: Exception, sql: str) -> JobFailedError:
    """Return the error of a statement that DuckDB refuses, in DuckDB's own words."""
    reason = str(error).strip()
    return JobFailedError(
        f"DuckDB refuses the SQL: {reason}", reason=reason, sql=sql, hint=_hint_of(error)
    )


def _hint_of(error: Exception) -> str | None:
    kind = type(error).__name__
    if kind == "OutOfMemoryException":
        return "Ask for fewer columns or rows, or sum up before you join."
    if kind == "PermissionException":
        return "Local SQL reads results of Watch alone: query_42, cached_query_42, query('name')."
    if kind == "CatalogException" and "Table" in str(error):
        return "A result is query_42, cached_query_42, param_query_42_{a=1} or query('name')."
    return None
