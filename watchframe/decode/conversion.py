"""``dtype=`` and ``parse_dates=``: columns as a caller asks for them, exactly or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from watchframe.decode.deviation import DECLARED, ENCODING
from watchframe.decode.parsing import parsed
from watchframe.decode.typing_rules import (
    AWARE,
    EXACT_IN_FLOAT,
    INTEGER,
    JSON,
    MICROSECONDS,
    NAIVE,
    field_metadata,
    typed_column,
)
from watchframe.errors import ArgumentError

Column = tuple[pa.Field, pa.ChunkedArray]

#: The word for exact integers of any size.
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
#: pandas' words for the unit of a unix time -> its microseconds.
_UNITS = {
    "D": Fraction(86_400_000_000),
    "h": Fraction(3_600_000_000),
    "m": Fraction(60_000_000),
    "s": Fraction(1_000_000),
    "ms": Fraction(1_000),
    "us": Fraction(1),
    "ns": Fraction(1, 1_000),
}
#: What pandas, numpy and Arrow raise where a value does not become what it should.
_REFUSALS = (TypeError, ValueError, ArithmeticError, NotImplementedError)
_WIDEST_SHOWN = 60


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
            An argument is none, or names a column that the frame lacks.
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
            field, values = _times(field, values, self.dates[name])
        if name not in self.dtypes:
            return field, values
        dtype = self.dtypes[name]
        decimal = _decimal_type(name, dtype)
        if decimal is not None:
            return _decimals(field, values, decimal)
        if _is_whole(dtype):
            return _integers(field, values, "an integer")
        kind = _pandas_dtype(name, dtype).kind
        if kind in "iu" and pa.types.is_boolean(values.type):  # 0 and 1 to pandas
            field, values = _column(field, values.cast(pa.int64()))
        # Of a time, pandas would cut the fraction of a number.
        if kind in "iu" or (kind in "mM" and values.type in (pa.float64(), pa.bool_())):
            field, values = _integers(field, values, str(dtype))
        elif kind == "M" and values.type == pa.string() and not _is_empty(values):
            field, values = _times(field, values, None)
        return field, values

    def in_pandas(self, name: str, array: Any) -> Any:
        """Return a column, made by `in_arrow`, as pandas' own dtypes have it."""
        dtype = self.dtypes.get(name)
        if dtype is None or _decimal_type(name, dtype) is not None or _is_whole(dtype):
            return array
        return _as_dtype(pd.Series(array, copy=False, name=name), _pandas_dtype(name, dtype))


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
        raise ArgumentError(f"parse_dates is {parse_dates!r}.", hint=_HOW_DATES)
    for name, how in found.items():
        is_format = isinstance(how, str) and ("%" in how or how in _UNITS or how == "ISO8601")
        if not (how is None or is_format):
            raise ArgumentError(f"parse_dates has {how!r} for {name!r}.", hint=_HOW_DATES)
    return {name: None if how == "ISO8601" else how for name, how in found.items()}


def _of_options(how: object) -> object:
    """Return the format or unit of `pandas.to_datetime` options, as `pandas.read_sql` takes them.

    Other options, and anything else, are returned as they are.
    """
    if isinstance(how, Mapping) and len(how) == 1:
        ((option, value),) = how.items()
        return value if option in ("format", "unit") and isinstance(value, str) else how
    return how


_HOW_DATES = (
    'Give a list of columns, ["created_at"], or a mapping to formats and units, {"day": '
    f'"%d.%m.%Y", "block_time": "s"}}; the units are {", ".join(_UNITS)}.'
)


def _decimal_type(name: str, dtype: object) -> pa.DataType | None:
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
            hint=f'Give "decimal(digits, digits behind the point)" with at most {_MOST_DIGITS} '
            'digits in all, such as "decimal(38, 18)".',
        )
    return (pa.decimal128 if precision <= 38 else pa.decimal256)(precision, scale)  # noqa: PLR2004 - Arrow's own bound


def _pandas_dtype(name: str, dtype: object) -> Any:
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
            hint='Give one of pandas, such as "Int64", "float64", "string" or "category", or '
            '"integer", or "decimal(38, 18)".',
        )
    return found


# Exact, in Arrow


