"""Controls for a few choices: a menu for one value, boxes to tick for several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ipywidgets

from watchframe.models import ParameterDefinition
from watchframe.plain_text import html_text, plain_text
from watchframe.widgets.control import LABEL_WIDTH, Check, Control, label_style

FIELDS_WIDTH = "44em"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice: what is shown and what is sent."""

    name: str
    value: str

    @property
    def label(self) -> str:
        """The name as it is shown."""
        return plain_text(self.name, keep="") or "(empty)"


def option_labels(options: Sequence[Option]) -> list[str]:
    """Return what to show for each; names that occur twice are told apart by their values."""
    names = [option.name for option in options]
    repeated = {name for name in names if names.count(name) > 1} if len(names) < 1000 else set()  # noqa: PLR2004 - counting is quadratic
    return [
        f"{option.label} ({plain_text(option.value, keep='')})"
        if option.name in repeated
        else option.label
        for option in options
    ]


class ChoiceControl(Control):
    """What the controls of choices have in common."""

    def __init__(
        self, definition: ParameterDefinition, check: Check, options: Sequence[Option]
    ) -> None:
        self.options = list(options)
        super().__init__(definition, check)


class MenuControl(ChoiceControl):
    """A menu for one of a few values."""

    def _make_field(self) -> ipywidgets.Widget:
        labels = option_labels(self.options)
        self._menu = ipywidgets.Dropdown(
            options=[
                (label, option.value) for label, option in zip(labels, self.options, strict=True)
            ],
            description=self.title,
            style=label_style(),
            layout={"width": "32em"},
        )
        self._menu.observe(self._edited, "value")
        return self._menu

    def _show(self, value: object) -> None:
        values = [option.value for option in self.options]
        text = None if value is None else str(value)
        self._menu.index = values.index(text) if text in values else None

    def _read(self) -> object:
        return self._menu.value


class TicksControl(ChoiceControl):
    """A box to tick for each of a few values."""

    def _make_field(self) -> ipywidgets.Widget:
        self._boxes = [
            ipywidgets.Checkbox(
                description=label, indent=False, layout={"width": "auto", "margin": "0 14px 0 0"}
            )
            for label in option_labels(self.options)
        ]
        for box in self._boxes:
            box.observe(self._edited, "value")
        return ipywidgets.HBox(
            [group_label(self.title), ipywidgets.Box(self._boxes, layout=wrapped())]
        )

    def _show(self, value: object) -> None:
        chosen = set(as_texts(value))
        for box, option in zip(self._boxes, self.options, strict=True):
            box.value = option.value in chosen

    def _read(self) -> object:
        return [
            option.value for box, option in zip(self._boxes, self.options, strict=True) if box.value
        ]


def as_texts(value: object) -> list[str]:
    """Give the chosen values of whatever is set: nothing, one, or several."""
    if value is None:
        return []
    if isinstance(value, list | tuple | set | frozenset):
        return [str(item) for item in value]
    return [str(value)]


def group_label(title: str) -> ipywidgets.HTML:
    """Return the label of several fields that belong together, aligned with those of the others."""
    text = html_text(title)
    return ipywidgets.HTML(
        f'<div style="text-align: right; overflow: hidden; text-overflow: ellipsis; '
        f'white-space: nowrap; line-height: 28px" title="{text}">{text}</div>',
        layout={"width": LABEL_WIDTH, "margin": "2px 8px 2px 2px", "flex": "0 0 auto"},
    )


def wrapped() -> dict[str, str]:
    """Give the layout of fields that go on in the next line where they are many."""
    return {"flex_flow": "row wrap", "max_width": FIELDS_WIDTH}
