"""The tab of a saved visualization: its filters, and the drawing of the result that is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import cast

import ipywidgets
import pyarrow as pa

from watchframe.charts.data import Data
from watchframe.charts.filters import Filter, label_of
from watchframe.charts.table import resolved_columns
from watchframe.charts.values import Value
from watchframe.drawing import Drawing, draw
from watchframe.drawing.rows import page_data
from watchframe.models import MultiValues, ParameterDefinition, Visualization
from watchframe.parameters import JSON
from watchframe.plain_text import plain_text
from watchframe.widgets.choice_controls import FEW, as_texts
from watchframe.widgets.control import GUARD, NEEDED, Checked, Control, close_tree
from watchframe.widgets.control_kinds import make_control
from watchframe.widgets.drawing_area import DrawingArea
from watchframe.widgets.tab import Result
from watchframe.widgets.table import cell_text


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
    shown = sorted(
        (item for item in visualizations if not _repeats_table(item)), key=lambda item: item.id
    )
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
        self._shown_filters: list[tuple[str, list[str]]] = []
        self._choices: dict[str, list[str]] = {}
        self._controls: list[Control] = []
        self._controls_place = ipywidgets.VBox()
        self._area = DrawingArea(self._drawn, name=visualization.name or visualization.type)
        self.widget = ipywidgets.VBox([self._controls_place, self._area.widget])

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
        for control in self._controls:
            control.close()
        close_tree(self.widget)

    def _draw(self) -> None:
        table, choices = self._table, dict(self._choices)

        def make() -> tuple[Drawing, str]:
            self._found = _filters_of(table, choices)
            chosen = {item.name: item.current for item in self._found}
            return draw(self._visualization, table, filters=chosen), ""

        self._area.draw(make)

    def _drawn(self) -> None:
        """Show a control for each filter of the result that was drawn."""
        filters = [(item.name, _texts(item.values)) for item in self._found]
        if filters != self._shown_filters:
            self._shown_filters = filters
            before, self._controls = self._controls, [_control_of(item) for item in self._found]
            for control in self._controls:
                control.observe(self._chosen, "value")
            self._controls_place.children = [control.widget for control in self._controls]
            for control in before:
                control.close()
        self._on_shown()

    def _chosen(self, _change: object) -> None:
        with GUARD:
            self._choices = {
                control.definition.name: as_texts(control.value) for control in self._controls
            }
            if not any(control.problem for control in self._controls):
                self._draw()


def _filters_of(table: pa.Table, choices: Mapping[str, Sequence[str]]) -> list[Filter]:
    """Return a result's filters, with those of the chosen values that it has."""
    places = [place for place, name in enumerate(table.column_names) if label_of(name) != name]
    columns, rows = page_data(table.select(places))
    found = Data.of_result(columns, rows, None).filters
    return [replace(item, current=_kept(item, choices) or item.current) for item in found]


def _kept(item: Filter, choices: Mapping[str, Sequence[str]]) -> list[Value]:
    texts = choices.get(item.name, ())
    return [value for value in [*item.values] if _text(value) in texts]


def _control_of(item: Filter) -> Control:
    """Return the control of a filter: as of a parameter that has these values.

    Of many values none is ticked where all are chosen: nobody drops hundreds one by one.
    """
    texts, current = _texts(item.values), _texts(item.current)
    is_long = item.multiple and len(texts) > FEW
    every: list[str] = [] if is_long else texts
    definition = ParameterDefinition(
        name=item.name,
        type="enum",
        title=plain_text(item.label, keep=""),
        enum_options=tuple(texts),
        multi=MultiValues() if item.multiple else None,
        default=every if item.multiple else next(iter(texts), None),
    )
    control = make_control(definition, _any_value if is_long else _some_value)
    if is_long:
        control.add_note("With nothing ticked, all values are drawn.")
    if item.multiple:
        control.set(every if current == texts else current)
    else:
        control.set(current[0] if current else None)
    return control


def _some_value(_definition: ParameterDefinition, value: object) -> Checked:
    return Checked(wire=cast("JSON", value), problem="" if value else NEEDED)


def _any_value(_definition: ParameterDefinition, value: object) -> Checked:
    return Checked(wire=cast("JSON", value))


def _texts(values: Sequence[Value]) -> list[str]:
    """Return what is shown of values, each once."""
    return list(dict.fromkeys(map(_text, values)))


def _text(value: Value) -> str:
    return "null" if value is None else cell_text(value).removesuffix(" 00:00:00Z")