def _integers(field: pa.Field, values: pa.ChunkedArray, words: str) -> Column:
    """Return integers: int64 where all fit, else digits that are marked so."""
    encoding = (field.metadata or {}).get(ENCODING)
    if _is_empty(values):
        return _column(field, pa.nulls(len(values), pa.int64()))
    if encoding == INTEGER or values.type == pa.int64():
        return field, values
    if encoding == JSON:
        listed = _json_values(values)
        found = [_whole(value) for value in listed]
        for row, (value, number) in enumerate(zip(listed, found, strict=True)):
            if number is None and value is not None:
                _refuse(field.name, words, row, value, _WHOLE_HINT)
        typed = typed_column(field.name, "integer", found)
        return typed.field, pa.chunked_array([typed.array])
    if values.type == pa.float64():
        is_whole = pc.and_(
            pc.equal(pc.floor(values), values), pc.less(pc.abs(values), float(EXACT_IN_FLOAT))
        )
        _check(field.name, words, values, is_whole, _WHOLE_HINT)
        return _column(field, values.cast(pa.int64()))
    if values.type != pa.string():
        _refuse_first(field.name, words, values, _WHOLE_HINT)
    is_whole = pc.and_(
        pc.match_substring_regex(values, f"^{_DIGITS.pattern}$"),
        pc.less_equal(pc.binary_length(values), _LONGEST),
    )
    _check(field.name, words, values, is_whole, _WHOLE_HINT)
    try:
        return _column(field, values.cast(pa.int64()))
    except pa.ArrowInvalid:  # one is beyond 64 bits
        digits = pc.replace_substring_regex(values, "^(-?)0+([0-9])", r"\1\2")
        return _column(field, digits, INTEGER)


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


def _decimals(field: pa.Field, values: pa.ChunkedArray, type_: pa.DataType) -> Column:
    words = f"decimal({type_.precision}, {type_.scale})"
    if _is_empty(values):
        return _column(field, pa.nulls(len(values), type_))
    is_json = (field.metadata or {}).get(ENCODING) == JSON
    if values.type == pa.int64():
        values = values.cast(pa.string())
    if not is_json and values.type == pa.string():
        # Arrow's cast is exact for these only: it wraps around where there are too many digits.
        whole, behind = type_.precision - type_.scale, type_.scale
        fraction = f"(?:[.][0-9]{{1,{behind}}})?" if behind else ""
        plain = f"^-?[0-9]{{1,{whole}}}{fraction}$"
        if whole and pc.all(pc.match_substring_regex(values, plain)).as_py():
            return _column(field, values.cast(type_))
    elif not is_json and values.type != pa.float64():
        _refuse_first(field.name, words, values, _DECIMAL_HINT)
    listed = _json_values(values) if is_json else values.to_pylist()
    found = []
    for row, value in enumerate(listed):
        number = None if value is None else _scaled(value, type_)
        if number is None and value is not None:
            _refuse(field.name, words, row, value, _DECIMAL_HINT)
        found.append(number)
    return _column(field, pa.array(found, type_))


_DECIMAL_HINT = (
    "Numbers, and texts of numbers, are converted where no digit is lost: give more digits, "
    "decimal(digits, digits behind the point). A float of 2**53 or more may have been rounded "
    "before it came: cast it to text in the SQL."
)


def _exact_number(value: object) -> Decimal | None:
    """Return a number as it was written; None where it is none, or may have been rounded."""
    if isinstance(value, bool) or (isinstance(value, float) and abs(value) >= EXACT_IN_FLOAT):
        return None
    # repr gives the shortest digits of a float, which are those of the JSON.
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


def _times(field: pa.Field, values: pa.ChunkedArray, how: str | None) -> Column:
    """Return times: by their ISO texts, or by a format or a unit."""
    if pa.types.is_timestamp(values.type):
        return field, values
    if values.type == pa.date32():
        return _column(field, values.cast(NAIVE))
    has_zone = how is not None and (how in _UNITS or "%z" in how or "%Z" in how)
    if _is_empty(values):
        return _column(field, pa.nulls(len(values), AWARE if has_zone else NAIVE))
    if how in _UNITS:
        return _unix_times(field, values, str(how))
    is_plain = ENCODING not in (field.metadata or {})
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
        row = _first_failing(is_time, values)
        hint = (
            "ISO 8601 is parsed, down to microseconds, all of it with a zone or all of it without; "
            f'other texts by their format: parse_dates={{{json.dumps(field.name)}: "%d.%m.%Y"}}.'
        )
        _refuse(field.name, "a time", row, listed[row], hint)
    return _column(field, typed.array)


