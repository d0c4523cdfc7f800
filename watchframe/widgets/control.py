"""What every parameter's control has: a value, a field, a line below it, a problem, a reset."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

import ipywidgets
import traitlets

from watchframe.hints import words_for
from watchframe.models import ParameterDefinition, Query
from watchframe.parameters import DYNAMIC_DATES, DYNAMIC_RANGES, JSON
from watchframe.parameters.moments import dynamic_name
from watchframe.parameters.normalize import default_of, text_doubts, wire_value
from watchframe.parameters.values import Context, UnfitValueError
from watchframe.plain_text import html_text, plain_text
from watchframe.widgets.frontend import FieldEvents

NEEDED = "A value is needed."
#: Newer kernels answer widgets on several threads: one change at a time, over all pickers.
GUARD = threading.RLock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A value as it would be sent now, or the problem with it."""

    wire: JSON = None
    problem: str = ""
    warning: str = ""


@dataclass(slots=True, kw_only=True)
class Checker:
    """Checks the values of one query's parameters, each by itself, as a read does.

    Attributes
    ----------
    query : Query
    timezone : tzinfo
        In which dynamic dates are resolved.
    clock : callable
        Returns now, aware.
    options : dict of str to list of str
        The values of query-based dropdowns, by parameter, once they are known.
    """

    query: Query
    timezone: tzinfo
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    options: dict[str, Sequence[str]] = field(default_factory=dict)

    def __call__(self, definition: ParameterDefinition, value: object) -> Checked:
        """Return the wire form of `value`, or the problem with it."""
        if value is None:
            return Checked(problem=NEEDED)
        name = definition.name
        context = Context(now=self.clock(), timezone=self.timezone, options=self.options.get(name))
        try:
            wire = wire_value(value, definition, context)
        except UnfitValueError as error:
            return Checked(problem=f"It takes {words_for('picker', error.expected)}.")
        doubts = text_doubts(self.query.text, {name: wire}, [definition])
        return Checked(wire=wire, warning=" ".join(doubts))


Check = Callable[[ParameterDefinition, object], Checked]


