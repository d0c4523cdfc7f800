"""A date, or a date and a time of day, in the browser's own fields."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Literal

import ipywidgets

from watchframe.widgets.time_picker import TimePicker

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
