"""One block of rows by the fast path: by its layout, or by Arrow's JSON reader, both strict."""

from __future__ import annotations

import itertools
import secrets
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from watchframe.decode.column_plan import (
    FINAL,
    RAW,
    ColumnPlan,
    Kind,
    chosen_columns,
    column_values,
    is_unicode,
    keys_of,
    parsed,
    plan_column,
    undeclared,
)
from watchframe.decode.compiled_rows import POOL, LayoutReader, RowLayout
from watchframe.decode.framing import find_tail, row_cuts
from watchframe.decode.typing_rules import (
    EXACT_IN_FLOAT,
    TypedColumn,
    table_of,
    times_of_texts,
    typed_column,
)
from watchframe.models import Column

_DIGITS = r"^-?[0-9]+$"
_READ_AS: dict[str, pa.DataType] = {
    "integer": pa.int64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "string": pa.string(),
    "date": pa.string(),
    "naive": pa.string(),
    "aware": pa.string(),
}
_NULL = "null"


class BlockDecoder:
    """Reads blocks of rows by one set of plans.

    Parameters
    ----------
    plans : sequence of ColumnPlan
    laid_out : LayoutReader or None
        What reads blocks whose rows are all written alike.
    takes_all : bool
        Whether a block with a key that no plan has is not as planned; else it is passed over.
    """

    def __init__(
        self,
        plans: Sequence[ColumnPlan],
        laid_out: LayoutReader | None = None,
        *,
        takes_all: bool = True,
    ) -> None:
        self.plans = tuple(plans)
        self._laid_out = laid_out
        typed = [plan for plan in plans if plan.kind not in RAW]
        # Behind the rows stands one of ours: where it is the last one read, what was read are the
        # rows, and not what stands in front of a second array.
        self._end = secrets.token_hex(8)
        fields = [pa.field(plan.column.name, _READ_AS[plan.kind]) for plan in typed]
        row = pa.struct([*fields, pa.field(self._end, pa.bool_())])
        self._schema = pa.schema([pa.field("rows", pa.list_(row))]) if typed else None
        raw = [plan.column.name for plan in plans if plan.kind in RAW]
        self._raw_names = [f"c{number}" for number in range(len(raw))]
        self._raw = None
        if raw:  # then only this reader knows all keys, and Arrow's passes over others
            others = [plan.column.name for plan in typed] if takes_all else []
            rows = _raw_rows([*raw, *others], takes_others=not takes_all)
            self._raw = msgspec.json.Decoder(rows)
        self._unexpected = "error" if takes_all and not raw else "ignore"

    def decode(self, rows: bytes) -> list[pa.Array] | None:
        """Return the columns' arrays, or None where anything is not as planned."""
        if not rows.isascii() and not _is_utf8(rows):
            return None
        arrays = self._laid_out.decode(rows) if self._laid_out is not None else None
        return arrays if arrays is not None else self._decode_any(rows)

    def _decode_any(self, rows: bytes) -> list[pa.Array] | None:
        try:
            typed = self._typed(rows)
            raw = self._raw_texts(rows)
        except (pa.ArrowException, msgspec.MsgspecError):
            return None
        if len({len(array) for array in (*typed, *raw)}) != 1:
            return None
        arrays = []
        for plan in self.plans:
            source, finished = (raw, _checked_raw) if plan.kind in RAW else (typed, _finished)
            array = finished(source.popleft(), plan)
            if array is None:
                return None
            arrays.append(array)
        return arrays

    def _typed(self, rows: bytes) -> deque[pa.Array]:
        if self._schema is None:
            return deque()
        # One JSON document, so that a comma between rows is asked for, and white space allowed.
        document = b'{"rows": [%b, {"%b": true}]}' % (rows, self._end.encode())
        table = pj.read_json(
            pa.BufferReader(document),
            read_options=pj.ReadOptions(use_threads=False, block_size=len(document) + 1),
            parse_options=pj.ParseOptions(
                explicit_schema=self._schema, unexpected_field_behavior=self._unexpected
            ),
            memory_pool=POOL,
        )
        found = table.column(0).chunk(0).values
        *columns, ends = found.flatten()
        if found.null_count or ends.null_count != len(ends) - 1 or not ends[-1].is_valid:
            raise pa.ArrowInvalid("These are not rows from end to end.")
        return deque(column.slice(0, len(ends) - 1) for column in columns)

    def _raw_texts(self, rows: bytes) -> deque[pa.Array]:
        if self._raw is None:
            return deque()
        found = self._raw.decode(b"[%b]" % rows)
        return deque(_texts([getattr(row, name) for row in found]) for name in self._raw_names)


