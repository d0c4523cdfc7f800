"""What plain ipywidgets cannot do, as anywidgets: a module of JavaScript and a sheet of CSS each.

A picker works without them: not every front end has anywidget. See docs/decisions/0056. A front end
loads one module, so that the files of a larger one are joined: each uses what the others define.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import anywidget

_FOLDER = Path(__file__).parent


class FrontEnd(anywidget.AnyWidget):
    """A widget whose JavaScript and CSS are files of this folder.

    Its module is that of `file`, behind those of `parts`; the CSS is called as `file` is.
    """

    def __init_subclass__(cls, *, file: str = "", parts: Sequence[str] = ()) -> None:
        # anywidget makes subclasses by itself, without the arguments: they inherit both.
        if file:
            cls._esm = "\n".join(_text(f"{name}.js") for name in (*parts, file))
            cls._css = _text(f"{file}.css")
        super().__init_subclass__()


def _text(name: str) -> str:
    return _FOLDER.joinpath(name).read_text(encoding="utf-8")
