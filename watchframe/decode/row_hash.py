"""One hash of all that a table says: the names, types, markers and values of its columns.

It does not depend on how Arrow lays the values out: in how many chunks, as slices of larger
buffers, by a dictionary, or what lies under a null. So rows that are read back from the cache, a
file or the server have the hash that they had before.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

#: Raised when the hash of the same rows changes.
HASH_VERSION = 1

#: About how many rows are put into their canonical form at once.
_SLICE_ROWS = 1 << 18

#: Types whose values are texts or bytes of any length -> the type that they are hashed as.
_LONG = {
    pa.string(): pa.large_binary(),
    pa.large_string(): pa.large_binary(),
    pa.binary(): pa.large_binary(),
    pa.large_binary(): pa.large_binary(),
}


def row_hash(table: pa.Table) -> str:
    """Return a hash of all rows of a table.

    Equal hashes mean: the same columns in the same order, with the same names, types and field
    metadata, and the same values in the same rows. Floats are compared by their bits, so 0.0 and
    -0.0 differ. The schema's own metadata, which holds the provenance, does not count.

    Parameters
    ----------
    table : pyarrow.Table
        Of any shape. A column that is encoded by a dictionary or by runs has the hash of its
        values.

    Returns
    -------
    str
        ``"sha256:"`` and 64 hexadecimal digits.

    Raises
    ------
    TypeError
        A column is of a type that has no such form: a union, or one that only Arrow's newest
        releases have.

    Examples
    --------
    >>> rows = pa.table({"day": ["2024-03-01", "2024-03-02"]})
    >>> row_hash(rows) == row_hash(pa.concat_tables([rows.slice(0, 1), rows.slice(1)]))
    True
    >>> row_hash(rows) == row_hash(rows.slice(1))
    False
    """
    whole = hashlib.sha256(f"watchframe rows {HASH_VERSION}\n{table.num_rows}\n".encode())
    for field, column in zip(table.schema, table.columns, strict=True):
        whole.update(_described(field))
        digest = _Digest.of(column.type)
        for chunk in column.chunks:
            for start in range(0, len(chunk), _SLICE_ROWS):
                digest.add(chunk.slice(start, _SLICE_ROWS))
        whole.update(digest.digest())
    return f"sha256:{whole.hexdigest()}"


def _described(field: pa.Field) -> bytes:
    """Return a field's name, type and markers, as text of which no two fields have the same."""
    text = json.dumps(_type_of(field), ensure_ascii=True, separators=(",", ":"))
    return f"\n{len(text)} {text}\n".encode()


def _type_of(field: pa.Field) -> list[object]:
    markers = sorted((field.metadata or {}).items())
    return [
        field.name,
        _type_words(field.type),
        [[name.hex(), value.hex()] for name, value in markers],
    ]


def _type_words(type_: pa.DataType) -> object:
    """Return a type without what only decides the layout: dictionaries and runs."""
    type_ = _plain(type_)
    if not type_.num_fields:
        return str(type_)
    inner = [_type_of(type_.field(place)) for place in range(type_.num_fields)]
    size = type_.list_size if pa.types.is_fixed_size_list(type_) else None
    return [_nested_kind(type_), size, inner]


def _nested_kind(type_: pa.DataType) -> str:
    for kind, is_kind in _NESTED.items():
        if is_kind(type_):
            return kind
    raise TypeError(f"Rows of the type {type_} cannot be hashed.")


_NESTED = {
    "struct": pa.types.is_struct,
    "map": pa.types.is_map,
    "fixed_size_list": pa.types.is_fixed_size_list,
    "list": pa.types.is_list,
    "large_list": pa.types.is_large_list,
}


def _plain(type_: pa.DataType) -> pa.DataType:
    """Return the type of the values of a dictionary or of runs."""
    while pa.types.is_dictionary(type_) or pa.types.is_run_end_encoded(type_):
        type_ = type_.value_type
    return type_


def _decoded(array: pa.Array) -> pa.Array:
    """Return the values of an array that a dictionary, runs or an extension stand for."""
    while True:
        if isinstance(array, pa.ExtensionArray):
            array = array.storage
        elif pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        elif pa.types.is_run_end_encoded(array.type):
            array = pc.run_end_decode(array)
        else:
            return array


