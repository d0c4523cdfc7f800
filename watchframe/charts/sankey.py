"""SANKEY: how much goes from each stage to the next one."""

from __future__ import annotations

import math
import re
from typing import Any

from watchframe.charts.colors import CATEGORY_20, ordinal_colors
from watchframe.charts.data import Data, Options, Prepared
from watchframe.charts.javascript import added_text, is_truthy, leading_integer, leading_number
from watchframe.charts.ordering import code_units
from watchframe.charts.table import prepare_table
from watchframe.charts.values import Row, Value

#: The node for those who leave. Neither the node nor a link to it is drawn.
EXIT = "Exit"
_VALUE = "value"
_MOST_STAGES = 5
#: Names of the same first word have the same color.
_AFTER_WORD = re.compile(r" [^\n\r\u2028\u2029]*")


def prepare_sankey(_: Options, data: Data) -> Prepared:
    """Return the nodes, in the order in which the rows name them, and the links between them.

    The column ``value`` is how much goes; the others, by their names, are the stages.

    Returns
    -------
    dict
        ``valid`` (whether there is a column of values, and every number is one), ``nodes``
        (``name``, ``id``, ``color``) and ``links`` (``source`` and ``target``, which are ids,
        and ``value``: None if it was no number). Nodes named ``Exit`` are not drawn. What is not
        valid has ``header`` and ``cells`` of the table that takes its place, and a ``note``.
    """
    prepared = _Prepared()
    rows = [{name: prepared.of(value) for name, value in row.items()} for row in data.rows]
    if _VALUE not in data.columns or not all(map(_is_valid, rows)):
        note = "It needs a column 'value' of numbers: this is a table of its rows."
        return {**prepare_table({}, data), "valid": False, "nodes": [], "links": [], "note": note}
    first = rows[0] if rows else {}
    columns = sorted((name for name in first if name != _VALUE), key=code_units)[:_MOST_STAGES]
    graph = _Graph()
    for row in rows:
        stages = [row.get(name) for name in columns]
        stages += [None] * (_MOST_STAGES + 1 - len(stages))
        amount = leading_integer(row.get(_VALUE) if is_truthy(row.get(_VALUE)) else 0)
        for depth in range(_MOST_STAGES):
            if depth == 0 or is_truthy(stages[depth]):
                graph.add(depth, stages[depth], stages[depth + 1], amount)
    return {"valid": True, "nodes": graph.nodes(), "links": graph.links()}


class _Graph:
    def __init__(self) -> None:
        self._ids: dict[tuple[str, int], int] = {}
        self._amounts: dict[tuple[int, int], int | None] = {}

    def add(self, depth: int, source: Value, target: Value, amount: int | None) -> None:
        link = self._id(source, depth), self._id(target, depth + 1)
        known = self._amounts.get(link, 0)
        self._amounts[link] = None if known is None or amount is None else known + amount

    def nodes(self) -> list[dict[str, Any]]:
        color = ordinal_colors(CATEGORY_20)
        return [
            {"name": name, "id": place, "color": color(_AFTER_WORD.sub("", name, count=1))}
            for (name, _), place in self._ids.items()
        ]

    def links(self) -> list[dict[str, Any]]:
        return [
            {"target": target, "source": source, "value": amount}
            for (source, target), amount in self._amounts.items()
        ]

    def _id(self, name: Value, level: int) -> int:
        return self._ids.setdefault(
            (EXIT if name is None else added_text(name), level), len(self._ids)
        )


class _Prepared:
    """Values, or the numbers that they begin with."""

    def __init__(self) -> None:
        self._known: dict[str, Value] = {"": ""}

    def of(self, value: Value) -> Value:
        if not isinstance(value, str):
            return value
        if value not in self._known:
            number = leading_number(value)
            self._known[value] = value if math.isnan(number) else number
        return self._known[value]


def _is_valid(row: Row) -> bool:
    return not any(isinstance(value, float) and math.isinf(value) for value in row.values())
