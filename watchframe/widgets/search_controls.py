"""Controls for many choices, thousands perhaps: type to narrow them down, then choose."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets

from watchframe.widgets.choice_controls import (
    ChoiceControl,
    Option,
    as_texts,
    group_label,
    option_labels,
    wrapped,
)
from watchframe.widgets.closing import close_tree
from watchframe.widgets.control import GUARD, LABEL_WIDTH, label_style
from watchframe.widgets.option_list import OptionList, on_enter

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
            self._say_words()

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

    def _words(self) -> str:
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

    def _words(self) -> str:
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
