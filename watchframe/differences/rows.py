"""The rows that `diff` is given: frames and tables of pandas, Arrow and polars, told apart once."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from watchframe.decode import to_frame
from watchframe.decode.column_plan import FINAL
from watchframe.differences.exact_column import (
    ExactColumn,
    are_equal,
    exact_arrow,
    exact_series,
)
from watchframe.errors import ArgumentError
from watchframe.reprs.words import first_few

#: Positions of rows, from 0.
Positions = np.ndarray[Any, np.dtype[np.int64]]
#: Types of Arrow's whose columns become those of a frame that was read; others stay Arrow's, and so
#: do days, which would become times.
_HOUSE_TYPES = frozenset(FINAL.values()) - {pa.date32()}


class Rows(Protocol):
    """A frame or a table, its columns by their names; `side` is what errors call it."""

    side: str
    names: list[Hashable]
    count: int

    def column(self, name: Hashable) -> ExactColumn:
        """Return the exact values of a column."""

    def frame(self, positions: Positions) -> pd.DataFrame:
        """Return these rows as a frame, in the dtypes that they have."""


def rows_of(given: Any, side: str) -> Rows:
    """Return what was given as rows.

    Parameters
    ----------
    given : DataFrame, pyarrow.Table or polars.DataFrame
    side : str
        What errors call it.

    Raises
    ------
    ArgumentError
        It is something else, or two of its columns have one name.
    """
    if isinstance(given, pd.DataFrame):
        rows: Rows = _FrameRows(_with_index_as_columns(given, side), side)
    elif isinstance(given, pa.Table):
        rows = _TableRows(given, side)
    elif type(given).__module__.partition(".")[0] == "polars" and hasattr(given, "to_arrow"):
        rows = _TableRows(given.to_arrow(), side)
    else:
        raise ArgumentError(
            f"{side} is of the type {type(given).__name__}.",
            hint="Give a DataFrame of pandas or polars, or a pyarrow.Table.",
        )
    twice = sorted({repr(name) for name in rows.names if rows.names.count(name) > 1})
    if twice:
        raise ArgumentError(
            f"{side} has several columns with the name {first_few(twice, 5)}.",
            hint="Give each column a name of its own.",
        )
    return rows


def _with_index_as_columns(frame: pd.DataFrame, side: str) -> pd.DataFrame:
    """Return the frame with the levels of its index that have names as columns."""
    named = [name for name in frame.index.names if name is not None]
    taken = [name for name in named if name in frame.columns]
    if taken:
        raise ArgumentError(
            f"{side} has the name {taken[0]!r} in its index and among its columns.",
            hint="Rename one of them.",
        )
    return frame.reset_index(level=named) if named else frame


class _FrameRows:
    def __init__(self, frame: pd.DataFrame, side: str) -> None:
        self._frame, self.side = frame, side
        self.names: list[Hashable] = list(frame.columns)
        self.count = len(frame)

    def column(self, name: Hashable) -> ExactColumn:
        return exact_series(self._frame[name])

    def frame(self, positions: Positions) -> pd.DataFrame:
        found = self._frame.take(positions).reset_index(drop=True)
        found.attrs = {}
        return found


class _TableRows:
    def __init__(self, table: pa.Table, side: str) -> None:
        self._table, self.side = table, side
        self.names: list[Hashable] = list(table.column_names)
        self.count = table.num_rows

    def column(self, name: Hashable) -> ExactColumn:
        return exact_arrow(self._table.schema.field(name), self._table.column(name))

    def frame(self, positions: Positions) -> pd.DataFrame:
        table = self._table.take(pa.array(positions)).replace_schema_metadata(None)
        ours = [field.name for field in table.schema if field.type in _HOUSE_TYPES]
        found = to_frame(table.select(ours))
        columns = {
            name: found[name]
            if name in ours
            else pd.Series(pd.arrays.ArrowExtensionArray(table.column(name)))
            for name in table.column_names
        }
        return pd.DataFrame(columns, index=pd.RangeIndex(len(positions)))


def concatenated(frames: Sequence[pd.DataFrame], like: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of all frames in the columns of `like`, every value as it is.

    A column that has another dtype in one of them is of Python's objects, unless all its values
    are those of the dtype in `like`.
    """
    columns: dict[Hashable, Any] = {}
    for name in like.columns:
        dtype = like[name].dtype
        parts = [_as(frame[name], dtype) for frame in frames]
        if any(part.dtype != dtype for part in parts):
            parts = [part.astype(object) for part in parts]
        columns[name] = pd.concat(parts, ignore_index=True)
    rows = sum(map(len, frames))
    found = pd.DataFrame(columns, index=pd.RangeIndex(rows))
    found.columns = like.columns
    return found


def _as(series: pd.Series[Any], dtype: Any) -> pd.Series[Any]:
    """Return the values in a dtype where each is equal there, else as they are."""
    if series.dtype == dtype:
        return series
    try:
        found = series.astype(dtype)
    except (TypeError, ValueError, ArithmeticError, pa.ArrowException, NotImplementedError):
        return series
    return found if are_equal(exact_series(series), exact_series(found)) else series
