"""Which control each parameter type gets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import ipywidgets

from watchframe.models import ParameterDefinition
from watchframe.parameters.moments import TIMESPEC
from watchframe.parameters.pattern_words import pattern_words
from watchframe.parameters.text_syntax import write_value
from watchframe.parameters.typed_numbers import comma_problem, without_grouping
from watchframe.parameters.values import shortened
from watchframe.widgets.choice_controls import FEW, MenuControl, Option, as_texts, typed_items
from watchframe.widgets.control import Check, Control
from watchframe.widgets.date_controls import DateControl, RangeControl
from watchframe.widgets.search_controls import SearchControl, SeveralControl


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlKind:
    """What people see for one parameter type; the reference page is made of these.

    Attributes
    ----------
    control : str
        The control, in words.
    several : str
        The control where the definition allows several values; empty where it never does.
    in_params : str
        What ``picker.params`` holds, as Python.
    checks : str
        What is checked before Run is possible.
    """

    control: str
    several: str = ""
    in_params: str
    checks: str


_CHOICE = f"menu; over {FEW} values a search field and a list"
_CHOICES = "a box with a chip for each chosen value and a search field, and a list to choose from"

CONTROL_KINDS: dict[str, ControlKind] = {
    "text": ControlKind(control="text field", in_params='"New York"', checks="nothing"),
    "text-pattern": ControlKind(
        control="text field; below it the pattern, in words where it can be told so",
        in_params='"0x00ff"',
        checks="the whole text matches the pattern, at every keystroke",
    ),
    "number": ControlKind(
        control="text field, also for `1,000`, `1 000`, `1_000` and `1e6`; every digit is kept",
        in_params="5000000",
        checks="a number; not `nan`, not infinite; `1,5` is not guessed",
    ),
    "enum": ControlKind(
        control=_CHOICE,
        several=_CHOICES,
        in_params='"borrow"; several: ["WETH", "WBTC"]',
        checks="one of the values; several: at least one",
    ),
    "query": ControlKind(
        control=f"{_CHOICE}; the values are fetched in the background",
        several=_CHOICES,
        in_params='"INV"; several: ["INV", "sDOLA"]',
        checks="one of the values, once they have been fetched",
    ),
    "date": ControlKind(
        control="text field for ISO dates and dynamic ones by name, with a calendar",
        in_params='"2026-01-15" or "d_yesterday"',
        checks="a whole date",
    ),
    "datetime-local": ControlKind(
        control="the same, with a time to the minute",
        in_params='"2026-01-15 12:30" or "d_now"',
        checks="a whole date and time",
    ),
    "datetime-with-seconds": ControlKind(
        control="the same, with a time to the second",
        in_params='"2026-01-15 12:30:36" or "d_now"',
        checks="a whole date and time",
    ),
    "date-range": ControlKind(
        control="button that opens a panel: two ISO fields, two months, dynamic ranges",
        in_params='("2026-01-01", "2026-01-31") or "d_last_7_days"',
        checks="both dates; the end is not before the start",
    ),
    "datetime-range": ControlKind(
        control="the same, with times to the minute",
        in_params='("2026-01-15 06:00", "2026-01-16 18:30") or "d_last_week"',
        checks="both; the end is not before the start",
    ),
    "datetime-range-with-seconds": ControlKind(
        control="the same, with times to the second",
        in_params='("2026-01-15 06:00:00", "2026-01-15 09:59:59") or "d_last_24_hours"',
        checks="both; the end is not before the start",
    ),
}


def make_control(
    definition: ParameterDefinition, check: Check, options: Sequence[Option] | None = None
) -> Control:
    """Return the control of a parameter; a type that is not in the table gets a text field.

    Parameters
    ----------
    definition : ParameterDefinition
    check : callable
        Returns the wire form of a value, or the problem with it.
    options : sequence of Option, optional
        The values of a ``query`` parameter; None while they are not known: a text field.
    """
    if definition.type == "enum":
        options = [Option(name=value, value=value) for value in definition.enum_options]
    if definition.type in {"enum", "query"}:
        if options is None:
            return TypedChoiceControl(definition, check)
        if definition.multi is None:
            one = MenuControl if len(options) <= FEW else SearchControl
            return one(definition, check, options)
        return SeveralControl(definition, check, options)
    if definition.type in TIMESPEC:
        return (RangeControl if "range" in definition.type else DateControl)(definition, check)
    kinds = {"number": NumberControl, "text-pattern": PatternControl}
    return kinds.get(definition.type, TextControl)(definition, check)


class TextControl(Control):
    """One line of text, checked at every keystroke."""

    def _make_field(self) -> ipywidgets.Widget:
        self._text = ipywidgets.Text(description=self.title, description_allow_html=False)
        self._text.observe(self._edited, "value")
        return self._text

    def _show(self, value: object) -> None:
        self._text.value = "" if value is None else str(value)

    def _read(self) -> object:
        return self._text.value


class PatternControl(TextControl):
    """Text that must match a pattern, which is told in words where it can be."""

    def _explanation(self) -> str:
        pattern = self.definition.regex
        return f"Pattern: {pattern_words(pattern) or pattern}" if pattern else ""


class NumberControl(TextControl):
    """A number of any size, exact: a number field of the browser would round it.

    What is typed stays as it was typed; what is sent is shown where that differs.
    """

    def _show(self, value: object) -> None:
        typed = self._check(self.definition, self._read()).wire
        if value is None or value != typed:
            super()._show(value)

    def _read(self) -> object:
        text = without_grouping(self._text.value)
        try:
            number = float(text)
        except ValueError:
            return text or None
        return number if repr(number) == text and math.isfinite(number) else text

    def _checked_value(self, value: object) -> object:
        kept = super()._checked_value(value)
        if self._checked.problem and isinstance(value, str):
            how = comma_problem(value)
            self._checked = replace(self._checked, problem=f"{self._checked.problem} {how}".strip())
        return kept

    def _explanation(self) -> str:
        wire, typed = self._checked.wire, self._text.value.strip()
        is_same = wire is None or str(wire) == typed
        return "" if is_same else f"Sends {shortened(str(wire))}"


class TypedChoiceControl(TextControl):
    """A choice whose values are not known (yet): typed, several of them with commas between."""

    def _show(self, value: object) -> None:
        texts = as_texts(value)
        is_one = self.definition.multi is None
        self._text.value = ", ".join(texts if is_one else map(write_value, texts))

    def _read(self) -> object:
        text = self._text.value.strip()
        return (text or None) if self.definition.multi is None else typed_items(text)

    def _explanation(self) -> str:
        return "" if self.definition.multi is None else "Several values: with commas between."
