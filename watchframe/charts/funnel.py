"""Funnels: steps and their values, in percent of the largest one and of the one before."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from watchframe.charts.data import Data, Options, Prepared, merged
from watchframe.charts.javascript import leading_number, number_of, shown_text, text_of
from watchframe.charts.moment_format import format_moment
from watchframe.charts.numeral import number_formatter
from watchframe.charts.ordering import is_finite, sorted_by

_DEFAULTS: dict[str, Any] = {
    "stepCol": {"colName": None, "displayAs": "Steps"},
    "valueCol": {"colName": None, "displayAs": "Value"},
    "autoSort": True,
    "sortKeyCol": {"colName": None, "reverse": False},
    "itemsLimit": 100,
    "percentValuesRange": {"min": 0.01, "max": 1000},
    "numberFormat": "0,0[.]00",
    "percentFormat": "0[.]00%",
}
_FEWEST_ITEMS = 2
#: What is more is infinite to the page.
_LARGEST = 10**308
_TIME_FORMAT = "DD/MM/YYYY HH:mm"


def prepare_funnel(options: Options, data: Data) -> Prepared:
    """Return a funnel's ``steps``, and the ``text`` of their numbers.

    A percentage that is no number, as of zero, is None, and an infinite one is ``Infinity``.
    """
    resolved = _resolved(options, data)
    steps = _steps(resolved, data)
    write = number_formatter(resolved["numberFormat"])
    write_percent = _percent_writer(resolved)
    return {
        "options_resolved": resolved,
        "steps": [{name: _plain(value) for name, value in step.items()} for step in steps],
        "text": [
            {
                "value": write(step["value"]),
                "pctMax": write_percent(step["pctMax"]),
                "pctPrevious": write_percent(step["pctPrevious"]),
            }
            for step in steps
        ],
    }


def _resolved(options: Options, data: Data) -> dict[str, Any]:
    resolved = merged(_DEFAULTS, options)
    for part in ("stepCol", "valueCol", "sortKeyCol"):
        name = resolved[part]["colName"]
        if not (isinstance(name, str) and name in data.columns):
            resolved[part]["colName"] = None
    limit = resolved["itemsLimit"] if is_finite(resolved["itemsLimit"]) else _DEFAULTS["itemsLimit"]
    resolved["itemsLimit"] = max(limit, _FEWEST_ITEMS)
    if resolved["autoSort"]:
        resolved["sortKeyCol"] |= {"colName": resolved["valueCol"]["colName"], "reverse": True}
    return resolved


def _steps(resolved: Mapping[str, Any], data: Data) -> list[dict[str, Any]]:
    step_column, value_column = (resolved[part]["colName"] for part in ("stepCol", "valueCol"))
    if not (data.rows and step_column and value_column):
        return []
    rows, sort_key = data.rows, resolved["sortKeyCol"]
    if sort_key["colName"]:
        name = sort_key["colName"]
        have = sorted_by([row for row in rows if name in row], lambda row: row[name])
        rows = [*have, *(row for row in rows if name not in row)]
    if sort_key["reverse"]:
        rows = rows[::-1]
    values = [_value(row.get(value_column)) for row in rows]
    largest = max(values)
    before = [values[0], *values]
    return [
        {
            "step": _step_text(row.get(step_column)),
            "value": value,
            "pctMax": _percent(value, largest),
            "pctPrevious": 100 if value == previous else _percent(value, previous),
        }
        for row, value, previous in zip(rows, values, before, strict=False)
    ][: int(resolved["itemsLimit"])]


def _value(value: object) -> float:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST:
        return value
    number = leading_number(value)
    return 0 if math.isnan(number) else number


def _step_text(value: object) -> str:
    if isinstance(value, datetime):
        return format_moment(value, _TIME_FORMAT)
    return shown_text(value)


def _percent(part: float, whole: float) -> float:
    if whole:
        return float(part) / float(whole) * 100
    return math.nan if not part or math.isnan(part) else math.copysign(math.inf, part)


def _percent_writer(resolved: Mapping[str, Any]) -> Callable[[float], str]:
    write = number_formatter(resolved["percentFormat"])
    least, most = (resolved["percentValuesRange"][end] for end in ("min", "max"))

    def text(percent: float) -> str:
        if percent < number_of(least):
            return f"<{write(least)}"
        if percent > number_of(most):
            return f">{write(most)}"
        return write(percent)

    return text


def _plain(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else text_of(value)
    return value
