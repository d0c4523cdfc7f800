"""Controls of dates and ranges: a calendar, beside a menu of dynamic values that stay dynamic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Literal

import ipywidgets
from ipywidgets.widgets.trait_types import Time, time_serialization

from watchframe.models import ParameterDefinition
from watchframe.parameters import DYNAMIC_DATES, DYNAMIC_RANGES
from watchframe.widgets.control import Check, Control, label_style


class TimePicker(ipywidgets.TimePicker):  # type: ignore[misc]  # ipywidgets has no types
    """ipywidgets' own, whose value the kernel does not send back to where it came from.

    What comes back is set anew in the browser's field, which then forgets the digit that was being
    typed: of ``30``, typed in a tenth of a second a digit, ``00`` was left.
    """

    value = Time(None, allow_none=True).tag(sync=True, echo_update=False, **time_serialization)


Precision = Literal["day", "minute", "second"]

FORMATS: dict[Precision, str] = {
    "day": "%Y-%m-%d",
    "minute": "%Y-%m-%d %H:%M",
    "second": "%Y-%m-%d %H:%M:%S",
}


class MomentField:
    """One moment, as text in the server's format."""

    def __init__(self, precision: Precision, edited: Callable[[object], None], label: str) -> None:
        self._format = FORMATS[precision]
        self._date = ipywidgets.DatePicker(
            description=label,
            style={"description_width": "2.6em"},
            layout={"width": "auto", "margin": "2px"},
        )
        self._time = (
            None
            if precision == "day"
            else TimePicker(
                description="at",
                step=60 if precision == "minute" else 1,
                style={"description_width": "initial"},
                layout={"width": "auto", "margin": "2px"},
            )
        )
        self._date.observe(edited, "value")
        if self._time is not None:
            self._time.observe(edited, "value")

    @property
    def widgets(self) -> list[ipywidgets.Widget]:
        """The fields, in order."""
        return [self._date] if self._time is None else [self._date, self._time]

    def show(self, text: object, *, is_disabled: bool) -> None:
        """Put a moment into the fields; nothing where `text` is none."""
        moment = _moment(text, self._format)
        self._date.value = moment.date() if moment else None
        self._date.disabled = is_disabled
        if self._time is not None:
            self._time.value = moment.time() if moment else None
            self._time.disabled = is_disabled

    def read(self) -> str | None:
        """Give the moment as text, or None while a part is missing."""
        day: date | None = self._date.value
        hour: time | None = time() if self._time is None else self._time.value
        if day is None or hour is None:
            return None
        return datetime.combine(day, hour).strftime(self._format)


def _moment(text: object, format_: str) -> datetime | None:
    try:
        return datetime.strptime(str(text), format_)  # noqa: DTZ007 - the server's have no zone
    except ValueError:
        return None


FIXED = ""


class _DynamicControl(Control):
    """What both have in common: the menu."""

    def __init__(self, definition: ParameterDefinition, check: Check, precision: Precision) -> None:
        self._precision = precision
        super().__init__(definition, check)

    def _make_menu(self, fixed: str, labels: dict[str, str]) -> ipywidgets.Dropdown:
        self._menu = ipywidgets.Dropdown(
            options=[(fixed, FIXED), *((label, name) for name, label in labels.items())],
            description=self.title,
            style=label_style(),
            layout={"width": "24em", "flex": "0 0 auto"},
        )
        self._menu.observe(self._chosen, "value")
        return self._menu

    def _chosen(self, _change: object) -> None:
        """Take a choice of the menu; back from a dynamic value, its moments stay in the fields."""
        if self._is_showing:
            return
        self.set(self._menu.value or self._read_fields())

    def _read_fields(self) -> object:
        raise NotImplementedError

    def _read(self) -> object:
        return self._menu.value or self._read_fields()


class DateControl(_DynamicControl):
    """A date, or a date with a time."""

    def _make_field(self) -> ipywidgets.Widget:
        fixed = "Fixed date" if self._precision == "day" else "Fixed date and time"
        self._field = MomentField(self._precision, self._edited, "on")
        return ipywidgets.HBox([self._make_menu(fixed, DYNAMIC_DATES), *self._field.widgets])

    def _show(self, value: object) -> None:
        is_dynamic = isinstance(value, str) and value in DYNAMIC_DATES
        self._menu.value = value if is_dynamic else FIXED
        self._field.show(self._checked.wire, is_disabled=is_dynamic)

    def _read_fields(self) -> object:
        return self._field.read()

    def _explanation(self) -> str:
        wire = self._checked.wire
        return f"Now this means {wire}" if self._menu.value and wire else ""


class RangeControl(_DynamicControl):
    """A start and an end."""

    def _make_field(self) -> ipywidgets.Widget:
        labels = {name: found.label for name, found in DYNAMIC_RANGES.items()}
        self._start = MomentField(self._precision, self._edited, "from")
        self._end = MomentField(self._precision, self._edited, "to")
        ends = ipywidgets.Box(
            [ipywidgets.HBox(self._start.widgets), ipywidgets.HBox(self._end.widgets)],
            layout={"flex_flow": "row wrap"},
        )
        return ipywidgets.HBox([self._make_menu("Fixed dates", labels), ends])

    def _show(self, value: object) -> None:
        is_dynamic = isinstance(value, str) and value in DYNAMIC_RANGES
        self._menu.value = value if is_dynamic else FIXED
        wire = self._checked.wire
        start, end = _ends(value if wire is None else wire)
        self._start.show(start, is_disabled=is_dynamic)
        self._end.show(end, is_disabled=is_dynamic)

    def _read_fields(self) -> object:
        start, end = self._start.read(), self._end.read()
        return None if start is None or end is None else (start, end)

    def _explanation(self) -> str:
        wire = self._checked.wire
        if not self._menu.value or not isinstance(wire, dict):
            return ""
        return f"Now this means {wire['start']} to {wire['end']}"


def _ends(value: object) -> tuple[object, object]:
    if isinstance(value, dict):
        return value.get("start"), value.get("end")
    ends = 2
    if isinstance(value, tuple | list) and len(value) == ends:
        return value[0], value[1]
    return None, None
