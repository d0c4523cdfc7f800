"""A result's rows as the page converts them before any visualization sees them."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from watchframe.charts.javascript import json_text

#: A value as the page has it: a date or a time is a moment in UTC, aware.
Value = bool | int | float | Decimal | str | dt.datetime | None
Row = Mapping[str, Value]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}(?::?\d{2}.*)?", re.ASCII)


def page_rows(rows: Sequence[Mapping[str, object]]) -> list[dict[str, Value]]:
    """Return the rows with texts of ISO dates and times as moments, objects and lists as JSON.

    This does not depend on the columns' types (upstream, `services/query-result.js`).
    """
    return [{str(name): page_value(value) for name, value in row.items()} for row in rows]


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
