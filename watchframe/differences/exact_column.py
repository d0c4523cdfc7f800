"""A column's values in a form in which two of them are equal where the values themselves are.

Frames and tables hold one value in many ways: an integer as int64, as a Python object, as a text of
digits that is marked as such. Here each kind of value has one form, and values of two kinds get a
form that both have, without rounding anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from watchframe.decode.typing_rules import INTEGER, JSON, encoding_of, typed_column

Mask = np.ndarray[Any, np.dtype[np.bool_]]
#: Kinds that are counted in units of time, alone and where they are compared with each other.
_OF_TIME: tuple[set[str], ...] = (
    {"datetime"},
    {"date", "datetime"},
    {"datetime with zone"},
    {"duration"},
)
#: The kind of a column that holds no value.
EMPTY = "null"
#: The kind of a column that holds lists, objects, or values of several kinds.
OBJECTS = "objects"
_TEXT = pa.large_string()
_NANOSECONDS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive times are counted from a naive one
_REFUSALS = (pa.ArrowException, OverflowError, TypeError, UnicodeError, ValueError)
#: Types of Python's whose values Arrow takes exactly, if all are of that type.
_BY_ARROW: tuple[type, ...] = (date, Decimal, bytes, timedelta)
_BY_RULES: tuple[set[type], ...] = ({int}, {str}, {float}, {bool}, {int, float})


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactColumn:
    """A column's values in the one form of their kind.

    Attributes
    ----------
    kind : str
        ``integer``, ``float``, ``decimal``, ``boolean``, ``string``, ``date``, ``datetime``,
        ``datetime with zone``, ``objects``, ``null`` where there is no value, or Arrow's name of
        another type.
    array : pyarrow.ChunkedArray
    """

    kind: str
    array: pa.ChunkedArray

    def __len__(self) -> int:
        return len(self.array)


def exact_arrow(field: pa.Field, values: pa.ChunkedArray) -> ExactColumn:
    """Return a column of an Arrow table; texts that are marked as integers or as JSON are those."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if values.null_count == len(values):
        return ExactColumn(kind=EMPTY, array=pa.chunked_array([pa.nulls(len(values))]))
    encoding = encoding_of(field)
    if encoding == JSON:
        return _column(OBJECTS, _mapped(values, lambda text: canonical(json.loads(text))))
    if encoding == INTEGER:
        return _column("integer", _digits(values))
    return _typed(values)


def exact_series(series: pd.Series[Any]) -> ExactColumn:
    """Return a column of a frame; a missing value is null, but for NaN where both can be told."""
    dtype: Any = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        kinds = exact_series(pd.Series(series.cat.categories))
        codes = series.cat.codes.to_numpy()
        taken = kinds.array.take(pa.array(codes, pa.int64(), mask=codes < 0))
        return exact_arrow(pa.field("", taken.type), taken) if kinds.kind == EMPTY else _column(
            kinds.kind, taken
        )  # fmt: skip
    if isinstance(dtype, pd.SparseDtype):
        series = pd.Series(np.asarray(series))
    if series.dtype == np.float16:
        series = series.astype("float64")
    if series.dtype != object:
        try:
            found = pa.Array.from_pandas(series)
            listed = found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])
            return exact_arrow(pa.field("", listed.type), listed)
        except _REFUSALS:  # such as texts that are no Unicode
            series = series.astype(object)
    return _of_objects(series)


def _of_objects(series: pd.Series[Any]) -> ExactColumn:
    """Return a column of Python objects: of the kind that all of them have, else `OBJECTS`."""
    is_null = series.isna().to_numpy()
    values = [None if null else value for value, null in zip(series, is_null, strict=True)]
    kinds = set(map(type, values)) - {type(None)}
    if kinds in _BY_RULES:
        typed = typed_column("", None, values)
        return exact_arrow(typed.field, pa.chunked_array([typed.array]))
    if len(kinds) == 1 and kinds <= set(_BY_ARROW):
        try:
            listed = pa.chunked_array([pa.array(values)])
            return exact_arrow(pa.field("", listed.type), listed)
        except _REFUSALS:  # a decimal that is no number, or has too many digits
            pass
    texts = [None if value is None else canonical(value) for value in values]
    return _column(OBJECTS, pa.chunked_array([pa.array(texts, _TEXT)]))


