"""The controls of a result's filters: of columns such as ``market::filter``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import cast

import ipywidgets
import pyarrow as pa

from watchframe.charts.data import Data
from watchframe.charts.filters import Filter, label_of
from watchframe.charts.values import Value
from watchframe.drawing.rows import page_data
from watchframe.models import MultiValues, ParameterDefinition
from watchframe.parameters import JSON
from watchframe.plain_text import plain_text
from watchframe.widgets.choice_controls import FEW, as_texts
from watchframe.widgets.control import GUARD, NEEDED, Checked, Control, close_tree
from watchframe.widgets.control_kinds import make_control
from watchframe.widgets.table_cells import cell_text


class FilterBar:
    """A control for each filter that is shown; none where there are none.

    Parameters
    ----------
    on_chosen : callable
        Called when a person has chosen other values, of which none is missing.

    Attributes
    ----------
    choices : mapping of str to list of str
        The texts of the values that were chosen, by the column's full name.
    controls : list of Control
    widget : Widget
    """

    def __init__(self, on_chosen: Callable[[], object]) -> None:
        self.choices: dict[str, list[str]] = {}
        self.controls: list[Control] = []
        self.widget = ipywidgets.VBox()
        self._on_chosen = on_chosen
        self._shown: list[tuple[str, list[str]]] = []

    def show(self, filters: Sequence[Filter]) -> None:
        """Show other filters; where their values are the same, the controls stay as they are."""
        shown = [(item.name, _texts(item.values)) for item in filters]
        if shown == self._shown:
            return
        self._shown = shown
        before, self.controls = self.controls, [_control_of(item) for item in filters]
        for control in self.controls:
            control.observe(self._chosen, "value")
        self.widget.children = [control.widget for control in self.controls]
        for control in before:
            control.close()

    def close(self) -> None:
        """Close the controls."""
        for control in self.controls:
            control.close()
        close_tree(self.widget)

    def _chosen(self, _change: object) -> None:
        with GUARD:
            self.choices = {
                control.definition.name: as_texts(control.value) for control in self.controls
            }
            if not any(control.problem for control in self.controls):
                self._on_chosen()


def filters_of(table: pa.Table, choices: Mapping[str, Sequence[str]]) -> list[Filter]:
    """Return a result's filters, with those of the chosen values that it has.

    Parameters
    ----------
    table : pyarrow.Table
    choices : mapping of str to sequence of str
        As of `FilterBar`.
    """
    places = [place for place, name in enumerate(table.column_names) if label_of(name) != name]
    columns, rows = page_data(table.select(places))
    found = Data.of_result(columns, rows, None).filters
    return [with_choices(item, choices) for item in found]


def with_choices(item: Filter, choices: Mapping[str, Sequence[str]]) -> Filter:
    """Return a filter with those of the chosen values that it has.

    Where it has none of them it stays as it is; where none is chosen it has all.
    """
    texts = choices.get(item.name)
    if texts is None:
        return item
    if item.multiple and not texts:
        return replace(item, current=item.values)
    chosen = [value for value in item.values if _text(value) in texts]
    return replace(item, current=chosen) if chosen else item


def _control_of(item: Filter) -> Control:
    """Return the control of a filter: as of a parameter that has these values.

    Where all of many values are current, none is chosen: dropping hundreds one by one is no choice.
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
        control.add_note("With none chosen, all values are drawn.")
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
