"""What the magic shows beside a frame, and how many rows of it."""

from __future__ import annotations

import pandas as pd
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import publish_display_data

from watchframe.plain_text import plain_text

_ROW_OPTIONS = ("display.max_rows", "display.min_rows")


def show_text(text: str) -> None:
    """Show a text: under the cell in a notebook, which colors it as a terminal, or printed."""
    publish_display_data({"text/plain": plain_text(text)})  # type: ignore[no-untyped-call]


class RowLimit:
    """Limits the rows that a cell shows of its frames.

    Parameters
    ----------
    shell : InteractiveShell
        Tells when the cell is finished.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._before: dict[str, object] = {}

    def limit(self, rows: int) -> None:
        """Show at most `rows` rows until the cell that runs now is finished."""
        if not self._before:
            self._before = {option: pd.get_option(option) for option in _ROW_OPTIONS}
            self._shell.events.register("post_execute", self._restore)
        for option in _ROW_OPTIONS:
            pd.set_option(option, rows)

    def _restore(self) -> None:
        self._shell.events.unregister("post_execute", self._restore)
        for option, value in self._before.items():
            pd.set_option(option, value)
        self._before = {}
