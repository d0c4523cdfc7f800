"""Controls of dates and ranges: ISO text, a calendar, and dynamic values that stay dynamic."""

from __future__ import annotations

import re
from collections.abc import Mapping

import ipywidgets

from watchframe.parameters import DYNAMIC_RANGES
from watchframe.parameters.moments import TIMESPEC, dynamic_name
from watchframe.plain_text import plain_text
from watchframe.widgets.choice_controls import OptionList
from watchframe.widgets.control import GUARD, Control, close_tree, labeled, value_text
from watchframe.widgets.frontend import Calendar

_PLACEHOLDERS = {
    "days": "YYYY-MM-DD",
    "minutes": "YYYY-MM-DD hh:mm",
    "seconds": "YYYY-MM-DD hh:mm:ss",
}
#: Of ``hh:mm:ss``.
_TIME_LENGTHS = {"days": 0, "minutes": 5, "seconds": 8}
_DASH = "\N{EN DASH}"


class _CalendarControl(Control):
    """A control with a button that opens a panel of a calendar and the dynamic values."""

    _calendar: Calendar | None = None

    def close(self) -> None:
        """Close the control's widgets, also those that its panel shares."""
        self._shut()
        super().close()

    @property
    def _spec(self) -> str:
        return TIMESPEC[self.definition.type]

    def _make_panel(self) -> ipywidgets.VBox:
        """Return the panel, which is empty while it is shut: most panels are never opened."""
        self._panel = ipywidgets.VBox()
        self._panel.add_class("wf-panel")
        return self._panel

    def _make_button(self, description: str = "") -> ipywidgets.Button:
        button = ipywidgets.Button(
            description=description,
            icon="calendar",
            tooltip=f"{self.title}: open or shut the calendar",
        )
        button.on_click(lambda _button: self._toggle())
        return button

    def _toggle(self) -> None:
        with GUARD:
            if self._calendar is None:
                self._open()
            else:
                self._shut()

    def _open(self) -> None:
        raise NotImplementedError

    def _fill_panel(self, above: list[ipywidgets.Widget], labels: Mapping[str, str]) -> None:
        """Put fields, the calendar, the dynamic values of these labels and *Done* there."""
        is_range = "range" in self.definition.type
        today = self._check(self.definition, "d_today" if is_range else "d_now").wire
        self._calendar = Calendar(
            label=f"{self.title}: calendar",
            mode="range" if is_range else "day",
            today=str(today["start"] if isinstance(today, dict) else today)[:10],
        )
        self._calendar.observe(self._picked, "chosen")
        self._labels = labels
        self._presets = OptionList(len(labels), self._choose, self.title)
        done = ipywidgets.Button(description="Done", tooltip="Shut the calendar")
        done.add_class("wf-done")
        done.on_click(lambda _button: self._done())
        parts = ipywidgets.Box([self._calendar, self._presets.widget])
        parts.add_class("wf-panel-parts")
        self._panel.children = [*above, parts, done]
        self.widget.add_class("wf-is-open")
        self._show_chosen()

    def _shut(self) -> None:
        """Close the panel, and leave what was chosen."""
        if self._calendar is not None:
            self._calendar = None
            self._presets.close()
            parts, self._panel.children = self._panel.children, ()
            close_tree(*parts)
            self.widget.remove_class("wf-is-open")

    def _done(self) -> None:
        """Shut the panel, and give the focus back to where it was opened."""
        with GUARD:
            self._shut()
            self._main_field.focus()

    @property
    def _main_field(self) -> ipywidgets.Widget:
        raise NotImplementedError

    def _choose(self, name: str) -> None:
        """Take a dynamic value."""
        self.set(name)
        self._done()

    def _accept(self, value: object) -> None:
        super()._accept(value)
        self._show_chosen()

    def _show_chosen(self) -> None:
        """Show in the panel, where it is open, what the value is."""
        if self._calendar is None:
            return
        wire = self._checked.wire
        moments = [] if wire is None else [*wire.values()] if isinstance(wire, dict) else [wire]
        with self._showing():
            self._calendar.chosen = [str(moment)[:10] for moment in moments]
        options = [(label, name) for name, label in self._labels.items()]
        self._presets.show(options, dynamic_name(self.value, self.definition.type))

    def _picked(self, change: dict[str, object]) -> None:
        raise NotImplementedError

    def _moment(self, day: str, before: str, time: str) -> str:
        """Return a day with the time that stands in `before`, or else with `time`."""
        return f"{day} {(before[11:] or time)[: _TIME_LENGTHS[self._spec]]}".rstrip()


class DateControl(_CalendarControl):
    """A date, or a date with a time: a text field, and a calendar of one month."""

    def _make_field(self) -> ipywidgets.Widget:
        self._text = _moment_field(self.title, self._spec)
        self._text.observe(self._edited, "value")
        self._button = self._make_button("Calendar")  # a name; its icon is seen
        self._button.add_class("wf-open-button")
        box = ipywidgets.Box([self._text, self._button, self._make_panel()])
        box.add_class("wf-date")
        return box

    @property
    def _main_field(self) -> ipywidgets.Widget:
        return self._text

    @property
    def _dynamic_labels(self) -> dict[str, str]:
        return {"d_now": "Today" if self._spec == "days" else "Now", "d_yesterday": "Yesterday"}

    def _show(self, value: object) -> None:
        name = dynamic_name(value, self.definition.type)
        text = self._dynamic_labels[name] if name else self._checked.wire or value
        self._text.value = "" if text is None else str(text)

    def _read(self) -> object:
        return typed_moment(self._text.value)

    def _explanation(self) -> str:
        wire = self._checked.wire
        if dynamic_name(self._text.value, self.definition.type):
            return f"Now this means {wire}"
        return f"Sends {wire}" if wire and wire != self._text.value.strip() else ""

    def _open(self) -> None:
        self._fill_panel([], self._dynamic_labels)

    def _picked(self, change: dict[str, object]) -> None:
        if not self._is_showing and isinstance(change["new"], list):
            is_dynamic = dynamic_name(self.value, self.definition.type)
            before = "" if is_dynamic else str(self._checked.wire or "")
            for day in change["new"][:1]:
                self.set(self._moment(day, before, "00:00:00"))
                self._done()


