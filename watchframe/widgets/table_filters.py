"""Which rows of a table pass the filter of a column, or hold a text that is searched for."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation, localcontext
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from watchframe.decode.typing_rules import INTEGER, encoding_of
from watchframe.parameters.typed_numbers import comma_problem, without_grouping
from watchframe.widgets.table_cells import value_texts
from watchframe.widgets.table_columns import kind_of, plain_utf8
from watchframe.widgets.table_order import integer_keys, longest

#: For each row whether it passes.
Mask = np.ndarray[Any, np.dtype[np.bool_]]
#: The most digits of a number that is compared.
_MOST_DIGITS = 400


class FilterProblemError(ValueError):
    """A filter is not one of its column's; its text says what is."""


def passing(field: pa.Field, values: pa.ChunkedArray, text: str, *, decimals: int = 0) -> Mask:
    """Return which rows of a column pass a filter.

    Parameters
    ----------
    field : pyarrow.Field
    values : pyarrow.ChunkedArray
    text : str
        As typed: ``null``, what the column's kind takes, and either behind a ``!`` for the others.
    decimals : int
        Digits of the column's integers that are shown behind the point, as in `text`.

    Raises
    ------
    FilterProblemError
        It is no such filter.
    """
    wanted = text.strip()
    is_other = wanted.startswith("!")
    wanted = wanted[is_other:].strip()
    if wanted.lower() == "null":
        found = values.is_null()
    elif not wanted:
        raise FilterProblemError("A value is missing behind the !.")
    else:
        kind = kind_of(field)
        if kind == "number":
            found = _numbers(field, values, wanted, decimals)
        elif kind == "time":
            found = _times(values, wanted)
        elif kind == "boolean":
            found = _booleans(values, wanted)
        else:
            found = _texts(field, values, wanted)
    mask = _mask(found)
    return ~mask if is_other else mask


def containing(table: pa.Table, text: str) -> Mask:
    """Return which rows hold a text in any of their columns, in either case."""
    found = np.zeros(table.num_rows, np.bool_)
    for field, values in zip(table.schema, table.columns, strict=True):
        if kind_of(field) in ("number", "time") and not _NUMBER_OR_TIME.issuperset(text.lower()):
            continue
        found |= _mask(_contains(field, values, text))
    return found


def _mask(found: pa.ChunkedArray | pa.Array) -> Mask:
    """Return what is true, where nulls are not."""
    return np.asarray(pc.fill_null(found, pa.scalar(value=False)), np.bool_)


#: What the texts of numbers and times consist of, which take long to make.
_NUMBER_OR_TIME = frozenset("0123456789+-.: aefintz")


def _texts(field: pa.Field, values: pa.ChunkedArray, wanted: str) -> pa.ChunkedArray:
    if wanted.startswith("="):
        return pc.equal(_as_texts(field, values), pa.scalar(plain_utf8(wanted[1:].strip())))
    return _contains(field, values, wanted)


def _contains(field: pa.Field, values: pa.ChunkedArray, text: str) -> pa.ChunkedArray:
    return pc.match_substring(_as_texts(field, values), plain_utf8(text), ignore_case=True)