def _column(kind: str, values: pa.ChunkedArray) -> ExactColumn:
    if values.null_count == len(values):
        kind, values = EMPTY, pa.chunked_array([pa.nulls(len(values))])
    return ExactColumn(kind=kind, array=values)


#: Which Arrow types are of a kind, and the one that all its values are held in; None: as they are.
_KINDS: tuple[tuple[Callable[[Any], bool], str, pa.DataType | None], ...] = (
    (pa.types.is_floating, "float", pa.float64()),
    (pa.types.is_decimal, "decimal", None),
    (pa.types.is_boolean, "boolean", None),
    (lambda type_: type_ in (pa.string(), _TEXT, pa.string_view()), "string", _TEXT),
    (pa.types.is_date, "date", pa.date32()),
    (lambda type_: pa.types.is_timestamp(type_) and type_.tz is None, "datetime", None),
    (pa.types.is_duration, "duration", None),
    (lambda type_: type_ in (pa.binary(), pa.large_binary()), "binary", pa.large_binary()),
)


def _typed(values: pa.ChunkedArray) -> ExactColumn:
    """Return values by their Arrow type alone."""
    type_ = values.type
    if isinstance(type_, pa.BaseExtensionType):
        stored = _typed(pa.chunked_array([chunk.storage for chunk in values.chunks]))
        return _column(str(type_), stored.array)
    if pa.types.is_integer(type_):
        try:
            return _column("integer", values.cast(pa.int64()))
        except pa.ArrowInvalid:  # an unsigned one beyond it
            return _column("integer", values.cast(_TEXT))
    if pa.types.is_nested(type_):
        return _column(OBJECTS, _mapped(values, canonical))
    if pa.types.is_timestamp(type_) and type_.tz is not None:
        kind, held = "datetime with zone", pa.timestamp(type_.unit, "UTC")
    else:
        kinds = ((kind, held) for is_of, kind, held in _KINDS if is_of(type_))
        kind, held = next(kinds, (str(type_), None))
    return _column(kind, values if held is None else values.cast(held))


