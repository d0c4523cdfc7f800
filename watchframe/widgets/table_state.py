"""What is asked of a table: the state that a browser sends, checked, and the rows that it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pyarrow as pa

from watchframe.widgets.table_columns import is_integer
from watchframe.widgets.table_filters import FilterProblemError, containing, passing
from watchframe.widgets.table_order import Order, RowNumbers, row_order

#: Rows of a page, and digits behind the point of an amount, at most.
MOST_ROWS, MOST_DECIMALS = 1000, 77


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which rows are shown, and in which order.

    Attributes
    ----------
    sort : tuple of Order
    filters : tuple of (int, str, int)
        Columns, texts as typed, and the digits behind the point that the column is shown with.
    search : str
    """

    sort: tuple[Order, ...] = ()
    filters: tuple[tuple[int, str, int], ...] = ()
    search: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableState:
    """What a person has set in a table.

    Attributes
    ----------
    question : Question
    start, size : int
        The first row of the page among those that are found, and how many rows it has.
    separators : bool
    amounts : dict of int to int
        Digits behind the point, by column.
    hidden : frozenset of int
    request : object
        What the page that answers this state carries.
    """

    question: Question = field(default_factory=Question)
    start: int = 0
    size: int = 25
    separators: bool = False
    amounts: Mapping[int, int] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()
    request: object = None

    @classmethod
    def of(cls, sent: Mapping[str, Any], schema: pa.Schema) -> Self:
        """Return the state that a front end sent, without what makes no sense for the columns."""
        known = range(len(schema))
        amounts = {
            column: decimals
            for column, decimals in _by_column(sent.get("amounts"), known).items()
            if _is_within(decimals, range(1, MOST_DECIMALS + 1)) and is_integer(schema[column])
        }
        texts = _by_column(sent.get("filters"), known)
        filters = tuple(
            (column, text, amounts.get(column, 0))
            for column, text in sorted(texts.items())
            if isinstance(text, str) and text.strip()
        )
        search = sent.get("search")
        hidden = sent.get("hidden")
        return cls(
            question=Question(
                sort=_orders(sent.get("sort"), known),
                filters=filters,
                search=search if isinstance(search, str) else "",
            ),
            start=max(_integer(sent.get("start"), 0), 0),
            size=min(max(_integer(sent.get("size"), 25), 1), MOST_ROWS),
            separators=sent.get("separators") is True,
            amounts=amounts,
            hidden=frozenset(
                column
                for column in (hidden if isinstance(hidden, list) else ())
                if _is_within(column, known)
            ),
            request=sent.get("request"),
        )


def _orders(sent: object, known: range) -> tuple[Order, ...]:
    found = dict[int, Order]()
    for item in sent if isinstance(sent, list) else ():
        match item:
            case [int() as column, "ascending" | "descending" as word] if column in known:
                order = Order(column=column, is_descending=word == "descending")
                found.setdefault(column, order)
    return tuple(found.values())


def _by_column(sent: object, known: range) -> dict[int, Any]:
    """Return values by column; JSON has texts for the keys."""
    items = sent.items() if isinstance(sent, Mapping) else ()
    places = {str(column): column for column in known}
    return {places[str(name)]: value for name, value in items if str(name) in places}


def _is_within(value: object, known: range) -> bool:
    return type(value) is int and value in known


def _integer(value: object, default: int) -> int:
    return value if type(value) is int else default


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The rows that a question means.

    Attributes
    ----------
    question : Question
    rows : numpy.ndarray of int64
        Their numbers, in the order in which they are shown.
    notes : dict of int to str
        What is wrong with filters, by column; those filter nothing.
    """

    question: Question
    rows: RowNumbers
    notes: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, table: pa.Table, question: Question, check: Callable[[], object] = lambda: None
    ) -> Self:
        """Return the view of a table; `check` is called between the steps, and may raise."""
        mask = np.ones(table.num_rows, np.bool_)
        notes = dict[int, str]()
        for column, text, decimals in question.filters:
            check()
            values = table.column(column)
            try:
                mask &= passing(table.schema[column], values, text, decimals=decimals)
            except FilterProblemError as problem:
                notes[column] = str(problem)
        if question.search:
            check()
            mask &= containing(table, question.search)
        check()
        rows = row_order(table, question.sort, np.flatnonzero(mask))
        return cls(question=question, rows=rows, notes=notes)

    def start(self, state: TableState) -> int:
        """Return the place of the page's first row; of the last page's where there is none."""
        last = max(len(self.rows) - 1, 0)
        return state.start if state.start <= last else last // state.size * state.size

    def page(self, state: TableState) -> RowNumbers:
        """Return the numbers of the page's rows."""
        start = self.start(state)
        return self.rows[start : start + state.size]
