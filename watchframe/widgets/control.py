"""What every control of a parameter has: a value, a field, a hint, a problem, a way back."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

import ipywidgets
import traitlets
from msgspec.structs import replace

from watchframe.errors import (
    MissingParameterError,
    ParameterError,
    ParameterValueError,
    ParameterWarning,
)
from watchframe.models import ParameterDefinition, Query
from watchframe.parameters import DYNAMIC_DATES, DYNAMIC_RANGES, JSON, normalise_parameters
from watchframe.parameters.normalize import default_of, warn_of_text
from watchframe.plain_text import html_text, plain_text

NEEDED = "A value is needed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A value as it would be sent now, or why it cannot be."""

    wire: JSON = None
    problem: str = ""
    warning: str = ""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class Checker:
    """Checks the values of one query's parameters, each by itself.

    Attributes
    ----------
    query : Query
    timezone : tzinfo
        In which dynamic dates are resolved.
    clock : callable
        Gives now, aware.
    options : dict of str to list of str
        The values of query-based dropdowns, by parameter, once they are known.
    """

    query: Query
    timezone: tzinfo
    clock: Callable[[], datetime] = _now
    options: dict[str, Sequence[str]] = field(default_factory=dict)

    def __call__(self, definition: ParameterDefinition, value: object) -> Checked:
        """Return the wire form of `value`, or the problem with it."""
        if value is None and not definition.use_current_datetime:
            return Checked(problem=NEEDED)
        alone = replace(self.query, text=f"{{{{ {definition.name} }}}}", parameters=(definition,))
        given: Mapping[str, object] = {} if value is None else {definition.name: value}
        try:
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always", ParameterWarning)
                wire = normalise_parameters(
                    alone,
                    given,
                    now=self.clock(),
                    timezone=self.timezone,
                    dropdown_options=lambda wanted: self.options.get(wanted.name),
                )
                warn_of_text(self.query.text, wire, ())
        except MissingParameterError:
            return Checked(problem=NEEDED)
        except ParameterValueError as error:
            return Checked(problem=f"It takes {error.expected}.")
        except ParameterError as error:
            return Checked(problem=error.message)
        # A name with a dot is warned of twice.
        words = dict.fromkeys(str(item.message) for item in said)
        return Checked(wire=wire[definition.name], warning=" ".join(words))


def close_tree(*widgets: ipywidgets.Widget) -> None:
    """Close widgets with all that lies in them, their layouts and their styles."""
    for widget in widgets:
        close_tree(*getattr(widget, "children", ()))
        for part in ("layout", "style"):
            if isinstance(found := getattr(widget, part, None), ipywidgets.Widget):
                found.close()
        widget.close()


Check = Callable[[ParameterDefinition, object], Checked]

