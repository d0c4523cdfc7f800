"""The two outputs of a displayed picker: the widget, and its static twin below."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from watchframe.widgets.static_twin import LIVE


class TwinOutput:
    """Shows both, and keeps the twin up to date.

    Attributes
    ----------
    token : str
        Tells this picker from all others in the page.
    live_class : str
        The CSS class of the living widget.
    """

    def __init__(self) -> None:
        self.token = uuid.uuid4().hex[:12]
        self.live_class = f"{LIVE}-{self.token}"
        self._handle: Any = None

    def show(self, widget_bundle: Mapping[str, object], html: str) -> None:
        """Display the widget and, as an output of its own below it, the twin."""
        from IPython.display import HTML, display  # noqa: PLC0415 - only notebooks display

        display(dict(widget_bundle), raw=True)  # type: ignore[no-untyped-call]
        self._handle = display(  # type: ignore[no-untyped-call]
            HTML(html),  # type: ignore[no-untyped-call]
            display_id=self.live_class,
        )

    def update(self, make_html: Callable[[], str]) -> None:
        """Show the twin as `make_html` gives it now, where it is displayed at all."""
        if self._handle is not None:
            from IPython.display import HTML  # noqa: PLC0415 - it is loaded already

            self._handle.update(HTML(make_html()))  # type: ignore[no-untyped-call]
