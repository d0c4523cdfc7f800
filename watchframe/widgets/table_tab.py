"""The tab of a result's rows: a table in pages, sorted by a column."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import pyarrow as pa

from watchframe.plain_text import plain_text
from watchframe.widgets.control import GUARD, close_tree
from watchframe.widgets.tab import Result
from watchframe.widgets.table import Order, row_order, table_html

#: What the menu shows for no column, and its value then.
_UNSORTED, _NO_COLUMN = "as they came", ""


class TableTab:
    """A table's rows in pages."""

    def __init__(self, rows_per_page: int) -> None:
        self._rows_per_page = rows_per_page
        self._table = pa.table({})
        self._dtypes: list[str] = []
        self._rows: Sequence[int] | None = None
        self._page = 0
        self._is_filling = False
        self._make_widgets()

    def show(self, result: Result) -> None:
        """Show another result; the order is kept where that has the same column."""
        self._is_filling = True
        self._table = result.table
        self._dtypes = [str(dtype) for dtype in result.frame.dtypes]
        names = list(dict.fromkeys(result.table.column_names))
        kept = self._sort.value if self._sort.value in names else _NO_COLUMN
        self._sort.options = [(_UNSORTED, _NO_COLUMN), *map(labeled, names)]
        self._sort.value = kept
        self._is_filling = False
        self._sorted()

    def static_html(self, _rows: str = "") -> str:
        """Return the page that is shown."""
        shown = self._shown
        rows = shown if self._rows is None else self._rows[shown.start : shown.stop]
        return table_html(self._table, self._dtypes, rows, caption="Rows of the result")

    def _make_widgets(self) -> None:
        self._html = ipywidgets.HTML()
        self._where = ipywidgets.HTML()
        self._sort = ipywidgets.Dropdown(
            options=[(_UNSORTED, _NO_COLUMN)],
            description="Sort by",
            style={"description_width": "initial"},
            layout={"width": "17em", "margin": "2px 8px 2px 16px"},
        )
        self._descending = ipywidgets.Checkbox(
            description="descending", indent=False, layout={"width": "auto"}
        )
        self._buttons = {
            step: ipywidgets.Button(icon=icon, tooltip=words, layout={"width": "34px"})
            for step, icon, words in (
                ("first", "angle-double-left", "First page"),
                ("previous", "angle-left", "Page before"),
                ("next", "angle-right", "Next page"),
                ("last", "angle-double-right", "Last page"),
            )
        }
        for step, button in self._buttons.items():
            button.on_click(lambda _button, step=step: self._turn(step))
        self._sort.observe(self._sorted, "value")
        self._descending.observe(self._sorted, "value")
        first, previous, following, last = self._buttons.values()
        bar = ipywidgets.HBox(
            [first, previous, self._where, following, last, self._sort, self._descending],
            layout={"align_items": "center", "flex_flow": "row wrap"},
        )
        self.widget = ipywidgets.VBox([self._html, bar])

    def close(self) -> None:
        """Close the tab's widgets."""
        close_tree(self.widget)

    @property
    def _last_page(self) -> int:
        rows: int = self._table.num_rows
        return max(0, (rows - 1) // self._rows_per_page)

    @property
    def _shown(self) -> range:
        """The places of the page's rows in the order that is shown."""
        start = self._page * self._rows_per_page
        return range(start, min(start + self._rows_per_page, self._table.num_rows))

    def _turn(self, step: str) -> None:
        with GUARD:
            pages = {"first": 0, "previous": self._page - 1, "next": self._page + 1}
            self._page = max(0, min(pages.get(step, self._last_page), self._last_page))
            self._show_page()

    def _sorted(self, _change: object = None) -> None:
        if self._is_filling:
            return
        with GUARD:
            order = None
            if self._sort.value:
                order = Order(column=self._sort.value, is_descending=self._descending.value)
            self._rows = row_order(self._table, order)
            self._descending.disabled = order is None
            self._page = 0
            self._show_page()

    def _show_page(self) -> None:
        shown, rows = self._shown, self._table.num_rows
        words = f"{shown.start + 1:,} to {shown.stop:,} of {rows:,}" if rows else "no rows"
        self._where.value = f'<span style="padding: 0 8px">{words}</span>'
        for step, button in self._buttons.items():
            is_back = step in ("first", "previous")
            button.disabled = self._page == (0 if is_back else self._last_page)
        self._html.value = self.static_html()


def labeled(column: str) -> tuple[str, str]:
    """Return a menu's entry for a column: its name as it is shown, and as it is."""
    return plain_text(column, keep=""), column
