"""Columns whose values are not of the type that the server declared."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import pyarrow as pa

#: Field metadata: how a text column encodes what Arrow has no type for.
ENCODING = b"watchframe.encoding"
#: Field metadata: the server's word for the column's type.
DECLARED = b"watchframe.declared"
#: Field metadata: the first row that is not of that type.
DEVIATION = b"watchframe.deviation"


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
