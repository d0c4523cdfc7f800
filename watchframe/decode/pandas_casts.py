"""Columns cast to pandas' own dtypes: every value is the same in the new dtype, or an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from watchframe.decode.arrow_casts import first_failing, refuse
from watchframe.errors import ArgumentError

#: What pandas, numpy and Arrow raise where a value does not become what it should.
_REFUSALS = (TypeError, ValueError, ArithmeticError, NotImplementedError)


def pandas_dtype(name: str, dtype: object) -> Any:
    """Return the dtype of pandas that a caller asks for, which may not cut off texts."""
    try:
        if dtype is None:  # float64, to numpy
            raise TypeError
        found: Any = pd.api.types.pandas_dtype(dtype)
    except _REFUSALS:
        found = np.dtype("V")
    # numpy's texts and bytes of a fixed length cut what is longer; no time is without a unit.
    if isinstance(found, np.dtype) and (
        (found.kind in "SUV" and (found.itemsize or found.kind != "U"))
        or (found.kind in "mM" and np.datetime_data(found)[0] == "generic")
    ):
        raise ArgumentError(
            f"dtype has {dtype!r} for column {name!r}, which pandas does not know as a dtype.",
            hint='Use one of pandas, such as "Int64", "float64", "string" or "category", or '
            '"integer", or "decimal(38, 18)".',
        )
    return found


def as_dtype(series: pd.Series[Any], dtype: Any) -> Any:
    """Return the values in a dtype of pandas; an error where one would be another then."""
    is_null = series.isna().to_numpy()
    _check_nulls(series, is_null, dtype)
    try:
        found = _converted(series, is_null, dtype)
    except ArgumentError:
        raise
    except _REFUSALS:
        row = 0 if is_null.all() else int((~is_null).argmax())
        value = None if is_null.all() else series.iloc[row]
        refuse(str(series.name), str(dtype), row, value, "")
    # As a bare array, pandas would look for a dtype of its own for Python's objects.
    return found if found.dtype == object else found.array


def _converted(series: pd.Series[Any], is_null: Any, dtype: Any) -> pd.Series[Any]:
    if is_null.all():
        return pd.Series([None] * len(series), dtype=object if _is_old_str(dtype) else dtype)
    if dtype.kind == "b":
        series = _booleans(series, is_null, dtype)
    _check_values(series, is_null, dtype)
    if dtype.kind == "m" and series.dtype.kind in "OU":
        hint = "pandas.to_timedelta parses texts: bare numbers among them as nanoseconds."
        _check_kept(series, ~is_null, dtype, hint)
    if dtype.kind == "f" and series.dtype.kind in "OU":  # texts, objects: Arrow would refuse many
        dtypes: list[Any] = ["Float64", dtype]
    elif _is_old_str(dtype):  # by way of "string", nulls stay nulls
        dtypes = ["string", object]
    else:
        dtypes = [dtype]

    def converted(rows: int) -> pd.Series[Any]:
        found = series.iloc[:rows]
        for each in dtypes:
            found = found.astype(each)
        return found

    try:
        with np.errstate(over="ignore"):  # infinities are looked for below
            found = converted(len(series))
    except _REFUSALS:
        row = int((~is_null).argmax())
        if _works(converted, row):  # else no value at all becomes that dtype
            row = first_failing(lambda rows: _works(converted, rows), series)
        refuse(str(series.name), str(dtype), row, series.iloc[row], "")
    _check_same(series, found, is_null, dtype)
    return found


def _is_old_str(dtype: Any) -> bool:
    """Tell whether it is what ``str`` was until pandas 3: Python's texts in an object column."""
    return isinstance(dtype, np.dtype) and dtype.kind == "U"


_NULL_HINT = {
    "i": 'Its nullable twin keeps nulls: "Int64" with a capital letter, or "integer".',
    "u": 'Its nullable twin keeps nulls: "UInt64" with capital letters, or "integer".',
    "b": 'Its nullable twin keeps nulls: "boolean".',
}


