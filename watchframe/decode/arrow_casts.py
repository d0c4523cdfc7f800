"""Columns cast in Arrow to integers, decimals and times: every value exactly, or an error."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Context, Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, NoReturn

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from watchframe.decode.typing_rules import (
    AWARE,
    EXACT_IN_FLOAT,
    INTEGER,
    JSON,
    MICROSECONDS,
    NAIVE,
    declared_type,
    encoding_of,
    field_metadata,
    typed_column,
    values_as_sent,
)
from watchframe.errors import ArgumentError

Column = tuple[pa.Field, pa.ChunkedArray]

#: The dtype of exact integers of any size.
WHOLE = "integer"
_DECIMAL_WORD = re.compile(r"decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)")
_DIGITS = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
#: The longest text that Python takes for an integer, by default.
_LONGEST = 4_300
#: The most digits that Arrow's decimals have.
_MOST_DIGITS = 76
#: Holds any decimal of those digits unrounded.
_EXACT = Context(prec=200)
#: pandas' names of the unit of a unix time -> its microseconds.
UNITS = {
    "D": Fraction(86_400_000_000),
    "h": Fraction(3_600_000_000),
    "m": Fraction(60_000_000),
    "s": Fraction(1_000_000),
    "ms": Fraction(1_000),
    "us": Fraction(1),
    "ns": Fraction(1, 1_000),
}
_WIDEST_SHOWN = 60

HOW_DATES = (
    'Write a list of columns, ["created_at"], or a mapping to formats and units, {"day": '
    f'"%d.%m.%Y", "block_time": "s"}}; the units are {", ".join(UNITS)}.'
)


def decimal_type(name: str, dtype: object) -> pa.DataType | None:
    """Return the Arrow type where a decimal is asked for, else None."""
    found = dtype.pyarrow_dtype if isinstance(dtype, pd.ArrowDtype) else None
    match = _DECIMAL_WORD.fullmatch(dtype) if isinstance(dtype, str) else None
    if match is not None:
        precision, scale = int(match[1]), int(match[2])
    elif found is not None and pa.types.is_decimal(found):
        precision, scale = found.precision, found.scale
    else:
        return None
    if not 1 <= precision <= _MOST_DIGITS or not 0 <= scale <= precision:
        raise ArgumentError(
            f"dtype has {dtype!r} for column {name!r}, which is no decimal.",
            hint=f'Write "decimal(digits, digits after the point)" with at most {_MOST_DIGITS} '
            'digits in all, such as "decimal(38, 18)".',
        )
    return (pa.decimal128 if precision <= 38 else pa.decimal256)(precision, scale)  # noqa: PLR2004 - Arrow's own bound


def as_integers(field: pa.Field, values: pa.ChunkedArray, target: str) -> Column:
    """Return integers: int64 where all fit, else digits that are marked so."""
    encoding = encoding_of(field)
    if is_empty(values):
        return with_values(field, pa.nulls(len(values), pa.int64()))
    if encoding == INTEGER or values.type == pa.int64():
        return field, values
    if encoding == JSON:
        listed = values_as_sent(field, values)
        found = [_whole(value) for value in listed]
        for row, (value, number) in enumerate(zip(listed, found, strict=True)):
            if number is None and value is not None:
                refuse(field.name, target, row, value, _WHOLE_HINT)
        typed = typed_column(field.name, "integer", found)
        return typed.field, pa.chunked_array([typed.array])
    if values.type == pa.float64():
        is_whole = pc.and_(
            pc.equal(pc.floor(values), values), pc.less(pc.abs(values), float(EXACT_IN_FLOAT))
        )
        _check(field.name, target, values, is_whole, _WHOLE_HINT)
        return with_values(field, values.cast(pa.int64()))
    if values.type != pa.string():
        _refuse_first(field.name, target, values, _WHOLE_HINT)
    is_whole = pc.and_(
        pc.match_substring_regex(values, f"^{_DIGITS.pattern}$"),
        pc.less_equal(pc.binary_length(values), _LONGEST),
    )
    _check(field.name, target, values, is_whole, _WHOLE_HINT)
    try:
        return with_values(field, values.cast(pa.int64()))
    except pa.ArrowInvalid:  # one is beyond 64 bits
        digits = pc.replace_substring_regex(values, "^(-?)0+([0-9])", r"\1\2")
        return with_values(field, digits, INTEGER)


_WHOLE_HINT = (
    "Whole numbers, and texts of digits, are converted; a float of 2**53 or more may have been "
    "rounded before it came. Cast to text in the SQL what is longer."
)


def _whole(value: object) -> int | None:
    if isinstance(value, str):
        return int(value) if _DIGITS.fullmatch(value) and len(value) <= _LONGEST else None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < EXACT_IN_FLOAT else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def as_decimals(field: pa.Field, values: pa.ChunkedArray, type_: pa.DataType) -> Column:
    """Return decimals of this type."""
    target = f"decimal({type_.precision}, {type_.scale})"
    if is_empty(values):
        return with_values(field, pa.nulls(len(values), type_))
    is_json = encoding_of(field) == JSON
    if values.type == pa.int64():
        values = values.cast(pa.string())
    if not is_json and values.type == pa.string():
        # Arrow's cast is exact for these only: it wraps around where there are too many digits.
        whole, scale = type_.precision - type_.scale, type_.scale
        fraction = f"(?:[.][0-9]{{1,{scale}}})?" if scale else ""
        plain = f"^-?[0-9]{{1,{whole}}}{fraction}$"
        if whole and pc.all(pc.match_substring_regex(values, plain)).as_py():
            return with_values(field, values.cast(type_))
    elif not is_json and values.type != pa.float64():
        _refuse_first(field.name, target, values, _DECIMAL_HINT)
    listed = values_as_sent(field, values) if is_json else values.to_pylist()
    found = []
    for row, value in enumerate(listed):
        number = None if value is None else _scaled(value, type_)
        if number is None and value is not None:
            refuse(field.name, target, row, value, _DECIMAL_HINT)
        found.append(number)
    return with_values(field, pa.array(found, type_))


_DECIMAL_HINT = (
    "Numbers, and texts of numbers, are converted where no digit is lost: ask for more digits, "
    "decimal(digits, digits after the point). A float of 2**53 or more may have been rounded "
    "before it came: cast it to text in the SQL."
)


def _exact_number(value: object) -> Decimal | None:
    """Return a number as it was written; None where it is none, or may have been rounded."""
    if isinstance(value, bool) or (isinstance(value, float) and abs(value) >= EXACT_IN_FLOAT):
        return None
    # repr writes the shortest digits of a float, which are those of the JSON.
    text = value if isinstance(value, str) else repr(value)
    if not _NUMBER.fullmatch(text):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent of many digits
        return None
    if not number:
        return Decimal(0)
    return number if abs(number.adjusted()) <= _MOST_DIGITS else None


def _scaled(value: object, type_: pa.DataType) -> Decimal | None:
    """Return the number where a decimal of this type is equal to it."""
    number = _exact_number(value)
    if number is None:
        return None
    unscaled = Fraction(number) * 10**type_.scale
    if unscaled.denominator != 1 or abs(unscaled) >= 10**type_.precision:
        return None
    return Decimal(unscaled.numerator).scaleb(-type_.scale, _EXACT)


def as_times(field: pa.Field, values: pa.ChunkedArray, how: str | None) -> Column:
    """Return times: by their ISO texts, or by a format or a unit."""
    if pa.types.is_timestamp(values.type):
        return field, values
    if values.type == pa.date32():
        return with_values(field, values.cast(NAIVE))
    has_zone = how is not None and (how in UNITS or "%z" in how or "%Z" in how)
    if is_empty(values):
        return with_values(field, pa.nulls(len(values), AWARE if has_zone else NAIVE))
    if how in UNITS:
        return _unix_times(field, values, str(how))
    is_plain = encoding_of(field) is None
    if how is not None and is_plain and values.type in (pa.string(), pa.int64()):
        return _formatted_times(field, values.cast(pa.string()), how, has_zone=has_zone)
    if not is_plain or values.type != pa.string():
        hint = f'Numbers need their unit: parse_dates={{{json.dumps(field.name)}: "s"}}.'
        _refuse_first(field.name, "a time", values, hint)
    listed = values.to_pylist()

    def is_time(rows: int) -> bool:
        typed = typed_column(field.name, "datetime", listed[:rows])
        return bool(pa.types.is_timestamp(typed.array.type))

    typed = typed_column(field.name, "datetime", listed)
    if not pa.types.is_timestamp(typed.array.type):
        row = first_failing(is_time, values)
        hint = (
            "ISO 8601 is parsed, down to microseconds, all of it with a zone or all of it without; "
            f'other texts by their format: parse_dates={{{json.dumps(field.name)}: "%d.%m.%Y"}}.'
        )
        refuse(field.name, "a time", row, listed[row], hint)
    return with_values(field, typed.array)


def _unix_times(field: pa.Field, values: pa.ChunkedArray, unit: str) -> Column:
    """Return the moments that numbers say: UTC, as unix time is."""
    factor = UNITS[unit]
    encoding = encoding_of(field)
    hint = f"Numbers of the unit {unit!r} are moments in the years 1 to 9999, to the microsecond."
    if values.type == pa.string() and encoding is None:
        if pc.all(pc.match_substring_regex(values, "^-?[0-9]{1,18}$")).as_py():
            values = values.cast(pa.int64())
    elif values.type not in (pa.string(), pa.int64(), pa.float64()):
        _refuse_first(field.name, "a time", values, hint)
    first, last = MICROSECONDS
    if values.type == pa.int64() and factor >= 1:
        scale = int(factor)
        is_time = pc.and_(
            pc.greater_equal(values, -(-first // scale)), pc.less_equal(values, last // scale)
        )
        _check(field.name, "a time", values, is_time, hint)
        return with_values(field, pc.multiply(values, scale).cast(AWARE))
    listed = values_as_sent(field, values) if encoding == JSON else values.to_pylist()
    found: list[int | None] = []
    for row, value in enumerate(listed):
        number = None if value is None else _exact_number(value)
        moment = None if number is None else Fraction(number) * factor
        if moment is None or moment.denominator != 1 or not first <= moment <= last:
            if value is not None:
                refuse(field.name, "a time", row, value, hint)
            found.append(None)
        else:
            found.append(moment.numerator)
    return with_values(field, pa.array(found, pa.int64()).cast(AWARE))


def _formatted_times(
    field: pa.Field, texts: pa.ChunkedArray, how: str, *, has_zone: bool
) -> Column:
    series = pd.Series(texts.to_pandas(), dtype="string")
    # pandas reads two target as the time of this call, whatever the format.
    series = series.mask(series.isin(["now", "today"]))
    try:
        times = pd.to_datetime(series, format=how, errors="coerce", utc=has_zone)
    except ValueError as error:
        raise ArgumentError(
            f"parse_dates has the format {how!r} for {field.name!r}: {error}.", hint=HOW_DATES
        ) from None
    is_parsed = pc.or_(pc.invert(pa.array(times.isna())), pc.is_null(texts.combine_chunks()))
    type_ = AWARE if has_zone else NAIVE
    coarse = times.dt.as_unit("us")
    is_parsed = pc.and_(is_parsed, pa.array((coarse == times) | times.isna()))
    hint = f"The format is {how!r}; a time may be as fine as a microsecond."
    _check(field.name, "a time", texts, is_parsed, hint)
    # Without a zone to Arrow: of one, older versions of it read what pandas 3.1 warns of.
    naive = coarse.dt.tz_convert(None) if has_zone else coarse
    return with_values(field, pa.array(naive, NAIVE).cast(type_))


def with_values(field: pa.Field, array: Any, encoding: bytes | None = None) -> Column:
    """Return the column of `field` with other values, and the type that they have."""
    declared = declared_type(field)
    if isinstance(array, pa.Array):
        array = pa.chunked_array([array])
    metadata = field_metadata(declared, encoding, None)
    return pa.field(field.name, array.type, metadata=metadata), array


def is_empty(values: pa.ChunkedArray) -> bool:
    """Return whether all values are null."""
    return bool(values.null_count == len(values))


def _check(name: str, target: str, values: pa.ChunkedArray, is_right: Any, hint: str) -> None:
    """Raise for the first value that is not right; nulls are."""
    row = pc.index(is_right, value=False).as_py()
    if row >= 0:
        refuse(name, target, row, values[row].as_py(), hint)


def first_failing(works: Callable[[int], bool], values: Any) -> int:
    """Return the first row that fails: `works` says whether so many rows are right."""
    good, bad = 0, len(values)
    while bad - good > 1:
        middle = (good + bad) // 2
        if works(middle):
            good = middle
        else:
            bad = middle
    return good


def _refuse_first(name: str, target: str, values: pa.ChunkedArray, hint: str) -> NoReturn:
    """Raise for a column none of whose values will do."""
    row = pc.index(pc.is_valid(values), value=True).as_py()
    refuse(name, target, row, values[row].as_py(), hint)


def refuse(name: str, target: str, row: int, value: object, hint: str) -> NoReturn:
    """Raise the ArgumentError of a value that cannot be converted."""
    shown = "null" if value is None else repr(value) if isinstance(value, str) else str(value)
    if len(shown) > _WIDEST_SHOWN:
        shown = f"{shown[:_WIDEST_SHOWN]}..."
    raise ArgumentError(
        f"Column {name!r} cannot become {target}: row {row}, counted from 0, holds {shown}.",
        hint=hint or "Without dtype= the column comes as the server sent it.",
    )