def _digits(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return integers of any size: as int64 where all fit, else as texts of digits."""
    try:
        return texts.cast(pa.int64())
    except pa.ArrowInvalid:
        plain = pc.replace_substring_regex(texts, "^(-?)0+([0-9])", r"\1\2")
        return pc.replace_substring_regex(plain, "^-0$", "0").cast(_TEXT)


def _mapped(values: pa.ChunkedArray, text_of: Callable[[Any], str]) -> pa.ChunkedArray:
    """Return a text for each value that is not null; of equal values it is made once."""
    if pa.types.is_nested(values.type):
        texts = [None if value is None else text_of(value) for value in values.to_pylist()]
        return pa.chunked_array([pa.array(texts, _TEXT)])
    encoded = _encoded(values)
    known = pa.array([text_of(value) for value in encoded.dictionary.to_pylist()], _TEXT)
    return pa.chunked_array([known.take(encoded.indices)])


def _encoded(values: pa.ChunkedArray) -> pa.DictionaryArray:
    """Return the values as one dictionary, and the place in it of each."""
    # In one piece: dictionaries of several would have to be made one, which takes as long again.
    return pa.concat_arrays([pa.array([], values.type), *values.chunks]).dictionary_encode()


def canonical(value: Any) -> str:
    """Return a text that two values of any kinds share where they are equal, and only then.

    Numbers are equal by their exact values; true is not 1, a text not the number that it spells,
    and a time with a zone not one without. The order of an object's keys does not matter.
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return "null"
    if isinstance(value, np.generic):
        value = value.item() if not isinstance(value, np.datetime64) else pd.Timestamp(value)
    match value:
        case bool():
            text = "true" if value else "false"
        case str():
            text = json.dumps(value)
        case int() | float() | Decimal():
            text = _number(value)
        case Mapping():
            items = sorted((canonical(key), canonical(item)) for key, item in value.items())
            text = "{" + ",".join(f"{key}:{item}" for key, item in items) + "}"
        case list() | tuple() | np.ndarray():
            text = "[" + ",".join(map(canonical, value)) + "]"
        case pd.Timedelta() | timedelta():
            text = f"duration {pd.Timedelta(value).as_unit('ns').value}"
        case date():
            text = _moment(value)
        case _:
            text = f"{type(value).__name__} {value!r}"
    return text


def _number(value: float | Decimal) -> str:
    if value != value:  # noqa: PLR0124 - only NaN is not
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return str(Fraction(value))


def _moment(value: date) -> str:
    """Return a time, counted in nanoseconds since 1970; a date is the beginning of its day."""
    if not isinstance(value, datetime):
        return f"datetime {(value - _EPOCH.date()).days * 86_400 * 10**9}"
    kind = "datetime" if value.tzinfo is None else "datetime with zone"
    if value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    nanoseconds = getattr(value, "nanosecond", 0)
    plain = datetime(  # noqa: DTZ001 - it was made naive
        value.year, value.month, value.day, value.hour, value.minute, value.second,
        value.microsecond,
    )  # fmt: skip
    return f"{kind} {(plain - _EPOCH) // timedelta(microseconds=1) * 1000 + nanoseconds}"


def is_type_change(before: ExactColumn, after: ExactColumn) -> bool:
    """Return whether the columns hold values of two kinds.

    A column without values has none. Days are days also where they are stored as midnights.
    """
    kinds = {before.kind, after.kind}
    if len(kinds) == 1 or EMPTY in kinds:
        return False
    if kinds == {"date", "datetime"}:
        times = (before if before.kind == "datetime" else after).array
        return not pc.all(pc.equal(pc.floor_temporal(times, unit="day"), times)).as_py()
    return True


def comparable(a: ExactColumn, b: ExactColumn) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Return both columns' values in one Arrow type, equal there where they are equal."""
    if EMPTY in (a.kind, b.kind):
        type_ = next((it.array.type for it in (a, b) if it.kind != EMPTY), pa.int64())
        return a.array.cast(type_), b.array.cast(type_)
    if a.kind == b.kind and a.array.type == b.array.type:
        return a.array, b.array
    kinds, found = {a.kind, b.kind}, None
    if kinds == {"integer"}:
        found = a.array.cast(_TEXT), b.array.cast(_TEXT)
    elif kinds == {"decimal"}:
        scale = max(a.array.type.scale, b.array.type.scale)
        found = _cast(a.array, b.array, pa.decimal256(76, scale))
    elif kinds == {"integer", "float"}:
        found = _cast(a.array, b.array, pa.int64()) or (_number_texts(a), _number_texts(b))
    elif kinds in _OF_TIME:
        found = _moments(a, b)
    return found or (_texts(a), _texts(b))


def _cast(
    a: pa.ChunkedArray, b: pa.ChunkedArray, type_: pa.DataType
) -> tuple[pa.ChunkedArray, pa.ChunkedArray] | None:
    """Return both in a type; None where it does not hold a value of them exactly."""
    try:
        return a.cast(type_), b.cast(type_)
    except pa.ArrowException:
        return None


def _moments(a: ExactColumn, b: ExactColumn) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Return times of two units in the finer one, or where that cannot hold them in decimals."""
    types = [it.array.type for it in (a, b)]
    units = ["s" if it == pa.date32() else it.unit for it in types]
    finer = min(units, key=_NANOSECONDS.__getitem__)
    if a.kind == "duration":
        target = pa.duration(finer)
    else:
        target = pa.timestamp(finer, "UTC" if a.kind == "datetime with zone" else None)
    return _cast(a.array, b.array, target) or (_nanoseconds(a), _nanoseconds(b))


def _nanoseconds(column: ExactColumn) -> pa.ChunkedArray:
    values = column.array
    if values.type == pa.date32():
        values = values.cast(pa.timestamp("s"))
    ticks = values.cast(pa.int64()).cast(pa.decimal128(19, 0))
    factor = pa.scalar(Decimal(_NANOSECONDS[values.type.unit]), pa.decimal128(10, 0))
    return pc.multiply(ticks, factor)


def _number_texts(column: ExactColumn) -> pa.ChunkedArray:
    """Return integers and floats as texts that are the same for equal numbers.

    A whole float is written as the digits of the integer that it is.
    """
    values = column.array
    if column.kind == "integer":
        return values.cast(_TEXT)
    is_small = pc.and_(pc.equal(pc.trunc(values), values), pc.less(pc.abs(values), float(2**63)))
    whole = pc.if_else(is_small, values, 0.0).cast(pa.int64()).cast(_TEXT)
    if not pc.all(pc.or_(is_small, pc.less(pc.abs(values), float(2**63)))).as_py():
        large = _mapped(pc.if_else(is_small, None, values), _number)
        return pc.if_else(is_small, whole, large)
    return pc.if_else(is_small, whole, values.cast(_TEXT))


def _texts(column: ExactColumn) -> pa.ChunkedArray:
    """Return the values as `canonical` writes them."""
    values, kind = column.array, column.kind
    if kind == OBJECTS:
        return values
    if kind == "integer":
        return values.cast(_TEXT)
    if kind in ("date", "datetime", "datetime with zone", "duration"):
        word = "datetime" if kind == "date" else kind
        ticks = _nanoseconds(column).cast(_TEXT)
        return pc.binary_join_element_wise(
            pa.scalar(f"{word} ", _TEXT), ticks, pa.scalar("", _TEXT)
        )
    if kind in ("float", "decimal", "boolean", "string"):
        return _mapped(values, canonical)
    return _mapped(values, lambda value: f"{kind} {canonical(value)}")


def paired_codes(
    a: ExactColumn, b: ExactColumn
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return for both columns an int64 for each value, and where it is null.

    Two values are equal where their numbers are; of nulls the number is 0.
    """
    left, right = comparable(a, b)
    if not _is_number(left.type):
        encoded = _encoded(pa.chunked_array([*left.chunks, *right.chunks], left.type)).indices
        left, right = encoded[: len(left)], encoded[len(left) :]
    return (*_numbers(left), *_numbers(right))


def differ(a: ExactColumn, b: ExactColumn, at_a: Any, at_b: Any) -> Mask:
    """Return whether the values differ, for each row of `at_a` with that of `at_b`."""
    left, right = comparable(a, b)
    if _is_number(left.type):
        (left, no_left), (right, no_right) = _numbers(left), _numbers(right)
        found: Mask = (left[at_a] != right[at_b]) | (no_left[at_a] != no_right[at_b])
        return found
    left, right = left.take(pa.array(at_a)), right.take(pa.array(at_b))
    is_one_null: Mask = np.asarray(left.is_null()) != np.asarray(right.is_null())
    is_other: Mask = np.asarray(pc.not_equal(left, right).fill_null(fill_value=False))
    return is_other | is_one_null


def _is_number(type_: pa.DataType) -> bool:
    """Return whether `_numbers` knows the type."""
    is_ = pa.types
    return bool(
        is_.is_integer(type_)
        or is_.is_boolean(type_)
        or type_ in (pa.float64(), pa.date32())
        or is_.is_timestamp(type_)
        or is_.is_duration(type_)
    )


def _numbers(
    values: pa.ChunkedArray | pa.Array,
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return an int64 for each value, equal where the values are, and where it is null."""
    is_null = np.asarray(values.is_null())
    if values.type == pa.float64():
        floats = np.asarray(values.fill_null(0.0)) + 0.0  # the same bits for both zeros
        floats[np.isnan(floats)] = np.nan
        return floats.view(np.int64), is_null
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.int8())
    elif pa.types.is_date32(values.type):
        values = values.cast(pa.int32())
    return np.asarray(values.cast(pa.int64()).fill_null(0)), is_null


def are_equal(a: ExactColumn, b: ExactColumn) -> bool:
    """Return whether two columns of one length hold the same values in the same order."""
    every = np.arange(len(a))
    return not differ(a, b, every, every).any()