def exact_rows(rows: bytes) -> list[dict[str, Any]] | None:
    """Return a block's rows as `json` reads them; None where it is not whole rows."""
    try:
        found = parsed(b"[" + rows + b"]")
    except (ValueError, RecursionError):
        return None
    return found if set(map(type, found)) <= {dict} else None


def _finished(array: pa.Array, plan: ColumnPlan) -> pa.Array | None:
    """Return the array in its final type; None where that would lose anything."""
    if plan.kind == "float":
        ends = pc.min_max(array)
        if not ends["min"].is_valid:  # all null
            return array
        largest = max(abs(ends["min"].as_py()), abs(ends["max"].as_py()))
        return array if largest < EXACT_IN_FLOAT and not _has_negative_zero(array) else None
    final = FINAL[plan.kind]
    if array.type == final:
        return array
    try:
        return times_of_texts(array, final, memory_pool=POOL)
    except pa.ArrowInvalid:
        return None


def _has_negative_zero(array: pa.Array) -> bool:
    """Whether there is one: it may have been sent as the integer ``-0``, which is 0."""
    zeros = array.filter(pc.equal(array, 0.0))
    return bool(np.signbit(zeros.to_numpy(zero_copy_only=False)).any())


def _checked_raw(array: pa.Array, plan: ColumnPlan) -> pa.Array | None:
    if plan.kind == "wide" and not pc.all(pc.match_substring_regex(array, _DIGITS)).as_py():
        return None if array.null_count < len(array) else array
    return array


def _texts(values: list[msgspec.Raw]) -> pa.Array:
    """Return the values as they were sent, null for null."""
    # Joined and cut again: making a `bytes` of each costs five times as much.
    lines = pa.scalar(msgspec.json.Encoder().encode_lines(values)[:-1].decode(), pa.large_string())
    texts = pc.split_pattern(lines, "\n", memory_pool=POOL).values
    if len(texts) != len(values):  # an array or object that is itself written on several lines
        texts = pa.array([bytes(value) for value in values], pa.string())
    texts = texts.cast(pa.string(), memory_pool=POOL)
    is_null = pc.equal(texts, _NULL)
    return pc.if_else(is_null, None, texts) if pc.any(is_null).as_py() else texts


def _is_utf8(rows: bytes) -> bool:
    try:
        rows.decode()
    except UnicodeDecodeError:
        return False
    return True


def _raw_rows(names: Sequence[str], *, takes_others: bool) -> Any:
    """Return a type of rows whose values are taken as sent; `takes_others` passes over others."""
    row = msgspec.defstruct(
        "Row",
        [(f"c{n}", msgspec.Raw, msgspec.Raw(_NULL.encode())) for n in range(len(names))],
        rename={f"c{n}": name for n, name in enumerate(names)},
        gc=False,
        forbid_unknown_fields=not takes_others,
    )
    return list[row]  # type: ignore[valid-type]  # made at run time


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

    def replace_columns(self, found: Sequence[tuple[ColumnPlan, TypedColumn]], rows: int) -> None:
        """Take the columns that `json` read, where the block did not fit its plans."""
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
    """Return what the columns of `rows` are, each by itself."""
    return [
        plan_column(plan.column, column_values(rows, plan.column.name), first_row=first_row)
        for plan in plans
    ]