class _Digest:
    """The hash of a column's values; they come in arrays of any length."""

    def __init__(self) -> None:
        self._rows = 0
        self._nulls = 0
        # Apart: so that neither depends on where an array ends.
        self._validity = hashlib.sha256()
        self._values = hashlib.sha256()

    @staticmethod
    def of(type_: pa.DataType) -> _Digest:
        """Return an empty one for values of a type."""
        type_ = _plain(type_)
        if isinstance(type_, pa.BaseExtensionType):
            return _Digest.of(type_.storage_type)
        if pa.types.is_struct(type_):
            return _StructDigest(type_)
        if type_.num_fields:
            _nested_kind(type_)  # refuses unions
            return _ListDigest(type_)
        return _TextDigest() if type_ in _LONG else _Digest()

    def add(self, array: pa.Array) -> None:
        """Add the next values."""
        array = _decoded(array)
        self._rows += len(array)
        self._add_validity(array)
        self._add_values(array)

    def digest(self) -> bytes:
        """Return the hash of all that was added."""
        # Columns without nulls need no bit for each row.
        validity = self._validity.digest() if self._nulls else b""
        parts = (f"{self._rows} {self._nulls}".encode(), validity, *self._digests())
        return hashlib.sha256(b"".join(len(part).to_bytes(8) + part for part in parts)).digest()

    def _add_validity(self, array: pa.Array) -> None:
        nulls = array.null_count
        if not nulls and not self._nulls:
            return
        if not self._nulls:  # the first: the rows before it were valid
            for count in _counts(self._rows - len(array)):
                self._validity.update(b"\x01" * count)
        self._nulls += nulls
        self._validity.update(_bytes_of(array.is_valid().cast(pa.uint8())))

    def _add_values(self, array: pa.Array) -> None:
        if not pa.types.is_null(array.type):
            self._values.update(_fixed_bytes(array))

    def _digests(self) -> Iterable[bytes]:
        return (self._values.digest(),)


class _TextDigest(_Digest):
    """Of texts and bytes: their lengths, and what stands in them one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self._lengths = hashlib.sha256()

    def _add_values(self, array: pa.Array) -> None:
        if array.null_count:
            array = array.drop_null()
        values = array.cast(_LONG[array.type])
        lengths = pc.binary_length(values).cast(pa.int64())
        self._lengths.update(_bytes_of(lengths))
        _, offsets, data = values.buffers()
        if data is None or not len(values):
            return
        ends = pa.Array.from_buffers(pa.int64(), len(values) + 1, [None, offsets], 0, values.offset)
        start, end = ends[0].as_py(), ends[len(values)].as_py()
        self._values.update(data.slice(start, end - start))

    def _digests(self) -> Iterable[bytes]:
        return self._lengths.digest(), self._values.digest()


class _ListDigest(_Digest):
    """Of lists and maps: their lengths, and the hash of all items."""

    def __init__(self, type_: pa.DataType) -> None:
        super().__init__()
        inner = (
            pa.struct([type_.key_field, type_.item_field])
            if pa.types.is_map(type_)
            else type_.value_type
        )
        self._items = _Digest.of(inner)

    def _add_values(self, array: pa.Array) -> None:
        if array.null_count:
            array = array.drop_null()
        if pa.types.is_map(array.type):
            fields = [array.type.key_field, array.type.item_field]
            array = array.cast(pa.list_(pa.struct(fields)))
        self._values.update(_bytes_of(pc.list_value_length(array).cast(pa.int64())))
        self._items.add(array.flatten())

    def _digests(self) -> Iterable[bytes]:
        return self._values.digest(), self._items.digest()


class _StructDigest(_Digest):
    """Of records: the hash of each of their fields."""

    def __init__(self, type_: pa.DataType) -> None:
        super().__init__()
        self._fields = [_Digest.of(type_.field(n).type) for n in range(type_.num_fields)]

    def _add_values(self, array: pa.Array) -> None:
        for digest, values in zip(self._fields, array.flatten(), strict=True):
            digest.add(values)

    def _digests(self) -> Iterable[bytes]:
        return [digest.digest() for digest in self._fields]


def _fixed_bytes(array: pa.Array) -> pa.Buffer:
    """Return values of one width without the nulls, under which memory may hold anything."""
    if array.null_count:
        array = array.drop_null()
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.uint8())
    return _bytes_of(array)


def _bytes_of(array: pa.Array) -> pa.Buffer:
    """Return the bytes of values of one width, little-endian, none of which is null."""
    try:
        width = array.type.bit_width // 8
    except ValueError:
        raise TypeError(f"Rows of the type {array.type} cannot be hashed.") from None
    data = array.buffers()[1]
    if data is None or not len(array):
        return pa.py_buffer(b"")
    found = data.slice(array.offset * width, len(array) * width)
    if sys.byteorder == "big":
        raise TypeError("Rows can be hashed on little-endian machines alone.")
    return found


def _counts(rows: int) -> Iterator[int]:
    while rows > 0:
        yield min(rows, _SLICE_ROWS)
        rows -= _SLICE_ROWS
