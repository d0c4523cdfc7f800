"""Controls of choices with a search field: for one of many values, and for several."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets

from watchframe.models import ParameterDefinition
from watchframe.plain_text import plain_text
from watchframe.reprs.words import counted, first_few, shortened
from watchframe.widgets.choice_controls import (
    LISTED,
    ChoiceControl,
    Option,
    OptionList,
    ValueButtons,
    as_texts,
    labels_and_values,
    matching,
    on_enter,
    typed_items,
)
from watchframe.widgets.control import GUARD, Check, close_tree, labeled

#: How many chosen values have a chip: at first, and once the others are asked for.
CHIPS, MOST_CHIPS = 12, 200
#: How many values can be chosen at once.
MOST_AT_ONCE = 200
_LONGEST_CHIP = 24
_MOST_REFUSED = 5


class SearchControl(ChoiceControl):
    """A search field with a list of what it finds, for one of many values.

    The list is there while something is searched for, and where its button has opened it.
    """

    _takes_events = True

    def __init__(
        self, definition: ParameterDefinition, check: Check, options: Sequence[Option]
    ) -> None:
        self._is_open = False
        self._found: list[Option] = list(options)
        self._said = ""
        self._names = {option.value: option.label for option in reversed(options)}
        super().__init__(definition, check, options)

    def close(self) -> None:
        """Close the control's widgets, and what its buttons share."""
        self._list.close()
        self._chips.close()
        super().close()

    def _make_field(self) -> ipywidgets.Widget:
        self._search = ipywidgets.Text(
            description=self.title, placeholder=f"search {counted(len(self.options), 'value')}"
        )
        self._search.add_class("wf-search-field")
        self._search.observe(self._searched, "value")
        on_enter(self._search, self._submitted)
        self._open_button = ipywidgets.Button(description="Values")  # a name; its icon is seen
        self._open_button.add_class("wf-open")
        self._open_button.on_click(lambda _button: self._open(is_open=not self._is_open))
        self._chips = ValueButtons(self._chip_clicked, width="auto")
        # In a box of their own: where one is added, the search field keeps its focus.
        self._chip_place = ipywidgets.Box()
        self._chip_place.add_class("wf-chips")
        tags = ipywidgets.HBox([self._chip_place, self._search, self._open_button])
        tags.add_class("wf-tags")
        self._list = OptionList(LISTED, self._clicked, self.title)
        choices = ipywidgets.VBox([tags, *self._make_buttons(), self._list.widget])
        choices.add_class("wf-choices")
        if self.definition.multi is not None:
            choices.add_class("wf-several")
        return labeled(self.title, choices)

    def _make_buttons(self) -> list[ipywidgets.Widget]:
        """Return what stands between the search field and the list."""
        return []

    def _show(self, value: object) -> None:
        chosen = as_texts(value)
        self._show_chips(chosen)
        self._found = matching(self.options, self._search.value)
        listed = self._found[:LISTED] if self._is_open else []
        self._list.show(labels_and_values(listed), chosen)
        self._open_button.icon = "caret-up" if self._is_open else "caret-down"
        doing = "Hide" if self._is_open else "Show"
        self._open_button.tooltip = f"{doing} the values of {self.title}"

    def _show_chips(self, chosen: Sequence[str]) -> None:
        self._chip_place.children = self._chips.of(chosen[:1])
        for value, chip in self._chips.by_value.items():
            chip.description = self._short_name(value)
            chip.tooltip = f"{self.title}: {self._name(value)}. Choose another one"
            chip.add_class("wf-chip")
        self._chips.close_dropped()

    def _read(self) -> object:
        return self.value

    def _open(self, *, is_open: bool) -> None:
        self._is_open = is_open
        self._refresh()

    def _refresh(self) -> None:
        """Show the list anew."""
        with GUARD:
            with self._showing():
                self._show(self.value)
            self._show_below()

    def _searched(self, _change: object) -> None:
        if not self._is_showing:
            is_filled = bool(self._search.value.strip())
            self._said = "" if is_filled else self._said
            self._open(is_open=self._is_open or is_filled)

    def _heard(self, event: str, text: str) -> None:
        if event in ("open", "escape"):
            self._open(is_open=event == "open")
        elif event == "enter":  # the browser has emptied the field
            self._entered(text)
        else:
            super()._heard(event, text)

    def _submitted(self) -> None:
        if self._entered(self._search.value):
            self._empty_search()

    def _entered(self, text: str) -> bool:
        """Take the first of what is found for a text; return whether there is any."""
        found = matching(self.options, text) if text.strip() else []
        if found:
            self._take(found[0].value)
        elif not text.strip():
            self._open(is_open=True)
        return bool(found)

    def _empty_search(self) -> None:
        with self._showing():
            self._search.value = ""
        self._refresh()

    def _clicked(self, value: str) -> None:
        self._take(value)
        self._empty_search()

    def _take(self, value: str) -> None:
        self._is_open = False
        self._choose(value)

    def _chip_clicked(self, _value: str) -> None:
        self._open(is_open=not self._is_open)

    def _choose(self, value: object) -> None:
        """Set what a person has chosen."""
        with GUARD:
            self._is_touched = True
            self._said = ""
            self.set(value)

    def _name(self, value: str) -> str:
        return self._names.get(value) or plain_text(value, keep="")

    def _short_name(self, value: str) -> str:
        name = self._name(value)
        return name if len(name) <= _LONGEST_CHIP else name[: _LONGEST_CHIP - 1] + "…"

    def _explanation(self) -> str:
        return f"{self._meaning()} {self._said or self._found_words()}".strip()

    def _meaning(self) -> str:
        """Return what is sent for the name that is chosen."""
        value = self._checked.wire
        is_named = isinstance(value, str) and self._name(value) != value
        return f"Chosen: {self._name(str(value))} = {value}" if is_named else ""

    def _found_words(self) -> str:
        more = len(self._found) - LISTED
        if not self._is_open:
            return ""
        if not self._found:
            return "Nothing fits what is typed."
        return f"{more:,} more: type to narrow them down." if more > 0 else ""