def _unix_times(field: pa.Field, values: pa.ChunkedArray, unit: str) -> Column:
    """Return the moments that numbers say: UTC, as unix time is."""
    factor = _UNITS[unit]
    encoding = (field.metadata or {}).get(ENCODING)
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
        return _column(field, pc.multiply(values, scale).cast(AWARE))
    listed = _json_values(values) if encoding == JSON else values.to_pylist()
    found: list[int | None] = []
    for row, value in enumerate(listed):
        number = None if value is None else _exact_number(value)
        moment = None if number is None else Fraction(number) * factor
        if moment is None or moment.denominator != 1 or not first <= moment <= last:
            if value is not None:
                _refuse(field.name, "a time", row, value, hint)
            found.append(None)
        else:
            found.append(moment.numerator)
    return _column(field, pa.array(found, pa.int64()).cast(AWARE))


def _formatted_times(
    field: pa.Field, texts: pa.ChunkedArray, how: str, *, has_zone: bool
) -> Column:
    series = pd.Series(texts.to_pandas(), dtype="string")
    # pandas takes two words for the time of this call, whatever the format.
    series = series.mask(series.isin(["now", "today"]))
    try:
        times = pd.to_datetime(series, format=how, errors="coerce", utc=has_zone)
    except ValueError as error:
        raise ArgumentError(
            f"parse_dates has the format {how!r} for {field.name!r}: {error}.", hint=_HOW_DATES
        ) from None
    is_parsed = pc.or_(pc.invert(pa.array(times.isna())), pc.is_null(texts.combine_chunks()))
    type_ = AWARE if has_zone else NAIVE
    coarse = times.dt.as_unit("us")
    is_parsed = pc.and_(is_parsed, pa.array((coarse == times) | times.isna()))
    hint = f"The format is {how!r}; a time may be as fine as a microsecond."
    _check(field.name, "a time", texts, is_parsed, hint)
    return _column(field, pa.array(coarse, type_))


# By pandas


def _as_dtype(series: pd.Series[Any], dtype: Any) -> Any:
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
        _refuse(str(series.name), str(dtype), row, value, "")
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
            row = _first_failing(lambda rows: _works(converted, rows), series)
        _refuse(str(series.name), str(dtype), row, series.iloc[row], "")
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
    """Raise for the first null where the dtype has none."""
    if isinstance(dtype, np.dtype) and dtype.kind in _NULL_HINT and is_null.any():
        row = int(is_null.argmax())
        _refuse(str(series.name), str(dtype), row, None, _NULL_HINT[dtype.kind])


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
            _refuse(str(series.name), str(dtype), int(row), objects[row], hint)


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
            _refuse(str(series.name), str(dtype), int(row), value, hint)
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
        _refuse(str(series.name), str(dtype), row, series.iloc[row], hint)


# What they have in common


def _column(field: pa.Field, array: Any, encoding: bytes | None = None) -> Column:
    declared = (field.metadata or {}).get(DECLARED, b"").decode()
    if isinstance(array, pa.Array):
        array = pa.chunked_array([array])
    metadata = field_metadata(declared, encoding, None)
    return pa.field(field.name, array.type, metadata=metadata), array


def _is_empty(values: pa.ChunkedArray) -> bool:
    return bool(values.null_count == len(values))


def _json_values(values: pa.ChunkedArray) -> list[object]:
    return [None if text is None else parsed(text.encode()) for text in values.to_pylist()]


def _check(name: str, words: str, values: pa.ChunkedArray, is_right: Any, hint: str) -> None:
    """Raise for the first value that is not right; nulls are."""
    row = pc.index(is_right, value=False).as_py()
    if row >= 0:
        _refuse(name, words, row, values[row].as_py(), hint)


def _works(convert: Callable[[int], object], rows: int) -> bool:
    try:
        convert(rows)
    except _REFUSALS:
        return False
    return True


def _first_failing(works: Callable[[int], bool], values: Any) -> int:
    """Return the row with which the first rows do not work any more, by halving."""
    good, bad = 0, len(values)
    while bad - good > 1:
        middle = (good + bad) // 2
        if works(middle):
            good = middle
        else:
            bad = middle
    return good


def _refuse_first(name: str, words: str, values: pa.ChunkedArray, hint: str) -> NoReturn:
    """Raise for a column none of whose values will do."""
    row = pc.index(pc.is_valid(values), value=True).as_py()
    _refuse(name, words, row, values[row].as_py(), hint)


def _refuse(name: str, words: str, row: int, value: object, hint: str) -> NoReturn:
    shown = "null" if value is None else repr(value) if isinstance(value, str) else str(value)
    if len(shown) > _WIDEST_SHOWN:
        shown = f"{shown[:_WIDEST_SHOWN]}..."
    raise ArgumentError(
        f"Column {name!r} cannot become {words}: row {row}, counted from 0, holds {shown}.",
        hint=hint or "Without dtype= the column comes as the server sent it.",
    )
