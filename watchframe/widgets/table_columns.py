"""Rows of any source as a table shows them: an Arrow table whose fields say what they hold."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, Union

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from watchframe.decode.typing_rules import ENCODING, INTEGER, JSON, encoding_of
from watchframe.drawing.rows import (
    arrow_of_series,
    column_name,
    json_value,
    page_cell,
    with_days,
)
from watchframe.errors import ArgumentError
from watchframe.read.answer import ATTRIBUTE

if TYPE_CHECKING:
    import polars as pl

#: What can be shown.
Shown: TypeAlias = Union[pa.Table, pd.DataFrame, "pl.DataFrame"]
_Column: TypeAlias = tuple[pa.Field, pa.ChunkedArray]
#: What a column holds, which decides how it is sorted, filtered and aligned.
Kind = Literal["number", "text", "time", "boolean", "json"]

#: Texts of digits are numbers where one of them is longer than a float is exact.
_DIGITS, _EXACT_DIGITS = r"^-?(0|[1-9][0-9]*)$", 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What is shown of a source of rows.

    Attributes
    ----------
    table : pyarrow.Table
        Texts that stand for integers or for JSON are marked so in their fields.
    dtypes : tuple of str
        Of the columns in the source.
    provenance : dict of str to object
        What a read says of them; empty for rows of elsewhere.
    """

    table: pa.Table
    dtypes: tuple[str, ...]
    provenance: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Shown) -> Self:
        """Return the rows of a table or a frame; levels of its index that have a name are columns.

        Raises
        ------
        ArgumentError
            It is something else.
        """
        if isinstance(data, pd.DataFrame):
            return cls._of_frame(data)
        if isinstance(data, pa.Table):
            written = (data.schema.metadata or {}).get(ATTRIBUTE.encode())
            return cls(
                table=_table(map(_of_arrow, data.schema, data.columns)),
                dtypes=tuple(map(str, data.schema.types)),
                provenance=json.loads(written) if written else {},
            )
        if type(data).__module__.startswith("polars.") and hasattr(data, "get_columns"):
            return cls(
                table=_table(map(_of_polars, data.get_columns())),
                dtypes=tuple(map(str, data.dtypes)),
            )
        raise ArgumentError(
            f"A {type(data).__name__} is no table.",
            hint="Give a DataFrame of pandas or polars, or a pyarrow.Table.",
        )

    @classmethod
    def of_result(cls, table: pa.Table, frame: pd.DataFrame) -> Self:
        """Return the rows of a table as decoded, with the dtypes of the same rows in a frame."""
        return cls(
            table=_table(map(_of_arrow, table.schema, table.columns)),
            dtypes=tuple(map(str, frame.dtypes)),
            provenance=frame.attrs.get(ATTRIBUTE, {}),
        )

    @classmethod
    def _of_frame(cls, frame: pd.DataFrame) -> Self:
        named = [at for at, name in enumerate(frame.index.names) if name is not None]
        if named:
            frame = frame.reset_index(level=named, allow_duplicates=True)
        return cls(
            table=_table(
                _of_series(plain_utf8(column_name(name)), series) for name, series in frame.items()
            ),
            dtypes=tuple(map(str, frame.dtypes)),
            provenance=frame.attrs.get(ATTRIBUTE, {}),
        )


def _table(columns: Iterable[_Column]) -> pa.Table:
    found = list(columns)
    schema = pa.schema([field for field, _ in found])
    return pa.table([values for _, values in found], schema=schema)


def kind_of(field: pa.Field) -> Kind:
    """Return what a column holds."""
    if encoding_of(field) == JSON:
        return "json"
    if is_number(field):
        return "number"
    if pa.types.is_boolean(field.type):
        return "boolean"
    return "time" if pa.types.is_date(field.type) or pa.types.is_timestamp(field.type) else "text"


def is_number(field: pa.Field) -> bool:
    """Return whether a column holds numbers, also as text."""
    kind = field.type
    return is_integer(field) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def is_integer(field: pa.Field) -> bool:
    """Return whether a column holds integers of whatever size."""
    return bool(pa.types.is_integer(field.type)) or encoding_of(field) == INTEGER