class SeveralControl(SearchControl):
    """A box with a chip for each chosen value and a search field, above a list to choose from.

    A click in the list adds a value or drops it, and the list stays open. Several values at once
    can be pasted or typed, with commas between or in lines.
    """

    def _make_buttons(self) -> list[ipywidgets.Widget]:
        self._all_button = ipywidgets.Button(layout={"width": "auto"})
        self._all_button.on_click(lambda _button: self._add_found())
        self._none_button = ipywidgets.Button(
            description="None",
            tooltip=f"{self.title}: drop all that are chosen",
            layout={"width": "auto"},
        )
        self._none_button.on_click(lambda _button: self._choose([]))
        self._more_button = ipywidgets.Button(layout={"width": "auto"})
        self._more_button.add_class("wf-chip")
        self._more_button.on_click(lambda _button: self._show_more())
        self._shown_chips = CHIPS
        self._buttons = ipywidgets.HBox([self._all_button, self._none_button])
        self._buttons.add_class("wf-choice-buttons")
        return [self._buttons]

    def close(self) -> None:
        """Close the control's widgets, also the button for more chips where it is not shown."""
        super().close()
        close_tree(self._more_button)

    def _show(self, value: object) -> None:
        super()._show(value)
        count = len(self._found)
        found = " found" if self._search.value.strip() else ""
        self._all_button.description = f"All {count:,}{found}"
        self._all_button.tooltip = f"{self.title}: choose all {counted(count, 'value')}{found}"
        self._all_button.layout.display = "" if 0 < count <= MOST_AT_ONCE else "none"
        self._buttons.layout.display = "" if self._is_open else "none"

    def _show_chips(self, chosen: Sequence[str]) -> None:
        chips = self._chips.of(chosen[: self._shown_chips])
        for value, chip in self._chips.by_value.items():
            chip.description = f"{self._short_name(value)} ✕"
            chip.tooltip = f"Remove {self._name(value)}"
            chip.add_class("wf-chip")
        more = len(chosen) - len(chips)
        self._more_button.description = f"and {more:,} more"
        self._more_button.tooltip = f"{self.title}: show more of the chosen values"
        children = (*chips, self._more_button) if more > 0 else chips
        if children != self._chip_place.children:
            self._chip_place.children = children
        self._chips.close_dropped()

    def _show_more(self) -> None:
        self._shown_chips = MOST_CHIPS
        self._refresh()

    def _heard(self, event: str, text: str) -> None:
        chosen = as_texts(self.value)
        if event == "paste":
            self._add_typed(text)
        elif event == "backspace" and chosen:
            self._choose(chosen[:-1])
        else:
            super()._heard(event, text)

    def _entered(self, text: str) -> bool:
        if len(typed_items(text)) > 1 and not matching(self.options, text):
            self._add_typed(text)
            return True
        return super()._entered(text)

    def _take(self, value: str) -> None:
        self._choose(self._ordered([*as_texts(self.value), value]))

    def _clicked(self, value: str) -> None:
        chosen = as_texts(self.value)
        if value in chosen:
            self._choose([other for other in chosen if other != value])
        else:
            self._take(value)

    def _chip_clicked(self, value: str) -> None:
        self._choose([other for other in as_texts(self.value) if other != value])
        self._search.focus()  # the button that had it is gone

    def _add_found(self) -> None:
        found = [option.value for option in self._found]
        self._choose(self._ordered([*as_texts(self.value), *found]))

    def _add_typed(self, text: str) -> None:
        """Choose all values that are listed in a text, and say which are none."""
        known = {option.label.casefold(): option.value for option in reversed(self.options)}
        known |= {option.value.casefold(): option.value for option in reversed(self.options)}
        known |= {option.value: option.value for option in self.options}
        items: list[str] = []
        for line in text.splitlines():
            is_one = line.strip() in known
            cells = line.replace("\t", ",").replace(";", ",")
            items += [line.strip()] if is_one else map(str, typed_items(cells))
        values = {item: known.get(item, known.get(item.casefold())) for item in items}
        refused = [
            plain_text(shortened(item, _LONGEST_CHIP), keep="")
            for item, value in values.items()
            if value is None
        ]
        chosen = [value for value in values.values() if value is not None]
        self._choose(self._ordered([*as_texts(self.value), *chosen]))
        if refused:
            self._said = f"Not among the values: {first_few(refused, _MOST_REFUSED)}."
            self._show_below()

    def _ordered(self, chosen: Sequence[str]) -> list[str]:
        """Return chosen values in the order of the options, or of the default if they are its.

        Equal choices then make equal reads, whose rows may be known.
        """
        default = as_texts(self.default)
        if set(default) == set(chosen):
            return default
        places = {option.value: place for place, option in enumerate(self.options)}
        return sorted(dict.fromkeys(chosen), key=lambda value: places.get(value, -1))

    def _meaning(self) -> str:
        return ""
