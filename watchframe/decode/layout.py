"""Blocks of rows that are all written alike: where every value stands, found by arithmetic.

The server writes each row with the same keys in the same order and the same white space. In such a
block everything but the values is known beforehand. It is cut at the colons behind keys, and then
every byte between two values is compared with what has to stand there. A block that is otherwise
in any way is none: it goes to a reader that takes any JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

#: A block's bytes, or numbers made of them.
Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Places = np.ndarray[Any, np.dtype[np.int32]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

_COLON, _QUOTE = b':"'
_FIRST_PRINTABLE = 0x20
#: Validity bits that let every other item count, from the first or from the second on.
_EVEN_BUT_FIRST, _EVEN = 0x54, 0x55
#: ``(between two items, behind a key)``, as Python's `json` and as most others write it.
_STYLES = ((b", ", b": "), (b",", b":"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slices:
    """Where the values of a block stand, one row a row, one column a key.

    Attributes
    ----------
    rows : bytes
    text : ndarray of uint8
        The same.
    starts, ends : ndarray of int32
        Of the values, in bytes of the block.
    """

    rows: bytes
    text: Bytes
    starts: Places
    ends: Places


class RowLayout:
    """How the rows of a result are written.

    Parameters
    ----------
    keys : sequence of str
        As they follow each other in each row.
    between, behind : bytes
        What stands between two items, and behind a key.
    """

    def __init__(self, keys: Sequence[str], between: bytes, behind: bytes) -> None:
        names = [b'"' + key.encode() + b'"' for key in keys]
        row_end = b"}" + between + b"{"
        self._behind = len(behind)
        self._first = b"{" + names[0] + behind
        self._frames = [
            (between if number else row_end) + name + behind for number, name in enumerate(names)
        ]
        self._keys = len(keys)
        # From the end of a value to the colon behind the next key.
        self._leads = np.array([len(frame) - len(behind) for frame in self._frames], np.int32)
        self._expected: pa.Array | None = None

    @classmethod
    def of_row(cls, row: bytes, keys: Sequence[str]) -> RowLayout | None:
        """Give the layout of rows like `row`, which has these keys; None where it is unusual."""
        if not keys or any(json.dumps(key, ensure_ascii=False) != f'"{key}"' for key in keys):
            return None
        for between, behind in _STYLES:
            layout = cls(keys, between, behind)
            if layout.slices(row) is not None:
                return layout
        return None

    def slices(self, rows: bytes) -> Slices | None:
        """Give where the values stand; None where the block is not of this layout.

        Without a backslash, a quote ends every string, and a quote before a colon ends a key. What
        is between the slices is then exactly what it has to be; what is in them is still to be
        judged.
        """
        if not rows.startswith(self._first) or not rows.endswith(b"}") or b"\\" in rows:
            return None
        text = np.frombuffer(rows, np.uint8)
        if text.min() < _FIRST_PRINTABLE:
            return None
        colons = np.flatnonzero(text == _COLON)
        colons = colons[text[colons - 1] == _QUOTE].astype(np.int32)
        count, rest = divmod(len(colons), self._keys)
        if rest:
            return None
        edges = np.empty(2 * len(colons) + 1, np.int32)
        edges[0] = 0
        edges[1::2] = colons + self._behind
        edges[2:-1:2] = colons[1:] - np.tile(self._leads, count)[1:]
        edges[-1] = len(rows) - 1
        if (edges[1:] <= edges[:-1]).any() or not self._is_framed(rows, edges, count):
            return None
        shape = (count, self._keys)
        return Slices(
            rows=rows,
            text=text,
            starts=edges[1::2].reshape(shape),
            ends=edges[2::2].reshape(shape),
        )

    def _is_framed(self, rows: bytes, edges: Places, count: int) -> bool:
        """Whether all that stands between the values is as it has to be."""
        between = len(edges) - 1
        counts = np.full(between // 8 + 1, _EVEN, np.uint8)
        counts[0] = _EVEN_BUT_FIRST  # the first row's start was looked at
        found = pa.StringArray.from_buffers(
            between, pa.py_buffer(edges), pa.py_buffer(rows), pa.py_buffer(counts)
        )
        # Kept, and in no lock: at worst two threads make the same one.
        expected = self._expected
        if expected is None or len(expected) < between:
            expected = self._expected = self._frames_of(count + count // 8)
        return pc.all(pc.equal(found, expected.slice(0, between))).as_py() is not False

    def _frames_of(self, count: int) -> pa.Array:
        """Give what stands before each value in so many rows; nothing in place of the values."""
        lengths = np.zeros((count, self._keys, 2), np.int32)
        lengths[:, :, 0] = [len(frame) for frame in self._frames]
        edges = np.zeros(lengths.size + 1, np.int32)
        np.cumsum(lengths.ravel(), out=edges[1:])
        return pa.StringArray.from_buffers(
            lengths.size, pa.py_buffer(edges), pa.py_buffer(b"".join(self._frames) * count)
        )
