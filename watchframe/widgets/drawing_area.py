"""Where a picker shows a drawing; it is made on a thread, so that the picker is never blocked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets

from watchframe.drawing import Drawing
from watchframe.drawing.figure_html import CONFIG, figure_html, packed_plotly_script
from watchframe.drawing.notebook_output import (
    HTML,
    PLOTLY,
    fragment_of,
    is_figure,
    noted_figure,
    notes_html,
)
from watchframe.keys import without_keys
from watchframe.plain_text import html_text
from watchframe.widgets.control import GUARD
from watchframe.widgets.quick_points import UndrawableError

#: Makes a drawing, and returns it with what to say above it.
Make = Callable[[], tuple[Drawing, str]]


class DrawingArea:
    """A place for one drawing at a time: of several that are asked for, the last one is shown.

    Parameters
    ----------
    on_shown : callable
        Called under the pickers' lock, mostly from the thread, when another drawing is shown.
    name : str
        What screen readers call a figure.
    """

    def __init__(self, on_shown: Callable[[], object], *, name: str = "Chart") -> None:
        self._on_shown, self._name = on_shown, name
        self._wanted: Make | None = None  # and not begun
        self._newest: Make | None = None  # what is to be shown
        self._is_working = False
        self._shown: Mapping[str, Any] = {}
        self._words = ipywidgets.HTML()
        # Outputs: each front end shows a figure there as it does below a cell.
        self._output = ipywidgets.Output()
        self._plotly = ipywidgets.Output()
        self.widget = ipywidgets.VBox([self._words, self._output, self._plotly])
        self.widget.add_class("wf-drawing")

    def draw(self, make: Make) -> None:
        """Show what `make` returns, once it is made; until then what was shown stays."""
        with GUARD:
            self._wanted = self._newest = make
            self._say("Drawing …")
            if not self._is_working:
                self._is_working = True
                threading.Thread(target=self._work, name="watchframe-picker", daemon=True).start()

    def clear(self, words: str) -> None:
        """Show no drawing, and say why."""
        with GUARD:
            self._wanted = self._newest = None
            self._show({}, words)

    def static_html(self, rows: str) -> str:
        """Return what is shown, as HTML; where there is no drawing, the rows.

        A figure is drawn where scripts run and plotly.js is; elsewhere the rows are in its place.
        """
        if PLOTLY in self._shown:
            line = "Its rows: the chart is drawn where scripts run."
            instead = f'<div style="height: 100%; overflow: auto"><p class="wf-hint">{line}</p>'
            return figure_html(
                self._shown[PLOTLY], name=self._name, meanwhile=f"{instead}{rows}</div>"
            )
        return str(self._shown.get(HTML, rows))

    def close(self) -> None:
        """Show nothing more; the widget is closed by its owner."""
        with GUARD:
            self._wanted = self._newest = None

    def _work(self) -> None:
        while True:
            with GUARD:
                make, self._wanted = self._wanted, None
                if make is None:
                    self._is_working = False
                    return
            forms, words = _made(make, self._name)
            with GUARD:
                if make is self._newest:
                    self._show(forms, words)

    def _show(self, forms: Mapping[str, Any], words: str) -> None:
        self._say(words)
        self._shown = forms
        if PLOTLY in forms and not self._plotly.outputs:
            self._plotly.outputs = outputs_of({HTML: packed_plotly_script()})
        self._output.outputs = outputs_of(forms)
        self._on_shown()

    def _say(self, words: str) -> None:
        text = html_text(words)
        self._words.value = f'<div class="wf-hint" role="status">{text}</div>' if words else ""


def _made(make: Make, name: str) -> tuple[Mapping[str, Any], str]:
    """Return a drawing's forms by media type, and what to say above it; of an error only that."""
    try:
        drawing, words = make()
        return _forms(drawing, name), words
    except UndrawableError as error:
        return {}, f"No chart. {error}"
    except Exception as error:  # noqa: BLE001 - a thread's error would be shown to nobody
        return {}, f"It could not be drawn: {without_keys(str(error) or repr(error))}"


def _forms(drawing: Drawing, name: str) -> Mapping[str, Any]:
    """Return a drawing by media types: plotly's for front ends that know it, HTML for others."""
    if not is_figure(drawing):
        return {HTML: fragment_of(drawing) + notes_html(drawing.notes)}
    return figure_forms(noted_figure(drawing), name)


def figure_forms(figure: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a figure by media types; `name` is what screen readers call it."""
    drawn = figure_html(figure, name=name, meanwhile="<p>Drawing …</p>")
    return {PLOTLY: {**figure, "config": CONFIG}, HTML: drawn}


def outputs_of(forms: Mapping[str, Any]) -> tuple[dict[str, object], ...]:
    """Return what an `ipywidgets.Output` shows."""
    return ({"output_type": "display_data", "data": forms, "metadata": {}},) if forms else ()
