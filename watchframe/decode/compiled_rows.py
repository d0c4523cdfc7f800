"""Blocks of rows that are all written alike, read in one pass by the compiled `_rows`.

The server writes each row with the same keys in the same order and the same white space, so that
everything but the values is known beforehand. A block that is otherwise in any way goes to a reader
that takes any JSON; so does every block where `_rows` is missing (`compiled`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from watchframe.decode import compiled
from watchframe.decode.column_plan import FINAL, ColumnPlan, Kind
from watchframe.decode.typing_rules import times_of_texts

#: That of Arrow's own default keeps a third more for itself, and is no quicker here.
POOL = pa.system_memory_pool()
_TIMES: tuple[Kind, ...] = ("date", "naive", "aware")
#: Kinds whose texts Arrow casts: all keys of one kind at once, as each cast has its price.
_CAST: tuple[Kind, ...] = ("float", *_TIMES)
#: Kind -> what `_rows` calls it.
_CODES: dict[Kind, int] = {
    "integer": ord("i"),
    "boolean": ord("b"),
    "float": ord("f"),
    "wide": ord("w"),
    "string": ord("q"),
    **dict.fromkeys(_TIMES, ord("q")),
}


#: A key's place of how many, and the buffers that they share: validity, values, offsets.
Place = tuple[int, int, Any, Any, Any]
#: For a key that is not kept.
_NOWHERE: Place = (0, 1, None, None, None)


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
    def of_row(cls, row: bytes, keys: Sequence[str], between_rows: bytes) -> RowLayout | None:
        """Return the layout of rows like `row`, which has these keys; None where it is unusual.

        White space is taken for what it is where it is first seen. Where it is otherwise later, or
        a value was taken for a key, no block is of this layout.
        """
        for is_ascii in (True, False):
            names = [json.dumps(key, ensure_ascii=is_ascii).encode() for key in keys]
            start = re.match(rb"(\{\s*)%b(\s*:\s*)" % re.escape(names[0]), row) if names else None
            if start is None:
                continue
            opening, behind = start.groups()
            starts, at = [b"}" + between_rows + opening], start.end()
            for name in names[1:]:
                found = _next_key(row, name + behind, at)
                if found is None:
                    break
                starts.append(row[slice(*found)])
                at = found[1] + len(name + behind)
            else:
                frames = [start + name + behind for start, name in zip(starts, names, strict=True)]
                return cls(first=opening + names[0] + behind, frames=tuple(frames))
        return None


def _next_key(row: bytes, key: bytes, start: int) -> tuple[int, int] | None:
    """Return where the comma before `key` and its white space begin and end, from `start` on."""
    at = row.find(key, start)
    while at >= 0:
        before = row[start:at].rstrip()
        if before.endswith(b","):
            return start + len(before[:-1].rstrip()), at
        at = row.find(key, at + 1)
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
        self._kinds = {key: planned.get(key, kind) for key, kind in keys.items()}
        self._layout = layout
        self._plans = plans
        self._shortest = sum(map(len, layout.frames)) + len(keys)
        self._is_usable = "json" not in self._kinds.values()  # nested values are not laid out
        kept = [(key, kind) for key, kind in self._kinds.items() if key in planned]
        cast = [[key for key, other in kept if other == kind] for kind in _CAST]
        self._sharing = [[key] for key, kind in kept if kind not in _CAST] + list(
            filter(None, cast)
        )

    def decode(self, rows: bytes) -> list[pa.Array] | None:
        """Return the arrays of the plans; None where the block is not laid out and filled so."""
        if compiled.rows is None or not self._is_usable:
            return None
        most = len(rows) // self._shortest + 1
        rooms = [_Room(self._kinds[keys[0]], keys, most) for keys in self._sharing]
        places = {key: place for room in rooms for key, place in room.places()}
        found = compiled.rows.read_rows(
            rows,
            self._layout.first,
            tuple(
                (_CODES[kind], frame, *places.get(key, _NOWHERE))
                for (key, kind), frame in zip(self._kinds.items(), self._layout.frames, strict=True)
            ),
        )
        if found is None:
            return None
        count, *nulls = found
        missing = dict(zip(self._kinds, nulls, strict=True))
        try:
            arrays = {
                key: array for room in rooms for key, array in room.arrays(rows, count, missing)
            }
        except pa.ArrowInvalid:  # no time, one of another zone, a number too large
            return None
        return [
            arrays[plan.column.name]
            if plan.column.name in arrays
            else pa.nulls(count, FINAL[plan.kind])
            for plan in self._plans
        ]


class _Room:
    """The buffers to which the values of some keys are written, row by row.

    Parameters
    ----------
    kind : str
    keys : sequence of str
        More than one where their texts are to be cast.
    rows : int
        How many there are at most.
    """

    def __init__(self, kind: Kind, keys: Sequence[str], rows: int) -> None:
        self._kind, self._keys = kind, keys
        slots = rows * len(keys)
        self._valid: Any = np.zeros(slots // 8 + 1, np.uint8)
        self._values: Any
        self._offsets: Any = None
        if kind == "integer":
            self._values = np.empty(slots, np.int64)
        elif kind == "boolean":
            self._values = np.zeros(slots // 8 + 1, np.uint8)
        else:
            self._values = np.empty(slots, np.int32)
            self._offsets = np.empty(slots + 1, np.int32)

    def places(self) -> Iterator[tuple[str, Place]]:
        """Return where the values of each key go."""
        for place, key in enumerate(self._keys):
            yield key, (place, len(self._keys), self._valid, self._values, self._offsets)

    def arrays(
        self, rows: bytes, count: int, nulls: Mapping[str, int]
    ) -> Iterable[tuple[str, pa.Array]]:
        """Return each key's array, with so many nulls; raises ArrowInvalid."""
        slots = count * len(self._keys)
        missing = sum(nulls[key] for key in self._keys)
        # Copied, here and below, as there was room for more.
        valid = pa.py_buffer(self._valid[: _bytes(slots)].copy()) if missing else None
        if self._offsets is None:
            used = count if self._kind == "integer" else _bytes(count)
            buffers = [valid, pa.py_buffer(self._values[:used].copy())]
            array = pa.Array.from_buffers(FINAL[self._kind], count, buffers, missing)
            return [(self._keys[0], array)]
        offsets = self._offsets[: slots + 1].copy()
        data = np.empty(offsets[-1], np.uint8)
        compiled.rows.gather_texts(rows, slots, self._values, offsets, data)
        texts = pa.StringArray.from_buffers(
            slots, pa.py_buffer(offsets), pa.py_buffer(data), valid, missing
        )
        if self._kind not in _CAST:
            return [(self._keys[0], texts)]
        convert = times_of_texts if self._kind in _TIMES else pa.Array.cast
        cast = convert(texts, FINAL[self._kind], memory_pool=POOL)
        if len(self._keys) == 1:
            return [(self._keys[0], cast)]
        return self._separated(cast, count, nulls)

    def _separated(
        self, cast: pa.Array, count: int, nulls: Mapping[str, int]
    ) -> Iterator[tuple[str, pa.Array]]:
        """Return each key's array from the one that has them row by row."""
        shape = count, len(self._keys)
        values = np.frombuffer(cast.buffers()[1], f"i{cast.type.bit_width // 8}").reshape(shape)
        valid = np.unpackbits(self._valid, count=values.size, bitorder="little").reshape(shape)
        for place, key in enumerate(self._keys):
            bits = np.packbits(valid[:, place], bitorder="little") if nulls[key] else None
            buffers = [
                None if bits is None else pa.py_buffer(bits),
                pa.py_buffer(np.ascontiguousarray(values[:, place])),
            ]
            yield key, pa.Array.from_buffers(cast.type, count, buffers, nulls[key])


def _bytes(bits: int) -> int:
    return (bits + 7) // 8
