"""A list to choose one from, by click or by keyboard.

JupyterLab and Notebook 7 take the arrow keys and the letters away from a list box
(ipywidgets#3912): "d d" typed into one deletes the cell. Buttons keep Tab, Enter and the space bar.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets

from watchframe.widgets.closing import close_tree


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
