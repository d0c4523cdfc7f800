"""Where tqdm draws in a notebook: an output of the cell's own, with nothing in it in the end."""

from __future__ import annotations

import re
import uuid

from watchframe.display.interactive import ipython_kernel

#: tqdm goes down to the line of a bar within another one, and up again: here is one line only.
_MOVES = re.compile(r"(?:\n|\x1b\[A)*")


class CellStream:
    """A stream that shows the last line written to it below the cell.

    Standard error would do as well, but front ends color it as an error, and what is wiped there
    leaves a colored strip in the saved notebook. Nothing can take an output away; one without any
    data takes no space in JupyterLab, and none in an exported notebook.

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
        """Show `text` in place of what was shown; spaces alone leave nothing."""
        line = text.replace("\r", "").rstrip()
        if line != self._shown and not _MOVES.fullmatch(text):
            # Noted first: an interrupt while it is published must not leave it for good.
            is_update, self._is_there, self._shown = self._is_there, True, line
            self._kernel.shell.display_pub.publish(  # type: ignore[attr-defined]
                {"text/plain": line} if line else {},
                transient={"display_id": self._id},
                update=is_update,
            )
        return len(text)

    def flush(self) -> None:
        """Do nothing: everything is shown at once."""


def progress_stream() -> CellStream | None:
    """Give where tqdm is to draw: below the cell, or None (standard error) outside a notebook."""
    kernel = ipython_kernel()
    return None if kernel is None else CellStream(kernel)
