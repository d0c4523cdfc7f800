"""How the fast path reads each column: from its declared type and its first rows."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any, Literal

import msgspec
import pyarrow as pa

from watchframe.decode.typing_rules import (
    AWARE,
    INTEGER,
    JSON,
    NAIVE,
    ColumnDeviation,
    TypedColumn,
    encoding_of,
    field_metadata,
    typed_column,
)
from watchframe.errors import ArgumentError
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
    encoding = encoding_of(field)
    by_encoding: dict[bytes | None, Kind] = {INTEGER: "wide", JSON: "json"}
    return by_encoding.get(encoding) or _KIND_OF_TYPE[field.type]


def parsed(text: bytes | str) -> Any:
    """Return what `json.loads` returns, and raise what it raises.

    msgspec reads integers of any size and floats exactly, and refuses more than `json` does:
    literals such as NaN, lone surrogates, other encodings than UTF-8. What it refuses, `json` is to
    judge.

    Raises
    ------
    ValueError, RecursionError
        Of `json`: it is no JSON.
    """
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return json.loads(text)


def column_values(rows: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """Return the value that each row has for `name`; None where it has none."""
    try:
        return list(map(itemgetter(name), rows))
    except KeyError:
        return [row.get(name) for row in rows]


def whole_columns(
    rows: Sequence[Mapping[str, Any]], names: Sequence[str]
) -> list[list[Any]] | None:
    """Return the values for each of `names`; None where a row lacks one or has another key."""
    if sum(map(len, rows)) != len(rows) * len(names):
        return None
    try:
        return [list(map(itemgetter(name), rows)) for name in names]
    except KeyError:
        return None


def keys_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, None]:
    """Return the keys of all rows, in the order of their first appearance."""
    return dict.fromkeys(itertools.chain.from_iterable(rows))


def is_unicode(name: str) -> bool:
    """Whether it has no lone surrogates: Arrow can have no such name."""
    return name.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in name)


def check_names(known: Sequence[str], wanted: Iterable[str]) -> None:
    """Raise ArgumentError where one of the `wanted` is not among the `known`."""
    for name in wanted:
        if name not in known:
            raise ArgumentError(
                f"The result has no column {name!r}.", hint=f"It has: {', '.join(known)}."
            )


def undeclared(name: str) -> Column:
    """Return a column that the server does not declare."""
    return Column(name=name, type=None, friendly_name=name)


def chosen_columns(
    declared: Sequence[Column],
    keys: Iterable[str],
    wanted: Sequence[str] | None,
    *,
    has_rows: bool = True,
) -> list[Column]:
    """Return the columns that a table gets: the declared ones, then the rows' other keys.

    Parameters
    ----------
    declared : sequence of Column
    keys : iterable of str
        Those of the rows, in the order of their first appearance.
    wanted : sequence of str or None
        Only these, the undeclared ones among them in this order; None for all.
    has_rows : bool
        A result without rows declares fewer columns than others of its query, or none: whatever is
        wanted of it is there, empty.

    Raises
    ------
    ArgumentError
        One that is wanted is neither declared nor among the keys.
    """
    names = {column.name for column in declared}
    others = [key for key in keys if key not in names]
    if wanted is not None:
        if has_rows:
            check_names([*(column.name for column in declared), *others], wanted)
        others = [name for name in dict.fromkeys(wanted) if name not in names]
    shown = [column for column in declared if wanted is None or column.name in wanted]
    return [*shown, *map(undeclared, others)]
