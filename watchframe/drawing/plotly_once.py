"""Which output of a notebook holds plotly.js: each document has it once."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchframe.interactive import ipython_shell


@dataclass(frozen=True)
class _Carrier:
    """The output that holds plotly.js for all of its document.

    Attributes
    ----------
    cell : str
        Which cell it is in.
    request : str
        Which run of the cell.
    """

    cell: str
    request: str


#: By whether they show in a widget: what does is not saved with the notebook's outputs.
_carriers: dict[bool, _Carrier] = {}


def carries_plotly() -> bool:
    """Return whether the output that is made now has to hold plotly.js, and note that it does.

    That is the first one that draws; and in each later run of its cell, whose former output is
    gone, again the first.
    """
    shell = ipython_shell()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else None
    if not parent:
        return True  # no notebook: the output is all that there is
    in_widget = _goes_to_widget(parent)
    # Where the front end names no cells, as nbconvert does not, its text stands for the cell.
    cell = parent.get("metadata", {}).get("cellId") or parent.get("content", {}).get("code", "")
    now = _Carrier(str(cell), str(parent["header"]["msg_id"]))
    before = _carriers.get(in_widget)
    if before is not None:
        is_there = before.request == now.request or before.cell != now.cell or in_widget
        if is_there and not (is_colab() and before.request != now.request):
            return False
    _carriers[in_widget] = now
    _watch_clearing(shell.display_pub)
    return True


def is_colab() -> bool:
    """Whether each cell's output is a document of its own, as in Google's Colab."""
    return "google.colab" in sys.modules


def _goes_to_widget(parent: Mapping[str, Any]) -> bool:
    """Whether an output shows in a widget: it answers one, or an `ipywidgets.Output` takes it."""
    if parent["header"].get("msg_type") != "execute_request":
        return True
    module = sys.modules.get("ipywidgets.widgets.widget")
    widgets = list(getattr(module, "_instances", {}).values())
    return any(getattr(item, "msg_id", None) == parent["header"]["msg_id"] for item in widgets)


#: The publishers of outputs that are watched already.
_watched: weakref.WeakSet[Any] = weakref.WeakSet()


def _watch_clearing(publisher: Any) -> None:
    """Have it noted when a cell clears its output (``clear_output``), and plotly.js with it."""
    if publisher not in _watched:
        _watched.add(publisher)
        publisher.register_hook(_note_clearing)


def _note_clearing(message: dict[str, Any]) -> dict[str, Any]:
    request = message["parent_header"].get("msg_id")
    is_clearing = message["header"]["msg_type"] == "clear_output"
    if is_clearing and False in _carriers and _carriers[False].request == request:
        del _carriers[False]
    return message
