"""The tab of a quick chart: menus for what is drawn of a result, the drawing, and its code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import ipywidgets
import pandas as pd
import pyarrow as pa

from watchframe.charts.new_chart import NewChartError, new_chart
from watchframe.drawing import Drawing, draw
from watchframe.drawing.rows import page_data
from watchframe.models import MultiValues, ParameterDefinition, Visualization
from watchframe.parameters import JSON
from watchframe.plain_text import plain_text
from watchframe.reprs.words import counted
from watchframe.widgets.choice_controls import as_texts
from watchframe.widgets.code import chart_code, code_html
from watchframe.widgets.control import GUARD, Checked, Control, close_tree
from watchframe.widgets.control_kinds import make_control
from watchframe.widgets.drawing_area import DrawingArea
from watchframe.widgets.quick_points import (
    EACH,
    JOINS,
    MOST_SERIES,
    Choice,
    QuickPoints,
    UndrawableError,
    default_choice,
    number_columns,
    points_of,
)
from watchframe.widgets.tab import Result

KINDS = ("line", "column", "bar", "area", "scatter", "pie", "box")
#: Kinds that can show rows that share a point; a box shows nothing but how they spread.
_EACH = {"scatter": [EACH, *JOINS], "box": [EACH]}
#: The value of a menu where no column is chosen.
_NONE = ""


class QuickChart:
    """A chart of any result: kind, x, numbers and series are chosen in menus.

    Parameters
    ----------
    on_shown : callable
        As of `DrawingArea`.
    """

    def __init__(self, on_shown: Callable[[], object]) -> None:
        self._on_shown = on_shown
        self._result = Result(table=pa.table({}), frame=pd.DataFrame())
        self._is_filling = self._is_touched = False
        self._points: QuickPoints | None = None
        self._area = DrawingArea(self._drawn)
        self._kind = _menu("Kind", "11em")
        self._x = _menu("x", "17em")
        self._series = _menu("Series", "19em")
        self._join = _menu("Several rows share a point", "21em")
        self._y = _number_control([], ())
        self._y_place = ipywidgets.VBox([self._y.widget])
        self._shows_code = ipywidgets.ToggleButton(
            description="Copy as code", icon="code", tooltip="The code of this chart"
        )
        self._code = ipywidgets.HTML()
        menus = [self._kind, self._x, self._series, self._join]
        for menu in menus:
            menu.observe(self._chosen, "value")
        self._shows_code.observe(self._write_code, "value")
        row = {"flex_flow": "row wrap", "align_items": "center"}
        self._choices = ipywidgets.VBox([ipywidgets.HBox(menus, layout=row), self._y_place])
        self._choices.add_class("wf-quick")
        self._below = ipywidgets.VBox([self._shows_code, self._code])
        self.widget = ipywidgets.VBox([self._choices, self._area.widget, self._below])

    def show(self, result: Result) -> None:
        """Draw another result; what a person chose stays where that has the same columns."""
        has_same = result.table.schema.equals(self._result.table.schema)
        self._result = result
        if not (has_same and self._is_touched):
            try:
                self._fill(default_choice(result.table))
            except UndrawableError as error:
                self._choices.layout.display = self._below.layout.display = "none"
                self._area.clear(f"No chart. {error}")
                return
            self._choices.layout.display = self._below.layout.display = ""
        self._draw()

    def static_html(self, rows: str) -> str:
        """Return the drawing as HTML; where there is none, the rows."""
        return self._area.static_html(rows)

    def close(self) -> None:
        """Close the tab's widgets."""
        self._area.close()
        self._y.close()
        close_tree(self.widget)

    def _fill(self, choice: Choice) -> None:
        """Set the menus to a choice that no person made."""
        table = self._result.table
        self._is_filling, self._is_touched = True, False
        columns = [(plain_text(name, keep=""), name) for name in table.column_names]
        _set_menu(self._kind, [(kind, kind) for kind in KINDS], choice.kind)
        _set_menu(self._x, columns, choice.x)
        _set_menu(self._series, [("none", _NONE), *columns], choice.series or _NONE)
        _set_menu(self._join, _joins(choice.kind), choice.join)
        before, self._y = self._y, _number_control(number_columns(table), choice.y)
        self._y.observe(self._chosen, "value")
        self._y_place.children = [self._y.widget]
        before.close()
        self._is_filling = False

    def _chosen(self, _change: object) -> None:
        if self._is_filling:
            return
        with GUARD:
            self._is_touched = True
            joins = _joins(self._kind.value)
            if joins != list(self._join.options):  # of another kind
                self._is_filling = True
                _set_menu(self._join, joins, joins[0][1])
                self._is_filling = False
            self._draw()

    @property
    def _choice(self) -> Choice:
        """What the menus say."""
        x, series = self._x.value, self._series.value
        return Choice(
            kind=self._kind.value,
            x=x,
            y=tuple(name for name in as_texts(self._y.value) if name not in (x, series)),
            series=series if series not in (_NONE, x) else None,
            join=self._join.value,
        )

    def _draw(self) -> None:
        table, choice = self._result.table, self._choice

        def make() -> tuple[Drawing, str]:
            self._points = None
            points = points_of(table, choice)
            drawing = draw(chart_of(points), points.table)
            self._points = points
            return drawing, points_text(points)

        self._area.draw(make)

    def _drawn(self) -> None:
        """Show the menu of joins where it decides something, and the code."""
        is_needed = self._points is None or self._points.are_shared
        self._join.layout.display = "" if is_needed else "none"
        self._write_code()
        self._on_shown()

    def _write_code(self, _change: object = None) -> None:
        code = ""
        if self._shows_code.value and self._points is not None:
            points = self._points
            code = chart_code(self._result, points, chart_of(points).options)
            code = code_html("Code of the chart", code)
        self._code.value = code


