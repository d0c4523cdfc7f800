"""One block of rows by the fast path: by its layout, or by Arrow's JSON reader, both strict."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from watchframe.decode.laid_out import POOL, LayoutReader
from watchframe.decode.parsing import parsed
from watchframe.decode.plan import FINAL, RAW, ColumnPlan
from watchframe.decode.typing_rules import EXACT_IN_FLOAT, times_of_texts

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
        """Give the columns' arrays, or None where anything is not as planned."""
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
    """Give a block's rows as `json` reads them; None where it is not whole rows."""
    try:
        found = parsed(b"[" + rows + b"]")
    except (ValueError, RecursionError):
        return None
    return found if set(map(type, found)) <= {dict} else None


def _finished(array: pa.Array, plan: ColumnPlan) -> pa.Array | None:
    """Give the array in its final type; None where that would lose anything."""
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
    """Give the values as they were sent, null for null."""
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
