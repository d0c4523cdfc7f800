"""SUNBURST_SEQUENCE: a tree of stages, each as large as what went through it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from watchframe.charts.colors import CATEGORY_10, ordinal_colors
from watchframe.charts.data import Data, Options, Prepared
from watchframe.charts.javascript import is_truthy, leading_integer, property_order, text_of
from watchframe.charts.ordering import code_units, is_nan, sorted_by
from watchframe.charts.values import Row, Value

#: What ends at a stage that others go on from: it is not drawn.
EXIT = "<<<Exit>>>"
_VALUE = "value"
_ONE_ROW_PER_STAGE = ("sequence", "stage", "node", _VALUE)
#: A slice is drawn if its angle is above 0.005 of 2 π: its share of the whole times 10 ** 15.
_SMALLEST_SHARE = round(0.005 / (2 * math.pi) * 10**15)
#: Rings beyond these are not seen, and values within values without end cannot be written.
_MOST_STAGES = 100


def prepare_sunburst(_: Options, data: Data) -> Prepared:
    """Return the tree of sequences, and the slices that are drawn of it.

    The columns are ``sequence, stage, node, value``, or ``value`` and one for each stage.

    Returns
    -------
    dict
        ``tree`` (``name``, ``children``, ``size`` of what ends there, None if it is no number)
        and ``slices``: in the tree's order ``id``, ``parent`` (an id, or None), ``name``,
        ``value`` and ``color``.
    """
    root = _Node("root", children=[])
    for size, names in _sequences(data.rows):
        root.add(names[:_MOST_STAGES], size)
    return {"tree": root.tree(), "slices": _slices(root)}


@dataclass(slots=True)
class _Node:
    """A stage: it has a size if a sequence ended there first, and children if any went on."""

    name: Value
    has_size: bool = False
    size: int | None = None
    children: list[_Node] | None = None
    by_name: dict[tuple[type, Value], _Node] = field(default_factory=dict)
    total: int | None = None

    def add(self, names: Sequence[Value], size: int | None) -> None:
        """Add a sequence that begins here."""
        node = self
        for place, name in enumerate(names):
            is_last = place + 1 == len(names)
            if node.children is None:
                node.append(_Node(EXIT, has_size=True, size=node.size))
            child = node.child(name)
            if is_last and child is None:
                node.append(_Node(name, has_size=True, size=size))
            elif is_last and child is not None:
                child.append(_Node(EXIT, has_size=True, size=size))
            elif child is None:
                child = _Node(name, children=[])
                node.append(child)
            if child is not None:
                node = child

    def child(self, name: Value) -> _Node | None:
        # No two moments are the same object to JavaScript.
        return None if isinstance(name, datetime) else self.by_name.get(_identity(name))

    def append(self, child: _Node) -> None:
        self.children = [] if self.children is None else self.children
        self.children.append(child)
        if not is_nan(child.name):
            self.by_name.setdefault(_identity(child.name), child)

    def tree(self) -> dict[str, Any]:
        tree: dict[str, Any] = {"name": self.name}
        if self.has_size:
            tree["size"] = self.size
        if self.children is not None:
            tree["children"] = [child.tree() for child in self.children]
        return tree

    def value(self) -> int:
        """Return the sum of what ends here and further on, once the tree is whole."""
        if self.total is None:
            children = self.children or []
            self.total = sum([child.value() for child in children]) if children else self.size or 0
        return self.total


def _identity(name: Value) -> tuple[type, Value]:
    kind = type(name) if isinstance(name, bool | str) else float
    return kind, name


def _sequences(rows: Sequence[Row]) -> Iterator[tuple[int | None, list[Value]]]:
    """Return each sequence's size and the names of its stages."""
    first = rows[0] if rows else {}
    if all(name in first for name in _ONE_ROW_PER_STAGE):
        grouped: dict[str, list[Row]] = {}
        for row in rows:
            grouped.setdefault(text_of(row.get("sequence")), []).append(row)
        for key in property_order(grouped):
            group = grouped[key]
            ordered = sorted_by(group, lambda row: row.get("stage"))
            yield _size(group[0]), [row.get("node") for row in ordered]
    else:
        columns = sorted((name for name in first if name != _VALUE), key=code_units)
        for row in rows:
            yield _size(row), [row.get(name) for name in columns if is_truthy(row.get(name))]


def _size(row: Row) -> int | None:
    value = row.get(_VALUE)
    return leading_integer(value) if is_truthy(value) else 0


def _slices(root: _Node) -> list[dict[str, Any]]:
    total = root.value()
    # Sizes are integers of any length, which a quotient may be too large for.
    smallest = abs(total) * _SMALLEST_SHARE // 10**15
    color = ordinal_colors(CATEGORY_10)
    color(text_of(root.name))
    slices: list[dict[str, Any]] = []

    def add(node: _Node, parent: int | None) -> None:
        value = node.value()
        if not total or node.name == EXIT or (value if total > 0 else -value) <= smallest:
            return
        place = len(slices)
        name = text_of(node.name)
        slices.append(
            {"id": place, "parent": parent, "name": name, "value": value, "color": color(name)}
        )
        for child in node.children or []:
            add(child, place)

    for child in root.children or []:
        add(child, None)
    return slices
