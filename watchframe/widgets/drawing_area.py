"""Where a picker shows a drawing; it is made on a thread, so that the picker is never blocked."""

from __future__ import annotations

import threading
from collections.abc import Callable

import ipywidgets

from watchframe.drawing import Drawing
from watchframe.keys import without_keys
from watchframe.plain_text import html_text
from watchframe.widgets.chart_points import NoChartError
from watchframe.widgets.control import GUARD

#: Makes a drawing, and returns it with what to say above it.
Make = Callable[[], tuple[Drawing, str]]
_Outputs = tuple[dict[str, object], ...]


class DrawingArea:
    """A place for one drawing at a time: of several that are asked for, the last one is shown.

    Parameters
    ----------
    on_shown : callable
        Called from the thread, under the pickers' lock, when what is shown has changed.

    Attributes
    ----------
    drawing : Drawing or None
        What is shown.
    """

    def __init__(self, on_shown: Callable[[], object]) -> None:
        self.drawing: Drawing | None = None
        self._on_shown = on_shown
        self._wanted: Make | None = None  # and not begun
        self._newest: Make | None = None  # what is to be shown
        self._is_working = False
        self._words = ipywidgets.HTML()
        # An output of its own: each front end shows a figure there as it does below a cell.
        self._output = ipywidgets.Output()
        self.widget = ipywidgets.VBox([self._words, self._output])
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
            self._show(None, words, ())

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
            drawing, words, outputs = _made(make)
            with GUARD:
                if make is self._newest:
                    self._show(drawing, words, outputs)

    def _show(self, drawing: Drawing | None, words: str, outputs: _Outputs) -> None:
        self.drawing = drawing
        self._say(words)
        self._output.outputs = outputs
        self._on_shown()

    def _say(self, words: str) -> None:
        text = html_text(words)
        self._words.value = f'<div class="wf-hint" role="status">{text}</div>' if words else ""


def _made(make: Make) -> tuple[Drawing | None, str, _Outputs]:
    """Return a drawing, what to say above it, and its output; an error is what to say."""
    try:
        drawing, words = make()
        data = drawing._repr_mimebundle_()
    except NoChartError as error:
        return None, f"No chart. {error}", ()
    except Exception as error:  # noqa: BLE001 - a thread's error would be shown to nobody
        return None, f"It could not be drawn: {without_keys(str(error) or repr(error))}", ()
    return drawing, words, ({"output_type": "display_data", "data": data, "metadata": {}},)
