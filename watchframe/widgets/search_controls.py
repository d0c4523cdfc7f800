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
from watchframe.widgets.control import LABEL_WIDTH, label_style

#: More choices than this get a search field.
FEW = 20
LISTED, TICKED = 100, 20
LONGEST_CHIP = 24


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
            layout={"width": "32em"},
        )
        self._search.observe(self._searched, "value")
        return self._search

    def _searched(self, _change: object) -> None:
        with self._showing():
            self._show(self.value)

    def _names(self, values: Sequence[str]) -> list[str]:
        names = {option.value: option.name or "(empty)" for option in self.options}
        return [names.get(value, value) for value in values]


class SearchControl(_SearchControl):
    """A search field and a list of what fits, for one of many values."""

    def _make_field(self) -> ipywidgets.Widget:
        self._list = ipywidgets.Select(
            description="Matches",
            rows=5,
            style=label_style(),
            layout={"width": "32em"},
        )
        self._list.observe(self._edited, "value")
        return ipywidgets.VBox([self._make_search(), self._list])

    def _show(self, value: object) -> None:
        found = matching(self.options, self._search.value)[:LISTED]
        labels = option_labels(found)
        self._list.options = [
            (label, option.value) for label, option in zip(labels, found, strict=True)
        ]
        values = [option.value for option in found]
        self._list.index = values.index(str(value)) if str(value) in values else None

    def _read(self) -> object:
        return self.value if self._list.value is None else self._list.value

    def _words(self) -> str:
        value = self._checked.wire
        if not isinstance(value, str):
            return "Nothing is chosen yet."
        name = self._names([value])[0]
        return f"Chosen: {name}" if name == value else f"Chosen: {name} = {value}"


class SearchManyControl(_SearchControl):
    """A search field, boxes to tick for what fits, and a button to drop each chosen value."""

    def _make_field(self) -> ipywidgets.Widget:
        self._found: list[Option] = []
        self._boxes = [
            ipywidgets.Checkbox(indent=False, layout={"width": "auto", "margin": "0 14px 0 0"})
            for _ in range(TICKED)
        ]
        for box in self._boxes:
            box.observe(self._edited, "value")
        self._chips = ipywidgets.Box(layout=wrapped())
        self._count = ipywidgets.HTML()
        return ipywidgets.VBox(
            [
                ipywidgets.HBox([group_label(""), self._chips]),
                self._make_search(),
                ipywidgets.HBox([group_label(""), ipywidgets.Box(self._boxes, layout=wrapped())]),
                self._count,
            ]
        )

    def _show(self, value: object) -> None:
        chosen = as_texts(value)
        found = matching(self.options, self._search.value)
        self._found = found[:TICKED]
        labels = option_labels(self._found)
        for place, box in enumerate(self._boxes):
            is_used = place < len(self._found)
            box.layout.display = "" if is_used else "none"
            box.description = labels[place] if is_used else ""
            box.value = is_used and self._found[place].value in chosen
        self._show_chips(chosen)
        more = len(found) - len(self._found)
        self._count.value = (
            f'<div class="wf-hint" style="margin-left: calc({LABEL_WIDTH} + 8px)">'
            f"{more:,} more: type to narrow them down</div>"
            if more
            else ""
        )

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
        for old in self._chips.children:
            old.close()
        self._chips.children = chips

    def _drop(self, value: str) -> None:
        self.set([other for other in as_texts(self.value) if other != value])

    def _read(self) -> object:
        shown = {option.value for option in self._found}
        kept = [value for value in as_texts(self.value) if value not in shown]
        ticked = [
            option.value for box, option in zip(self._boxes, self._found, strict=False) if box.value
        ]
        already = [value for value in as_texts(self.value) if value in kept or value in ticked]
        chosen = already + [value for value in ticked if value not in already]
        with self._showing():
            self._show_chips(chosen)
        return chosen
