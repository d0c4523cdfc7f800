"""One line that changes while something goes on, and is gone when it is over."""

from __future__ import annotations

import time
import uuid
from typing import Never, Protocol, TextIO

from tqdm.std import tqdm

from watchframe.display.interactive import ipython_kernel


class ChangingLine(Protocol):
    """Where a text can be shown in the place of the one before it."""

    def show(self, text: str) -> None:
        """Show `text`."""

    def close(self) -> None:
        """Show nothing any more."""


def open_line(started: float, *, file: TextIO | None = None) -> ChangingLine:
    """Give a line: below the cell in a notebook, else on a terminal.

    Parameters
    ----------
    started : float
        The monotonic time from which the elapsed time is counted.
    file : text stream, optional
        Where to draw; below the cell or on standard error by default.
    """
    kernel = ipython_kernel() if file is None else None
    return TerminalLine(started, file) if kernel is None else CellLine(started, kernel)


class TerminalLine:
    """A line of tqdm's, which knows how wide a terminal is and how to wipe its line.

    Parameters
    ----------
    started : float
    file : text stream or None
    """

    def __init__(self, started: float, file: TextIO | None) -> None:
        # A delay, however small, keeps tqdm from drawing before there is something to say.
        self._bar: tqdm[Never] = tqdm(
            bar_format="{desc} [{elapsed}]", leave=False, file=file, delay=0.01
        )
        self._bar.start_t -= time.monotonic() - started

    def show(self, text: str) -> None:
        """Draw `text`."""
        self._bar.set_description_str(text)

    def close(self) -> None:
        """Wipe it."""
        self._bar.close()


class CellLine:
    """An output of the cell's own that is updated, and empty in the end.

    Standard error would do as well, but front ends colour it as an error, and what is wiped there
    leaves a coloured strip in the saved notebook.

    Parameters
    ----------
    started : float
    kernel : object
        IPython's.
    """

    def __init__(self, started: float, kernel: object) -> None:
        self._started = started
        self._kernel = kernel
        self._id = uuid.uuid4().hex
        self._is_there = False

    def show(self, text: str) -> None:
        """Show `text`."""
        elapsed = tqdm.format_interval(time.monotonic() - self._started)
        self._publish({"text/plain": f"{text} [{elapsed}]"})

    def close(self) -> None:
        """Empty it."""
        if self._is_there:
            self._publish({"text/plain": ""})

    def _publish(self, data: dict[str, str]) -> None:
        self._kernel.shell.display_pub.publish(  # type: ignore[attr-defined]
            data, transient={"display_id": self._id}, update=self._is_there
        )
        self._is_there = True