def _check_nulls(series: pd.Series[Any], is_null: Any, dtype: Any) -> None:
    """Raise for the first null where the dtype cannot hold nulls."""
    if isinstance(dtype, np.dtype) and dtype.kind in _NULL_HINT and is_null.any():
        row = int(is_null.argmax())
        refuse(str(series.name), str(dtype), row, None, _NULL_HINT[dtype.kind])


def _check_values(series: pd.Series[Any], is_null: Any, dtype: Any) -> None:
    """Raise for the first value that pandas would change to have it fit."""
    if dtype.kind in "iu":
        _check_bounds(series, is_null, dtype)
    elif dtype.kind == series.dtype.kind == "M":
        _check_zone(series, is_null, dtype)
    elif isinstance(dtype, pd.CategoricalDtype) and dtype.categories is not None:
        # As objects: Arrow takes "1" for 1, and refuses other pairs of types.
        is_lost = ~series.astype(object).isin(dtype.categories).to_numpy(bool) & ~is_null
        _check_kept(series, is_lost, dtype, "It is none of the categories.")


def _check_zone(series: pd.Series[Any], is_null: Any, dtype: Any) -> None:
    """Raise where only one of two dtypes of times has a zone."""
    one, other = (
        getattr(getattr(item, "pyarrow_dtype", item), "tz", None) for item in (series.dtype, dtype)
    )
    if (one is None) != (other is None):
        hint = "One has a zone, the other none: dt.tz_localize and dt.tz_convert say which."
        _check_kept(series, ~is_null, dtype, hint)


def _check_bounds(series: pd.Series[Any], is_null: Any, dtype: Any) -> None:
    """Raise where an integer, each of which is exact by now, is not one of the dtype's."""
    bounds = np.iinfo(getattr(dtype, "numpy_dtype", getattr(dtype, "subtype", dtype)))
    if series.dtype.kind == "i" and bounds.min <= series.min() and series.max() <= bounds.max:
        return
    objects = series.astype(object).to_numpy()
    for row in np.flatnonzero(~is_null):
        if not bounds.min <= objects[row] <= bounds.max:
            hint = f'{dtype} goes from {bounds.min} to {bounds.max}; "integer" holds all exactly.'
            refuse(str(series.name), str(dtype), int(row), objects[row], hint)


def _booleans(series: pd.Series[Any], is_null: Any, dtype: Any) -> pd.Series[Any]:
    """Return what says true or false as such; Python takes every text for true."""
    objects = series.astype(object).to_numpy()
    found = np.empty(len(objects), dtype=object)
    for row in np.flatnonzero(~is_null):
        value = objects[row]
        word = value.lower() if isinstance(value, str) else None
        is_number = isinstance(value, int | float) and value in (0, 1)
        if not is_number and word not in ("true", "false"):
            hint = "true and false are, also as text, and the numbers 0 and 1."
            refuse(str(series.name), str(dtype), int(row), value, hint)
        found[row] = bool(value) if is_number else word == "true"
    return pd.Series(found, name=series.name).astype("boolean")


def _check_same(before: pd.Series[Any], after: pd.Series[Any], is_null: Any, dtype: Any) -> None:
    """Raise where a value was lost: became null, infinite, or a coarser time."""
    is_lost = after.isna().to_numpy() & ~is_null
    hint = ""
    if dtype.kind == "f":
        for row in np.flatnonzero(np.isinf(after.to_numpy("float64", na_value=0))):
            is_lost[row] |= "inf" not in str(before.iloc[row]).lower()
        hint = "It is larger than that dtype's floats, or no number."
    if dtype.kind in "mM" and before.dtype.kind in "mM":
        back = after.astype(before.dtype)
        is_lost |= (back != before).fillna(value=False).to_numpy(bool) & ~is_null
        hint = "It is finer than the dtype's unit."
    _check_kept(before, is_lost, dtype, hint)


def _check_kept(series: pd.Series[Any], is_lost: Any, dtype: Any, hint: str) -> None:
    if is_lost.any():
        row = int(is_lost.argmax())
        refuse(str(series.name), str(dtype), row, series.iloc[row], hint)


def _works(convert: Callable[[int], object], rows: int) -> bool:
    try:
        convert(rows)
    except _REFUSALS:
        return False
    return True
