"""Controls for a few choices: a menu for one value, boxes to tick for several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ipywidgets

from watchframe.models import ParameterDefinition
from watchframe.plain_text import html_text, plain_text
from watchframe.widgets.control import GUARD, LABEL_WIDTH, Check, Control, close_tree, label_style

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
    def values(self) -> list[str]:
        """What can be chosen now, in order."""
        return list(self._buttons)

    @property
    def labels(self) -> list[str]:
        """What is shown for each."""
        return [button.description for button in self._buttons.values()]

    def choose(self, place: int) -> None:
        """Choose the option at this place, as a click on it does."""
        self._chosen(self.values[place])

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


def on_enter(field: ipywidgets.Text, pressed: Callable[[], object]) -> None:
    """Call `pressed` when Enter is pressed in a text field."""

    def heard(_field: object, content: object, _buffers: object) -> None:
        if isinstance(content, dict) and content.get("event") == "submit":
            pressed()

    field.on_msg(heard)


#: More choices than this get a search field.
FEW = 20
LISTED, TICKED = 30, 20
LONGEST_CHIP = 24
SEARCH_WIDTH = "44em"


def matching(options: Sequence[Option], text: str) -> list[Option]:
    """Give the options whose name or value has all the words of `text`; names that begin so first.

    Letters' case does not count.
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


class _SearchControl(ChoiceControl):
    """What both have in common: the field to search with."""

    def _make_search(self) -> ipywidgets.Text:
        self._search = ipywidgets.Text(
            description=self.title,
            placeholder=f"search {len(self.options):,} values",
            style=label_style(),
            layout={"width": SEARCH_WIDTH},
        )
        self._search.observe(self._searched, "value")
        on_enter(self._search, self._entered)
        return self._search

    def _entered(self) -> None:
        """Take the first of what fits."""
        raise NotImplementedError

    def _more_words(self, count: int) -> str:
        return f"{count:,} more: type to narrow them down." if count > 0 else ""

    def _searched(self, _change: object) -> None:
        with GUARD:
            with self._showing():
                self._show(self.value)
            self._show_below()

    def _names(self, values: Sequence[str]) -> list[str]:
        names = {option.value: option.label for option in self.options}
        return [names.get(value, value) for value in values]


class SearchControl(_SearchControl):
    """A search field and a list of what fits, for one of many values; Enter takes the first."""

    def _make_field(self) -> ipywidgets.Widget:
        self._found_count = 0
        self._list = OptionList(LISTED, self.set, self.title)
        self._list.widget.layout.width = f"calc({SEARCH_WIDTH} - {LABEL_WIDTH} - 12px)"
        self._list.widget.layout.margin = f"2px 2px 2px calc({LABEL_WIDTH} + 10px)"
        return ipywidgets.VBox([self._make_search(), self._list.widget])

    def _entered(self) -> None:
        if self._list.values and self._search.value.strip():
            self._list.choose(0)

    def _show(self, value: object) -> None:
        found = matching(self.options, self._search.value)
        self._found_count = len(found)
        listed = found[:LISTED]
        pairs = [
            (label, option.value)
            for label, option in zip(option_labels(listed), listed, strict=True)
        ]
        self._list.show(pairs, None if value is None else str(value))

    def _read(self) -> object:
        return self.value

    def _explanation(self) -> str:
        value = self._checked.wire
        chosen = "Nothing is chosen yet."
        if isinstance(value, str):
            name = self._names([value])[0]
            chosen = f"Chosen: {name}" if name == value else f"Chosen: {name} = {value}"
        if not self._found_count:
            return f"{chosen} Nothing fits what is typed."
        return f"{chosen} {self._more_words(self._found_count - LISTED)}".strip()

    def close(self) -> None:
        """Close the control's widgets, also the buttons that are not shown."""
        self._list.close()
        super().close()


class SearchManyControl(_SearchControl):
    """A search field, boxes to tick for what fits, and a button to drop each chosen value."""

    def _make_field(self) -> ipywidgets.Widget:
        self._found: list[Option] = []
        self._more = 0
        # A box is that of one value for as long as it lives: see `OptionList`.
        self._boxes: dict[str, ipywidgets.Checkbox] = {}
        self._box_layout = ipywidgets.Layout(width="auto", margin="0 14px 0 0")
        self._box_place = ipywidgets.Box(layout=wrapped())
        self._chips = ipywidgets.Box(layout=wrapped())
        return ipywidgets.VBox(
            [
                ipywidgets.HBox([group_label(""), self._chips]),
                self._make_search(),
                ipywidgets.HBox([group_label(""), self._box_place]),
            ]
        )

    def _show(self, value: object) -> None:
        chosen = as_texts(value)
        found = matching(self.options, self._search.value)
        self._found = found[:TICKED]
        before, self._boxes = self._boxes, {}
        for label, option in zip(option_labels(self._found), self._found, strict=True):
            if option.value in self._boxes:
                continue  # sent twice: one of them will do
            box = before.pop(option.value, None) or self._make_box()
            box.description = label
            box.value = option.value in chosen
            self._boxes[option.value] = box
        children = tuple(self._boxes.values())
        if children != self._box_place.children:
            self._box_place.children = children
        for box in before.values():
            box.unobserve_all()
            box.style.close()
            box.close()
        self._show_chips(chosen)
        self._more = len(found) - len(self._found)

    def _make_box(self) -> ipywidgets.Checkbox:
        box = ipywidgets.Checkbox(indent=False, layout=self._box_layout)
        box.observe(self._edited, "value")
        return box

    def close(self) -> None:
        """Close the control's widgets, and the layout that its boxes share."""
        super().close()
        self._box_layout.close()

    def _explanation(self) -> str:
        return self._more_words(self._more) if self._found else "Nothing fits what is typed."

    def _entered(self) -> None:
        if self._found and self._search.value.strip():
            self._boxes[self._found[0].value].value = True

    def _show_chips(self, chosen: Sequence[str]) -> None:
        chips = []
        for value, name in zip(chosen, self._names(chosen), strict=True):
            short = name if len(name) <= LONGEST_CHIP else name[: LONGEST_CHIP - 1] + "…"
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

    def _read(self) -> object:
        kept = [value for value in as_texts(self.value) if value not in self._boxes]
        ticked = [value for value, box in self._boxes.items() if box.value]
        already = [value for value in as_texts(self.value) if value in kept or value in ticked]
        chosen = already + [value for value in ticked if value not in already]
        with self._showing():
            self._show_chips(chosen)
        return chosen