def _as_texts(field: pa.Field, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the texts of the values as they are shown; of the usual types by Arrow."""
    kind = values.type
    if encoding_of(field) is None or encoding_of(field) == INTEGER:
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            return values
        if pa.types.is_integer(kind) or pa.types.is_date32(kind):
            return values.cast(pa.string())
        if pa.types.is_timestamp(kind) and kind.unit == "us" and kind.tz in (None, "UTC"):
            return pc.replace_substring_regex(values.cast(pa.string()), r"\.0+(Z?)$", r"\1")
    return pa.chunked_array([value_texts(field, values)], pa.large_string())


def _booleans(values: pa.ChunkedArray, wanted: str) -> pa.ChunkedArray:
    word = wanted.removeprefix("=").strip().lower()
    if word not in ("true", "false"):
        raise FilterProblemError("Write true, false, null or !null.")
    return pc.equal(values, word == "true")


Sign = Literal["=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class _Comparison:
    sign: Sign
    text: str


def _comparisons(wanted: str) -> list[_Comparison]:
    """Return what a filter such as ``>= 5`` or ``10..20`` asks for, all of it."""
    start, dots, end = wanted.partition("..")
    if dots:
        found = [_Comparison(">=", start.strip()), _Comparison("<=", end.strip())]
        return [comparison for comparison in found if comparison.text]
    sign = next((sign for sign in _COMPARE if wanted.startswith(sign)), None)
    return [_Comparison(sign or "=", wanted.removeprefix(sign or "").strip())]


def _all_of(found: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    if not found:
        raise FilterProblemError("Write a first or a last value beside the two points.")
    return found[0] if len(found) == 1 else pc.and_(*found)


def _numbers(
    field: pa.Field, values: pa.ChunkedArray, wanted: str, decimals: int
) -> pa.ChunkedArray:
    found = []
    for comparison in _comparisons(wanted):
        bound = _number(comparison.text, decimals)
        if pa.types.is_floating(field.type):
            # As the column rounds: 0.1 finds what is shown as 0.1.
            found.append(_COMPARE[comparison.sign](values, pa.scalar(float(bound), field.type)))
        else:
            found.append(_compared_exactly(field, values, comparison.sign, bound))
    return _all_of(found)


def _number(text: str, decimals: int) -> Decimal:
    """Return a number as it is typed, also as ``1,000``, ``1_000`` and ``1e6``."""
    plain = without_grouping(text)
    try:
        number = Decimal(plain)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS or len(plain) > _MOST_DIGITS:
        how = "Write a number, as in >1e6, >= 1,000, 10..20, null or !null."
        raise FilterProblemError(f"{how} {comma_problem(plain)}".strip())
    with localcontext(prec=2 * _MOST_DIGITS):
        return number.scaleb(decimals)


_COMPARE: dict[Sign, Callable[[Any, Any], pa.ChunkedArray]] = {
    "<=": pc.less_equal,
    ">=": pc.greater_equal,
    "<": pc.less,
    ">": pc.greater,
    "=": pc.equal,
}


def _compared_exactly(
    field: pa.Field, values: pa.ChunkedArray, sign: Sign, bound: Decimal
) -> pa.ChunkedArray:
    """Return which integers or decimals compare so to `bound`, which may be none of their type."""
    kind = field.type
    scale = kind.scale if pa.types.is_decimal(kind) else 0
    with localcontext(prec=2 * _MOST_DIGITS + scale):
        steps = bound.scaleb(scale)
        rounding = ROUND_FLOOR if sign in (">", "<=") else ROUND_CEILING
        whole = steps.to_integral_value(rounding)
        if sign == "=" and whole != steps:
            return pc.and_(values.is_valid(), pa.scalar(value=False))
        if encoding_of(field) == INTEGER:
            digits = pa.chunked_array([[str(int(whole))]])
            width = max(longest(values), longest(digits))
            key = integer_keys(digits, width)[0]
            return _COMPARE[sign](integer_keys(values, width), key)
        try:
            scalar = pa.scalar(whole.scaleb(-scale) if scale else int(whole), kind)
        except (pa.ArrowException, OverflowError, ValueError):
            return _compared_beyond(values, sign, is_above=whole > 0)
    return _COMPARE[sign](values, scalar)


def _compared_beyond(values: pa.ChunkedArray, sign: Sign, *, is_above: bool) -> pa.ChunkedArray:
    """Return how values compare to a bound that is above, or below, all that their type holds."""
    return pc.and_(values.is_valid(), pa.scalar(sign in (("<", "<=") if is_above else (">", ">="))))


def _times(values: pa.ChunkedArray, wanted: str) -> pa.ChunkedArray:
    zone = getattr(values.type, "tz", None)
    found = []
    for comparison in _comparisons(wanted):
        first, after = _period(comparison.text)
        # A moment is later than a day where it is not within the day.
        meanings: dict[Sign, list[tuple[Sign, datetime]]] = {
            "=": [(">=", first), ("<", after)],
            "<": [("<", first)],
            "<=": [("<", after)],
            ">": [(">=", after)],
            ">=": [(">=", first)],
        }
        for sign, moment in meanings[comparison.sign]:
            bound = pa.scalar(moment, pa.timestamp("us"))
            if zone is not None:
                bound = pc.assume_timezone(
                    bound, zone, ambiguous="earliest", nonexistent="earliest"
                )
            if pa.types.is_timestamp(values.type):
                try:
                    bound = bound.cast(values.type)
                except pa.ArrowInvalid:
                    is_above = moment.year > _YEAR_OF_ZERO
                    found.append(_compared_beyond(values, sign, is_above=is_above))
                    continue
            found.append(_COMPARE[sign](values, bound))
    return _all_of(found)


_PERIOD = re.compile(
    r"(\d{4})(?:-(\d\d?)(?:-(\d\d?)(?:[T ](\d\d?)(?::(\d\d)(?::(\d\d))?)?)?)?)?Z?", re.ASCII
)


def _period(text: str) -> tuple[datetime, datetime]:
    """Return when a year, or whatever is given of a time, starts and when it ends."""
    found = _PERIOD.fullmatch(text)
    if found is None:
        raise FilterProblemError(_TIMES)
    numbers = [int(number) for number in found.groups() if number is not None]
    year, month, day, hour, minute, second = numbers + [0, 1, 1, 0, 0, 0][len(numbers) :]
    try:
        first = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - its column has the zone
    except ValueError:
        raise FilterProblemError(_TIMES) from None
    try:
        match len(numbers):
            case 1:
                after = first.replace(year=year + 1)
            case 2:
                after = first + timedelta(days=calendar.monthrange(year, month)[1])
            case length:
                after = first + _LENGTHS[length]
    except (ValueError, OverflowError):  # at the end of the year 9999
        after = datetime.max  # noqa: DTZ901 - as above
    return first, after


_TIMES = "Write a time, as in 2026-01, >2026-01-15, 2026-01-01..2026-02-01, null or !null."
#: Around it are the times that any type holds.
_YEAR_OF_ZERO = 1970
_LENGTHS = {
    3: timedelta(days=1),
    4: timedelta(hours=1),
    5: timedelta(minutes=1),
    6: timedelta(seconds=1),
}
