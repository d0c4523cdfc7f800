"""The values of a block of one layout, read column by column and judged as strictly as JSON is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from watchframe.decode.layout import Flags, Places, RowLayout, Slices
from watchframe.decode.plan import FINAL, ColumnPlan, Kind
from watchframe.decode.typing_rules import EXACT_IN_FLOAT

#: That of Arrow's own default keeps a third more for itself, and is no quicker here.
POOL = pa.system_memory_pool()

_QUOTE, _MINUS, _ZERO, _POINT = b'"-0.'
_NULL, _TRUE, _FALSE = b"null", b"true", b"false"
_LOWER = 0x20
#: What makes a number one with a fraction in Python's eyes.
_FRACTION = r"[.eE]"
_NUMBERS: tuple[Kind, ...] = ("integer", "float")
_QUOTED: frozenset[Kind] = frozenset({"string", "date", "naive", "aware"})


class LayoutReader:
    """Reads blocks of rows that are all written alike.

    Parameters
    ----------
    layout : RowLayout
    keys : mapping of str to str
        The rows' keys in their order, and of what kind their values are.
    plans : sequence of ColumnPlan
        The columns that are wanted.
    """

    def __init__(
        self, layout: RowLayout, keys: Mapping[str, Kind], plans: Sequence[ColumnPlan]
    ) -> None:
        planned = {plan.column.name: plan.kind for plan in plans}
        self._layout = layout
        self._kinds = [planned.get(key, kind) for key, kind in keys.items()]
        self._plans = plans
        places = {key: number for number, key in enumerate(keys)}
        self._places = [places.get(plan.column.name) for plan in plans]
        self._wanted = [place for place in self._places if place is not None]
        # Nested values have keys of their own, which would be taken for those of rows.
        self._is_usable = "json" not in self._kinds

    def decode(self, rows: bytes) -> list[pa.Array] | None:
        """Give the arrays of the plans; None where the block is not laid out and filled so."""
        slices = self._layout.slices(rows) if self._is_usable else None
        found = None if slices is None else Tokens(slices, self._kinds).arrays(self._wanted)
        if slices is None or found is None:
            return None
        arrays = iter(found)
        return [
            pa.nulls(len(slices.starts), FINAL[plan.kind]) if place is None else next(arrays)
            for plan, place in zip(self._plans, self._places, strict=True)
        ]


class Tokens:
    """The values of one block.

    Parameters
    ----------
    slices : Slices
    kinds : sequence of str
        What each key's values are to be; no ``json`` among them.
    """

    def __init__(self, slices: Slices, kinds: Sequence[Kind]) -> None:
        self._rows, self._text = slices.rows, slices.text
        self._starts, self._ends = slices.starts, slices.ends
        self._first = self._text[self._starts]
        self._last = self._text[self._ends - 1]
        self._lengths = self._ends - self._starts
        self._is_null = self._first == _NULL[0]
        self._kinds = kinds
        self._count = len(self._starts)

    def arrays(self, wanted: Sequence[int]) -> list[pa.Array] | None:
        """Give the arrays of the `wanted` keys; None where any value is not of its kind.

        The others are judged all the same, so that no damage passes.
        """
        if not self._are_words(self._is_null, _NULL) or not self._are_texts():
            return None
        found: dict[int, pa.Array] = {}
        try:
            for kind in _NUMBERS:
                keys = [number for number, other in enumerate(self._kinds) if other == kind]
                columns = self._numbers(keys, kind) if keys else []
                if columns is None:
                    return None
                found.update(zip(keys, columns, strict=True))
            for number, kind in enumerate(self._kinds):
                if number in found or (kind in _QUOTED and number not in wanted):
                    continue
                array = self._column(number, kind)
                if array is None:
                    return None
                found[number] = array
        except pa.ArrowInvalid:  # not a number of this kind, no time, or of another zone
            return None
        return [found[number] for number in wanted]

    def _column(self, number: int, kind: Kind) -> pa.Array | None:
        if kind == "boolean":
            return self._booleans(number)
        if kind == "wide":
            return self._wide(number)
        if kind == "string":
            return self._strings(number, inset=1)
        return self._times(number, FINAL[kind])

    def _are_words(self, where: Flags, word: bytes) -> bool:
        """Whether the values that are marked are this word."""
        if not where.any():
            return True
        starts = self._starts[where]
        found = [self._lengths[where] == len(word)]
        found += [self._text[starts + place] == byte for place, byte in enumerate(word)]
        return all(bool(flags.all()) for flags in found)

    def _are_texts(self) -> bool:
        """Whether the columns of texts hold texts or null, and no other value has a quote."""
        quoted = [number for number, kind in enumerate(self._kinds) if kind in _QUOTED]
        is_null = self._is_null[:, quoted]
        is_text = (self._first[:, quoted] == _QUOTE) & (self._last[:, quoted] == _QUOTE)
        if not ((is_text & (self._lengths[:, quoted] > 1)) | is_null).all():
            return False
        texts = is_null.size - int(np.count_nonzero(is_null))
        quotes = np.count_nonzero(self._text == _QUOTE)
        return bool(quotes == 2 * (self._first.size + texts))

    def _numbers(self, keys: Sequence[int], kind: Kind) -> list[pa.Array] | None:
        """Give the columns of numbers of one kind, all at once."""
        is_null = self._is_null[:, keys]
        if not self._are_numbers(keys, is_null, kind):
            return None
        parsed = self._items(self._starts[:, keys], self._ends[:, keys], is_null)
        parsed = parsed.cast(FINAL[kind], memory_pool=POOL)
        values = _every_other(parsed).reshape(is_null.shape)
        if kind == "float" and not self._are_exact(keys, values, is_null):
            return None
        return [
            _array(FINAL[kind], np.ascontiguousarray(values[:, place]), is_null[:, place])
            for place in range(len(keys))
        ]

    def _are_numbers(self, keys: Sequence[int], is_null: Flags, kind: Kind) -> bool:
        """Whether they are numbers as JSON writes them, as far as Arrow does not look at that."""
        starts, lengths = self._starts[:, keys], self._lengths[:, keys]
        leading = self._first[:, keys]
        is_negative = leading == _MINUS
        if is_negative.any():
            leading = leading.copy()
            leading[is_negative] = self._text[starts[is_negative] + 1]
        ends_well = _is_digit(leading) & _is_digit(self._last[:, keys])
        if not (ends_well | is_null).all():
            return False
        has_zero = (leading == _ZERO) & (lengths > is_negative + 1)
        if not has_zero.any():
            return kind == "integer" or not self._has_bare_point()
        if kind == "integer":  # neither 007 nor 0x1F
            return False
        behind = self._text[starts[has_zero] + is_negative[has_zero] + 1]
        is_fraction = (behind == _POINT) | (behind | _LOWER == ord("e"))
        return bool(is_fraction.all()) and not self._has_bare_point()

    def _has_bare_point(self) -> bool:
        """Whether anywhere a point stands before an ``e``: ``1.e5`` is no number in JSON."""
        points = np.flatnonzero(self._text == _POINT)
        # No point is the last byte, which is a row's bracket.
        return bool((self._text[points + 1] | _LOWER == ord("e")).any())

    def _are_exact(self, keys: Sequence[int], values: np.ndarray[Any, Any], is_null: Flags) -> bool:
        """Whether no integer was rounded: those from 2**53 on have to be written as fractions."""
        is_large = (np.abs(values) >= EXACT_IN_FLOAT) & ~is_null
        if not is_large.any():
            return True
        starts, ends = self._starts[:, keys][is_large], self._ends[:, keys][is_large]
        texts = self._items(starts, ends, np.zeros(len(starts), np.bool_))
        return pc.all(pc.match_substring_regex(texts, _FRACTION)).as_py() is not False

    def _booleans(self, number: int) -> pa.Array | None:
        is_null = self._is_null[:, number]
        is_true = self._first[:, number] == _TRUE[0]
        is_false = ~(is_true | is_null)
        for flags, word in ((is_true, _TRUE), (is_false, _FALSE)):
            where = np.zeros(self._is_null.shape, np.bool_)
            where[:, number] = flags
            if not self._are_words(where, word):
                return None
        return pa.array(is_true, mask=is_null if is_null.any() else None)

    def _wide(self, number: int) -> pa.Array | None:
        """Give integers of any size as their digits."""
        is_null = self._is_null[:, number]
        if not self._are_numbers([number], is_null[:, None], "integer"):
            return None
        texts = self._strings(number, inset=0)
        digits = np.frombuffer(texts.buffers()[2] or b"", np.uint8)
        digits = digits[: pc.sum(pc.binary_length(texts)).as_py() or 0]
        signs = np.count_nonzero(self._first[:, number] == _MINUS)
        others = len(digits) - np.count_nonzero(_is_digit(digits))
        return texts if others == signs else None

    def _strings(self, number: int, *, inset: int) -> pa.Array:
        """Give a column of texts, without their quotes."""
        items = self._column_items(number, inset)
        evens = pa.array(np.arange(0, len(items), 2, dtype=np.int32))
        return pc.take(items, evens, memory_pool=POOL)

    def _times(self, number: int, final: pa.DataType) -> pa.Array:
        """Give a column of dates or times; raises ArrowInvalid where one is none."""
        values = _every_other(self._column_items(number, 1).cast(final, memory_pool=POOL))
        return _array(final, np.ascontiguousarray(values), self._is_null[:, number])

    def _column_items(self, number: int, inset: int) -> pa.Array:
        is_null = self._is_null[:, number]
        starts, ends = self._starts[:, number] + inset, self._ends[:, number] - inset
        return self._items(starts, ends, is_null)

    def _items(self, starts: Places, ends: Places, is_null: Flags) -> pa.Array:
        """Give the values as texts without a copy: each is followed by what is behind it, as null.

        Arrow has texts end where the next one begins, and values do not.
        """
        edges = np.empty(2 * starts.size + 1, np.int32)
        edges[0:-1:2] = starts.ravel()
        edges[1::2] = ends.ravel()
        edges[-1] = len(self._rows)
        counts = np.zeros((starts.size, 2), np.bool_)
        np.logical_not(is_null.ravel(), out=counts[:, 0])
        bits = np.packbits(counts.ravel(), bitorder="little")
        return pa.StringArray.from_buffers(
            2 * starts.size, pa.py_buffer(edges), pa.py_buffer(self._rows), pa.py_buffer(bits)
        )


def _is_digit(text: np.ndarray[Any, np.dtype[np.uint8]]) -> Flags:
    return (text - np.uint8(_ZERO)) < 10  # noqa: PLR2004 - wraps round below the zero


def _every_other(array: pa.Array) -> np.ndarray[Any, Any]:
    """Give the values of an array of fixed width whose every other item is of no interest."""
    width = array.type.bit_width // 8
    kind = np.dtype("f8" if pa.types.is_floating(array.type) else f"i{width}")
    return np.frombuffer(array.buffers()[1], kind, len(array))[::2]


def _array(type_: pa.DataType, values: np.ndarray[Any, Any], is_null: Flags) -> pa.Array:
    validity = None
    if is_null.any():
        validity = pa.py_buffer(np.packbits(~is_null, bitorder="little"))
    return pa.Array.from_buffers(type_, len(values), [validity, pa.py_buffer(values)])