def _of_arrow(field: pa.Field, values: pa.ChunkedArray) -> _Column:
    """Return a column of types that can be sorted and have texts."""
    kind = field.type
    if encoding_of(field) is not None:
        return field, values
    if isinstance(kind, pa.BaseExtensionType):
        storage = [chunk.storage for chunk in values.chunks]
        values = pa.chunked_array(storage, kind.storage_type)
    elif pa.types.is_dictionary(kind):
        values = values.cast(kind.value_type)
    elif pa.types.is_float16(kind):  # which Arrow neither sorts nor compares
        values = values.cast(pa.float32())
    elif any(is_kind(kind) for is_kind in _OTHERS):
        return _of_cells(field.name, [page_cell(value) for value in values.to_pylist()])
    elif pa.types.is_null(kind) or pa.types.is_string_view(kind):
        values = values.cast(pa.string())
    elif _is_text(kind) and _are_large_integers(values):
        return _marked(field.name, values, INTEGER)
    else:
        return field, values
    return _of_arrow(field.with_type(values.type), values)


def _of_polars(series: pl.Series) -> _Column:
    if str(series.dtype) in ("Int128", "UInt128", "Object"):  # which Arrow does not know
        return _of_cells(series.name, series.to_list())
    values = pa.chunked_array([series.to_arrow()])
    return _of_arrow(pa.field(series.name, values.type), values)


#: Types whose values are shown as JSON, or as hexadecimal digits.
_OTHERS: tuple[Callable[[pa.DataType], bool], ...] = (
    pa.types.is_nested,
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_fixed_size_binary,
    pa.types.is_binary_view,
    pa.types.is_interval,
)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _are_large_integers(values: pa.ChunkedArray) -> bool:
    """Return whether texts are integers that have no other type, as uint256 of some sources."""
    first = next((value for value in values[:100].to_pylist() if value is not None), "")
    if not first.removeprefix("-").isdigit():
        return False
    longest = pc.max(pc.utf8_length(values)).as_py() or 0
    return longest > _EXACT_DIGITS and bool(
        pc.all(pc.match_substring_regex(values, _DIGITS)).as_py()
    )


def _marked(name: str, values: pa.ChunkedArray, encoding: bytes) -> _Column:
    texts = values.cast(pa.string())
    return pa.field(name, pa.string(), metadata={ENCODING: encoding}), texts


def _of_series(name: str, series: pd.Series[Any]) -> _Column:
    values = arrow_of_series(series)
    if values is None:
        return _of_cells(name, list(series.astype(object)))
    values = with_days(values)
    return _of_arrow(pa.field(name, values.type), values)


def _of_cells(name: str, cells: Sequence[object]) -> _Column:
    """Return a column of Python's objects: integers and mixed values as marked texts."""
    values = [value if type(value) in _AS_THEY_ARE else page_cell(value) for value in cells]
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {int}:
        texts = [None if value is None else str(value) for value in values]
        return _marked(name, pa.chunked_array([pa.array(texts, pa.string())]), INTEGER)
    if len(kinds) <= 1 and kinds <= _PLAIN:
        try:
            array = pa.array(values) if kinds else pa.array(values, pa.string())
        except (pa.ArrowException, OverflowError, TypeError, UnicodeEncodeError):
            values = [None if value is None else plain_utf8(str(value)) for value in values]
            array = pa.array(values, pa.string())
        days = with_days(pa.chunked_array([array]))
        return _of_arrow(pa.field(name, days.type), days)
    texts = [None if value is None else plain_utf8(_json_text(value)) for value in values]
    return _marked(name, pa.chunked_array([pa.array(texts, pa.string())]), JSON)


#: Cells that need no conversion: of a million it would take seconds.
_AS_THEY_ARE = {type(None), int, str, bool, dict, list, dt.date, dt.datetime, pd.Timestamp}
_PLAIN = {str, bool, float, Decimal, dt.date, dt.datetime, pd.Timestamp, dt.time}


def plain_utf8(text: str) -> str:
    """Return a text with a question mark for each lone surrogate, which Arrow does not hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


_encoded = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def _json_text(value: object) -> str:
    try:
        return _encoded(value)
    except (TypeError, ValueError):  # something in it is not of JSON
        return json.dumps(json_value(page_cell(value)), ensure_ascii=False, default=str)
