"""Several results of one query as one table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from watchframe.decode.deviation import DECLARED, ENCODING
from watchframe.decode.typing_rules import INTEGER, JSON, TypedColumn, typed_column
from watchframe.errors import ArgumentError


def concat_results(tables: Sequence[pa.Table]) -> pa.Table:
    """Return the rows of all tables, one after the other, exactly.

    A column that has one type in one table and another in the next gets the type that holds the
    values of both, by the type table. A result without rows may lack columns that the others have:
    it adds none, unless none of them has rows.

    Parameters
    ----------
    tables : sequence of pyarrow.Table
        Decoded results; those with rows have the same columns. At least one.

    Raises
    ------
    ArgumentError
        Their columns differ.
    """
    filled = [number for number, table in enumerate(tables) if table.num_rows]
    if filled:
        names = tables[filled[0]].column_names
        for number in filled:
            if tables[number].column_names != names:
                raise ArgumentError(
                    f"Result {number} has the columns {tables[number].column_names}, the first one "
                    f"{names}.",
                    hint="Results of different columns are read one by one, as a list of frames.",
                )
        tables = [tables[number] for number in filled]
    else:
        names = list(dict.fromkeys(name for table in tables for name in table.column_names))
    columns = []
    for name in names:
        having = [table for table in tables if name in table.column_names]
        columns.append(
            _column([item.field(name) for item in having], [item.column(name) for item in having])
        )
    return pa.table(
        [column.array for column in columns],
        schema=pa.schema([column.field for column in columns]),
    )


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
