"""What plain ipywidgets cannot do, as anywidgets: a module of JavaScript and a sheet of CSS each.

A picker works without them: not every front end has anywidget. See docs/decisions/0056.
"""

from __future__ import annotations

from pathlib import Path

import anywidget

_FOLDER = Path(__file__).parent


class FrontEnd(anywidget.AnyWidget):
    """A widget whose JavaScript and CSS are the files of this folder called `file`."""

    def __init_subclass__(cls, *, file: str = "") -> None:
        # anywidget makes subclasses by itself, without the argument: they inherit both.
        if file:
            cls._esm = _FOLDER.joinpath(f"{file}.js").read_text(encoding="utf-8")
            cls._css = _FOLDER.joinpath(f"{file}.css").read_text(encoding="utf-8")
        super().__init_subclass__()
