"""Several results of one query as one table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from watchframe.decode.deviation import DECLARED, ENCODING
from watchframe.decode.typing_rules import INTEGER, JSON, TypedColumn, table_of, typed_column
from watchframe.errors import ArgumentError


def concat_results(tables: Sequence[pa.Table]) -> pa.Table:
    """Give the rows of all tables, one after the other, exactly.

    A column that has one type in one table and another in the next gets the type that holds the
    values of both, by the type table.

    Parameters
    ----------
    tables : sequence of pyarrow.Table
        Decoded results with the same columns; at least one.

    Raises
    ------
    ArgumentError
        Their columns differ.
    """
    names = tables[0].column_names
    for number, table in enumerate(tables):
        if table.column_names != names:
            raise ArgumentError(
                f"Result {number} has the columns {table.column_names}, the first one {names}.",
                hint="Results of different columns are read one by one, as a list of frames.",
            )
    columns = [
        _column([table.field(name) for table in tables], [table.column(name) for table in tables])
        for name in names
    ]
    return table_of(columns, sum(map(len, tables)))


def _column(fields: Sequence[pa.Field], arrays: Sequence[pa.ChunkedArray]) -> TypedColumn:
    filled = [
        (field, array)
        for field, array in zip(fields, arrays, strict=True)
        if array.null_count < len(array)
    ]
    kinds = {(field.type, _encoding(field)) for field, _ in filled}
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
        for value in _json_values(field, array)
    ]
    declared = (fields[0].metadata or {}).get(DECLARED, b"").decode() or None
    return typed_column(fields[0].name, declared, values)


def _encoding(field: pa.Field) -> bytes | None:
    return (field.metadata or {}).get(ENCODING)


def _json_values(field: pa.Field, array: pa.ChunkedArray) -> list[object]:
    """Give the values as the server sent them."""
    encoding = _encoding(field)
    values: list[Any] = array.to_pylist()
    if encoding in (INTEGER, JSON):
        return [None if text is None else json.loads(text) for text in values]
    if pa.types.is_temporal(field.type):
        return [None if moment is None else moment.isoformat() for moment in values]
    return values
