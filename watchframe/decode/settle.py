"""The end of the fast path: blocks that went different ways become one table, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any

import pyarrow as pa

from watchframe.decode.block import exact_rows
from watchframe.decode.plan import FINAL, ColumnPlan, plan_column
from watchframe.decode.typing_rules import TypedColumn, typed_column

#: Kinds of integers: the narrower one can be written in digits at any time.
_INTEGERS = frozenset({"integer", "wide"})


@dataclass(slots=True, kw_only=True)
class Block:
    """A block of rows: where it stands in the body, and its columns.

    Attributes
    ----------
    start, end : int
        Bytes of the body.
    plans : tuple of ColumnPlan
        How its arrays are to be understood.
    arrays : list of pyarrow.Array or None
        One a column; None where a column's values are not of its plan's kind.
    """

    start: int
    end: int
    plans: tuple[ColumnPlan, ...] = ()
    arrays: list[pa.Array | None] = field(default_factory=list)

    def settle(self, found: Sequence[tuple[ColumnPlan, TypedColumn]], rows: int) -> None:
        """Take the columns that `json` read, where the block was not as planned."""
        pairs = list(zip(found, self.plans, strict=True))
        self.plans = tuple(new if new.is_known else old for (new, _), old in pairs)
        self.arrays = [
            typed.array if new.is_known else pa.nulls(rows, FINAL[old.kind])
            for (new, typed), old in pairs
        ]


def found_plans(
    plans: Sequence[ColumnPlan], rows: Sequence[Mapping[str, Any]], *, first_row: int
) -> list[tuple[ColumnPlan, TypedColumn]]:
    """Give what the columns of `rows` are, each by itself."""
    return [
        plan_column(plan.column, [row.get(plan.column.name) for row in rows], first_row=first_row)
        for plan in plans
    ]


def learned_plan(plan: ColumnPlan, found: ColumnPlan) -> ColumnPlan:
    """Give the plan for the blocks behind one in which the column was `found` to be otherwise."""
    if not found.is_known or found.kind == plan.kind:
        return plan
    if not plan.is_known:
        return found
    if {found.kind, plan.kind} <= _INTEGERS:
        return replace(plan, kind="wide")
    # Of several kinds: it is read again at the end; until then any reading will do.
    return replace(plan, kind="json")


def settled_table(
    blocks: Sequence[Block], plans: Sequence[ColumnPlan], spool: IO[bytes]
) -> pa.Table:
    """Give the table of all blocks; columns on which they differ are read again from `spool`."""
    typed: list[TypedColumn | None] = [_agreed(blocks, number) for number in range(len(plans))]
    missing = [plan for plan, found in zip(plans, typed, strict=True) if found is None]
    again = iter(_read_again(blocks, missing, spool) if missing else ())
    columns = [found if found is not None else next(again) for found in typed]
    return pa.table(
        [column.array for column in columns],
        schema=pa.schema([column.field for column in columns]),
    )


def _agreed(blocks: Sequence[Block], number: int) -> TypedColumn | None:
    """Give a column on whose kind all blocks that have values agree; None where they do not."""
    plans = [block.plans[number] for block in blocks]
    arrays = [block.arrays[number] for block in blocks]
    seen = [
        plan
        for plan, array in zip(plans, arrays, strict=True)
        if array is not None and array.null_count < len(array)
    ]
    kinds = {plan.kind for plan in seen}
    last = seen[-1] if seen else plans[0]
    if len(kinds) > 1 and not kinds <= _INTEGERS:
        return None
    kind = "wide" if len(kinds) > 1 else last.kind
    deviations = {plan.deviation for plan in seen}
    if len(deviations) > 1:
        return None
    plan = replace(last, kind=kind)
    final = FINAL[kind]
    settled = [
        array.cast(final) if array.null_count < len(array) else pa.nulls(len(array), final)
        for array in arrays
        if array is not None
    ]
    return TypedColumn(field=plan.field, array=pa.chunked_array(settled, final))


def _read_again(
    blocks: Sequence[Block], plans: Sequence[ColumnPlan], spool: IO[bytes]
) -> list[TypedColumn]:
    values: list[list[object]] = [[] for _ in plans]
    for block in blocks:
        spool.seek(block.start)
        rows = exact_rows(spool.read(block.end - block.start)) or []
        for plan, column in zip(plans, values, strict=True):
            column.extend(row.get(plan.column.name) for row in rows)
    return [
        typed_column(plan.column.name, plan.column.type, column)
        for plan, column in zip(plans, values, strict=True)
    ]
