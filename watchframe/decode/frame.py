"""From an Arrow table to a DataFrame, with dtypes that do not depend on nulls."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from watchframe.decode import compiled
from watchframe.decode.column_plan import parsed
from watchframe.decode.concat import with_absent
from watchframe.decode.conversion import Conversions
from watchframe.decode.streaming import give_back
from watchframe.decode.typing_rules import INTEGER, encoding_of
from watchframe.errors import ArgumentError

#: Where pandas looks for a frame's ``attrs``.
_ATTRIBUTES = b"PANDAS_ATTRS"
#: Arrow's type -> pandas' names for the type of the values, and for the dtype of the column.
_DTYPES = {
    pa.int64(): ("int64", "Int64"),
    pa.float64(): ("float64", "Float64"),
    pa.bool_(): ("bool", "boolean"),
    pa.string(): ("unicode", "string"),
    # Named so, days stay days: pandas' own way makes Python objects of them.
    pa.date32(): ("date", "date32[day][pyarrow]"),
    pa.timestamp("us"): ("datetime", "datetime64[us]"),
    pa.timestamp("us", "UTC"): ("datetimetz", "datetime64[us, UTC]"),
}


def pandas_metadata(schema: pa.Schema, attributes: Mapping[str, object]) -> dict[bytes, bytes]:
    """Return the schema's metadata that pandas reads.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of a decoded table.
    attributes : mapping
        JSON values that become the frame's ``attrs``.
    """
    columns = []
    for field in schema:
        values, dtype = _DTYPES.get(field.type, ("object", "object"))
        zone = {"timezone": "UTC"} if values == "datetimetz" else None
        name = field.name
        columns.append(
            {
                "name": name,
                "field_name": name,
                "pandas_type": values,
                "numpy_type": dtype,
                "metadata": zone,
            }
        )
    described = {
        "index_columns": [],
        "column_indexes": [],
        "columns": columns,
        "attributes": dict(attributes),  # where pyarrow looks for them
        "pandas_version": pd.__version__,
    }
    return {
        b"pandas": json.dumps(described).encode(),
        _ATTRIBUTES: json.dumps(dict(attributes)).encode(),
    }


def pandas_attributes(schema: pa.Schema) -> dict[Hashable | None, object]:
    """Return the attributes that `pandas_metadata` put there."""
    text = (schema.metadata or {}).get(_ATTRIBUTES)
    found: dict[Hashable | None, object] = {} if text is None else json.loads(text)
    return found


DtypeBackend = Literal["numpy_nullable", "pyarrow"]

_STRING: Any = pd.StringDtype()
#: Bytes of columns that were read, after which the system gets back what is free.
_RELEASED = 4 << 20
#: Texts that are parsed at once.
_PARSED_TOGETHER = 1 << 14
#: Arrow type -> the nullable array, and the dtype of the numpy array in it.
_MASKED: dict[pa.DataType, tuple[Any, str]] = {
    pa.int64(): (pd.arrays.IntegerArray, "int64"),
    pa.float64(): (pd.arrays.FloatingArray, "float64"),
    pa.bool_(): (pd.arrays.BooleanArray, "bool"),
}


def to_frame(
    table: pa.Table,
    *,
    dtype_backend: DtypeBackend = "numpy_nullable",
    columns: Sequence[str] | None = None,
    dtype: object = None,
    parse_dates: object = None,
    index_col: str | Sequence[str] | None = None,
    known_kinds: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return the DataFrame of a decoded table, also of one that lay in a file.

    Parameters
    ----------
    table : pyarrow.Table
        As decoded, with the fields' metadata.
    dtype_backend : {"numpy_nullable", "pyarrow"}
    columns : sequence of str, optional
        Only these, in this order. Those that a table without rows lacks are empty, and texts where
        `known_kinds` does not tell.
    dtype : dtype or mapping, optional
        A dtype of pandas, ``"integer"`` or ``"decimal(38, 18)"``; exactly, or not at all.
    parse_dates : sequence of str, or mapping of str to str, optional
        Columns that become times, with a format or a unit; before `dtype`.
    index_col : str or sequence of str, optional
        Columns that become the index.
    known_kinds : mapping of str to str, optional
        The types of columns that a table without rows lacks.

    Raises
    ------
    ArgumentError
        A column is not in the result, `dtype_backend` is another word, or a value does not become
        what `dtype` or `parse_dates` ask for.
    """
    if dtype_backend not in ("numpy_nullable", "pyarrow"):
        raise ArgumentError(
            f"dtype_backend is {dtype_backend!r}.", hint='It is "numpy_nullable" or "pyarrow".'
        )
    index = [index_col] if isinstance(index_col, str) else list(index_col or ())
    shown = table.column_names if columns is None else list(columns)
    wanted = list(dict.fromkeys([*index, *shown]))
    table = with_absent(table, wanted, known_kinds or {})
    conversions = Conversions.of(dtype, parse_dates, wanted, has_rows=table.num_rows > 0)
    taken = {name: (table.schema.field(name), table.column(name)) for name in wanted}
    attributes = pandas_attributes(table.schema)
    rows, is_large = len(table), table.nbytes > _RELEASED
    del table  # where the caller has let go of it, each column's memory is free once it was read
    arrays = {}
    done = 0
    for name in wanted:
        field, values = conversions.in_arrow(*taken.pop(name))
        arrays[name] = conversions.in_pandas(name, _array(field, values, dtype_backend))
        done += values.nbytes if is_large else 0
        del values
        if done > _RELEASED:
            give_back()
            done = 0
    # One index for all: an index for each column costs more than all the rest.
    # Without columns=, which would sort them in by way of a Series: the dict has their order.
    frame = pd.DataFrame(arrays, index=pd.RangeIndex(rows), copy=False)
    if not wanted:
        frame.columns = pd.Index([], dtype=object)
    frame = frame.set_index(index) if index else frame
    frame.attrs = attributes
    return frame


