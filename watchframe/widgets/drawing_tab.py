"""The tab of a saved visualization: its filters, and the drawing of the result that is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import ipywidgets
import pyarrow as pa

from watchframe.charts.data import Data
from watchframe.charts.filters import Filter
from watchframe.charts.table import resolved_columns
from watchframe.drawing import Drawing, draw
from watchframe.models import Visualization
from watchframe.models.queries import in_order_of_tabs
from watchframe.plain_text import plain_text
from watchframe.widgets.control import close_tree
from watchframe.widgets.drawing_area import DrawingArea
from watchframe.widgets.filter_bar import FilterBar, filters_of
from watchframe.widgets.tab import Result


def tab_titles(
    visualizations: Sequence[Visualization], taken: Sequence[str]
) -> dict[str, Visualization]:
    """Return the visualizations that get a tab, by title, in the page's order.

    A table that shows the columns as they are by default gets none. Of a name that another tab has
    as well, the title ends with the visualization's id.

    Parameters
    ----------
    visualizations : sequence of Visualization
    taken : sequence of str
        Titles of other tabs.
    """
    shown = in_order_of_tabs(item for item in visualizations if not _repeats_table(item))
    names = [plain_text(item.name, keep="").strip() or item.type for item in shown]
    counts = Counter([*names, *taken])
    return {
        name if counts[name] == 1 else f"{name} #{item.id}": item
        for name, item in zip(names, shown, strict=True)
    }


def _repeats_table(visualization: Visualization) -> bool:
    """Return whether it is a table with every column as it is by default, whatever its pages."""
    saved = visualization.options.get("columns")
    if visualization.type != "TABLE" or not isinstance(saved, list):
        return visualization.type == "TABLE"
    columns = [column for column in saved if isinstance(column, Mapping)]
    data = Data.of_result(columns, [], None)
    defaults = resolved_columns(None, data, {"allowSearch": False})
    chosen = resolved_columns(saved, data, {"allowSearch": False})
    return [{**column, "order": 0} for column in chosen] == [
        {**column, "order": 0} for column in defaults
    ]


class DrawingTab:
    """A saved visualization, drawn of the result that is shown.

    Parameters
    ----------
    visualization : Visualization
    on_shown : callable
        As of `DrawingArea`.
    """

    def __init__(self, visualization: Visualization, on_shown: Callable[[], object]) -> None:
        self._visualization = visualization
        self._on_shown = on_shown
        self._table = pa.table({})
        self._found: list[Filter] = []  # of the result that is being drawn, or was
        self._filters = FilterBar(self._draw)
        self._area = DrawingArea(self._drawn, name=visualization.name or visualization.type)
        self.widget = ipywidgets.VBox([self._filters.widget, self._area.widget])

    def show(self, result: Result) -> None:
        """Draw another result; what is chosen in a filter stays where that has it too."""
        self._table = result.table
        self._draw()

    def static_html(self, rows: str) -> str:
        """Return the drawing as HTML; where there is none, the rows."""
        return self._area.static_html(rows)

    def close(self) -> None:
        """Close the tab's widgets."""
        self._area.close()
        self._filters.close()
        close_tree(self.widget)

    def _draw(self) -> None:
        table, choices = self._table, dict(self._filters.choices)

        def make() -> tuple[Drawing, str]:
            self._found = filters_of(table, choices)
            chosen = {item.name: item.current for item in self._found}
            return draw(self._visualization, table, filters=chosen), ""

        self._area.draw(make)

    def _drawn(self) -> None:
        """Show a control for each filter of the result that was drawn."""
        self._filters.show(self._found)
        self._on_shown()
