"""Controls of choices: a menu or boxes for a few values, a search field for many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ipywidgets

from watchframe.models import ParameterDefinition
from watchframe.plain_text import html_text, plain_text
from watchframe.widgets.control import GUARD, LABEL_WIDTH, Check, Control, close_tree, label_style

#: More choices than this get a search field.
FEW = 20
#: How many of them are listed, or have a box.
LISTED, TICKED = 30, 20
_LONGEST_CHIP = 24
_FIELDS_WIDTH = "44em"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice: what is shown and what is sent."""

    name: str
    value: str

    @property
    def label(self) -> str:
        """The name as it is shown."""
        return plain_text(self.name, keep="") or "(empty)"


class _ChoiceControl(Control):
    """What the controls of choices have in common: the options."""

    def __init__(
        self, definition: ParameterDefinition, check: Check, options: Sequence[Option]
    ) -> None:
        self.options = list(options)
        super().__init__(definition, check)


class MenuControl(_ChoiceControl):
    """A menu for one of a few values."""

    def _make_field(self) -> ipywidgets.Widget:
        self._menu = ipywidgets.Dropdown(
            options=labels_and_values(self.options),
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


class TicksControl(_ChoiceControl):
    """A box to tick for each of a few values."""

    def _make_field(self) -> ipywidgets.Widget:
        self._boxes = [
            ipywidgets.Checkbox(
                description=label, indent=False, layout={"width": "auto", "margin": "0 14px 0 0"}
            )
            for label, _ in labels_and_values(self.options)
        ]
        for box in self._boxes:
            box.observe(self._edited, "value")
        return _labeled(self.title, ipywidgets.Box(self._boxes, layout=_wrapped()))

    def _show(self, value: object) -> None:
        chosen = set(as_texts(value))
        for box, option in zip(self._boxes, self.options, strict=True):
            box.value = option.value in chosen

    def _read(self) -> object:
        return [
            option.value for box, option in zip(self._boxes, self.options, strict=True) if box.value
        ]


class _SearchControl(_ChoiceControl):
    """What both have in common: the field to search with."""

    def _make_search(self) -> ipywidgets.Text:
        self._search = ipywidgets.Text(
            description=self.title,
            placeholder=f"search {len(self.options):,} values",
            style=label_style(),
            layout={"width": _FIELDS_WIDTH},
        )
        self._search.observe(self._searched, "value")
        on_enter(self._search, self._entered)
        return self._search

    def _entered(self) -> None:
        """Take the first of the options that are found."""
        raise NotImplementedError

    def _searched(self, _change: object) -> None:
        with GUARD:
            with self._showing():
                self._show(self.value)
            self._show_below()

    def _names(self, values: Sequence[str]) -> list[str]:
        names = {option.value: option.label for option in self.options}
        return [names.get(value, value) for value in values]


class SearchControl(_SearchControl):
    """A search field and a list of what it finds, for one of many values; Enter takes the first."""

    def _make_field(self) -> ipywidgets.Widget:
        self._found_count = 0
        self._list = OptionList(LISTED, self.set, self.title)
        self._list.widget.layout.width = f"calc({_FIELDS_WIDTH} - {LABEL_WIDTH} - 12px)"
        self._list.widget.layout.margin = f"2px 2px 2px calc({LABEL_WIDTH} + 10px)"
        return ipywidgets.VBox([self._make_search(), self._list.widget])

    def close(self) -> None:
        """Close the control's widgets, also the buttons that are not shown."""
        self._list.close()
        super().close()

    def _show(self, value: object) -> None:
        found = matching(self.options, self._search.value)
        self._found_count = len(found)
        self._list.show(labels_and_values(found[:LISTED]), None if value is None else str(value))

    def _read(self) -> object:
        return self.value

    def _entered(self) -> None:
        if self._list.choices and self._search.value.strip():
            self._list.choose(0)

    def _explanation(self) -> str:
        value = self._checked.wire
        chosen = "Nothing is chosen yet."
        if isinstance(value, str):
            name = self._names([value])[0]
            chosen = f"Chosen: {name}" if name == value else f"Chosen: {name} = {value}"
        return f"{chosen} {_found_text(self._found_count, LISTED)}".strip()


class SearchManyControl(_SearchControl):
    """A search field, boxes to tick for what it finds, and a button to drop each chosen value."""

    def _make_field(self) -> ipywidgets.Widget:
        self._found: list[Option] = []
        # A box is that of one value for as long as it lives: see `OptionList`.
        self._boxes: dict[str, ipywidgets.Checkbox] = {}
        self._box_layout = ipywidgets.Layout(width="auto", margin="0 14px 0 0")
        self._box_place = ipywidgets.Box(layout=_wrapped())
        self._chips = ipywidgets.Box(layout=_wrapped())
        return ipywidgets.VBox(
            [_labeled("", self._chips), self._make_search(), _labeled("", self._box_place)]
        )

    def close(self) -> None:
        """Close the control's widgets, and the layout that its boxes share."""
        super().close()
        self._box_layout.close()

    def _show(self, value: object) -> None:
        chosen = as_texts(value)
        self._found = matching(self.options, self._search.value)
        before, self._boxes = self._boxes, {}
        for label, found in labels_and_values(self._found[:TICKED]):
            if found in self._boxes:
                continue  # sent twice: one of them will do
            box = before.pop(found, None) or self._make_box()
            box.description = label
            box.value = found in chosen
            self._boxes[found] = box
        children = tuple(self._boxes.values())
        if children != self._box_place.children:
            self._box_place.children = children
        for box in before.values():
            box.unobserve_all()
            box.style.close()
            box.close()
        self._show_chips(chosen)

    def _read(self) -> object:
        before = as_texts(self.value)
        kept = [value for value in before if value not in self._boxes or self._boxes[value].value]
        added = [value for value, box in self._boxes.items() if box.value and value not in kept]
        with self._showing():
            self._show_chips([*kept, *added])
        return [*kept, *added]

    def _entered(self) -> None:
        if self._found and self._search.value.strip():
            self._boxes[self._found[0].value].value = True

    def _explanation(self) -> str:
        return _found_text(len(self._found), TICKED)

    def _make_box(self) -> ipywidgets.Checkbox:
        box = ipywidgets.Checkbox(indent=False, layout=self._box_layout)
        box.observe(self._edited, "value")
        return box

    def _show_chips(self, chosen: Sequence[str]) -> None:
        chips = []
        for value, name in zip(chosen, self._names(chosen), strict=True):
            short = name if len(name) <= _LONGEST_CHIP else name[: _LONGEST_CHIP - 1] + "…"
            chip = ipywidgets.Button(
                description=f"{short} ✕", tooltip=f"Remove {name}", layout={"width": "auto"}
            )
            chip.add_class("wf-chip")
            chip.on_click(lambda _button, value=value: self._drop(value))
            chips.append(chip)
        old = self._chips.children
        self._chips.children = chips
        close_tree(*old)

    def _drop(self, value: str) -> None:
        self.set([other for other in as_texts(self.value) if other != value])


class OptionList:
    """A column of buttons, one for each option; the list scrolls where they are many.

    Parameters
    ----------
    most : int
        How many are shown at most.
    chosen : callable
        Called with the value of an option that a person has chosen.
    purpose : str
        What choosing means, for the tooltip: ``"Account"`` gives *Account: New York*.
    """

    def __init__(self, most: int, chosen: Callable[[str], object], purpose: str) -> None:
        self._most = most
        self._chosen = chosen
        self._purpose = purpose
        # One layout and one style for all: each would be a model of its own in the page.
        self._layout = ipywidgets.Layout(width="auto", height="24px", margin="0")
        self._style = ipywidgets.ButtonStyle()
        # A button is that of one value for as long as it lives: a click may arrive after the list
        # has changed, and must not choose what stands in that place by then.
        self._buttons: dict[str, ipywidgets.Button] = {}
        self.widget = ipywidgets.VBox(
            layout={"max_height": "150px", "overflow": "hidden auto", "margin": "2px"}
        )
        self.widget.add_class("wf-options")

    @property
    def choices(self) -> list[str]:
        """What can be chosen now, in order."""
        return list(self._buttons)

    def choose(self, place: int) -> None:
        """Choose the option at this place, as a click on it does."""
        self._chosen(self.choices[place])

    def show(self, options: Sequence[tuple[str, str]], chosen: str | None) -> None:
        """List these options, each a label and a value; mark the one that is chosen."""
        before, self._buttons = self._buttons, {}
        for label, value in options[: self._most]:
            if value in self._buttons:
                continue  # sent twice: one of them will do
            button = before.pop(value, None) or self._make_button(value)
            button.description = label
            button.tooltip = f"{self._purpose}: {label}"
            is_chosen = value == chosen
            button.icon = "check" if is_chosen else ""
            (button.add_class if is_chosen else button.remove_class)("wf-chosen")
            self._buttons[value] = button
        children = tuple(self._buttons.values())
        if children != self.widget.children:
            self.widget.children = children
        self.widget.layout.display = "" if children else "none"
        for button in before.values():
            button.close()  # not its layout and style: all share them

    def close(self) -> None:
        """Close the list and what its buttons share."""
        close_tree(self.widget)
        self._layout.close()
        self._style.close()

    def _make_button(self, value: str) -> ipywidgets.Button:
        button = ipywidgets.Button(layout=self._layout, style=self._style)
        button.on_click(lambda _button: self._chosen(value))
        return button


def labels_and_values(options: Sequence[Option]) -> list[tuple[str, str]]:
    """Return what is shown and sent for each; equal names are told apart by their values."""
    counts = Counter(option.name for option in options)
    return [
        (
            f"{option.label} ({plain_text(option.value, keep='')})"
            if counts[option.name] > 1
            else option.label,
            option.value,
        )
        for option in options
    ]


def matching(options: Sequence[Option], text: str) -> list[Option]:
    """Return the options whose name or value has all the words of `text`, in any case.

    Names that begin with the first word come first.
    """
    words = text.casefold().split()
    if not words:
        return list(options)
    found = [
        option
        for option in options
        if all(word in f"{option.name}\n{option.value}".casefold() for word in words)
    ]
    return sorted(found, key=lambda option: not option.name.casefold().startswith(words[0]))


def as_texts(value: object) -> list[str]:
    """Return the chosen values: none, one, or several."""
    if value is None:
        return []
    if isinstance(value, list | tuple | set | frozenset):
        return [str(item) for item in value]
    return [str(value)]


def on_enter(field: ipywidgets.Text, pressed: Callable[[], object]) -> None:
    """Call `pressed` when Enter is pressed in a text field."""

    def heard(_field: object, content: object, _buffers: object) -> None:
        if isinstance(content, dict) and content.get("event") == "submit":
            pressed()

    field.on_msg(heard)


def _found_text(count: int, shown: int) -> str:
    if not count:
        return "Nothing fits what is typed."
    return f"{count - shown:,} more: type to narrow them down." if count > shown else ""


def _labeled(title: str, fields: ipywidgets.Widget) -> ipywidgets.HBox:
    """Return fields that belong together behind one label, aligned with the other labels."""
    text = html_text(title)
    label = ipywidgets.HTML(
        f'<div class="wf-label" title="{text}">{text}</div>',
        layout={"width": LABEL_WIDTH, "margin": "2px 8px 2px 2px", "flex": "0 0 auto"},
    )
    box = ipywidgets.HBox([label, fields])
    box.add_class("wf-labeled")
    return box


def _wrapped() -> dict[str, str]:
    """Return the layout of fields that go on in the next line where they are many."""
    return {"flex_flow": "row wrap", "max_width": _FIELDS_WIDTH}