def _array(field: pa.Field, values: pa.ChunkedArray, backend: DtypeBackend) -> Any:
    """Return a column's values as pandas holds them."""
    encoding = encoding_of(field)
    if encoding is not None:
        objects = _objects(values, _integers if encoding == INTEGER else _parsed)
        return pd.Series(objects, dtype=object, copy=False)  # said, or texts are taken for strings
    if backend == "pyarrow" or pa.types.is_decimal(field.type):
        return pd.arrays.ArrowExtensionArray(values)
    if field.type in _MASKED:
        return _masked(values, *_MASKED[field.type])
    if field.type == pa.string():
        return _STRING.__from_arrow__(values)
    stamps = values.cast(pa.timestamp("us")) if field.type == pa.date32() else values
    if not pa.types.is_timestamp(stamps.type) or stamps.type.tz:
        return stamps.to_pandas().array
    moments = stamps.to_numpy()  # without a Series around it, which takes as long again
    return pd.array(moments, copy=not moments.flags.writeable)  # Arrow's own memory is read-only


def _masked(values: pa.ChunkedArray, made: Callable[..., Any], dtype: str) -> Any:
    """Return a nullable array, filled chunk by chunk: pandas' own way needs twice its memory."""
    data = np.empty(len(values), dtype)
    is_null = np.zeros(len(values), np.bool_)
    start = 0
    for chunk in values.chunks:
        here = slice(start, start + len(chunk))
        if chunk.null_count:
            is_null[here] = chunk.is_null().to_numpy(zero_copy_only=False)
            chunk = chunk.fill_null(np.dtype(dtype).type(0).item())  # noqa: PLW2901 - the same values
        data[here] = chunk.to_numpy(zero_copy_only=False)
        start = here.stop
    return made(data, is_null)


def _objects(
    values: pa.ChunkedArray, said: Callable[[pa.Array], list[Any]]
) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Return what texts say, piece by piece."""
    objects = np.empty(len(values), dtype=object)
    start = 0
    for chunk in values.chunks:
        for offset in range(0, len(chunk), _PARSED_TOGETHER):
            found = said(chunk.slice(offset, _PARSED_TOGETHER))
            objects[start : start + len(found)] = np.fromiter(found, object, len(found))
            start += len(found)
    return objects


def _parsed(texts: pa.Array) -> list[Any]:
    """Return what JSON texts say; joining and one parse take three quarters of the time of many."""
    items = texts.cast(pa.large_string()).fill_null("null")
    comma = pa.scalar(",", pa.large_string())
    joined = pc.binary_join(pa.ListArray.from_arrays([0, len(items)], items), comma)
    found: list[Any] = parsed(f"[{joined[0].as_py()}]")
    return found


def _integers(digits: pa.Array) -> list[int | None]:
    """Return the integers of texts of digits, compiled: in a third of the time of `_parsed`."""
    if compiled.integers is None:
        return _parsed(digits)  # digits are JSON as well
    texts = digits.cast(pa.string()).fill_null("")
    _, offsets, data = texts.buffers()
    edges = np.frombuffer(offsets, np.int32, len(texts) + 1, texts.offset * 4)
    found: list[int | None] = compiled.integers.from_digits(edges, data or b"")
    return found
