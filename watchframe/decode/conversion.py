"""``dtype=`` and ``parse_dates=``: columns converted as the caller asks, exactly or not at all.

Integers, decimals and times are cast in Arrow, where that is exact; all other dtypes by pandas.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from watchframe.decode.arrow_casts import (
    HOW_DATES,
    UNITS,
    WHOLE,
    Column,
    as_decimals,
    as_integers,
    as_times,
    decimal_type,
    first_failing,
    is_empty,
    refuse,
    with_values,
)
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


@dataclass(frozen=True, slots=True)
class Conversions:
    """What a frame's columns are to become.

    Attributes
    ----------
    dtypes : mapping of str to object
        By column: a pandas dtype, ``"integer"`` or ``"decimal(38, 18)"``.
    dates : mapping of str to (str or None)
        By column: a strptime format, the unit of a unix time, or None for ISO 8601.
    """

    dtypes: Mapping[str, object]
    dates: Mapping[str, str | None]

    @classmethod
    def of(
        cls, dtype: object, parse_dates: object, columns: Sequence[str], *, has_rows: bool
    ) -> Conversions:
        """Return those that the arguments of a read ask for.

        A result without rows may lack columns that others of the query have, so a name that it
        does not know is an error only where there are rows.

        Raises
        ------
        ArgumentError
            An argument cannot be used, or names a column that the frame lacks.
        """
        if dtype is None:
            dtypes: dict[str, object] = {}
        else:
            dtypes = dict(dtype if isinstance(dtype, Mapping) else dict.fromkeys(columns, dtype))
        dates = _date_formats(parse_dates)
        for argument, names in (("dtype", dtypes), ("parse_dates", dates)):
            for name in names:
                if has_rows and name not in columns:
                    raise ArgumentError(
                        f"{argument} names the column {name!r}, which the frame lacks.",
                        hint=f"It has: {', '.join(columns)}.",
                    )
        return cls(dtypes, dates)

    @property
    def columns(self) -> frozenset[str]:
        """The columns that become something else."""
        return frozenset([*self.dtypes, *self.dates])

    def in_arrow(self, field: pa.Field, values: pa.ChunkedArray) -> Column:
        """Return the column with what is exact in Arrow done: times, integers, decimals."""
        name = field.name
        if name in self.dates:
            field, values = as_times(field, values, self.dates[name])
        if name not in self.dtypes:
            return field, values
        dtype = self.dtypes[name]
        decimal = decimal_type(name, dtype)
        if decimal is not None:
            return as_decimals(field, values, decimal)
        if _is_whole(dtype):
            return as_integers(field, values, "an integer")
        wanted = pandas_dtype(name, dtype)
        kind = wanted.kind
        is_text = isinstance(wanted, pd.StringDtype) or _is_old_str(wanted)
        if is_text and pa.types.is_integer(values.type):  # pandas 2.2: by way of floats
            field, values = with_values(field, values.cast(pa.string()))
        elif kind in "iu" and pa.types.is_boolean(values.type):  # 0 and 1 to pandas
            field, values = with_values(field, values.cast(pa.int64()))
        # Of a time, pandas would cut the fraction of a number.
        if kind in "iu" or (kind in "mM" and values.type in (pa.float64(), pa.bool_())):
            field, values = as_integers(field, values, str(dtype))
        elif kind == "M" and values.type == pa.string() and not is_empty(values):
            field, values = as_times(field, values, None)
        return field, values

    def in_pandas(self, name: str, array: Any) -> Any:
        """Return a column, made by `in_arrow`, as pandas' own dtypes have it."""
        dtype = self.dtypes.get(name)
        if dtype is None or decimal_type(name, dtype) is not None or _is_whole(dtype):
            return array
        return as_dtype(pd.Series(array, copy=False, name=name), pandas_dtype(name, dtype))


def _is_whole(dtype: object) -> bool:
    return isinstance(dtype, str) and dtype == WHOLE


def _date_formats(parse_dates: object) -> dict[str, str | None]:
    """Return the format of each column that is to be parsed."""
    if parse_dates is None:
        return {}
    found: dict[str, Any]
    if isinstance(parse_dates, str):
        found = {parse_dates: None}
    elif isinstance(parse_dates, Mapping):
        found = {name: _of_options(how) for name, how in parse_dates.items()}
    elif isinstance(parse_dates, Collection) and all(isinstance(name, str) for name in parse_dates):
        found = dict.fromkeys(parse_dates)  # read more than once: not an iterator
    else:
        raise ArgumentError(f"parse_dates is {parse_dates!r}.", hint=HOW_DATES)
    for name, how in found.items():
        is_format = isinstance(how, str) and ("%" in how or how in UNITS or how == "ISO8601")
        if not (how is None or is_format):
            raise ArgumentError(f"parse_dates has {how!r} for {name!r}.", hint=HOW_DATES)
    return {name: None if how == "ISO8601" else how for name, how in found.items()}


def _of_options(how: object) -> object:
    """Return the format or unit of `pandas.to_datetime` options, as `pandas.read_sql` takes them.

    Other options, and anything else, are returned as they are.
    """
    if isinstance(how, Mapping) and len(how) == 1:
        ((option, value),) = how.items()
        return value if option in ("format", "unit") and isinstance(value, str) else how
    return how