class Control(traitlets.HasTraits):
    """A parameter's control.

    Subclasses make the field (`_make_field`), write a value into it (`_show`) and read what a
    person left there (`_read`).

    Attributes
    ----------
    value : object
        What ``params`` would hold: text, number, list, ``(start, end)``, or a dynamic name. None
        where there is none yet. Observable; may be set.
    problem : str
        Why the value cannot be sent; empty where it can. Observable.
    default : object
        What a read takes where no value is given; None for nothing.
    """

    value = traitlets.Any(None, allow_none=True)
    problem = traitlets.Unicode("")
    #: Whether its field has more to tell than that the focus has left.
    _takes_events = False

    def __init__(self, definition: ParameterDefinition, check: Check) -> None:
        super().__init__()
        self.definition = definition
        self.default = default_of(definition)
        self._check = check
        self._checked = Checked()
        self._note = ""
        self._is_default = True
        self._is_showing = False
        self._is_touched = False
        self._below = ipywidgets.HTML()
        self._below.add_class("wf-below-place")
        self._reset_button = ipywidgets.Button(
            description="Reset",  # for screen readers: the CSS hides it
            icon="undo",
            tooltip=f"Reset {self.title} to its default: {value_text(self.default)}",
        )
        self._reset_button.add_class("wf-reset")
        self._reset_button.on_click(lambda _button: self.reset())
        row = ipywidgets.HBox([self._make_field(), self._reset_button])
        row.add_class("wf-row")
        if self._takes_events or self.default is None:  # a field with a value is never left empty
            row.children += (FieldEvents(self._heard),)
        self.widget = ipywidgets.VBox([row, self._below])
        self.widget.add_class("wf-control")
        self.widget.add_class(f"wf-parameter-{definition.type}")
        self.reset()

    @property
    def title(self) -> str:
        """The label."""
        return plain_text(self.definition.title, keep="")

    def reset(self) -> None:
        """Go back to the default, and to not being touched."""
        self._is_touched = False
        self.set(self.default)

    def mark(self) -> None:
        """Mark a missing value as a problem, although the field was not touched."""
        with GUARD:
            self._is_touched = True
            self._show_problem()

    def set(self, value: object) -> None:
        """Set the value from the program: it is shown in the field and checked like any other."""
        with GUARD:
            kept = self._checked_value(value)
            with self._showing():
                self._show(kept)
            self._accept(kept)

    def add_note(self, note: str) -> None:
        """Show a note about this parameter below its field."""
        self._note = note
        self.recheck()

    def recheck(self) -> None:
        """Check again, since something that the check depends on has changed.

        A field that is half filled in stays as it is.
        """
        with GUARD:
            kept = self._checked_value(self.value)
            if not self._checked.problem:
                with self._showing():
                    self._show(kept)
            self._accept(kept)

    def close(self) -> None:
        """Close the control's widgets."""
        self.unobserve_all()
        close_tree(self.widget)

    def _make_field(self) -> ipywidgets.Widget:
        raise NotImplementedError

    def _show(self, value: Any) -> None:
        raise NotImplementedError

    def _read(self) -> object:
        raise NotImplementedError

    def _explanation(self) -> str:
        """Return more about the value, where there is more to say."""
        return ""

    def _edited(self, _change: object = None) -> None:
        """Take what a person left in the field: every field's events lead here."""
        if not self._is_showing:
            with GUARD:
                self._is_touched = True
                self._accept(self._checked_value(self._read()))

    def _heard(self, event: str, _text: str) -> None:
        """Take what the browser tells of the field: see `FieldEvents`."""
        if event == "left":
            self.mark()

    def _checked_value(self, value: object) -> object:
        """Check `value`; return it in the form in which values are kept."""
        self._checked = self._check(self.definition, value)
        return self._kept(value, self._checked)

    def _kept(self, value: object, checked: Checked) -> object:
        """Return the form in which a value is kept: dynamic ones by name, ranges as pairs."""
        if checked.problem:
            return value
        name = dynamic_name(value, self.definition.type)
        wire = checked.wire
        return name or ((wire["start"], wire["end"]) if isinstance(wire, dict) else wire)

    def _accept(self, value: object) -> None:
        default = self._kept(self.default, self._check(self.definition, self.default))
        self._is_default = type(value) is type(default) and value == default
        self._show_problem()
        self._reset_button.disabled = self._is_default
        self.problem = self._checked.problem
        self.value = value

    def _show_problem(self) -> None:
        is_wrong = bool(self._marked_problem)
        (self.widget.add_class if is_wrong else self.widget.remove_class)("wf-wrong")
        self._show_below()

    @property
    def _marked_problem(self) -> str:
        """The problem that is shown; a missing value is one only once the field was touched."""
        problem = self._checked.problem
        return "" if problem == NEEDED and not self._is_touched else problem

    def _show_below(self) -> None:
        """Write the line below the field: what is wrong, what the value means, the default."""
        problem = html_text(self._marked_problem)
        notes = (self._explanation(), self._checked.warning, self._note)
        hints = [" ".join(note for note in notes if note)]
        if not self._is_default and self.default is not None:
            hints.append(f"Default: {value_text(self.default)}")
        parts = [f'<div class="wf-problem" role="alert">{problem}</div>'] if problem else []
        parts += [f'<div class="wf-hint">{html_text(hint)}</div>' for hint in hints if hint]
        self._below.value = f'<div class="wf-below">{"".join(parts)}</div>' if parts else ""
        self._below.layout.display = "" if parts else "none"

    @contextmanager
    def _showing(self) -> Iterator[None]:
        self._is_showing = True
        try:
            yield
        finally:
            self._is_showing = False


def value_text(value: object) -> str:
    """Return a parameter's value as people read it."""
    if value is None:
        return "(nothing)"
    if isinstance(value, str) and value in DYNAMIC_RANGES:
        return DYNAMIC_RANGES[value].label
    if isinstance(value, str) and value in DYNAMIC_DATES:
        return DYNAMIC_DATES[value]
    if isinstance(value, Mapping):
        value = (value.get("start"), value.get("end"))
    if isinstance(value, tuple | list):
        return plain_text(
            (" to " if isinstance(value, tuple) else ", ").join(map(str, value)), keep=""
        )
    return plain_text(str(value), keep="")


def labeled(title: str, fields: ipywidgets.Widget) -> ipywidgets.HBox:
    """Return fields that belong together behind one label, aligned with the other labels."""
    text = html_text(title)
    label = ipywidgets.HTML(f'<div class="wf-label">{text}</div>')
    box = ipywidgets.HBox([label, fields])
    box.add_class("wf-labeled")
    return box


def close_tree(*widgets: ipywidgets.Widget) -> None:
    """Close widgets with their children, layouts and styles."""
    for widget in widgets:
        close_tree(*getattr(widget, "children", ()))
        for part in ("layout", "style"):
            if isinstance(found := getattr(widget, part, None), ipywidgets.Widget):
                found.close()
        widget.close()


class Debounced:
    """Calls a function after a while, from a thread; another `soon` or `cancel` drops the call."""

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call
        self._timer: threading.Timer | None = None

    def soon(self, seconds: float) -> None:
        """Call the function after so many seconds."""
        self.cancel()
        self._timer = threading.Timer(seconds, self._call)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """Drop the call that is due, if any."""
        if self._timer is not None:
            self._timer.cancel()
