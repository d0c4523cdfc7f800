"""What a schema is compared with: the types and the nulls of a frame's or a table's columns."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from watchframe.decode.typing_rules import INTEGER, JSON, encoding_of
from watchframe.errors import ArgumentError

#: The types of columns, each with what it takes.
TYPES = {
    "boolean": "true and false",
    "integer": "integers of any size",
    "int64": "integers that fit 64 bits",
    "float": "floats, and integers that fit 64 bits",
    "decimal": "decimals, which only dtype= makes",
    "string": "texts",
    "date": "days",
    "datetime": "times without a zone, and days",
    "datetime with zone": "times with a zone",
    "json": "arrays, objects, or values of several kinds",
    "any": "everything",
}

_INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFacts:
    """What a column holds.

    Attributes
    ----------
    type : str
        One of `TYPES`: ``"int64"`` or ``"integer"`` by its largest value; ``"any"`` where it has no
        values.
    nulls : int
        How many of its values are null.
    may_be_days : bool
        Whether days are meant, perhaps: pandas holds them as times, at midnight.
    """

    type: str
    nulls: int
    may_be_days: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFacts:
    """What rows hold: how many there are, and the facts of each column by its name."""

    rows: int
    columns: Mapping[str, ColumnFacts]


def facts_of(rows: object) -> RowFacts:
    """Return the facts of a pandas DataFrame or a pyarrow Table.

    Levels of an index that have a name count as columns.

    Raises
    ------
    ArgumentError
        It is neither; two columns have one name; a name is no text; or a column is of a type that
        no result has.
    """
    if isinstance(rows, pa.Table):
        _check_names(rows.column_names)
        return RowFacts(
            rows=rows.num_rows,
            columns={
                field.name: _of_arrow(field, column)
                for field, column in zip(rows.schema, rows.columns, strict=True)
            },
        )
    if not isinstance(rows, pd.DataFrame):
        hint = 'Give a DataFrame of pandas, or what a read with output="arrow" returns.'
        raise ArgumentError(f"A {type(rows).__name__} has no schema of this kind.", hint=hint)
    named = [(place, name) for place, name in enumerate(rows.index.names) if name is not None]
    _check_names([*(name for _, name in named), *rows.columns])
    columns = {str(name): pd.Series(rows.index.get_level_values(place)) for place, name in named}
    columns |= {name: rows[name] for name in rows.columns}
    return RowFacts(
        rows=len(rows), columns={name: _of_pandas(name, item) for name, item in columns.items()}
    )


def _check_names(names: list[object]) -> None:
    for name in names:
        if not isinstance(name, str):
            raise ArgumentError(
                f"The column {name!r} has no text as its name.",
                hint="Rename it: frame.rename(columns=str).",
            )
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ArgumentError(
            f"Two columns are called {twice!r}.", hint="Give each column a name of its own."
        )


def _of_arrow(field: pa.Field, column: pa.ChunkedArray) -> ColumnFacts:
    nulls = column.null_count
    if nulls == len(column):
        return ColumnFacts(type="any", nulls=nulls)
    by_encoding = {INTEGER: "integer", JSON: "json"}
    word = by_encoding.get(encoding_of(field) or b"") or _arrow_word(field.name, field.type)
    return ColumnFacts(type=word, nulls=nulls)


def _arrow_word(name: str, type_: pa.DataType) -> str:
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    if pa.types.is_integer(type_):
        return "integer" if type_ == pa.uint64() else "int64"
    if pa.types.is_timestamp(type_):
        return "datetime" if type_.tz is None else "datetime with zone"
    for word, is_it in _ARROW_WORDS.items():
        if any(test(type_) for test in is_it):
            return word
    raise _unknown(name, type_)


_ARROW_WORDS = {
    "boolean": (pa.types.is_boolean,),
    "float": (pa.types.is_floating,),
    "decimal": (pa.types.is_decimal,),
    "string": (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
    "date": (pa.types.is_date,),
    "json": (pa.types.is_nested,),
}


def _unknown(name: str, type_: object) -> ArgumentError:
    return ArgumentError(
        f"The column {name!r} is of the type {type_}, which no result has.",
        hint="Take the schema of what the read returned, before it is changed.",
    )


def _of_pandas(name: str, column: pd.Series) -> ColumnFacts:
    is_null = column.isna()
    nulls = int(is_null.sum())
    if nulls == len(column):
        return ColumnFacts(type="any", nulls=nulls)
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        dtype = dtype.categories.dtype
    values = column[~is_null]
    word = _pandas_word(name, dtype, values)
    is_midnight = word == "datetime" and bool((values == values.dt.normalize()).all())
    return ColumnFacts(type=word, nulls=nulls, may_be_days=is_midnight)


def _pandas_word(name: str, dtype: Any, values: pd.Series) -> str:
    if isinstance(dtype, pd.ArrowDtype):
        return _arrow_word(name, dtype.pyarrow_dtype)
    if dtype == np.dtype(object):
        return _objects_word(set(map(type, values)), values)
    tests = {
        "boolean": pd.api.types.is_bool_dtype,
        "int64": pd.api.types.is_integer_dtype,
        "float": pd.api.types.is_float_dtype,
        "datetime with zone": lambda it: isinstance(it, pd.DatetimeTZDtype),
        "datetime": pd.api.types.is_datetime64_dtype,
        "string": pd.api.types.is_string_dtype,
    }
    for word, is_it in tests.items():
        if is_it(dtype):
            return word
    raise _unknown(name, dtype)


def _objects_word(kinds: set[type], values: pd.Series) -> str:
    if len(kinds) > 1:
        return "json"
    kind = kinds.pop()
    if kind is int:
        return "int64" if all(value in _INT64 for value in values) else "integer"
    return _OBJECT_WORDS.get(kind, "json")


_OBJECT_WORDS: dict[type, str] = {
    bool: "boolean",
    float: "float",
    str: "string",
    decimal.Decimal: "decimal",
    dt.date: "date",
}
