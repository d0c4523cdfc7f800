"""A result's columns and rows as the page of a chart has them, of typed tables and frames."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from watchframe.charts.typed import Coded, Typed
from watchframe.decode.typing_rules import (
    DECLARED,
    declared_type,
    encoding_of,
    values_as_sent,
)

Column = dict[str, str | None]
#: The values of all rows by column; where there are no rows or no columns, a list of rows.
Rows = dict[str, Sequence[object]] | list[Mapping[str, object]]


def page_data(data: pa.Table | pd.DataFrame) -> tuple[list[Column], Rows]:
    """Return the ``columns`` and ``rows`` that `watchframe.charts` draws.

    Parameters
    ----------
    data : pyarrow.Table or pandas.DataFrame
        As decoded, or any other. Levels of a frame's index that have a name are columns.

    Returns
    -------
    list of dict
        The columns' ``name`` and ``type``: the declared one, else the one that the values have. Of
        columns of the same name the next ones have a number behind it, as on the server.
    dict of str to list
        The values by column: dates and times are moments in UTC, missing values None, integers and
        decimals exact, bytes hexadecimal digits, and durations their texts. Where there are no
        rows or no columns, a list of empty rows.
    """
    found = _of_table(data) if isinstance(data, pa.Table) else _of_frame(data)
    names = _unique(name for name, _, _ in found)
    columns: list[Column] = [
        {"name": name, "type": kind} for name, (_, kind, _) in zip(names, found, strict=True)
    ]
    if not names or not len(data):  # as the server sends them: no row has any column
        return columns, [{} for _ in range(len(data))]
    return columns, {name: values for name, (_, _, values) in zip(names, found, strict=True)}


#: A column's name, its type and its values.
_Found = tuple[str, str | None, Sequence[object]]


def _unique(names: Iterable[str]) -> list[str]:
    found: list[str] = []
    counter = 1
    for name in names:
        unique = name
        while unique in found:
            unique = f"{name}{counter}"
            counter += 1
        found.append(unique)
    return found


def _of_table(table: pa.Table) -> list[_Found]:
    return [
        (field.name, _type_of_field(field), _of_field(field, values))
        for field, values in zip(table.schema, table.columns, strict=True)
    ]


def _type_of_field(field: pa.Field) -> str | None:
    if DECLARED in (field.metadata or {}):
        return declared_type(field) or None
    return next((name for is_of, name in _ARROW_TYPES if is_of(field.type)), None)


_ARROW_TYPES: list[tuple[Callable[[pa.DataType], bool], str]] = [
    (pa.types.is_boolean, "boolean"),
    (pa.types.is_integer, "integer"),
    (pa.types.is_floating, "float"),
    (pa.types.is_decimal, "float"),
    (pa.types.is_date, "date"),
    (pa.types.is_timestamp, "datetime"),
    (pa.types.is_string, "string"),
    (pa.types.is_large_string, "string"),
    (pa.types.is_string_view, "string"),
    (pa.types.is_duration, "string"),
]


def _of_field(field: pa.Field, values: pa.ChunkedArray) -> Sequence[object]:
    if encoding_of(field) is not None:
        return values_as_sent(field, values)
    return _of_arrow(values)


def _of_arrow(values: pa.ChunkedArray) -> Sequence[object]:
    """Return a column's values; those of the usual types without an object of Arrow for each."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _of_arrow(values.cast(kind.value_type))
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        zone = getattr(kind, "tz", None) and "UTC"
        # Dates, and times in a coarse unit, go beyond what has microseconds.
        unit = "s" if pa.types.is_date(kind) else "us" if kind.unit == "ns" else kind.unit
        return _moments(values.cast(pa.timestamp(unit, zone), safe=False).to_numpy())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        coded = values.dictionary_encode("encode").combine_chunks()
        texts = coded.dictionary.to_numpy(zero_copy_only=False).tolist()
        return Coded(coded.indices.to_numpy(), texts)
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        return [page_cell(value) for value in values.to_pylist()]
    if pa.types.is_float16(values.type):  # in which older versions of Arrow look for no NaN
        values = values.cast(pa.float32())
    is_missing = values.is_null(nan_is_null=True).to_numpy()
    if values.null_count:
        values = values.fill_null(pa.scalar(0).cast(values.type))
    return Typed(values.to_numpy(), is_missing)


def _moments(values: np.ndarray[Any, Any]) -> Sequence[object]:
    """Return moments in UTC; those of years that Python does not know are texts."""
    is_missing = np.isnat(values)
    first, last = (end.astype(values.dtype) for end in (_FIRST, _LAST))  # in seconds, or finer
    is_known = (values >= first) & (values <= last)
    found = Typed(np.where(is_known, values, first).astype("datetime64[us]"), is_missing)
    beyond = np.flatnonzero(~(is_known | is_missing))
    for place in beyond:
        found.plain[place] = str(values[place])
    return found.plain if len(beyond) else found


