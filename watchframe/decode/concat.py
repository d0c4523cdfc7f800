"""Several results of one query as one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from watchframe.decode.column_plan import ENCODINGS, FINAL, Kind, check_names, kind_of
from watchframe.decode.column_warnings import undeclared_columns
from watchframe.decode.typing_rules import (
    TypedColumn,
    declared_type,
    encoding_of,
    field_metadata,
    table_of,
    typed_column,
    values_as_sent,
)
from watchframe.errors import ArgumentError


def concat_results(tables: Sequence[pa.Table]) -> pa.Table:
    """Return the rows of all tables, one after the other, exactly.

    A column that has one type in one table and another in the next gets the type that holds the
    values of both, by the type table. A result without rows may lack columns that the others have:
    it adds none, unless none of them has rows. Columns that the server does not declare are those
    of all results together, null where a result lacks them.

    Parameters
    ----------
    tables : sequence of pyarrow.Table
        Decoded results; those with rows have the same declared columns. At least one.

    Raises
    ------
    ArgumentError
        Their declared columns differ.
    """
    filled = [table for table in tables if table.num_rows] or [*tables]
    names = list(dict.fromkeys(name for table in filled for name in table.column_names))
    _check_declared(tables)
    columns = []
    for name in names:
        having = next(table for table in filled if name in table.column_names).field(name)
        parts = [_part(table, name, having) for table in filled]
        columns.append(_column([field for field, _ in parts], [array for _, array in parts]))
    return table_of(columns, sum(map(len, filled)))


def _check_declared(tables: Sequence[pa.Table]) -> None:
    """Raise where the declared columns of two results with rows differ."""
    optional = {name for table in tables for name in undeclared_columns(table)}
    first: list[str] | None = None
    for number, table in enumerate(tables):
        names = [name for name in table.column_names if name not in optional]
        first = names if first is None and table.num_rows else first
        if table.num_rows and names != first:
            raise ArgumentError(
                f"Result {number} has the columns {names}, the first one with rows {first}.",
                hint="Results of different columns are read one by one, as a list of frames.",
            )


def _part(table: pa.Table, name: str, like: pa.Field) -> tuple[pa.Field, pa.ChunkedArray]:
    """Return a table's column; nulls where its rows lack one that the server does not declare."""
    if name in table.column_names:
        return table.field(name), table.column(name)
    return like, pa.chunked_array([pa.nulls(len(table), like.type)])


def _column(fields: Sequence[pa.Field], arrays: Sequence[pa.ChunkedArray]) -> TypedColumn:
    filled = [
        (field, array)
        for field, array in zip(fields, arrays, strict=True)
        if array.null_count < len(array)
    ]
    kinds = {(field.type, encoding_of(field)) for field, _ in filled}
    if len(kinds) <= 1:
        field = filled[0][0] if filled else fields[0]
        chunks = [
            chunk
            for array in arrays
            for chunk in (
                array.chunks if array.type == field.type else [pa.nulls(len(array), field.type)]
            )
        ]
        return TypedColumn(field=field, array=pa.chunked_array(chunks, field.type))
    values = [
        value
        for field, array in zip(fields, arrays, strict=True)
        for value in values_as_sent(field, array)
    ]
    declared = declared_type(fields[0]) or None
    return typed_column(fields[0].name, declared, values)


def column_kinds(table: pa.Table) -> dict[str, str]:
    """Return the kind of each column that has values, as words that JSON can hold."""
    return {
        field.name: kind_of(field)
        for field, column in zip(table.schema, table.columns, strict=True)
        if column.null_count < len(column)
    }


def with_kinds(table: pa.Table, kinds: Mapping[str, str]) -> pa.Table:
    """Return the table, its columns without values of these kinds; unknown kinds are ignored."""
    for place, field in enumerate(table.schema):
        column = table.column(place)
        kind = kinds.get(field.name)
        # The same object where nothing changes: frames of small tables are found by it.
        if column.null_count == len(column) and kind in FINAL and kind != kind_of(field):
            old = field.metadata or {}
            new = _field(field.name, kinds, declared_type(field))
            # The marks of what is to be warned of stay.
            new = new.with_metadata({**old, **(new.metadata or {})})
            table = table.set_column(place, new, _nulls(len(column), new.type))
    return table


def with_absent(table: pa.Table, names: Sequence[str], kinds: Mapping[str, str]) -> pa.Table:
    """Return the table with those of `names` that it lacks, if it has no rows.

    They are of these kinds, and texts where that is not known.

    Raises
    ------
    ArgumentError
        It has rows, and lacks one of `names`.
    """
    if table.num_rows:
        check_names(table.column_names, names)
        return table
    for name in names:
        if name not in table.column_names:
            new = _field(name, kinds, "")
            table = table.append_column(new, _nulls(0, new.type))
    return table


def _field(name: str, kinds: Mapping[str, str], declared: str) -> pa.Field:
    kind: Kind = next((known for known in FINAL if known == kinds.get(name)), "string")
    metadata = field_metadata(declared, ENCODINGS.get(kind), None)
    return pa.field(name, FINAL[kind], metadata=metadata)


def _nulls(length: int, type_: pa.DataType) -> pa.ChunkedArray:
    return pa.chunked_array([pa.nulls(length, type_)])
