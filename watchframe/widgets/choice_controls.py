"""The menu for one of a few values, and what all controls of choices are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ipywidgets

from watchframe.errors import ArgumentError
from watchframe.models import ParameterDefinition
from watchframe.parameters.text_syntax import read_items
from watchframe.plain_text import plain_text
from watchframe.widgets.control import Check, Control, close_tree

#: More choices than this, of which one is chosen, get a search field.
FEW = 20
#: How many are listed at once.
LISTED = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice: what is shown and what is sent."""

    name: str
    value: str

    @property
    def label(self) -> str:
        """The name as it is shown."""
        return plain_text(self.name, keep="") or "(empty)"


class ChoiceControl(Control):
    """What the controls of choices have in common: the options."""

    def __init__(
        self, definition: ParameterDefinition, check: Check, options: Sequence[Option]
    ) -> None:
        self.options = list(options)
        super().__init__(definition, check)


class MenuControl(ChoiceControl):
    """A menu for one of a few values."""

    def _make_field(self) -> ipywidgets.Widget:
        self._menu = ipywidgets.Dropdown(
            options=labels_and_values(self.options), description=self.title
        )
        self._menu.observe(self._edited, "value")
        return self._menu

    def _show(self, value: object) -> None:
        values = [option.value for option in self.options]
        text = None if value is None else str(value)
        self._menu.index = values.index(text) if text in values else None

    def _read(self) -> object:
        return self._menu.value


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
        self._buttons = ValueButtons(chosen, width="auto", height="24px", margin="0")
        self.widget = ipywidgets.VBox(
            layout={"max_height": "150px", "overflow": "hidden auto", "margin": "2px"}
        )
        self.widget.add_class("wf-options")

    @property
    def choices(self) -> list[str]:
        """What can be chosen now, in order."""
        return list(self._buttons.by_value)

    def choose(self, place: int) -> None:
        """Choose the option at this place, as a click on it does."""
        self._chosen(self.choices[place])

    def show(self, options: Sequence[tuple[str, str]], chosen: str | Sequence[str] | None) -> None:
        """List these options, each a label and a value; mark those that are chosen."""
        marked = as_texts(chosen)
        labels = {value: label for label, value in reversed(options[: self._most])}
        buttons = self._buttons.of([value for _, value in options[: self._most]])
        for value, button in self._buttons.by_value.items():
            is_chosen = value in marked
            button.description = labels[value]
            button.tooltip = f"{self._purpose}: {labels[value]}{', chosen' if is_chosen else ''}"
            button.icon = "check" if is_chosen else ""
            (button.add_class if is_chosen else button.remove_class)("wf-chosen")
        if buttons != self.widget.children:
            self.widget.children = buttons
        self.widget.layout.display = "" if buttons else "none"
        self._buttons.close_dropped()

    def close(self) -> None:
        """Close the list and what its buttons share."""
        close_tree(self.widget)
        self._buttons.close()


class ValueButtons:
    """A button for each of some values.

    A button is that of one value for as long as it lives: a click may arrive after others have
    taken its place, and must not mean what stands there by then.

    Parameters
    ----------
    clicked : callable
        Called with the value of the button that a person has clicked.
    **layout
        Of all buttons.

    Attributes
    ----------
    by_value : dict of str to Button
    """

    def __init__(self, clicked: Callable[[str], object], **layout: str) -> None:
        self.by_value: dict[str, ipywidgets.Button] = {}
        self._clicked = clicked
        self._dropped: list[ipywidgets.Button] = []
        # One layout and one style for all: each would be a model of its own in the page.
        self._layout = ipywidgets.Layout(**layout)
        self._style = ipywidgets.ButtonStyle()

    def of(self, values: Sequence[str]) -> tuple[ipywidgets.Button, ...]:
        """Return the buttons of these values, each once; those of others are dropped."""
        before = self.by_value
        self.by_value = {
            value: before.pop(value, None) or self._make(value) for value in dict.fromkeys(values)
        }
        self._dropped += before.values()
        return tuple(self.by_value.values())

    def close_dropped(self) -> None:
        """Close the buttons that were dropped, once the page no longer has them."""
        for button in self._dropped:
            button.close()  # not its layout and style: all share them
        self._dropped = []

    def close(self) -> None:
        """Close all buttons, and what they share."""
        for button in self.by_value.values():
            button.close()
        self._layout.close()
        self._style.close()

    def _make(self, value: str) -> ipywidgets.Button:
        button = ipywidgets.Button(layout=self._layout, style=self._style)
        button.on_click(lambda _button: self._clicked(value))
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


def typed_items(text: str) -> list[object]:
    """Return the values of a typed list with commas between; in quotes, a value may have some."""
    try:
        return list(read_items(f"[{text}]", None))
    except ArgumentError:  # a quote is left open, or there is nothing between two commas
        return [item.strip() for item in text.split(",") if item.strip()]


def on_enter(field: ipywidgets.Text, pressed: Callable[[], object]) -> None:
    """Call `pressed` when Enter is pressed in a text field."""

    def heard(_field: object, content: object, _buffers: object) -> None:
        if isinstance(content, dict) and content.get("event") == "submit":
            pressed()

    field.on_msg(heard)
