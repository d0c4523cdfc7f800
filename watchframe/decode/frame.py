"""From an Arrow table to a DataFrame, with dtypes that do not depend on nulls."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from watchframe.decode.deviation import ENCODING
from watchframe.decode.typing_rules import INTEGER
from watchframe.errors import ArgumentError

DtypeBackend = Literal["numpy_nullable", "pyarrow"]

_NULLABLE: dict[pa.DataType, Any] = {
    pa.int64(): pd.Int64Dtype(),
    pa.float64(): pd.Float64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
    pa.string(): pd.StringDtype(),
}


def to_frame(
    table: pa.Table,
    *,
    dtype_backend: DtypeBackend = "numpy_nullable",
    columns: Sequence[str] | None = None,
    dtype: object = None,
    index_col: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """Give the DataFrame of a decoded table.

    Parameters
    ----------
    table : pyarrow.Table
        As decoded, with the fields' metadata.
    dtype_backend : {"numpy_nullable", "pyarrow"}
    columns : sequence of str, optional
        Only these, in this order.
    dtype : dtype or mapping, optional
        As of `pandas.DataFrame.astype`.
    index_col : str or sequence of str, optional
        Columns that become the index.

    Raises
    ------
    ArgumentError
        A column is not in the result, or `dtype_backend` is another word.
    """
    if dtype_backend not in ("numpy_nullable", "pyarrow"):
        raise ArgumentError(
            f"dtype_backend is {dtype_backend!r}.", hint='It is "numpy_nullable" or "pyarrow".'
        )
    index = [index_col] if isinstance(index_col, str) else list(index_col or ())
    shown = table.column_names if columns is None else list(columns)
    wanted = list(dict.fromkeys([*index, *shown]))
    check_columns(table, wanted)
    arrays = {
        name: _array(table.schema.field(name), table.column(name), dtype_backend) for name in wanted
    }
    # One index for all: an index for each column costs more than all the rest.
    # Without columns=, which would sort them in by way of a Series: the dict has their order.
    frame = pd.DataFrame(arrays, index=pd.RangeIndex(len(table)), copy=False)
    if not wanted:
        frame.columns = pd.Index([], dtype=object)
    if dtype is not None:
        frame = frame.astype(_known(dtype, frame.columns))
    return frame.set_index(index) if index else frame


def check_columns(table: pa.Table, names: Sequence[str]) -> None:
    """Raise ArgumentError where one of `names` is not a column of `table`."""
    for name in names:
        if name not in table.column_names:
            raise ArgumentError(
                f"The result has no column {name!r}.",
                hint=f"It has: {', '.join(table.column_names)}.",
            )


def _array(field: pa.Field, values: pa.ChunkedArray, backend: DtypeBackend) -> Any:
    """Give a column's values as pandas holds them."""
    encoding = (field.metadata or {}).get(ENCODING)
    if encoding is not None:
        objects = _objects(values, int if encoding == INTEGER else json.loads)
        return pd.Series(objects, dtype=object, copy=False)  # said, or texts are taken for strings
    if backend == "pyarrow":
        return pd.arrays.ArrowExtensionArray(values)
    if field.type in _NULLABLE:
        return _NULLABLE[field.type].__from_arrow__(values)
    stamps = values.cast(pa.timestamp("us")) if field.type == pa.date32() else values
    return stamps.to_pandas().array


def _objects(
    values: pa.ChunkedArray, read: Callable[[str], object]
) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Give what `read` makes of each text; chunk by chunk, for the texts are large."""
    objects = np.empty(len(values), dtype=object)
    start = 0
    for chunk in values.chunks:
        texts = chunk.to_numpy(zero_copy_only=False)
        if chunk.null_count:
            found = [None if text is None else read(text) for text in texts]
        else:
            found = list(map(read, texts))
        objects[start : start + len(chunk)] = np.fromiter(found, object, len(chunk))
        start += len(chunk)
    return objects


def _known(dtype: object, columns: pd.Index[Any]) -> Any:
    if isinstance(dtype, Mapping):
        for name in dtype:
            if name not in columns:
                raise ArgumentError(f"dtype names the column {name!r}, which the frame lacks.")
    return dtype
