"""A button that copies a text to the clipboard, which plain ipywidgets cannot."""

from __future__ import annotations

import traitlets

from watchframe.widgets.frontend import FrontEnd


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
