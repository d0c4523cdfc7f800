"""Counters: one value of a result, and whether it reaches another one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from watchframe.charts.data import Data, Options, Prepared
from watchframe.charts.javascript import leading_integer, number_of, shown_text, text_of
from watchframe.charts.numeral import number_formatter
from watchframe.charts.ordering import is_finite, is_number

_DEFAULTS = {
    "counterLabel": "",
    "counterColName": "counter",
    "rowNumber": 1,
    "targetRowNumber": 1,
    "stringDecimal": 0,
    "stringDecChar": ".",
    "stringThouSep": ",",
    "tooltipFormat": "0,0.000",
}


def prepare_counter(options: Options, data: Data) -> Prepared:
    """Return a ``counter``: its label, its value and its target as texts, and the trend.

    It is empty if there are no rows, and they are not what is counted. The ``value`` is beside it,
    as it is in the data.
    """
    resolved = {**_DEFAULTS, **options}
    values = _found(data, resolved.get("counterColName"), resolved.get("rowNumber"))
    value: Any = len(data.rows) if resolved.get("countRow") else next(iter(values), None)
    counter = _counter(resolved, data, value)
    return {"options_resolved": resolved, "counter": counter, "value": value}


def _counter(options: Options, data: Data, value: Any) -> dict[str, Any]:
    if not (data.rows or options.get("countRow")):
        return {}
    targets: list[Any] = [None]
    if options.get("targetColName"):
        targets = _found(data, options["targetColName"], options.get("targetRowNumber"))
    target = next(iter(targets), None)
    write = _value_writer(options)
    tooltip = options.get("tooltipFormat")
    write_tooltip = _numbers_by(
        number_formatter(tooltip if isinstance(tooltip, str) and tooltip else "0,0")
    )
    counter = {
        "counterLabel": options.get("counterLabel") or data.name,
        "counterValue": write(value),
        "counterValueTooltip": write_tooltip(value),
        "showTrend": is_finite(value) and is_finite(target),
        "targetValueTooltip": write_tooltip(target),
    }
    if counter["showTrend"]:
        counter["trendPositive"] = value >= target
    if options.get("formatTargetValue"):
        counter["targetValue"] = write(target)
    elif targets:
        counter["targetValue"] = _PLAIN(target) if is_finite(target) else target
    return counter


def _found(data: Data, name: object, row_number: object) -> list[Any]:
    """Return a list of the value of a column, empty if there is none.

    A row is counted from 1, from -1 at the end, and again from the start behind the last one.
    """
    number, count = leading_integer(row_number) or 0, len(data.rows)
    if not (name and count):
        return []
    place = (abs(number) - 1) % count if number else 0
    row = data.rows[place if number >= 0 else count - place - 1]
    return [row[text_of(name)]] if text_of(name) in row else []


def _numbers_by(write: Callable[[object], str]) -> Callable[[object], str]:
    """Return what writes numbers so, and anything else as text."""

    def text(value: object) -> str:
        return write(value) if is_number(value) else shown_text(value)

    return text


#: How a target is written that has no format.
_PLAIN = number_formatter("0[.]00[0]")
_MOST_DECIMALS = 100


def _value_writer(options: Options) -> Callable[[object], str]:
    decimals, point, thousands = (
        options.get(name) for name in ("stringDecimal", "stringDecChar", "stringThouSep")
    )
    is_count = is_finite(decimals)
    count = number_of(decimals) if is_count or isinstance(decimals, str) else 0
    pattern, marks = "0,0.000", {}
    if point or thousands or (is_count and count >= 0):
        places = math.ceil(min(count, _MOST_DECIMALS)) if count > 0 else 0
        pattern = f"0,0.{'0' * places}" if places else "0,0"
        marks = {
            "thousands": shown_text(thousands),
            "decimal": text_of(point) if point else ".",
        }
    write = number_formatter(pattern, **marks)
    prefix, suffix = (
        shown_text(part) for part in (options.get("stringPrefix"), options.get("stringSuffix"))
    )
    return _numbers_by(lambda value: f"{prefix}{write(value)}{suffix}")
