"""Controls that are typed into: texts, patterns and numbers."""

from __future__ import annotations

import re

import ipywidgets

from watchframe.widgets.choice_controls import as_texts
from watchframe.widgets.control import Control, label_style

_INTEGER = re.compile(r"[+-]?\d+")


class TextControl(Control):
    """One line of text, checked at every keystroke."""

    def _make_field(self) -> ipywidgets.Widget:
        self._text = ipywidgets.Text(
            description=self.title,
            description_allow_html=False,
            style=label_style(),
            layout={"width": "32em"},
        )
        self._text.observe(self._edited, "value")
        return self._text

    def _show(self, value: object) -> None:
        self._text.value = "" if value is None else str(value)

    def _read(self) -> object:
        return self._text.value


class PatternControl(TextControl):
    """Text that must match a pattern, which is shown."""

    def _words(self) -> str:
        return f"Pattern: {self.definition.regex}" if self.definition.regex else ""


class NumberControl(TextControl):
    """A number of any size, exact: a field of the browser's own would round it."""

    def _read(self) -> object:
        text = self._text.value.strip()
        if not text:
            return None
        if _INTEGER.fullmatch(text):
            return int(text)
        try:
            number = float(text)
        except ValueError:
            return text
        return number if repr(number) == text else text


class TypedChoiceControl(TextControl):
    """A choice whose values are not known (yet): typed, several of them with commas between."""

    def _show(self, value: object) -> None:
        self._text.value = ", ".join(as_texts(value))

    def _read(self) -> object:
        text = self._text.value.strip()
        if self.definition.multi is None:
            return text or None
        return [part.strip() for part in text.split(",") if part.strip()]

    def _words(self) -> str:
        return "" if self.definition.multi is None else "Several values: with commas between."
