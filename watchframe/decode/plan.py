"""How each column is to be read by the fast path: settled from declared types and first rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pyarrow as pa

from watchframe.decode.deviation import ENCODING, ColumnDeviation
from watchframe.decode.typing_rules import (
    AWARE,
    INTEGER,
    JSON,
    NAIVE,
    TypedColumn,
    field_metadata,
    typed_column,
)
from watchframe.models import Column

Kind = Literal["integer", "wide", "float", "boolean", "string", "date", "naive", "aware", "json"]

#: Kind -> the Arrow type of the finished column.
FINAL: dict[Kind, pa.DataType] = {
    "integer": pa.int64(),
    "wide": pa.string(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "string": pa.string(),
    "date": pa.date32(),
    "naive": NAIVE,
    "aware": AWARE,
    "json": pa.string(),
}
#: Kinds whose values are taken as the text that was sent.
RAW: frozenset[Kind] = frozenset({"wide", "json"})
ENCODINGS: dict[Kind, bytes] = {"wide": INTEGER, "json": JSON}

_KIND_OF_TYPE = {final: kind for kind, final in FINAL.items() if kind not in ("wide", "json")}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPlan:
    """How one column is read.

    Attributes
    ----------
    column : Column
    kind : str
    is_known : bool
        Whether any value was seen; a guess gives way to the first value.
    deviation : ColumnDeviation or None
        The first of those values that is not of the declared type.
    """

    column: Column
    kind: Kind
    is_known: bool
    deviation: ColumnDeviation | None = None

    @property
    def field(self) -> pa.Field:
        """The finished column's field."""
        metadata = field_metadata(self.column.type, ENCODINGS.get(self.kind), self.deviation)
        return pa.field(self.column.name, FINAL[self.kind], metadata=metadata)


def plan_column(
    column: Column, values: Sequence[object], *, first_row: int = 0
) -> tuple[ColumnPlan, TypedColumn]:
    """Return the plan for a column that has `values` from `first_row` on, and them as typed."""
    typed = typed_column(column.name, column.type, values)
    deviation = typed.deviation
    if deviation is not None:
        deviation = replace(deviation, row=deviation.row + first_row)
    is_known = any(value is not None for value in values)
    plan = ColumnPlan(
        column=column, kind=kind_of(typed.field), is_known=is_known, deviation=deviation
    )
    return plan, typed


def kind_of(field: pa.Field) -> Kind:
    """Return the kind of a finished column."""
    encoding = (field.metadata or {}).get(ENCODING)
    by_encoding: dict[bytes | None, Kind] = {INTEGER: "wide", JSON: "json"}
    return by_encoding.get(encoding) or _KIND_OF_TYPE[field.type]
