"""A result's values as the page converts them before any visualization sees them."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import cast

from watchframe.charts.javascript import json_text

#: A value as the page has it: a date or a time is a moment in UTC, aware.
Value = bool | int | float | Decimal | str | dt.datetime | None
Row = Mapping[str, Value]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}(?::?\d{2}.*)?", re.ASCII)
#: The length of a time as servers write it, and what stands between its digits.
_USUAL_LENGTH = len("2024-03-01T10:05:00")
_USUAL_MARKS = {4: "-", 7: "-", 10: "T", 13: ":", 16: ":"}
_UNCHANGED = {bool, int, float, type(None)}


def page_values(values: Sequence[object]) -> Sequence[Value]:
    """Return values with texts of ISO dates and times as moments, objects and lists as JSON.

    This does not depend on the column's type (upstream, `services/query-result.js`).
    """
    kinds = set(map(type, values))
    if kinds <= _UNCHANGED:
        return cast("Sequence[Value]", values)
    if kinds <= {str, type(None)}:
        return _values_of_texts(cast("Sequence[str | None]", values))
    if kinds == {dt.datetime}:
        moments = cast("Sequence[dt.datetime]", values)
        return [moment if moment.tzinfo is dt.UTC else _in_utc(moment) for moment in moments]
    return [page_value(value) for value in values]


def page_value(value: object) -> Value:
    """Return one value of a row as the page has it.

    A text that looks like a date but is none, such as ``2024-02-30``, stays a text.
    """
    if isinstance(value, Decimal) and not value.is_finite():
        # Unlike decimals, floats that are no number can be compared with others.
        return math.nan if value.is_nan() else float(value)
    if value is None or isinstance(value, bool | int | float | Decimal):
        return value
    if isinstance(value, str):
        return _moment(value) or value
    if isinstance(value, dt.datetime):
        return _in_utc(value)
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC)
    return json_text(value) if isinstance(value, Mapping | list) else str(value)


def _values_of_texts(texts: Sequence[str | None]) -> Sequence[Value]:
    distinct = [text for text in dict.fromkeys(texts) if text is not None]
    values = _usual_moments(distinct) or [_moment(text) or text for text in distinct]
    if len(distinct) == len(texts):
        return values
    if values == distinct:
        return texts
    by_text: dict[str | None, Value] = dict(zip(distinct, values, strict=True))
    return list(map(by_text.get, texts))


def _usual_moments(texts: Sequence[str]) -> Sequence[Value] | None:
    """Return the moments of texts that are all times as servers write them, else None."""
    if set(map(len, texts)) != {_USUAL_LENGTH}:
        return None
    joined, count = "".join(texts), len(texts)
    if any(joined[place::_USUAL_LENGTH] != mark * count for place, mark in _USUAL_MARKS.items()):
        return None
    try:
        return [dt.datetime.fromisoformat(f"{text}+00:00") for text in texts]
    except ValueError:  # A day that is none.
        return None


def _moment(text: str) -> dt.datetime | None:
    if not (_DATE.fullmatch(text) or _TIME.fullmatch(text)):
        return None
    try:
        return _in_utc(dt.datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def _in_utc(moment: dt.datetime) -> dt.datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=dt.UTC)
    return moment.astimezone(dt.UTC)
