"""A table in the notebook, and the tab of a result's rows."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets
import pyarrow as pa

from watchframe.errors import ArgumentError
from watchframe.reprs.words import counted
from watchframe.widgets.control import close_tree
from watchframe.widgets.result_table import ResultTable
from watchframe.widgets.static_twin import WidgetWithTwin
from watchframe.widgets.style import style_tag
from watchframe.widgets.tab import Result
from watchframe.widgets.table import table_html
from watchframe.widgets.table_columns import Rows, Shown
from watchframe.widgets.table_state import MOST_ROWS

#: Rows that show where the front end has no anywidget.
_PLAIN_ROWS = 25


class TableTab:
    """A result's rows.

    Parameters
    ----------
    rows_per_page : int
    """

    def __init__(self, rows_per_page: int) -> None:
        self._grid = GridOrRows(Rows.of(pa.table({})), rows_per_page=rows_per_page)
        self.widget = self._grid.widget

    def show(self, result: Result) -> None:
        """Show another result; sort and filters are kept where that has the same columns."""
        self._grid.show(Rows.of_result(result.table, result.frame))

    def static_html(self, _rows: str = "") -> str:
        """Return the page that is shown."""
        return self._grid.table.page_html()

    def close(self) -> None:
        """Close the tab's widgets."""
        close_tree(self.widget)


class GridOrRows:
    """A table, with its first rows as plain HTML, which CSS shows where there is no anywidget."""

    def __init__(
        self, rows: Rows, *, rows_per_page: int, decimals: Mapping[str, int] | None = None
    ) -> None:
        self.table = ResultTable(rows, rows_per_page=rows_per_page, decimals=decimals)
        self._plain = ipywidgets.HTML(_plain_rows(rows))
        self._plain.add_class("wf-plain-rows")
        self.widget = ipywidgets.VBox([self.table, self._plain])
        self.widget.add_class("wf-rows")

    def show(self, rows: Rows) -> None:
        """Show other rows."""
        self.table.show(rows)
        self._plain.value = _plain_rows(rows)


def _plain_rows(rows: Rows) -> str:
    total = rows.table.num_rows
    first = range(min(total, _PLAIN_ROWS))
    said = f"The first {len(first)} of {counted(total, 'row')}." if total > len(first) else ""
    return (
        f'{table_html(rows, first, caption="Rows of the result")}<div class="wf-hint">{said} '
        "For the table with pages, order and filters, install anywidget beside the Jupyter "
        "server: pip install anywidget</div>"
    )


class TableView(WidgetWithTwin):
    """A table in the notebook, as `show_watch_table` returns it."""

    def __init__(
        self, rows: Rows, *, rows_per_page: int, decimals: Mapping[str, int] | None
    ) -> None:
        self._grid = GridOrRows(rows, rows_per_page=rows_per_page, decimals=decimals)
        super().__init__([ipywidgets.HTML(style_tag()), self._grid.widget])
        self.add_class("wf-picker")
        self._grid.table.observe(lambda _change: self.update_twin(), "page")

    def __repr__(self) -> str:
        rows, columns = self._grid.table.rows.table.shape
        return f"<Table of {counted(rows, 'row')}, {counted(columns, 'column')}>"

    def last_state(self) -> str:
        """Return the page that is shown as HTML, with where it is in the whole."""
        return self._grid.table.page_html()

    def close(self) -> None:
        """Remove the table from the page; where it was displayed, its rows stay as plain HTML."""
        close_tree(*self.children)
        self.layout.close()
        super().close()


def show_watch_table(
    data: Shown, *, rows_per_page: int = 25, decimals: Mapping[str, int] | None = None
) -> TableView:
    """Return a table for the notebook: in pages, with order, filters, a search and downloads.

    The browser holds the page that is shown; the rows stay in the kernel. Integers are exact
    whatever their size, in each place where they are sorted, compared or written.

    Parameters
    ----------
    data : DataFrame or pyarrow.Table
        Of pandas or polars; as `read_watch_query` returns it, or of anywhere else. Levels of an
        index that have a name are columns.
    rows_per_page : int
        It can be changed in the table.
    decimals : mapping of str to int, optional
        Columns of integers that are shown as amounts of a token, with so many digits behind the
        point: ``{"amount": 18}``. Each can be changed in the table.

    Returns
    -------
    TableView
        A widget. Show it by leaving it in a cell's last line.

    Raises
    ------
    ArgumentError
        `data` is no table; `rows_per_page` is not from 1 to 1,000; `decimals` names what is no
        column of integers, or gives one no number of digits.

    Examples
    --------
    >>> import pandas as pd
    >>> show_watch_table(pd.DataFrame({"amount": [10**18, 2**255]}), decimals={"amount": 18})
    <Table of 2 rows, 1 column>
    """
    if type(rows_per_page) is not int or not 0 < rows_per_page <= MOST_ROWS:
        raise ArgumentError(
            f"rows_per_page is {rows_per_page!r}.", hint=f"Give a number from 1 to {MOST_ROWS:,}."
        )
    return TableView(Rows.of(data), rows_per_page=rows_per_page, decimals=decimals)
