"""The values on a chart's axes: dates as texts, numbers of texts, and JavaScript's order."""

from __future__ import annotations

import datetime as dt
import math
import re
import sys
from collections.abc import Hashable, Sequence
from decimal import Decimal
from typing import Any, cast

import numpy as np

from watchframe.charts.javascript import number_of, text_of
from watchframe.charts.ordering import sorted_by
from watchframe.charts.typed import Array, Typed
from watchframe.charts.values import Value

#: A value on an axis. A moment becomes a text, but only where it is drawn: writing it takes long.
Plotted = bool | int | float | str | dt.datetime | None

_LARGEST = sys.float_info.max
#: Integers beyond this one have no double of their own.
_LARGEST_EXACT = 2**53
#: Quotes, signs and white space around a number, and commas and blanks within.
_AROUND_NUMBERS = re.compile(r"^['\"%,$#\s]+|[, ]|['\"%,$#\s]+$")
_MILLISECOND = 1000
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_CLOCK = r"(?:[ T](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?"
#: Dates that are not as ISO 8601 has them, but that browsers read.
_DATES = tuple(
    re.compile(rf"{date}{_CLOCK}(?: ?(?:GMT|UTC|Z))?", re.ASCII)
    for date in (
        r"(?P<year>\d{4})(?:-(?P<month>\d{2}))?",
        r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})",
        r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})",
        r"(?P<word>[A-Za-z]{3})[a-z]* (?P<day>\d{1,2}),? (?P<year>\d{4})",
        r"(?:[A-Za-z]{3}, )?(?P<day>\d{1,2}) (?P<word>[A-Za-z]{3})[a-z]* (?P<year>\d{4})",
    )
)


def on_axis(values: Sequence[Value], *, is_dates: bool = False) -> Sequence[Plotted]:
    """Return values as they are put on an axis, but moments as they are where all are moments.

    On an axis of dates, texts and numbers (milliseconds since 1970) that are dates are too.
    """
    if isinstance(values, Typed) and values.is_missing is None and values.is_times >= is_dates:
        return values
    if is_dates:
        values = [moment_of(value) or value for value in values]
    if set(map(type, values)) == {dt.datetime}:
        return cast("Sequence[Plotted]", values)
    return plotted(values)


def plotted(values: Sequence[Value]) -> Sequence[Plotted]:
    """Return values as they are put on an axis: moments as texts, decimals as numbers."""
    if set(map(type, values)) <= _PLAIN_TYPES:
        return cast("Sequence[Plotted]", values)
    return [_plotted(value) for value in values]


def moment_of(value: Value) -> dt.datetime | None:
    """Return the date of a text, or of milliseconds since 1970; None where there is none."""
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, str):
        return _moment_of_text(value.strip())
    if value is None or isinstance(value, bool):
        return None
    try:
        return _EPOCH + dt.timedelta(milliseconds=float(value))
    except (OverflowError, ValueError):
        return None


def clean_number(value: object) -> int | float | None:
    """Return a value's number as plotly reads it: of texts too, such as ``$1,234`` and ``7%``."""
    if isinstance(value, str):
        try:
            value = number_of(_AROUND_NUMBERS.sub("", value) or "none")
        except ValueError:  # It has more digits than Python reads.
            return None
    if isinstance(value, Decimal):
        value = _plain(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) <= _LARGEST else None


def clean_numbers(
    values: Sequence[object], *, missing: float | None = None
) -> Sequence[int | float | None]:
    """Return the numbers of values, as `clean_number` does; what is none is `missing`."""
    if isinstance(values, Typed) and not values.is_times:
        return values.finite(missing)
    if are_finite(values):
        return cast("Sequence[int | float]", values)
    numbers = map(clean_number, values)
    return [missing if number is None else number for number in numbers]


def are_finite(values: Sequence[object]) -> bool:
    """Return whether all are numbers, and their sum is one too: a quick test of large columns."""
    if not set(map(type, values)) <= {int, float}:
        return False
    try:
        return math.isfinite(sum(cast("Sequence[int | float]", values)))
    except OverflowError:  # An integer that is no double.
        return False


def as_number(value: object) -> float:
    """Return JavaScript's number of a value, as a double."""
    try:
        return float(number_of(value))
    except (OverflowError, ValueError):
        return math.nan


def as_numbers(values: Sequence[object]) -> Array:
    """Return JavaScript's numbers of values that are no times, as doubles."""
    if isinstance(values, Typed):
        numbers = values.array.astype(float)
        return numbers if values.is_missing is None else np.where(values.is_missing, 0, numbers)
    return np.array(list(map(as_number, values)), dtype=float)


def plus(first: Any, second: Any) -> Plotted:
    """Return ``first + second`` as JavaScript does: texts are joined, and None is 0."""
    if isinstance(first, str) or isinstance(second, str):
        return text_of(first) + text_of(second)
    try:
        total: Plotted = (0 if first is None else first) + (0 if second is None else second)
    except OverflowError:
        return math.inf
    return total