def learned_plan(plan: ColumnPlan, found: ColumnPlan) -> ColumnPlan:
    """Return the plan for the blocks behind one in which the column was `found` to be otherwise."""
    if not found.is_known or found.kind == plan.kind:
        return plan
    if not plan.is_known:
        return found
    if {found.kind, plan.kind} <= _INTEGERS:
        return replace(plan, kind="wide")
    # Of several kinds: it is read again at the end; until then any reading will do.
    return replace(plan, kind="json")


def table_of_blocks(
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
    chunks = [
        chunk
        for array in arrays
        for chunk in (
            _chunks(array.cast(final))
            if array.null_count < len(array)
            else [pa.nulls(len(array), final)]
        )
    ]
    return TypedColumn(field=plan.field, array=pa.chunked_array(chunks, final))


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


#: Rows from which the plans are made.
SAMPLE_ROWS = 100


class NotFramedError(Exception):
    """The body is not as servers write it, or damaged: the exact path is to judge."""


class RowReader:
    """Decoders for blocks of rows, by what is known of them so far.

    Parameters
    ----------
    start : bytes
        Where the rows begin: some whole rows, or all there is.
    declared : sequence of Column
        Empty where the server declares them after the rows.
    wanted : sequence of str or None
        Columns to be read; None for all.

    Raises
    ------
    NotFramedError
        `start` does not begin with rows.
    """

    def __init__(
        self, start: bytes, declared: Sequence[Column], wanted: Sequence[str] | None
    ) -> None:
        first, between, rows = _sample(start)
        self._takes_all = wanted is None
        # A key that is wanted may first appear in a later row.
        keys = keys_of(rows) if wanted is None else wanted
        columns = chosen_columns(declared, keys, wanted)
        if not columns or not all(is_unicode(item.name) for item in columns):
            raise NotFramedError
        plans = {item.name: _plan(item, rows) for item in columns}
        self.plans: tuple[ColumnPlan, ...] = tuple(plans.values())
        self._layout: RowLayout | None = None
        self._keys: dict[str, Kind] = {}
        if all(row.keys() == rows[0].keys() for row in rows):
            self._layout = RowLayout.of_row(first, list(rows[0]), between)
            self._keys = {
                name: (plans.get(name) or _plan(undeclared(name), rows)).kind for name in rows[0]
            }
        self.decoder = self._made_decoder()

    def add_columns(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Have columns for those keys of `rows` that were not seen before, where all are wanted.

        Raises
        ------
        NotFramedError
            Arrow cannot have such a name.
        """
        known = {plan.column.name for plan in self.plans}
        added = [key for key in keys_of(rows) if key not in known] if self._takes_all else []
        if not all(map(is_unicode, added)):
            raise NotFramedError
        self.plans += tuple(_plan(undeclared(key), []) for key in added)

    def learn(self, found: Iterable[ColumnPlan]) -> None:
        """Take what the columns of a block were found to be."""
        self.plans = tuple(
            learned_plan(plan, new) for plan, new in zip(self.plans, found, strict=True)
        )
        self.decoder = self._made_decoder()

    def _made_decoder(self) -> BlockDecoder:
        laid_out = None
        if self._layout is not None:
            laid_out = LayoutReader(self._layout, self._keys, self.plans)
        try:
            return BlockDecoder(self.plans, laid_out, takes_all=self._takes_all)
        except ValueError:  # a column's name that msgspec cannot have in a struct, such as 'a"b'
            raise NotFramedError from None


def _plan(column: Column, rows: Sequence[dict[str, Any]]) -> ColumnPlan:
    return plan_column(column, column_values(rows, column.name))[0]


def _sample(start: bytes) -> tuple[bytes, bytes, list[dict[str, Any]]]:
    """Return the first row as it is written, what follows it, and the first rows as read."""
    cuts = list(itertools.islice(row_cuts(start), SAMPLE_ROWS))
    if not cuts:
        try:
            end = find_tail(start)[0]
        except (ValueError, RecursionError):
            raise NotFramedError from None
        cuts = [(end, end)]  # the only row
    rows = exact_rows(start[: cuts[-1][0]])
    if not rows or not all(map(is_unicode, rows[0])):
        raise NotFramedError
    end, following = cuts[0]
    return start[:end].strip(), start[end:following], rows
