"""The end of the fast path: blocks that went different ways become one table, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any

import pyarrow as pa

from watchframe.decode.block import exact_rows
from watchframe.decode.by_column import column_values
from watchframe.decode.laid_out import POOL
from watchframe.decode.plan import FINAL, ColumnPlan, plan_column
from watchframe.decode.typing_rules import TypedColumn, table_of, typed_column
from watchframe.models import Column

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
    arrays : list of pyarrow.Array or pyarrow.ChunkedArray
        One a column.
    """

    start: int
    end: int
    plans: tuple[ColumnPlan, ...] = ()
    arrays: list[pa.Array | pa.ChunkedArray] = field(default_factory=list)

    def widen(self, plans: tuple[ColumnPlan, ...]) -> None:
        """Add nulls for those of `plans` that were added after this block."""
        rows = len(self.arrays[0])
        for plan in plans[len(self.plans) :]:
            self.plans += (plan,)
            self.arrays.append(pa.nulls(rows, FINAL[plan.kind]))

    def settle(self, found: Sequence[tuple[ColumnPlan, TypedColumn]], rows: int) -> None:
        """Take the columns that `json` read, where the block was not as planned."""
        pairs = list(zip(found, self.plans, strict=True))
        self.plans = tuple(new if new.is_known else old for (new, _), old in pairs)
        self.arrays = [
            typed.array if new.is_known else pa.nulls(rows, FINAL[old.kind])
            for (new, typed), old in pairs
        ]


def merged(blocks: Sequence[Block]) -> Block:
    """Return one block for several of the same plans that follow each other.

    Their columns are copied into larger pieces of memory, and what the workers took is free for
    the next blocks. Texts stay as they are: frames share them.
    """
    arrays: list[pa.Array | pa.ChunkedArray] = []
    for number, plan in enumerate(blocks[0].plans):
        chunks = [chunk for block in blocks for chunk in _chunks(block.arrays[number])]
        is_shared = FINAL[plan.kind] == pa.string()
        arrays.append(
            pa.chunked_array(chunks) if is_shared else pa.concat_arrays(chunks, memory_pool=POOL)
        )
    return Block(start=blocks[0].start, end=blocks[-1].end, plans=blocks[0].plans, arrays=arrays)


def _chunks(array: pa.Array | pa.ChunkedArray) -> list[pa.Array]:
    return array.chunks if isinstance(array, pa.ChunkedArray) else [array]


def found_plans(
    plans: Sequence[ColumnPlan], rows: Sequence[Mapping[str, Any]], *, first_row: int
) -> list[tuple[ColumnPlan, TypedColumn]]:
    """Give what the columns of `rows` are, each by itself."""
    return [
        plan_column(plan.column, column_values(rows, plan.column.name), first_row=first_row)
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
    """Return the table of all blocks; columns on which they differ are read again from `spool`."""
    typed = [agreed_column(blocks, number) for number in range(len(plans))]
    missing = [plan.column for plan, found in zip(plans, typed, strict=True) if found is None]
    return completed_table(typed, read_again(blocks, missing, spool))


def completed_table(typed: Sequence[TypedColumn | None], again: Iterable[TypedColumn]) -> pa.Table:
    """Return the table of these columns; `again` are those that take the places of None."""
    others = iter(again)
    columns = [found if found is not None else next(others) for found in typed]
    return table_of(columns, len(columns[0].array))


def has_no_value(blocks: Sequence[Block], number: int) -> bool:
    """Whether a column is null in all blocks."""
    arrays = [block.arrays[number] for block in blocks]
    return all(array.null_count == len(array) for array in arrays)


def agreed_column(blocks: Sequence[Block], number: int) -> TypedColumn | None:
    """Return a column on whose kind all blocks that have values agree; None where they do not."""
    plans = [block.plans[number] for block in blocks]
    arrays = [block.arrays[number] for block in blocks]
    seen = [
        plan for plan, array in zip(plans, arrays, strict=True) if array.null_count < len(array)
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
        chunk
        for array in arrays
        for chunk in (
            _chunks(array.cast(final))
            if array.null_count < len(array)
            else [pa.nulls(len(array), final)]
        )
    ]
    return TypedColumn(field=plan.field, array=pa.chunked_array(settled, final))


def rows_again(blocks: Sequence[Block], spool: IO[bytes]) -> Iterator[list[dict[str, Any]]]:
    """Yield each block's rows, read from the body once more."""
    for block in blocks:
        spool.seek(block.start)
        rows = exact_rows(spool.read(block.end - block.start))
        if rows is None:
            raise AssertionError("unreachable: the block was read as rows before")
        yield rows


def read_again(
    blocks: Sequence[Block], columns: Sequence[Column], spool: IO[bytes]
) -> list[TypedColumn]:
    """Return these columns, every value as it was sent."""
    if not columns:
        return []
    values: list[list[object]] = [[] for _ in columns]
    for rows in rows_again(blocks, spool):
        for column, found in zip(columns, values, strict=True):
            found.extend(column_values(rows, column.name))
    return [
        typed_column(column.name, column.type, found)
        for column, found in zip(columns, values, strict=True)
    ]
