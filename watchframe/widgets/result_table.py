"""A table that asks the kernel for the page that is shown; sorting and filtering happen here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import traitlets

from watchframe.errors import ArgumentError
from watchframe.plain_text import plain_text
from watchframe.reprs.words import first_few
from watchframe.widgets.control import GUARD
from watchframe.widgets.frontend import FrontEnd
from watchframe.widgets.table import table_html
from watchframe.widgets.table_cells import cells, taken
from watchframe.widgets.table_columns import Rows, is_integer, kind_of
from watchframe.widgets.table_files import ANSWERS, Asked, failure_words
from watchframe.widgets.table_state import MOST_DECIMALS, Question, TableState, View

_PARTS = (
    "clipboard",
    "elements",
    "table_model",
    "table_cells",
    "table_selection",
    "table_menus",
    "table_tools",
)


class ResultTable(FrontEnd, file="result_table", parts=_PARTS):
    """A table in pages. A front end changes `state`; the kernel answers with a `page`.

    Parameters
    ----------
    rows : Rows
    rows_per_page : int
    decimals : mapping of str to int, optional
        Digits behind the point of columns of integers, which are shown as amounts.

    Attributes
    ----------
    rows : Rows
        All that the table has.

    Raises
    ------
    ArgumentError
        `decimals` names no column of integers, or gives one no number of digits.
    """

    columns: traitlets.List[Any] = traitlets.List().tag(sync=True)
    total = traitlets.Int(0).tag(sync=True)
    found = traitlets.Int(0).tag(sync=True)
    page = traitlets.Dict().tag(sync=True)
    busy = traitlets.Unicode("").tag(sync=True)
    notes = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)

    def __init__(
        self, rows: Rows, *, rows_per_page: int = 25, decimals: Mapping[str, int] | None = None
    ) -> None:
        amounts = _amounts(rows, decimals or {})
        self.rows = rows
        self._thread: threading.Thread | None = None
        self._is_closed = False
        super().__init__(state={"size": rows_per_page, "start": 0, "amounts": amounts})
        self.show(rows)
        self.observe(self._asked, "state")
        self.on_msg(self._told)

    def show(self, rows: Rows) -> None:
        """Show other rows; what was set stays where they have the same columns."""
        with GUARD, self.hold_sync():
            columns = [
                {
                    "name": plain_text(field.name, keep=""),
                    "dtype": dtype,
                    "kind": kind_of(field),
                    "can_be_amount": is_integer(field),
                }
                for field, dtype in zip(rows.table.schema, rows.dtypes, strict=True)
            ]
            state = {**self.state, "start": 0}
            if self.columns and columns != self.columns:
                state = {key: state[key] for key in ("size", "separators") if key in state}
            self.rows, self.columns, self.total = rows, columns, rows.table.num_rows
            self._wanted = TableState.of(state, rows.table.schema)
            self._view = View.of(rows.table, self._wanted.question)
            self.state = state
            self._show_view()

    def page_html(self) -> str:
        """Return the page that is shown as HTML."""
        with GUARD:
            numbers = self._view.page(self._wanted).tolist()
            return table_html(self.rows, numbers, caption="Rows of the result")

    def close(self) -> None:
        """Close the widget."""
        with GUARD:
            self._is_closed = True
        super().close()

    def _asked(self, _change: object) -> None:
        """Show what another state means: at once, or when a thread has sorted and filtered."""
        with GUARD:
            self._wanted = TableState.of(self.state, self.rows.table.schema)
            if self._wanted.question == self._view.question:
                self._show_view()
                return
            is_sorted = self._wanted.question.sort != self._view.question.sort
            self.busy = "Sorting …" if is_sorted else "Filtering …"
            if self._thread is None:
                self._thread = _started(self._answer)

    def _answer(self) -> None:
        """Sort and filter until the view is the one that was asked for last."""
        while True:
            with GUARD:
                rows, question = self.rows, self._wanted.question
                if self._is_closed or question == self._view.question:
                    self._thread, self.busy = None, ""
                    return

            def check(rows: Rows = rows, question: Question = question) -> None:
                if self._is_closed or rows is not self.rows or question != self._wanted.question:
                    raise _SupersededError

            try:
                view = View.of(rows.table, question, check)
                with GUARD:
                    check()
                    self._view = view
                    self._show_view()
            except _SupersededError:
                continue
            except Exception as error:  # noqa: BLE001 - a thread that dies says nothing
                with GUARD:
                    self._thread, self.busy = None, failure_words(error)
                return

    def _show_view(self) -> None:
        state, numbers = self._wanted, self._view.page(self._wanted)
        table = self.rows.table
        columns = [
            cells(
                field,
                taken(values, numbers),
                separators=state.separators,
                decimals=state.amounts.get(column, 0),
            )
            for column, (field, values) in enumerate(zip(table.schema, table.columns, strict=True))
        ]
        with self.hold_sync():
            self.found = len(self._view.rows)
            self.notes = {str(column): note for column, note in self._view.notes.items()}
            self.page = {
                "start": self._view.start(state),
                "rows": [list(row) for row in zip(*columns, strict=True)],
                "numbers": numbers.tolist(),
                "request": state.request,
            }
            self.busy = ""

    def _told(self, _widget: object, message: object, _buffers: object) -> None:
        """Answer a message of a front end in a thread."""
        if not isinstance(message, Mapping) or str(message.get("type")) not in ANSWERS:
            return
        with GUARD:
            asked = Asked(message=message, rows=self.rows, view=self._view, state=self._wanted)

        def answer() -> None:
            content, buffers = asked.answer()
            if not self._is_closed:
                self.send(content, buffers)

        _started(answer)


class _SupersededError(Exception):
    """Something else is asked for by now."""


def _started(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, name="watchframe-table", daemon=True)
    thread.start()
    return thread


def _amounts(rows: Rows, decimals: Mapping[str, int]) -> dict[str, int]:
    """Return the digits by the columns' places, as a front end has them."""
    integers = {at: field.name for at, field in enumerate(rows.table.schema) if is_integer(field)}
    for name, digits in decimals.items():
        if name not in integers.values():
            raise ArgumentError(
                f"decimals names {name!r}, which is no column of integers.",
                hint=f"Columns of integers: {first_few(list(integers.values()), 20) or 'none'}.",
            )
        if type(digits) is not int or not 0 <= digits <= MOST_DECIMALS:
            raise ArgumentError(
                f"decimals gives {name!r} {digits!r} digits.",
                hint=f"Give a whole number from 0 to {MOST_DECIMALS}, such as 18.",
            )
    return {str(at): decimals[name] for at, name in integers.items() if decimals.get(name)}
