"""Controls of dates and ranges: a calendar, beside a menu of dynamic values that stay dynamic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time

import ipywidgets
from ipywidgets.widgets.trait_types import Time, time_serialization

from watchframe.parameters import DYNAMIC_DATES, DYNAMIC_RANGES
from watchframe.parameters.moments import TIMESPEC, wire_moment
from watchframe.widgets.control import Control, label_style

#: The value of the menu's first entry.
_FIXED = ""


class _DynamicControl(Control):
    """A menu of dynamic values, beside fields for a fixed one."""

    def _make_menu(self, fixed: str, labels: Mapping[str, str]) -> ipywidgets.Dropdown:
        self._menu = ipywidgets.Dropdown(
            options=[(fixed, _FIXED), *((label, name) for name, label in labels.items())],
            description=self.title,
            style=label_style(),
            layout={"width": "24em", "flex": "0 0 auto"},
        )
        self._menu.observe(self._chosen, "value")
        return self._menu

    def _show_menu(self, value: object) -> bool:
        """Show `value` in the menu; return whether it is a dynamic one."""
        names = [name for _, name in self._menu.options[1:]]
        is_dynamic = isinstance(value, str) and value in names
        self._menu.value = value if is_dynamic else _FIXED
        return is_dynamic

    def _chosen(self, _change: object) -> None:
        """Take a choice of the menu; back from a dynamic value, its moments stay in the fields."""
        if not self._is_showing:
            self.set(self._read())

    def _read(self) -> object:
        return self._menu.value or self._read_fields()

    def _read_fields(self) -> object:
        raise NotImplementedError

    def _explanation(self) -> str:
        wire = self._checked.wire
        if not self._menu.value or not wire:
            return ""
        meaning = f"{wire['start']} to {wire['end']}" if isinstance(wire, dict) else wire
        return f"Now this means {meaning}"


class DateControl(_DynamicControl):
    """A date, or a date with a time."""

    def _make_field(self) -> ipywidgets.Widget:
        fixed = "Fixed date" if self.definition.type == "date" else "Fixed date and time"
        self._field = MomentField(self.definition.type, self._edited, "on")
        return ipywidgets.HBox([self._make_menu(fixed, DYNAMIC_DATES), *self._field.widgets])

    def _show(self, value: object) -> None:
        self._field.show(self._checked.wire, is_disabled=self._show_menu(value))

    def _read_fields(self) -> object:
        return self._field.read()


class RangeControl(_DynamicControl):
    """A start and an end."""

    def _make_field(self) -> ipywidgets.Widget:
        labels = {name: found.label for name, found in DYNAMIC_RANGES.items()}
        self._ends = [
            MomentField(self.definition.type, self._edited, label) for label in ("from", "to")
        ]
        ends = ipywidgets.Box(
            [ipywidgets.HBox(end.widgets) for end in self._ends],
            layout={"flex_flow": "row wrap"},
        )
        return ipywidgets.HBox([self._make_menu("Fixed dates", labels), ends])

    def _show(self, value: object) -> None:
        is_dynamic = self._show_menu(value)
        shown = self._checked.wire or value
        if isinstance(shown, Mapping):
            shown = [shown.get("start"), shown.get("end")]
        if not isinstance(shown, list | tuple) or len(shown) != len(self._ends):
            shown = [None, None]
        for end, moment in zip(self._ends, shown, strict=True):
            end.show(moment, is_disabled=is_dynamic)

    def _read_fields(self) -> object:
        start, end = (field.read() for field in self._ends)
        return None if start is None or end is None else (start, end)


class MomentField:
    """The fields of one moment, which is text in the server's format.

    Parameters
    ----------
    type_ : str
        The parameter's type.
    edited : callable
        Called when a field has changed.
    label : str
    """

    def __init__(self, type_: str, edited: Callable[[object], None], label: str) -> None:
        self._type = type_
        self._date = ipywidgets.DatePicker(
            description=label,
            style={"description_width": "2.6em"},
            layout={"width": "auto", "margin": "2px"},
        )
        self._date.observe(edited, "value")
        self._time: TimePicker | None = None
        if TIMESPEC[type_] != "days":
            self._time = TimePicker(
                description="at",
                step=60 if TIMESPEC[type_] == "minutes" else 1,
                style={"description_width": "initial"},
                layout={"width": "auto", "margin": "2px"},
            )
            self._time.observe(edited, "value")

    @property
    def widgets(self) -> list[ipywidgets.Widget]:
        """The fields, in order."""
        return [self._date] if self._time is None else [self._date, self._time]

    def show(self, text: object, *, is_disabled: bool) -> None:
        """Put a moment into the fields; nothing where `text` is not one."""
        try:
            moment = datetime.fromisoformat(str(text))
        except ValueError:
            moment = None
        self._date.value = moment.date() if moment else None
        self._date.disabled = is_disabled
        if self._time is not None:
            self._time.value = moment.time() if moment else None
            self._time.disabled = is_disabled

    def read(self) -> str | None:
        """Return the moment as text, or None while a part is missing."""
        day: date | None = self._date.value
        hour: time | None = time() if self._time is None else self._time.value
        if day is None or hour is None:
            return None
        return wire_moment(datetime.combine(day, hour), self._type)


class TimePicker(ipywidgets.TimePicker):  # type: ignore[misc]  # ipywidgets has no types
    """ipywidgets' own, whose value the kernel does not send back to where it came from.

    What comes back is set again in the browser's field, which then forgets the digit that was being
    typed: of ``30``, typed in a tenth of a second a digit, ``00`` was left.
    """

    value = Time(None, allow_none=True).tag(sync=True, echo_update=False, **time_serialization)
