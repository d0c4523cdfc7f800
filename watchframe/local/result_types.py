"""The rows that DuckDB gives, typed and marked as a decoded result is: every value as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from watchframe.decode.arrow_casts import WHOLE, as_integers
from watchframe.decode.typing_rules import AWARE, JSON, NAIVE, field_metadata
from watchframe.errors import ArgumentError

if TYPE_CHECKING:
    import duckdb

_SMALL_INTEGERS: Final = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
)
_LARGE_INTEGERS: Final = frozenset({"UBIGINT", "HUGEINT", "UHUGEINT", "BIGNUM"})
_NAIVE_TIMES: Final = frozenset({"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"})
_AWARE_TIMES: Final = frozenset({"TIMESTAMP WITH TIME ZONE", "TIMESTAMP_TZ_NS"})
#: The last word or sign of a type that has others within it.
_NESTED: Final = ("STRUCT(", "MAP(", "UNION(", "LIST(")


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of a statement's rows: its name, and DuckDB's type."""

    name: str
    type: str

    @property
    def is_nested(self) -> bool:
        """Whether its values hold others."""
        return self.type.endswith("]") or self.type.startswith(_NESTED)

    def selected(self, source: str) -> str:
        """Return the expression that Arrow can take without a loss."""
        if self.is_nested:
            return f"CAST(to_json({source}) AS VARCHAR)"
        if self.type == "BLOB":
            return f"lower(hex({source}))"
        if self.type in _PLAIN or self.type.startswith("DECIMAL("):
            return source
        return f"CAST({source} AS VARCHAR)"


_PLAIN: Final = frozenset(
    {"BOOLEAN", "FLOAT", "DOUBLE", "VARCHAR", "DATE"}
    | _SMALL_INTEGERS
    | _NAIVE_TIMES
    | _AWARE_TIMES
)


@dataclass(frozen=True, slots=True)
class ResultColumns:
    """The columns of a statement's rows."""

    columns: tuple[ResultColumn, ...]

    def select_from(self, sql: str) -> str:
        """Return a statement that gives the same rows in types that Arrow can take."""
        names = [f"c{number}" for number in range(len(self.columns))]
        if all(column.selected("") == "" for column in self.columns):
            return sql
        selected = ", ".join(
            f"{column.selected(name)} AS {name}"
            for column, name in zip(self.columns, names, strict=True)
        )
        # Lines keep their numbers, which DuckDB's errors name; it may end in a comment.
        return f"FROM ({sql}\n) AS result({', '.join(names)}) SELECT {selected}"


def result_columns(relation: duckdb.DuckDBPyRelation) -> ResultColumns:
    """Return the columns that a statement will give; it is not run.

    Raises
    ------
    ArgumentError
        One holds decimals within lists or structures, which JSON would round.
    """
    columns = [
        ResultColumn(name, str(type_))
        for name, type_ in zip(unique_names(relation.columns), relation.types, strict=True)
    ]
    for column in columns:
        if column.is_nested and "DECIMAL(" in column.type:
            raise ArgumentError(
                f"Column {column.name!r} holds decimals within {column.type}, and nested values "
                "are JSON, which rounds them.",
                hint="Give the decimals a column of their own, or cast them to VARCHAR.",
            )
    return ResultColumns(tuple(columns))


def unique_names(names: Iterable[str]) -> list[str]:
    """Return the names, those that come again renamed as the server does: ``a``, ``a1``."""
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


def typed_result(table: pa.Table, columns: ResultColumns) -> pa.Table:
    """Return the rows with the names, types and markers that a decoded result has.

    Raises
    ------
    ArgumentError
        A time is finer than a microsecond.
    """
    typed = [
        _typed(column, values)
        for column, values in zip(columns.columns, table.columns, strict=True)
    ]
    return pa.table(
        [values for _, values in typed], schema=pa.schema([field for field, _ in typed])
    )


def _typed(  # noqa: PLR0911 - one for each kind of type
    column: ResultColumn, values: pa.ChunkedArray
) -> tuple[pa.Field, Any]:
    name, type_ = column.name, column.type
    if type_ in _LARGE_INTEGERS:
        plain = pa.field(name, pa.string(), metadata=field_metadata("integer", None, None))
        return as_integers(plain, values.cast(pa.string()), WHOLE)
    if type_ in _SMALL_INTEGERS:
        return _field(name, "integer", values.cast(pa.int64()))
    if type_ in ("FLOAT", "DOUBLE"):
        return _field(name, "float", values.cast(pa.float64()))
    if type_ == "BOOLEAN":
        return _field(name, "boolean", values)
    if type_ == "DATE":
        return _field(name, "date", values)
    if type_ in _NAIVE_TIMES:
        return _field(name, "datetime", _in_microseconds(name, values).cast(NAIVE))
    if type_ in _AWARE_TIMES:
        return _field(name, "datetime", _in_microseconds(name, values).cast(AWARE))
    if type_.startswith("DECIMAL("):
        return _field(name, "float", values)
    values = values.cast(pa.string())
    if column.is_nested or type_ == "JSON":
        return _field(name, "", values, JSON)
    return _field(name, "string", values)


def _field(
    name: str, declared: str, values: pa.ChunkedArray, encoding: bytes | None = None
) -> tuple[pa.Field, pa.ChunkedArray]:
    metadata = field_metadata(declared, encoding, None)
    return pa.field(name, values.type, metadata=metadata), values


def _in_microseconds(name: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return pc.cast(values, pa.timestamp("us", values.type.tz))
    except pa.ArrowInvalid:
        raise ArgumentError(
            f"Column {name!r} has times that are finer than a microsecond.",
            hint="Cast it: CAST(… AS TIMESTAMP) cuts them, CAST(… AS VARCHAR) keeps all digits.",
        ) from None