def drawable(values: Sequence[Plotted], texts: MomentTexts | None = None) -> list[Plotted]:
    """Return values as a browser has them: each number a double, and None for what is none."""
    if isinstance(values, Typed):
        if values.is_times and values.is_missing is None:
            return list(values.texts())
        values = values.plain
    kinds = set(map(type, values))
    if kinds == {dt.datetime}:
        texts = MomentTexts() if texts is None else texts
        return [texts[moment] for moment in cast("Sequence[dt.datetime]", values)]
    if kinds == {float} and are_finite(values):
        return list(values)
    if kinds == {int}:
        integers = cast("Sequence[int]", values)
        if min(integers) >= -_LARGEST_EXACT and max(integers) <= _LARGEST_EXACT:
            return list(values)
    if kinds <= {str, bool, _NONE}:
        return list(values)
    return [value if value is None else _double(value) for value in plotted(values)]


class MomentTexts(dict[dt.datetime, str]):
    """The text of each moment, written once."""

    def __missing__(self, moment: dt.datetime) -> str:
        """Write a moment for the first time."""
        text = self[moment] = _moment_text(moment)
        return text


def identity(value: Value) -> Hashable:
    """Return what tells values apart: 1 and 1.0 are one value, True is another one."""
    return ("boolean", value) if type(value) is bool else value


def identities(values: Sequence[Plotted]) -> Sequence[Hashable]:
    """Return the identity of each value."""
    if isinstance(values, Typed):
        return values.plain
    return [identity(value) for value in values] if bool in set(map(type, values)) else values


def distinct(columns: Sequence[Sequence[Plotted]]) -> tuple[Sequence[Plotted], list[Array]]:
    """Return the distinct values of columns of one type, and where each column's are among them.

    They are in the order that they come first; of equal ones (0 and -0) the last one counts.
    """
    shared = {id(values): values for values in columns}
    typed = [
        values
        for values in shared.values()
        if isinstance(values, Typed) and values.is_missing is None
    ]
    found: Sequence[Plotted]
    if len(typed) < len(shared) or not shared:
        latest = {
            key: value
            for values in shared.values()
            for key, value in zip(identities(values), values, strict=True)
        }
        place_of = {key: place for place, key in enumerate(latest)}
        found = list(latest.values())
        codes = [
            np.array([place_of[key] for key in identities(values)], dtype=np.intp)
            for values in shared.values()
        ]
    elif len(typed) == 1 and typed[0].is_increasing:
        found, codes = typed[0], [np.arange(len(typed[0]))]
    else:
        joined = np.concatenate([values.array for values in typed])
        _, firsts, of_sorted = np.unique(joined, return_index=True, return_inverse=True)
        order = np.argsort(firsts)
        joined_codes = np.argsort(order)[of_sorted]
        lasts = np.empty(len(order), dtype=np.intp)
        lasts[joined_codes] = np.arange(len(joined))
        found = Typed(joined[lasts])
        codes = np.split(joined_codes, np.cumsum([len(values) for values in typed])[:-1])
    by_column = dict(zip(shared, codes, strict=True))
    return found, [by_column[id(values)] for values in columns]


def sorted_places(values: Sequence[object]) -> Sequence[int]:
    """Return the places of values in lodash's order: None last, and equal ones as they came.

    Numbers and texts are compared as JavaScript does, by number; a text that is no number is
    neither before nor after one.
    """
    if isinstance(values, Typed) and values.is_missing is None:
        return Typed(np.argsort(values.array, kind="stable"))
    kinds = set(map(type, values))
    if (
        kinds == {dt.datetime}
        or are_finite(values)
        or (kinds == {str} and "".join(cast("Sequence[str]", values)).isascii())
    ):
        return sorted(range(len(values)), key=cast("Sequence[float]", values).__getitem__)
    return sorted_by(range(len(values)), key=values.__getitem__)


_NONE = type(None)
_PLAIN_TYPES = {str, int, float, bool, _NONE}


def _plotted(value: Value) -> Plotted:
    if isinstance(value, dt.datetime):
        return _moment_text(value)
    return _plain(value) if isinstance(value, Decimal) else value


def _moment_text(moment: dt.datetime) -> str:
    # Fractions of a second are kept, or points of one second would be one point.
    text = moment.isoformat(" ").removesuffix("+00:00")
    return text if moment.microsecond % _MILLISECOND else text.removesuffix("000")


def _plain(value: Decimal) -> int | float:
    if not value.is_finite() or value.adjusted() > sys.float_info.max_10_exp:
        return math.nan
    return int(value) if value == value.to_integral_value() else float(value)


def _double(value: Plotted) -> Plotted:
    if type(value) is int and not -_LARGEST_EXACT <= value <= _LARGEST_EXACT:
        try:
            return float(value)
        except OverflowError:
            return None
    return None if type(value) is float and not math.isfinite(value) else value


def _moment_of_text(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):
        pass
    found = next((found for date in _DATES if (found := date.fullmatch(text))), None)
    if found is None:
        return None
    parts = found.groupdict()
    try:
        month = _MONTHS.index(parts.pop("word").title()) + 1 if "word" in parts else None
        numbers = {name: int(digits or name in {"month", "day"}) for name, digits in parts.items()}
        return dt.datetime(**{"day": 1, "month": month or 1} | numbers, tzinfo=dt.UTC)
    except ValueError:
        return None
