"""Several pickers that share the values of parameters of the same name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from watchframe.errors import ArgumentError
from watchframe.widgets.control import GUARD
from watchframe.widgets.parameter_picker import ParameterPicker


class PickerLink:
    """What `link_pickers` gives.

    Attributes
    ----------
    names : tuple of str
        The parameters that are shared.
    """

    def __init__(self, pickers: Sequence[ParameterPicker], names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._pickers = tuple(pickers)
        self._is_passing_on = False
        for picker in self._pickers:
            picker.observe(self._changed, "params")
        self._pass_on(self._pickers[0], self.names)

    def unlink(self) -> None:
        """Let each have values of its own again."""
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

    def _pass_on(self, source: ParameterPicker, names: Sequence[str]) -> None:
        with GUARD:
            self._is_passing_on = True
            try:
                for other in self._pickers:
                    wanted = [name for name in names if name in other.params]
                    if other is not source and wanted:
                        shared = {name: source.params[name] for name in wanted}
                        other.update(shared)
            finally:
                self._is_passing_on = False


def link_pickers(*pickers: ParameterPicker, names: Sequence[str] | None = None) -> PickerLink:
    """Let pickers share parameters: a value set in one is set in all that have the parameter.

    Parameters
    ----------
    *pickers : ParameterPicker
        Two or more; the first one's values are set in the others now.
    names : sequence of str, optional
        Only these parameters; all that at least two of them have by default.

    Returns
    -------
    PickerLink
        Its ``unlink()`` ends it.

    Raises
    ------
    ArgumentError
        Fewer than two pickers, or they have nothing in common.
    """
    counts: dict[str, int] = {}
    for picker in pickers:
        for name in picker.params:
            counts[name] = counts.get(name, 0) + 1
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