LABEL_WIDTH = "12em"
#: Newer kernels answer widgets on threads of their own: one change at a time, over all pickers.
GUARD = threading.RLock()


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
    """

    value = traitlets.Any(None, allow_none=True)
    problem = traitlets.Unicode("")

    def __init__(self, definition: ParameterDefinition, check: Check) -> None:
        super().__init__()
        self.definition = definition
        self._check = check
        self._is_showing = False
        self._said = ""
        self._is_default = True
        self._checked = Checked()
        self._hint = ipywidgets.HTML()
        self._reset_button = ipywidgets.Button(
            icon="undo",
            tooltip=f"Reset {self.title} to its default: {value_words(self.default)}",
            layout={"width": "34px", "flex": "0 0 auto"},
        )
        self._reset_button.on_click(lambda _button: self.reset())
        field = self._make_field()
        row = ipywidgets.HBox(
            [field, self._reset_button],
            layout={"justify_content": "space-between", "align_items": "flex-start"},
        )
        self.widget = ipywidgets.VBox([row, self._hint])
        self.widget.add_class("wf-control")
        self.widget.add_class(f"wf-parameter-{definition.type}")
        self.reset()

    @property
    def title(self) -> str:
        """The label."""
        return plain_text(self.definition.title, keep="")

    @property
    def default(self) -> object:
        """What *reset* goes back to; where a read would miss a value, what is saved as it is."""
        default = default_of(self.definition)
        return self.definition.default if default is None else default

    def reset(self) -> None:
        """Go back to the default that is saved with the query."""
        self.set(self.default)

    def set(self, value: object) -> None:
        """Take a value from the program, shown in the field and checked like any other."""
        with GUARD:
            settled = self._settled(value)
            with self._showing():
                self._show(settled)
            self._take(settled)

    def say(self, words: str) -> None:
        """Show something that people should know about this parameter, below its field."""
        self._said = words
        self.recheck()

    def recheck(self) -> None:
        """Check again: something that the check depends on has changed.

        A field that somebody has half filled in keeps what is in it.
        """
        with GUARD:
            settled = self._settled(self.value)
            if not self._checked.problem:
                with self._showing():
                    self._show(settled)
            self._take(settled)

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

    def _words(self) -> str:
        """Say more about the value, where there is more to say."""
        return ""

    def _edited(self, _change: object = None) -> None:
        """Take what a person left in the field; every field's events lead here."""
        if self._is_showing:
            return
        with GUARD:
            self._take(self._settled(self._read()))

    def _settled(self, value: object) -> object:
        """Check `value`; give the form in which it is kept, or itself where it has a problem."""
        self._checked = self._check(self.definition, value)
        return value if self._checked.problem else settle(value, self._checked.wire)

    def _settled_default(self) -> object:
        """Give the default in the form in which values are kept, to compare with them."""
        checked = self._check(self.definition, self.default)
        return self.default if checked.problem else settle(self.default, checked.wire)

    def _take(self, value: object) -> None:
        checked = self._checked
        self._is_default = _is_same(value, self._settled_default())
        self._say_words()
        self._reset_button.disabled = self._is_default
        if checked.problem:
            self.widget.add_class("wf-wrong")
        else:
            self.widget.remove_class("wf-wrong")
        self.problem = checked.problem
        self.value = value

    def _say_words(self) -> None:
        """Write the line below the field: what the value means, its default, what is wrong."""
        checked = self._checked
        is_said = not self._is_default and self.default is not None
        default = f"Default: {value_words(self.default)}" if is_said else ""
        words = [word for word in (self._words(), checked.warning, self._said) if word]
        self._hint.value = _below(" ".join(words), default, checked.problem)
        self._hint.layout.display = "" if self._hint.value else "none"

    @contextmanager
    def _showing(self) -> Iterator[None]:
        self._is_showing = True
        try:
            yield
        finally:
            self._is_showing = False


def settle(value: object, wire: JSON) -> object:
    """Give the form in which a checked value is kept: dynamic names stay, ranges become pairs."""
    if isinstance(value, str) and (value in DYNAMIC_RANGES or value in DYNAMIC_DATES):
        return value
    if isinstance(wire, dict):
        return (wire["start"], wire["end"])
    return wire


def label_style() -> dict[str, str]:
    """Give the style of the label of a control's first field."""
    return {"description_width": LABEL_WIDTH}


def value_words(value: object) -> str:
    """Return a parameter's value as people read it."""
    if value is None:
        return "(nothing)"
    if isinstance(value, str) and value in DYNAMIC_RANGES:
        return DYNAMIC_RANGES[value].label
    if isinstance(value, str) and value in DYNAMIC_DATES:
        return DYNAMIC_DATES[value]
    if isinstance(value, Mapping):
        value = (value.get("start"), value.get("end"))
    if isinstance(value, tuple):
        words = " to ".join(map(str, value))
    else:
        words = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return plain_text(words, keep="")


def _below(words: str, default: str, problem: str) -> str:
    parts = [f'<div class="wf-hint">{html_text(words)}</div>'] if words else []
    if problem:
        parts.insert(0, f'<div class="wf-problem" role="alert">{html_text(problem)}</div>')
    if default:
        parts.append(f'<div class="wf-hint">{html_text(default)}</div>')
    left = f"margin-left: calc({LABEL_WIDTH} + 8px)"
    return f'<div style="{left}">{"".join(parts)}</div>' if parts else ""


def _is_same(value: object, default: object) -> bool:
    if isinstance(default, dict):
        default = (default.get("start"), default.get("end"))
    return type(value) is type(default) and value == default