class RangeControl(_CalendarControl):
    """A start and an end: a button that says which, and a panel to set them."""

    def _make_field(self) -> ipywidgets.Widget:
        self._ends: list[ipywidgets.Text] = []
        self._button = self._make_button()
        self._button.add_class("wf-range")
        field = labeled(self.title, self._button)
        field.children += (self._make_panel(),)
        return field

    @property
    def _main_field(self) -> ipywidgets.Widget:
        return self._button

    def _show(self, value: object) -> None:
        for field, text in zip(self._ends, self._end_texts(value), strict=False):
            field.value = text

    def _read(self) -> object:
        start, end = (typed_moment(field.value) for field in self._ends)
        return None if start is None or end is None else (start, end)

    def _explanation(self) -> str:
        wire = self._checked.wire
        if not self._ends or not isinstance(wire, dict):
            return ""
        typed = [field.value.strip() for field in self._ends]
        return "" if typed == [*wire.values()] else f"Sends {wire['start']} to {wire['end']}"

    def _open(self) -> None:
        self._ends = [_moment_field(label, self._spec) for label in ("from", "to")]
        with self._showing():
            self._show(self.value)
        for field in self._ends:
            field.observe(self._edited, "value")
        ends = ipywidgets.Box(self._ends)
        ends.add_class("wf-ends")
        self._fill_panel([ends], {name: found.label for name, found in DYNAMIC_RANGES.items()})

    def _shut(self) -> None:
        super()._shut()
        self._ends = []

    def _accept(self, value: object) -> None:
        super()._accept(value)
        self._button.description = self._button_text(value)

    def _button_text(self, value: object) -> str:
        start, end = self._end_texts(value)
        if not start and not end:
            return "Choose dates" if value is None else value_text(value)
        name = dynamic_name(value, self.definition.type)
        dates = plain_text(f"{start} {_DASH} {end}", keep="")
        return f"{DYNAMIC_RANGES[name].label} · {dates}" if name else dates

    def _end_texts(self, value: object) -> tuple[str, str]:
        """Return start and end as text; empty where `value` has none."""
        ends = self._checked.wire or value
        if isinstance(ends, Mapping):
            ends = ends.get("start"), ends.get("end")
        if not isinstance(ends, list | tuple) or len(ends) != 2:  # noqa: PLR2004 - it has two ends
            return "", ""
        start, end = ("" if moment is None else str(moment) for moment in ends)
        return start, end

    def _picked(self, change: dict[str, object]) -> None:
        days = change["new"]
        if not self._is_showing and isinstance(days, list) and len(days) == len(self._ends):
            is_dynamic = dynamic_name(self.value, self.definition.type)
            start, end = ("", "") if is_dynamic else self._end_texts(self.value)
            self.set(
                (self._moment(days[0], start, "00:00:00"), self._moment(days[1], end, "23:59:59"))
            )


def _moment_field(label: str, spec: str) -> ipywidgets.Text:
    """Return a text field of a moment, with what it takes as its placeholder."""
    return ipywidgets.Text(
        description=label, description_allow_html=False, placeholder=_PLACEHOLDERS[spec]
    )


_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_TIME = r"(?:(?:\s*t\s*|,?\s+)(?P<time>\d{1,2}:\d\d(?::\d\d)?))?"
#: Only what can be read in one way: the year comes first, or the month is a word.
_DATES = [
    re.compile(pattern + _TIME, re.ASCII | re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})",
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)",
        r"(?P<day>\d{1,2})[ -](?P<month>[a-z]+)\.?,?[ -](?P<year>\d{4})",
        r"(?P<month>[a-z]+)\.? (?P<day>\d{1,2}),? (?P<year>\d{4})",
        r"(?P<year>\d{4})[ -](?P<month>[a-z]+)[ -](?P<day>\d{1,2})",
    )
]


def typed_moment(text: str) -> str | None:
    """Return a date, maybe with a time, that a person has typed as ISO text; None for nothing.

    ``2026-01-15``, ``2026/1/15``, ``20260115``, ``15 Jan 2026`` and ``January 15, 2026`` are the
    same. Any other text is returned as it is.
    """
    text = " ".join(text.split())
    for pattern in _DATES:
        if found := pattern.fullmatch(text):
            month = _month_number(found["month"].lower())
            if month is None:
                continue
            day = f"{found['year']}-{month:02}-{int(found['day']):02}"
            return f"{day} {found['time'].zfill(len('hh:mm'))}" if found["time"] else day
    return text or None


def _month_number(text: str) -> int | None:
    """Return the month of its number or its English name, whole or its first three letters."""
    if text.isdigit():
        return int(text)
    names = [name for name in _MONTHS if text in (name, name[:3])]
    return _MONTHS.index(names[0]) + 1 if names else None
