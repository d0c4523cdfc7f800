"""Blocks of rows that are all written alike, read in one pass by the compiled `_rows`.

The server writes each row with the same keys in the same order and the same white space, so that
everything but the values is known beforehand. A block that is otherwise in any way goes to a reader
that takes any JSON; so does every block where `_rows` could not be compiled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa

from watchframe.decode.plan import FINAL, ColumnPlan, Kind

_rows: ModuleType | None
try:
    from watchframe.decode import _rows
except ImportError:  # installed from its source without a compiler
    _rows = None

#: That of Arrow's own default keeps a third more for itself, and is no quicker here.
POOL = pa.system_memory_pool()
#: ``(between two items, behind a key)``, as Python's `json` and as most others write it.
_STYLES = ((b", ", b": "), (b",", b":"))
_QUOTED: frozenset[Kind] = frozenset({"string", "date", "naive", "aware"})
#: Kind -> what `_rows` calls it.
_CODES: dict[Kind, int] = {
    "integer": ord("i"),
    "boolean": ord("b"),
    "float": ord("f"),
    "wide": ord("w"),
    **dict.fromkeys(_QUOTED, ord("q")),
}

Room = tuple[Any, Any, Any]


def is_compiled() -> bool:
    """Whether this installation has the compiled reader."""
    return _rows is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLayout:
    """How the rows of a result are written.

    Attributes
    ----------
    first : bytes
        What stands before the first row's first value.
    frames : tuple of bytes
        What stands before each key's value, from the second row on.
    """

    first: bytes
    frames: tuple[bytes, ...]

    @classmethod
    def of_row(cls, row: bytes, keys: Sequence[str]) -> RowLayout | None:
        """Give the layout of rows like `row`, which has these keys; None where it is unusual."""
        if not keys or any(json.dumps(key, ensure_ascii=False) != f'"{key}"' for key in keys):
            return None
        names = [b'"' + key.encode() + b'"' for key in keys]
        for between, behind in _STYLES:
            first = b"{" + names[0] + behind
            if row.startswith(first):
                starts = [b"}" + between + b"{", *[between] * (len(keys) - 1)]
                frames = [start + name + behind for start, name in zip(starts, names, strict=True)]
                return cls(first=first, frames=tuple(frames))
        return None


class LayoutReader:
    """Reads blocks of rows that are all written alike.

    Parameters
    ----------
    layout : RowLayout
    keys : mapping of str to str
        The rows' keys in their order, and of what kind their values are.
    plans : sequence of ColumnPlan
        The columns that are wanted. Values of others are judged as well, so that no damage passes.
    """

    def __init__(
        self, layout: RowLayout, keys: Mapping[str, Kind], plans: Sequence[ColumnPlan]
    ) -> None:
        planned = {plan.column.name: plan.kind for plan in plans}
        self._layout = layout
        self._plans = plans
        self._kinds = [planned.get(key, kind) for key, kind in keys.items()]
        self._is_kept = [key in planned for key in keys]
        self._places = {key: number for number, key in enumerate(keys)}
        self._shortest = sum(map(len, layout.frames)) + len(keys)
        # Nested values are not laid out.
        self._is_usable = _rows is not None and "json" not in self._kinds

    def decode(self, rows: bytes) -> list[pa.Array] | None:
        """Give the arrays of the plans; None where the block is not laid out and filled so."""
        if not self._is_usable:
            return None
        most = len(rows) // self._shortest + 1
        rooms = [
            _room(kind, most) if is_kept else (None, None, None)
            for kind, is_kept in zip(self._kinds, self._is_kept, strict=True)
        ]
        keys = zip(self._kinds, self._layout.frames, rooms, strict=True)
        found = _rows.read_rows(
            rows,
            self._layout.first,
            tuple((_CODES[kind], frame, *room) for kind, frame, room in keys),
        )
        if found is None:
            return None
        count, *nulls = found
        try:
            return [self._array(plan, rows, count, rooms, nulls) for plan in self._plans]
        except pa.ArrowInvalid:  # no time, one of another zone, a number too large
            return None

    def _array(
        self, plan: ColumnPlan, rows: bytes, count: int, rooms: list[Room], nulls: list[int]
    ) -> pa.Array:
        final = FINAL[plan.kind]
        place = self._places.get(plan.column.name)
        if place is None:
            return pa.nulls(count, final)
        valid, values, offsets = rooms[place]
        # Copied, as there was room for more.
        validity = pa.py_buffer(valid[: (count + 7) // 8].copy()) if nulls[place] else None
        if offsets is None:
            used = count if plan.kind == "integer" else (count + 7) // 8
            return pa.Array.from_buffers(
                final, count, [validity, pa.py_buffer(values[:used].copy())], nulls[place]
            )
        data = np.empty(offsets[count], np.uint8)
        _rows.gather_texts(rows, count, values, offsets, data)
        texts = pa.StringArray.from_buffers(
            count,
            pa.py_buffer(offsets[: count + 1].copy()),
            pa.py_buffer(data),
            validity,
            nulls[place],
        )
        return texts if final == texts.type else texts.cast(final, memory_pool=POOL)


def _room(kind: Kind, rows: int) -> Room:
    """Give the buffers that a key's values are written to: validity, values, offsets."""
    bits = np.zeros(rows // 8 + 1, np.uint8)
    if kind == "integer":
        return bits, np.empty(rows, np.int64), None
    if kind == "boolean":
        return bits, np.zeros(rows // 8 + 1, np.uint8), None
    return bits, np.empty(rows, np.int32), np.empty(rows + 1, np.int32)