def chart_of(points: QuickPoints) -> Visualization:
    """Return the chart of these points, with the options that the page's editor would save.

    Raises
    ------
    UndrawableError
        There is none of this kind.
    """
    columns, _ = page_data(points.table.slice(0, 0))
    choice = points.drawn
    try:
        chart = new_chart(columns, kind=choice.kind, x=choice.x, y=choice.y, series=choice.series)
    except NewChartError as error:
        raise UndrawableError(str(error)) from error
    return Visualization(id=0, type=chart["type"], options=chart["options"])


def points_text(points: QuickPoints) -> str:
    """Return what was done to the rows of a result, so that nothing is done silently."""
    choice, said = points.drawn, []
    if points.series:
        said.append(f"The {MOST_SERIES} largest of {points.series:,} series are drawn.")
    if points.missing:
        said.append(f"{points.missing:,} without “{choice.x}” left out.")
    if points.are_joined:
        made = counted(points.table.num_rows, "point")
        said.append(f"{points.rows:,} rows make {made}: each is the {choice.join} of its rows.")
    return " ".join(said)


def _menu(description: str, width: str) -> ipywidgets.Dropdown:
    return ipywidgets.Dropdown(
        description=description,
        style={"description_width": "initial"},
        layout={"width": width, "margin": "2px 12px 2px 2px"},
    )


def _set_menu(menu: ipywidgets.Dropdown, options: Sequence[tuple[str, str]], value: str) -> None:
    menu.options = options
    menu.value = value


def _joins(kind: str) -> list[tuple[str, str]]:
    """Return the menu of what is done with rows that share a point."""
    return [(name, name) for name in _EACH.get(kind, JOINS)]


def _number_control(names: Sequence[str], chosen: Sequence[str]) -> Control:
    """Return the control for the numbers to draw: as of a parameter with several values."""
    definition = ParameterDefinition(
        name="y",
        type="enum",
        title="y",
        enum_options=tuple(names),
        multi=MultiValues(),
        default=list(chosen),
    )
    return make_control(definition, lambda _definition, value: Checked(wire=cast("JSON", value)))
