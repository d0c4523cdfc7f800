"""What a picker leaves behind in a saved notebook: its last values and rows, as plain HTML.

A widget lives in the kernel. Where its model is gone, JupyterLab and Notebook 7 write "Error
displaying widget: model not found" (jupyterlab#15361, ipywidgets#3773), also where the same output
holds HTML. So this is an output of its own, below the widget's: while the widget is there, a rule
of style hides the twin; where the widget is not, the twin shows and hides the line in its place.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from watchframe.plain_text import html_text
from watchframe.widgets.control import value_text
from watchframe.widgets.layout import style_tag

LIVE = "wf-live"
TWIN = "wf-twin"


def twin_html(token: str, body: str) -> str:
    """Give the twin of a widget.

    Parameters
    ----------
    token : str
        Tells this widget from all others; safe in a class name.
    body : str
        What it shows, as HTML.
    """
    return (
        f"{style_tag()}<style>{_hiding(token)}</style>"
        f'<div class="wf-picker {TWIN} {TWIN}-{token}">{body}</div>'
    )


def last_state_html(
    *,
    heading: str,
    params: Mapping[str, object],
    titles: Mapping[str, str],
    status: str,
    table: str,
    code: str,
) -> str:
    """Return what a picker showed last, for `twin_html`.

    Parameters
    ----------
    heading : str
        HTML.
    params : mapping of str to object
    titles : mapping of str to str
        The parameters' labels, by name.
    status, table : str
        HTML.
    code : str
        The code that reads the same rows.
    """
    values = "".join(
        f'<tr><th scope="row">{html_text(titles.get(name, name))}</th>'
        f"<td>{html_text(value_text(value))}</td></tr>"
        for name, value in params.items()
    )
    return (
        f'{heading}<table class="wf-values">{values}</table>{status}{table}'
        f'<div class="wf-hint">As it was when the notebook was saved. Run the cell for the live '
        f"picker, or read the same rows with:</div>"
        f'<pre class="wf-code">{html_text(code)}</pre>'
    )


def _hiding(token: str) -> str:
    """Hide the twin beside its living widget; where that is not, hide what stands in its place.

    With a kernel that is an error, without one the words "Loading widget...", for ever.
    """
    child, live = ".jp-OutputArea-child", f":has(.{LIVE}-{token})"
    return (
        f"body{live} .{TWIN}-{token} {{ display: none; }}"
        f"{child}:has(+ {child} .{TWIN}-{token}):not({live}) {{ display: none; }}"
    )


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
