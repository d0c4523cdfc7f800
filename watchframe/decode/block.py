"""One block of rows by the fast path: Arrow's JSON reader, strict, and raw texts beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from watchframe.decode.framing import Separator
from watchframe.decode.plan import FINAL, RAW, ColumnPlan
from watchframe.decode.typing_rules import EXACT_IN_FLOAT

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
_NULL = b"null"


class BlockDecoder:
    """Reads blocks of rows by one set of plans.

    Parameters
    ----------
    plans : sequence of ColumnPlan
    separator : Separator
    """

    def __init__(self, plans: Sequence[ColumnPlan], separator: Separator) -> None:
        self.plans = tuple(plans)
        self._separator = separator
        typed = [plan for plan in plans if plan.kind not in RAW]
        self._schema = pa.schema(
            [pa.field(plan.column.name, _READ_AS[plan.kind]) for plan in typed]
        )
        raw = [plan.column.name for plan in plans if plan.kind in RAW]
        self._raw_names = [f"c{number}" for number in range(len(raw))]
        struct = _raw_struct(raw)
        self._raw = msgspec.json.Decoder(list[struct]) if raw else None  # type: ignore[valid-type]  # made at run time

    def decode(self, rows: bytes) -> list[pa.Array] | None:
        """Give the columns' arrays, or None where anything is not as planned."""
        if not rows.isascii() and not _is_utf8(rows):
            return None
        try:
            typed = self._typed(rows)
            raw = self._raw_texts(rows)
        except (pa.ArrowException, msgspec.MsgspecError, UnicodeDecodeError):
            return None
        count = len(typed) if self._schema.names else len(raw[0])
        if any(len(array) != count for array in raw):
            return None
        raw_arrays = iter(raw)
        arrays = []
        for plan in self.plans:
            if plan.kind in RAW:
                array = _checked_raw(next(raw_arrays), plan)
            else:
                array = _finished(_one(typed.column(plan.column.name)), plan)
            if array is None:
                return None
            arrays.append(array)
        return arrays

    def _typed(self, rows: bytes) -> pa.Table:
        if not self._schema.names:
            return pa.table({})
        lines, count = self._separator.as_lines(rows)
        table = pj.read_json(
            pa.BufferReader(lines),
            read_options=pj.ReadOptions(use_threads=False, block_size=len(lines) + 1),
            parse_options=pj.ParseOptions(
                explicit_schema=self._schema, unexpected_field_behavior="ignore"
            ),
        )
        if len(table) != count:
            raise pa.ArrowInvalid("There are more or fewer rows than separators between them.")
        return table

    def _raw_texts(self, rows: bytes) -> list[pa.Array]:
        if self._raw is None:
            return []
        structs = self._raw.decode(b"[" + rows + b"]")
        return [
            pa.array([_text(getattr(struct, name)) for struct in structs], pa.string())
            for name in self._raw_names
        ]


def exact_rows(rows: bytes) -> list[dict[str, Any]] | None:
    """Give a block's rows as `json` reads them; None where it is not whole rows."""
    try:
        found = json.loads(b"[" + rows + b"]")
    except (ValueError, RecursionError):
        return None
    return found if all(isinstance(row, dict) for row in found) else None


def _finished(array: pa.Array, plan: ColumnPlan) -> pa.Array | None:
    """Give the array in its final type; None where that would lose anything."""
    if plan.kind == "float":
        largest = pc.max(pc.abs(array)).as_py()
        return None if largest is not None and not largest < EXACT_IN_FLOAT else array
    final = FINAL[plan.kind]
    if array.type == final:
        return array
    try:
        return array.cast(final)
    except pa.ArrowInvalid:
        return None


def _checked_raw(array: pa.Array, plan: ColumnPlan) -> pa.Array | None:
    if plan.kind == "wide" and not pc.all(pc.match_substring_regex(array, _DIGITS)).as_py():
        return None if array.null_count < len(array) else array
    return array


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _text(raw: msgspec.Raw) -> bytes | None:
    text = bytes(raw)
    return None if text == _NULL else text


def _is_utf8(rows: bytes) -> bool:
    try:
        rows.decode()
    except UnicodeDecodeError:
        return False
    return True


def _raw_struct(names: Sequence[str]) -> type[msgspec.Struct]:
    """Give a struct that takes these keys' values as they were sent, and passes over the others."""
    return msgspec.defstruct(
        "RawColumns",
        [(f"c{n}", msgspec.Raw, msgspec.Raw(_NULL)) for n in range(len(names))],
        rename={f"c{n}": name for n, name in enumerate(names)},
        gc=False,
    )
