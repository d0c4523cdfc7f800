"""What plain ipywidgets cannot do, as anywidgets: a module of JavaScript and a sheet of CSS each.

A picker works without them: not every front end has anywidget. See docs/decisions/0056. A front end
loads one module, so that the files of a larger one are joined: each uses what the others define.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import uuid4

import anywidget
import traitlets

_FOLDER = Path(__file__).parent


class FrontEnd(anywidget.AnyWidget):
    """A widget whose JavaScript and CSS are files of this folder.

    Its module is that of `file`, behind those of `parts`; the CSS is called as `file` is. The
    module exports `initialize` of ``kernel_updates.js``, so that a widget that loads late still
    follows the kernel.
    """

    #: The model's id, by which its JavaScript finds itself.
    own_id = traitlets.Unicode().tag(sync=True)

    def __init_subclass__(cls, *, file: str = "", parts: Sequence[str] = ()) -> None:
        # anywidget makes subclasses by itself, without the arguments: they inherit both.
        if file:
            files = ("kernel_updates", *parts, file)
            cls._esm = "\n".join(_text(f"{name}.js") for name in files)
            cls._css = _text(f"{file}.css")
        super().__init_subclass__()

    def __init__(self, **values: object) -> None:
        own_id = uuid4().hex
        super().__init__(model_id=own_id, own_id=own_id, **values)


def _text(name: str) -> str:
    return _FOLDER.joinpath(name).read_text(encoding="utf-8")


class Calendar(FrontEnd, file="calendar"):
    """Months side by side, of which a person chooses a day or a range by mouse or keyboard.

    Attributes
    ----------
    chosen : list of str
        The days in ISO: none, one, or of a range the first and the last. Observable.
    mode : {"day", "range"}
    today : str
        The day that is marked, in ISO.
    label : str
        What is chosen, for screen readers.
    """

    chosen = traitlets.List(traitlets.Unicode()).tag(sync=True)
    mode = traitlets.Unicode("day").tag(sync=True)
    today = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)


class CopyButton(FrontEnd, file="copy_button", parts=["clipboard"]):
    """A button that copies `text` in the browser, and says "Copied".

    Attributes
    ----------
    text : str
        What is copied.
    label, hint : str
        `hint` is shown while the mouse is over it.
    icon : str
        A name of Font Awesome, as those of ipywidgets' buttons.
    """

    text = traitlets.Unicode("").tag(sync=True)
    label = traitlets.Unicode("Copy").tag(sync=True)
    hint = traitlets.Unicode("").tag(sync=True)
    icon = traitlets.Unicode("copy").tag(sync=True)


class FieldEvents(FrontEnd, file="field_events"):
    """Listens in the control in which it stands, and shows nothing.

    Where a front end has no anywidget, nothing is heard: a list is closed by its button, chosen
    values are dropped by theirs, and what is pasted is taken with Enter.

    Parameters
    ----------
    heard : callable
        Called with ``"left"`` (the focus has left the control), ``"open"`` (a click or the arrow
        down in the search field), ``"escape"``, ``"backspace"`` (in an empty search field), or
        ``"paste"`` and the text that was pasted, where that is more than one line or item.
    """

    def __init__(self, heard: Callable[[str, str], object]) -> None:
        super().__init__(layout={"display": "none"})

        def told(_widget: object, content: object, _buffers: object) -> None:
            if isinstance(content, dict):
                heard(str(content.get("event")), str(content.get("text", "")))

        self.on_msg(told)