_FIRST = np.datetime64("0001-01-01", "us")
_LAST = np.datetime64("9999-12-31T23:59:59.999999", "us")


def _of_frame(frame: pd.DataFrame) -> list[_Found]:
    named = [place for place, name in enumerate(frame.index.names) if name is not None]
    if named:
        frame = frame.reset_index(level=named, allow_duplicates=True)
    return [(column_name(name), *_of_series(series)) for name, series in frame.items()]


def column_name(name: object) -> str:
    """Return the name of a frame's column, also of one with several levels."""
    parts = name if isinstance(name, tuple) else (name,)
    return " ".join(text for text in map(str, parts) if text)


def _of_series(series: pd.Series[Any]) -> tuple[str | None, Sequence[object]]:
    """Return the type and the values of a frame's column."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype)
    values = arrow_of_series(series)
    if values is None:
        cells = [page_cell(value) for value in series.astype(object)]
        return _type_of_cells(cells), cells
    return _type_of_field(pa.field("", with_days(values).type)), _of_arrow(values)


def arrow_of_series(series: pd.Series[Any]) -> pa.ChunkedArray | None:
    """Return a frame's column as Arrow has it; None for one of Python objects, or of others."""
    if isinstance(series.dtype, pd.SparseDtype):
        series = series.astype(series.dtype.subtype)
    # Of objects Arrow makes one type, and periods and intervals have one of pandas' own.
    if series.dtype == object or isinstance(series.dtype, pd.PeriodDtype | pd.IntervalDtype):
        return None
    try:
        found = pa.array(series, from_pandas=True)
    except (pa.ArrowException, TypeError, UnicodeEncodeError):  # a type that Arrow does not know
        return None
    return found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])


def with_days(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return dates where all times are at midnight: a frame has no type for dates."""
    if pa.types.is_timestamp(values.type) and values.type.tz is None:
        days = values.cast(pa.date32(), safe=False)
        if len(values) > values.null_count and days.cast(values.type).equals(values):
            return days
    return values


def _type_of_cells(cells: Sequence[object]) -> str | None:
    kinds = {type(cell) for cell in cells} - {type(None)}
    return _TYPES.get(kinds.pop()) if len(kinds) == 1 else None


_TYPES: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "float",
    Decimal: "float",
    dt.date: "date",
    dt.datetime: "datetime",
    str: "string",
}


def page_cell(value: object) -> object:
    """Return one value of any kind as a cell of the page's rows."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    return next((of for kinds, of in _CELLS if isinstance(value, kinds)), str)(value)


def _moment(value: dt.datetime) -> dt.datetime | str:
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime(warn=False)
    if value.tzinfo is None:
        return value.replace(tzinfo=dt.UTC)
    try:
        return value.astimezone(dt.UTC)
    except OverflowError:  # in UTC its year is one that Python does not know
        return str(np.datetime64(value.replace(tzinfo=None), "us") - _offset(value))


def _offset(value: dt.datetime) -> np.timedelta64:
    return np.timedelta64(value.utcoffset() or dt.timedelta(), "us")


#: What becomes of a value in a column of objects; of another kind it is its text. A kind stands
#: before those that it belongs to as well.
_CELLS: list[tuple[type | tuple[type, ...], Callable[[Any], object]]] = [
    ((str, int), lambda value: value),
    (float, lambda value: None if math.isnan(value) else float(value)),
    (Decimal, lambda value: None if value.is_nan() else value),
    (np.datetime64, lambda value: page_cell(pd.Timestamp(value))),
    (np.timedelta64, lambda value: page_cell(pd.Timedelta(value))),
    (np.generic, lambda value: page_cell(value.item())),
    (dt.datetime, _moment),
    (dt.date, lambda value: value),
    (dt.timedelta, lambda value: str(pd.Timedelta(value).to_pytimedelta())),
    ((bytes, bytearray, memoryview), lambda value: value.hex()),
    (Mapping, lambda value: {str(name): _nested(item) for name, item in value.items()}),
    (
        (list, tuple, set, frozenset, np.ndarray, pd.Series),
        lambda value: [_nested(item) for item in value],
    ),
]


def _nested(value: object) -> object:
    """Return a value within a list or an object, as the server writes it into JSON."""
    return json_value(page_cell(value))


def json_value(value: object) -> object:
    """Return a cell, or what is made of cells, as JSON has it: of no number that is not finite."""
    if isinstance(value, Mapping):
        return {str(name): json_value(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(item) for item in value]
    if isinstance(value, dt.date):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        if not value.is_finite():
            return None
        return int(value) if value == value.to_integral_value() else float(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
