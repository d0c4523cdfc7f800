"""Pickers that share the values of parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from watchframe.errors import ArgumentError
from watchframe.widgets.control import GUARD
from watchframe.widgets.form import ParameterForm
from watchframe.widgets.parameter_picker import ParameterPicker


class PickerLink:
    """Pickers, or their forms, that share the parameters `names`, until `unlink` is called."""

    def __init__(
        self, pickers: Sequence[ParameterPicker | ParameterForm], names: Sequence[str]
    ) -> None:
        self.names = tuple(names)
        self._pickers = tuple(pickers)
        self._is_passing_on = False
        for picker in self._pickers:
            picker.observe(self._changed, "params")
        self._pass_on(self._pickers[0], self.names)

    def unlink(self) -> None:
        """Let each picker have values of its own again."""
        for picker in self._pickers:
            picker.unobserve(self._changed, "params")

    def _changed(self, change: Any) -> None:
        if self._is_passing_on:
            return
        changed = [
            name
            for name in self.names
            if name in change.new and change.new[name] != change.old.get(name)
        ]
        self._pass_on(change.owner, changed)

    def _pass_on(self, source: ParameterPicker | ParameterForm, names: Sequence[str]) -> None:
        with GUARD:
            self._is_passing_on = True
            try:
                for other in self._pickers:
                    if other is not source:
                        other.update({n: source.params[n] for n in names if n in other.params})
            finally:
                self._is_passing_on = False


def link_pickers(*pickers: ParameterPicker, names: Sequence[str] | None = None) -> PickerLink:
    """Link pickers: a value set in one is set in all that have the parameter.

    Parameters
    ----------
    *pickers : ParameterPicker
        Two or more; the first one's values are set in the others now.
    names : sequence of str, optional
        Only these parameters; by default all that at least two of the pickers have.

    Returns
    -------
    PickerLink
        Its ``unlink()`` ends it.

    Raises
    ------
    ArgumentError
        Fewer than two pickers, or they have nothing in common.
    """
    counts = Counter(name for picker in pickers for name in picker.params)
    shared = [
        name for name, count in counts.items() if count > 1 and (names is None or name in names)
    ]
    if not shared:
        raise ArgumentError(
            "These pickers have no parameter in common."
            if names is None
            else f"None of {', '.join(map(repr, names))} is a parameter of two of these pickers.",
            hint="Parameters are linked by name; picker.params shows the names.",
        )
    return PickerLink(pickers, shared)
