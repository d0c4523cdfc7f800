"""Columns whose values are not of the type that the server declared, or that it did not declare."""

from __future__ import annotations

import json
from collections.abc import Container
from dataclasses import asdict, dataclass

import pyarrow as pa

#: Field metadata: how a text column encodes what Arrow has no type for.
ENCODING = b"watchframe.encoding"
#: Field metadata: the server's word for the column's type.
DECLARED = b"watchframe.declared"
#: Field metadata: the first row that is not of that type.
DEVIATION = b"watchframe.deviation"
#: Field metadata: there where the rows have the column and the server's list of columns has not.
UNDECLARED = b"watchframe.undeclared"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDeviation:
    """A column's first value that is not of the declared type.

    Attributes
    ----------
    column : str
    declared : str
        The server's word.
    row : int
        Counted from 0.
    value : str
        The value as JSON, shortened.
    """

    column: str
    declared: str
    row: int
    value: str

    def __str__(self) -> str:
        return (
            f"Column {self.column!r} is declared {self.declared}, but row {self.row} holds "
            f"{self.value}; every value was kept as the server sent it."
        )


def deviations_of(table: pa.Table) -> tuple[ColumnDeviation, ...]:
    """Give the deviations that a decoded table carries in its fields' metadata."""
    marked = [(field.metadata or {}).get(DEVIATION) for field in table.schema]
    return tuple(ColumnDeviation(**json.loads(text)) for text in marked if text is not None)


def as_metadata(deviation: ColumnDeviation) -> dict[bytes, bytes]:
    """Give the field metadata that `deviations_of` reads."""
    return {DEVIATION: json.dumps(asdict(deviation)).encode()}


def undeclared_columns(table: pa.Table) -> list[str]:
    """Return the names of a decoded table's columns that the server did not declare."""
    return [field.name for field in table.schema if UNDECLARED in (field.metadata or {})]


def mark_undeclared(table: pa.Table, declared: Container[str]) -> pa.Table:
    """Return the table with the mark that `undeclared_columns` reads on all but these columns."""
    if all(name in declared for name in table.column_names):
        return table
    fields = [
        field
        if field.name in declared
        else field.with_metadata({**(field.metadata or {}), UNDECLARED: b"true"})
        for field in table.schema
    ]
    return pa.table(table.columns, schema=pa.schema(fields))
