"""Which saved query uses which table."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from watchframe.admin.query_content import sources_by_id
from watchframe.client import Client, chosen_client
from watchframe.display import ProgressLine
from watchframe.errors import ConfigurationError
from watchframe.models import DataSource, Query
from watchframe.parameters.templates import VALUES, tags_in

if TYPE_CHECKING:
    from sqlglot import ErrorLevel, exp


_STAND_IN = "wfparameter{}x"
_STAND_INS = re.compile(r"wfparameter([0-9]+)x", re.IGNORECASE)


_COLUMNS = ("query_id", "query_name", "data_source", "schema", "table", "error")
_DTYPES = dict.fromkeys(_COLUMNS, "string") | {"query_id": "Int64"}
_Row = tuple[int, str, str | None, str | None, str | None, str | None]


def find_table_names(
    *, client: Client | None = None, search: str | None = None, progress: bool | None = None
) -> pd.DataFrame:
    """Return which saved query reads or writes which table.

    The text is parsed in its data source's dialect; nothing is run. Names of common table
    expressions (``with``) are not tables. A name with a parameter in it is given as in the query:
    ``events_{{ chain }}``. The content of a ``{{# x }}`` section counts, whether `x` is set or not.

    Parameters
    ----------
    client : Client, optional
        By default that of `watchframe.connect`.
    search : str, optional
        Only the queries in which the server finds this.
    progress : bool or None
        Whether to show the progress of a call that takes over a second; None shows it where a
        person is watching.

    Returns
    -------
    pandas.DataFrame
        One row per query and table: query_id (Int64), and as strings query_name, data_source,
        schema (missing where the query names none), table, error. A text that cannot be parsed
        has a row with the reason in ``error`` and no table, beside the tables of what could be
        read; one that uses no table has no row.

    Raises
    ------
    ConfigurationError
        sqlglot is not installed.
    ServerError
        Any of its kinds.
    """
    _require_sqlglot()
    asked = chosen_client(client)
    sources = sources_by_id(asked)
    with ProgressLine("Reading queries", progress=progress) as line:
        rows = [
            row
            for query in line.counted(asked.queries.list(search=search))
            for row in _rows(query, sources.get(query.data_source_id or 0))
        ]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_DTYPES)
    return frame.sort_values(["query_id", "schema", "table"], ignore_index=True)


def _rows(query: Query, source: DataSource | None) -> list[_Row]:
    if source is None:
        name = None if query.data_source_id is None else str(query.data_source_id)
        return [(query.id, query.name, name, None, None, "Its data source is not known.")]
    if source.syntax not in ("", "sql"):
        words = f"Its text is {source.syntax}, not SQL."
        return [(query.id, query.name, source.name, None, None, words)]
    tables, errors = tables_of(query.text, source.type)
    found: list[_Row] = [
        (query.id, query.name, source.name, item.schema or None, item.table, None)
        for item in sorted(tables)
    ]
    return found + [(query.id, query.name, source.name, None, None, words) for words in errors]


def _require_sqlglot() -> None:
    """Raise ConfigurationError where sqlglot is not installed."""
    try:
        import sqlglot  # noqa: F401, PLC0415 - an extra
    except ImportError:
        raise ConfigurationError(
            "Table names need sqlglot, which is not installed.",
            hint='Install it: pip install "watchframe[admin]".',
        ) from None


@dataclass(frozen=True, slots=True)
class PlainSql:
    """SQL with an identifier in place of each parameter.

    Attributes
    ----------
    text : str
    tags : tuple of str
        What stood there.
    """

    text: str
    tags: tuple[str, ...]

    def restored(self, name: str) -> str:
        """Return a name of the SQL as the query has it, its parameters in braces."""
        return _STAND_INS.sub(lambda found: self.tags[int(found[1])], name)


def plain_sql(text: str) -> list[PlainSql]:
    """Return the SQL that a text with parameters can become: one, or two where it has sections.

    The first has the content of ``{{# x }}`` sections and nothing of ``{{^ x }}`` sections, the
    second is the other way round.

    Raises
    ------
    ValueError
        A section is not closed, or closed where none is open.
    """
    found = [_rendered(text, inverted=False)]
    if any(tag.kind in ("#", "^") for tag in tags_in(text)):
        found.append(_rendered(text, inverted=True))
    return found


def _rendered(text: str, *, inverted: bool) -> PlainSql:
    parts: list[str] = []
    tags: list[str] = []
    sections: list[tuple[str, bool]] = []  # name, whether its content counts
    end = 0
    for kind, name, start, tag_end in tags_in(text):
        counts = all(kept for _, kept in sections)
        if counts:
            parts.append(text[end:start])
        end = tag_end
        if kind in ("#", "^"):
            sections.append((name, (kind == "^") == inverted))
        elif kind == "/":
            if not sections or sections.pop()[0] != name:
                raise ValueError(f"{{{{/{name}}}}} closes no section.")
        elif kind in VALUES and counts:
            parts.append(_STAND_IN.format(len(tags)))
            tags.append(f"{{{{ {name} }}}}")
    if sections:
        raise ValueError(f"The section {{{{#{sections[-1][0]}}}}} is not closed.")
    parts.append(text[end:])
    return PlainSql("".join(parts), tuple(tags))


#: The parser's dialect by the server's word for a data source; any other is read as plain SQL.
_SAME_NAME = (
    "athena", "bigquery", "clickhouse", "databricks", "drill", "druid", "duckdb", "exasol", "hive",
    "materialize", "mysql", "oracle", "presto", "redshift", "risingwave", "snowflake", "sqlite",
    "trino",
)  # fmt: skip
DIALECTS = {name: name for name in _SAME_NAME} | {
    "bigquery_gce": "bigquery",
    "cockroach": "postgres",
    "databricks_internal": "databricks",
    "hive_http": "hive",
    "impala": "hive",
    "memsql": "singlestore",
    "mssql": "tsql",
    "mssql_odbc": "tsql",
    "pg": "postgres",
    "rds_mysql": "mysql",
    "redshift_iam": "redshift",
    "results": "sqlite",
    "tinybird": "clickhouse",
    "vertica": "postgres",
}


#: Statements that the parser does not analyze, and that name no table.
_WITHOUT_TABLES = frozenset(
    {"BEGIN", "COMMIT", "END", "PRAGMA", "RESET", "ROLLBACK", "SET", "START", "USE"}
)
#: How a query of query results names a query with values for its parameters.
_PARAMETERIZED = re.compile(
    r"\b(param_query_[0-9]+)_\{(?:\{\{.*?\}\}|[^{}])*\}", re.IGNORECASE | re.DOTALL
)


class UnreadSqlError(Exception):
    """The parser cannot read a text; the message says where."""


@dataclass(frozen=True, slots=True, order=True)
class TableName:
    """A table as a query names it: parameters in braces, no quotes; `schema` may be empty."""

    schema: str
    table: str


def tables_of(text: str, source_type: str) -> tuple[set[TableName], list[str]]:
    """Return the tables of a query's text, and what could not be read, in words.

    Parameters
    ----------
    text : str
        With ``{{ }}`` parameters and sections.
    source_type : str
        The server's word for the kind of data source.
    """
    if source_type == "results":
        text = _PARAMETERIZED.sub(r"\1", text)
    try:
        variants = plain_sql(text)
    except ValueError as error:
        return set(), [str(error)]
    tables: set[TableName] = set()
    errors: dict[str, None] = {}
    for sql in variants:
        statements, words = _statements(sql, DIALECTS.get(source_type, ""))
        tables |= set(_tables(sql, statements))
        errors |= dict.fromkeys(words)
    return tables, list(errors)


def _tables(sql: PlainSql, statements: Iterable[exp.Expr]) -> Iterator[TableName]:
    from sqlglot import exp  # noqa: PLC0415 - an extra

    for statement in statements:
        for table in statement.find_all(exp.Table):
            if not isinstance(table.this, exp.Identifier) or _is_of_with(table):
                continue  # a function that gives rows, or a common table expression
            schema = ".".join(part for part in (table.catalog, table.db) if part)
            yield TableName(sql.restored(schema), sql.restored(table.name))


def _statements(sql: PlainSql, dialect: str) -> tuple[list[exp.Expr], list[str]]:
    """Return the statements that could be read, and in words what could not."""
    from sqlglot import ErrorLevel, exp  # noqa: PLC0415 - an extra

    found: list[exp.Expr] = []
    errors: list[str] = []
    try:
        found = _parsed(sql, dialect, ErrorLevel.IMMEDIATE)
    except UnreadSqlError as error:
        errors.append(str(error))
        # What is before that place, and often what is after it, can be used all the same.
        with contextlib.suppress(UnreadSqlError):
            found = _parsed(sql, dialect, ErrorLevel.IGNORE)
    errors += [
        f"{item.name.upper()} is a statement that is not understood."
        for item in found
        if isinstance(item, exp.Command) and item.name.upper() not in _WITHOUT_TABLES
    ]
    return found, errors


def _parsed(sql: PlainSql, dialect: str, level: ErrorLevel) -> list[exp.Expr]:
    import sqlglot  # noqa: PLC0415 - an extra

    # Where it gives up it logs pieces of the text; here that is an error instead.
    log = logging.getLogger("sqlglot")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        found = sqlglot.parse(sql.text, dialect=dialect or None, error_level=level)
    except sqlglot.errors.ParseError as error:
        raise UnreadSqlError(_parse_error(error, sql)) from None
    except sqlglot.errors.SqlglotError as error:
        raise UnreadSqlError(sql.restored(str(error).splitlines()[0])) from None
    except RecursionError:
        raise UnreadSqlError("It is nested too deeply.") from None
    except Exception:
        if level is sqlglot.ErrorLevel.IGNORE:  # it goes on after errors, and may then break
            raise UnreadSqlError("It could not be read.") from None
        raise
    finally:
        log.setLevel(before)
    return [item for item in found if item is not None]


def _parse_error(error: object, sql: PlainSql) -> str:
    first: dict[str, object] = next(iter(getattr(error, "errors", ())), {})
    near = sql.restored(f"{first.get('highlight', '')}".strip())
    return f"Line {first.get('line')}, column {first.get('col')}: {first.get('description')}" + (
        f" (at {near!r})" if near else ""
    )


def _is_of_with(table: exp.Table) -> bool:
    """Whether the name is that of a common table expression visible at this place."""
    from sqlglot import exp  # noqa: PLC0415 - an extra

    if table.db:
        return False
    name = table.name.lower()
    inside: exp.CTE | None = None  # the one that the way up has just come through
    node: exp.Expr | None = table
    while node is not None:
        if isinstance(node, exp.CTE):
            inside = node
        with_ = node.args.get("with_") or node.args.get("with")
        if isinstance(with_, exp.With) and name in _visible(with_, inside):
            return True
        node = node.parent
    return False


def _visible(with_: exp.With, inside: exp.CTE | None) -> set[str]:
    """Return the names of a ``with`` as seen from below it, or from within one of its own parts."""
    names: set[str] = set()
    for part in with_.expressions:
        name = part.alias.lower()
        if part is inside:
            return names | {name} if with_.recursive else names
        names.add(name)
    return names
