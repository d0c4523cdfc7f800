"""``dtype=`` and ``parse_dates=``: columns converted as the caller asks, exactly or not at all.

Integers, decimals and times are cast in Arrow, where that is exact; all other dtypes by pandas.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
    is_empty,
    with_values,
)
from watchframe.decode.pandas_casts import as_dtype, pandas_dtype
from watchframe.errors import ArgumentError


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
        kind = pandas_dtype(name, dtype).kind
        if kind in "iu" and pa.types.is_boolean(values.type):  # 0 and 1 to pandas
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
