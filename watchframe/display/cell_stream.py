"""Where tqdm draws in a notebook: an output of the cell's own, which is empty in the end."""

from __future__ import annotations

import uuid

from watchframe.display.interactive import ipython_kernel


class CellStream:
    """A stream that shows the last line written to it below the cell.

    Standard error would do as well, but front ends colour it as an error, and what is wiped there
    leaves a coloured strip in the saved notebook.

    Parameters
    ----------
    kernel : object
        IPython's.
    """

    encoding = "utf-8"  # tqdm asks whether it can draw blocks

    def __init__(self, kernel: object) -> None:
        self._kernel = kernel
        self._id = uuid.uuid4().hex
        self._shown = ""
        self._is_there = False

    def write(self, text: str) -> int:
        """Show `text` in place of what was shown; spaces alone empty it."""
        line = text.replace("\r", "").rstrip()
        if line != self._shown:
            self._kernel.shell.display_pub.publish(  # type: ignore[attr-defined]
                {"text/plain": line}, transient={"display_id": self._id}, update=self._is_there
            )
            self._shown, self._is_there = line, True
        return len(text)

    def flush(self) -> None:
        """Do nothing: everything is shown at once."""


def progress_stream() -> CellStream | None:
    """Give where tqdm is to draw: below the cell, or None (standard error) outside a notebook."""
    kernel = ipython_kernel()
    return None if kernel is None else CellStream(kernel)
