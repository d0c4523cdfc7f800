"""The row of a picker that runs its query: Run, Cancel, how old rows may be, and when to run."""

from __future__ import annotations

import math
from datetime import timedelta

import ipywidgets

from watchframe.cache import parse_max_age

_ANY = "any"
#: What is shown, and what is passed to `read_watch_query`.
MAX_AGES: tuple[tuple[str, float | str], ...] = (
    ("any", _ANY),
    ("5 minutes", "5m"),
    ("1 hour", "1h"),
    ("1 day", "1d"),
    ("7 days", "7d"),
    ("run now", 0),
)


class RunBar:
    """The buttons that run and cancel, and the settings of a run.

    Parameters
    ----------
    max_age : float, str, timedelta or None
        The age that is chosen.
    runs_on_change : bool
    run_tooltip : str

    Attributes
    ----------
    run_button, cancel_button : Button
    ages : Dropdown
    on_change : Checkbox
    widget : Widget
        All of them in a row.
    """

    def __init__(
        self,
        max_age: float | str | timedelta | None,
        *,
        runs_on_change: bool,
        run_tooltip: str = "Run the query",
    ) -> None:
        self.run_button = ipywidgets.Button(
            description="Run", icon="play", button_style="primary", tooltip=run_tooltip
        )
        self.cancel_button = ipywidgets.Button(
            description="Cancel", icon="stop", tooltip="Cancel the run", disabled=True
        )
        ages, age = _ages(max_age)
        self.ages = ipywidgets.Dropdown(
            options=ages,
            value=age,
            description="Max age",
            tooltip="How old the rows may be",
            style={"description_width": "initial"},
            layout={"width": "14em"},
        )
        self.on_change = ipywidgets.Checkbox(
            value=runs_on_change,
            description="Run when a value changes",
            indent=False,
        )
        self.widget = ipywidgets.HBox(
            [self.run_button, self.cancel_button, self.ages, self.on_change]
        )
        self.widget.add_class("wf-run")

    @property
    def max_age(self) -> float | str | None:
        """The chosen age."""
        age: float | str = self.ages.value
        return None if age == _ANY else age

    @property
    def runs_on_change(self) -> bool:
        """Whether a changed value runs the query."""
        return bool(self.on_change.value)


def _ages(
    chosen: float | str | timedelta | None,
) -> tuple[list[tuple[str, float | str]], float | str]:
    """Return the menu's choices and the chosen one, which is added where it is none of them."""
    seconds = parse_max_age(chosen)
    if seconds is None:
        return list(MAX_AGES), _ANY
    for _, age in MAX_AGES:
        if age != _ANY and parse_max_age(age) == seconds:
            return list(MAX_AGES), age
    age = chosen.strip() if isinstance(chosen, str) else f"{math.ceil(seconds)}s"
    return [*MAX_AGES, (age, age)], age
