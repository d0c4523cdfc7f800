"""Several results of one query as one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from watchframe.decode.column_plan import ENCODINGS, FINAL, Kind, check_names, kind_of
from watchframe.decode.column_warnings import undeclared_columns
from watchframe.decode.typing_rules import (
    INTEGER,
    TypedColumn,
    declared_type,
    encoding_of,
    field_metadata,
    table_of,
    typed_column,
    values_as_sent,
)
from watchframe.errors import ArgumentError, DecodeError


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
    _check_declared(tables)
    columns = []
    for name in names_of_all([table.schema for table in filled]):
        having = next(table for table in filled if name in table.column_names).field(name)
        parts = [_part(table, name, having) for table in filled]
        fields, arrays = [field for field, _ in parts], [array for _, array in parts]
        columns.append(column_of_all(fields, arrays))
    return table_of(columns, sum(map(len, filled)))


def names_of_all(schemas: Iterable[pa.Schema]) -> list[str]:
    """Return the names of the columns of results together, in the order of `concat_results`."""
    return list(dict.fromkeys(name for schema in schemas for name in schema.names))


def field_of_all(fields: Sequence[pa.Field], has_values: Sequence[bool]) -> pa.Field | None:
    """Return the field of a column of several results; None where its values have to decide.

    Parameters
    ----------
    fields : sequence of pyarrow.Field
        Of the column in each result; at least one.
    has_values : sequence of bool
        Whether the column has any value there.
    """
    filled = [field for field, has in zip(fields, has_values, strict=True) if has]
    kinds = {(field.type, encoding_of(field)) for field in filled}
    return None if len(kinds) > 1 else (filled or fields)[0]


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


def column_of_all(fields: Sequence[pa.Field], arrays: Sequence[pa.ChunkedArray]) -> TypedColumn:
    """Return a column of several results as one, in the type that holds all values exactly."""
    field = field_of_all(fields, [array.null_count < len(array) for array in arrays])
    if field is not None:
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


def column_before(field: pa.Field, array: pa.ChunkedArray, own: pa.Field) -> pa.ChunkedArray:
    """Return what `column_of_all` made of one result's column as that result had it.

    Parameters
    ----------
    field : pyarrow.Field
        Of the column of all results.
    array : pyarrow.ChunkedArray
        The rows of that one result in it.
    own : pyarrow.Field
        Of the column as the result had it.
    """
    if (field.type, encoding_of(field)) == (own.type, encoding_of(own)):
        return array
    if array.null_count == len(array):
        return _nulls(len(array), own.type)
    values: list[Any] = values_as_sent(field, array)
    if own.type == pa.int64() or encoding_of(own) == INTEGER:  # which a float column holds exactly
        values = [None if value is None else int(value) for value in values]
    before = typed_column(own.name, declared_type(own) or None, values)
    if (before.field.type, encoding_of(before.field)) != (own.type, encoding_of(own)):
        raise DecodeError(
            f"The column {own.name!r} cannot be turned back from {field.type} to {own.type}."
        )
    return pa.chunked_array([before.array])


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
