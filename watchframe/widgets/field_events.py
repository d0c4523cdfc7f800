"""What happens in a control's fields that ipywidgets do not tell the kernel."""

from __future__ import annotations

from collections.abc import Callable

from watchframe.widgets.frontend import FrontEnd


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
