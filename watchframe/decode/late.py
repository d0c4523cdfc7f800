"""Results that declare their columns behind their rows, as older servers write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

import pyarrow as pa

from watchframe.decode.deviation import ENCODING
from watchframe.decode.plan import ColumnPlan
from watchframe.decode.settle import Block, agreed_column, completed_table, read_again
from watchframe.decode.typing_rules import (
    AWARE,
    DECLARED_TYPES,
    INTEGER,
    NAIVE,
    TypedColumn,
    field_metadata,
    times_of_texts,
)
from watchframe.models import Column

#: What is read as text as long as nobody has said that it is a time.
_FROM_TEXT = {"datetime": (NAIVE, AWARE), "date": (pa.date32(),)}


def declared_late(
    blocks: Sequence[Block],
    plans: Sequence[ColumnPlan],
    columns: Sequence[Column],
    spool: IO[bytes],
) -> pa.Table:
    """Return the table of blocks that were read by their values alone, as `columns` declare it."""
    places = {plan.column.name: number for number, plan in enumerate(plans)}
    typed: list[TypedColumn | None] = []
    for column in columns:
        place = places.get(column.name)
        found = None if place is None else agreed_column(blocks, place)
        typed.append(None if found is None else _redeclared(found, column))
    missing = [column for column, found in zip(columns, typed, strict=True) if found is None]
    return completed_table(typed, read_again(blocks, missing, spool))


def _redeclared(found: TypedColumn, column: Column) -> TypedColumn | None:
    """Give the column by its declared type; None where its values have to be read again."""
    array, declared = found.array, DECLARED_TYPES.get(column.type or "")
    encoding = (found.field.metadata or {}).get(ENCODING)
    is_wide = encoding == INTEGER and column.type == "integer"
    if declared is None or is_wide:
        return _column(column, array, encoding)
    if array.null_count == len(array):
        return _column(column, pa.chunked_array([pa.nulls(len(array), declared)]))
    if encoding is not None:
        return None
    return _cast(column, array, _possible_types(array.type, column))


def _possible_types(found: pa.DataType, column: Column) -> Sequence[pa.DataType]:
    """Give the types that a column of type `found` may have in truth, being declared so."""
    declared = DECLARED_TYPES[column.type or ""]
    if found == declared or (found == pa.int64() and declared == pa.float64()):
        return (declared,)
    return _FROM_TEXT.get(column.type or "", ()) if found == pa.string() else ()


def _cast(
    column: Column, array: pa.ChunkedArray, types: Sequence[pa.DataType]
) -> TypedColumn | None:
    for type_ in types:
        is_time = pa.types.is_temporal(type_)
        try:
            cast = times_of_texts(array, type_) if is_time else array.cast(type_)
            return _column(column, cast)
        except pa.ArrowInvalid:  # another zone, or not exactly
            continue
    return None


def _column(column: Column, array: pa.ChunkedArray, encoding: bytes | None = None) -> TypedColumn:
    metadata = field_metadata(column.type, encoding, None)
    return TypedColumn(field=pa.field(column.name, array.type, metadata=metadata), array=array)
