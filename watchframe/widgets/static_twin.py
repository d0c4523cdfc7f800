"""What a picker leaves in a saved notebook: its last values, and the tab in front, as plain HTML.

A widget lives in the kernel. Where its model is gone, JupyterLab and Notebook 7 write "Error
displaying widget: model not found" (jupyterlab#15361, ipywidgets#3773), even where the same output
holds HTML. So this is an output of its own, below the widget's: CSS hides it while the widget is
there; without the widget it shows, and hides that error.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from contextvars import copy_context
from typing import Any

import ipywidgets

from watchframe.drawing.documents import FramedPage
from watchframe.drawing.figure_html import packed_plotly_script
from watchframe.drawing.plotly_once import carries_plotly
from watchframe.plain_text import html_text
from watchframe.reprs.style import NO_FORMULAS
from watchframe.widgets.control import value_text
from watchframe.widgets.style import style_tag

_LIVE = "wf-live"
_TWIN = "wf-twin"
#: What stands above the last state where there is no living widget.
_NO_WIDGETS = (
    '<div class="wf-hint">marimo does not show ipywidgets, so nothing can be set or run here: set '
    "values in the call.</div>"
)
#: What HTML that draws a figure begins with.
FIGURE = '<div class="wf-figure '


class WidgetWithTwin(ipywidgets.VBox):  # type: ignore[misc] # ipywidgets has no types
    """A widget that is displayed with its twin; subclasses return its content (`last_state`).

    Attributes
    ----------
    shown_in : WidgetWithTwin or None
        The widget that holds this one, if one does: its twin shows the same.
    """

    def __init__(self, children: Sequence[ipywidgets.Widget]) -> None:
        self.shown_in: WidgetWithTwin | None = None
        self._twin_token = uuid.uuid4().hex[:12]
        self._twin_output: Any = None
        super().__init__(children=children)
        self.add_class(f"{_LIVE}-{self._twin_token}")

    def last_state(self) -> str:
        """Return what is shown, as plain HTML."""
        raise NotImplementedError

    def update_twin(self) -> None:
        """Show the last state in the twin, where that is displayed at all."""
        if self.shown_in is not None:
            self.shown_in.update_twin()
        if self._twin_output is not None:
            twin = self._twin()
            self._twin_output.update(twin)
            self._bring_plotly(twin.data)

    def _ipython_display_(self) -> None:
        from IPython.display import display  # noqa: PLC0415 - only notebooks display

        bundle = {**self._repr_mimebundle_(), "text/plain": repr(self)}
        display(bundle, raw=True)  # type: ignore[no-untyped-call]
        twin = self._twin()
        self._twin_output = display(  # type: ignore[no-untyped-call]
            twin, display_id=f"{_LIVE}-{self._twin_token}"
        )
        self._cell, self._has_plotly = copy_context(), False
        self._bring_plotly(twin.data)

    def _display_(self) -> FramedPage:
        """Return what marimo shows, which has no ipywidgets: the last state as it is now."""
        body = f"{_NO_WIDGETS}{self.last_state()}"
        script = packed_plotly_script() if FIGURE in body else ""
        return FramedPage(f"{twin_html(self._twin_token, body)}{script}")

    def _twin(self) -> Any:
        from IPython.display import HTML  # noqa: PLC0415 - as above

        return HTML(twin_html(self._twin_token, self.last_state()))  # type: ignore[no-untyped-call]

    def _bring_plotly(self, html: str) -> None:
        """Display plotly.js below the twin where that draws, unless the notebook has it."""
        from IPython.display import HTML, display  # noqa: PLC0415 - as above

        if FIGURE in html and not self._has_plotly:
            self._has_plotly = True
            # Whichever thread this is, it is an output of the cell that displayed the picker.
            if self._cell.run(carries_plotly):
                script = HTML(packed_plotly_script())  # type: ignore[no-untyped-call]
                self._cell.run(display, script)


def twin_html(token: str, body: str) -> str:
    """Return the twin of a widget, which shows `body` (HTML).

    `token` is unique to the widget and safe in a class name.
    """
    return (
        f"{style_tag()}<style>{_hiding(token)}</style>"
        f'<div class="wf-picker {_TWIN} {_TWIN}-{token} {NO_FORMULAS}">{body}</div>'
    )


def last_state_html(
    *,
    heading: str,
    params: Mapping[str, object],
    titles: Mapping[str, str],
    status: str,
    shown: str,
    code: str,
) -> str:
    """Return what a picker showed last, for `twin_html`; heading, status and shown are HTML."""
    values = "".join(
        f'<tr><th scope="row">{html_text(titles.get(name, name))}</th>'
        f"<td>{html_text(value_text(value))}</td></tr>"
        for name, value in params.items()
    )
    return (
        f'{heading}<table class="wf-values">{values}</table>{status}{shown}'
        f'<div class="wf-hint">As it was when the notebook was saved. Run the cell for the live '
        f"picker, or read the same rows with:</div>"
        f'<pre class="wf-code">{html_text(code)}</pre>'
    )


def _hiding(token: str) -> str:
    """Return CSS that hides the twin beside its live widget, else what is shown instead of that.

    With a kernel that is an error, without one the words "Loading widget...", for ever.
    """
    child, live = ".jp-OutputArea-child", f":has(.{_LIVE}-{token})"
    return (
        f"body{live} .{_TWIN}-{token} {{ display: none; }}"
        f"{child}:has(+ {child} .{_TWIN}-{token}):not({live}) {{ display: none; }}"
    )
