"""What a slow read is doing, as a line or as a bar that counts; both are gone in the end."""

from __future__ import annotations

import math
import re
import sys
import time
import uuid
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self, TextIO, TypeVar

from tqdm.std import tqdm

from watchframe.models import Job, JobStatus
from watchframe.plain_text import plain_text


def is_interactive() -> bool:
    """Whether a person is watching this process: a terminal, or a notebook that somebody has open.

    Under ``nbconvert --execute`` and papermill there is a kernel but nobody to watch it. Such
    runners tell the kernel that nobody can answer ``input()``; a notebook in a browser tells it
    the opposite. (``allow_stdin`` of an ``execute_request``, in the Jupyter messaging protocol.)
    """
    kernel = ipython_kernel()
    if kernel is not None:
        return bool(getattr(kernel, "_allow_stdin", False))
    return sys.stderr is not None and sys.stderr.isatty()


def ipython_kernel() -> object | None:
    """Give IPython's kernel where this process is one."""
    ipython = sys.modules.get("IPython")
    if ipython is None:
        return None
    shell = ipython.get_ipython()
    return getattr(shell, "kernel", None)


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


T = TypeVar("T")

#: Seconds before the line appears: what is quicker than that needs no line.
DELAY = 1.0
#: Seconds between two drawings.
REDRAW = 0.1

_WAITING = {
    JobStatus.PENDING: "waiting in the server's queue",
    JobStatus.DEFERRED: "waiting in the server's queue",
    JobStatus.SCHEDULED: "waiting in the server's queue",
    JobStatus.STARTED: "running on the data source",
    JobStatus.SUCCESS: "finished, fetching the result",
}


class ProgressBar(tqdm):  # type: ignore[type-arg]  # it takes none when it runs
    """A tqdm bar that draws nothing before its delay, and wipes whatever it has drawn.

    tqdm's own draws a changed postfix at once. When it ends before its delay it then takes it that
    nothing was drawn, and leaves that.
    """

    _is_drawn = False

    # types-tqdm has None here, but tqdm asks whether something was drawn.
    def display(self, msg: str | None = None, pos: int | None = None) -> bool:  # type: ignore[override]
        """Draw where it is time to; tell whether that was done."""
        # A bar without a delay is drawn before it is noted when it began.
        if time.time() < getattr(self, "start_t", 0.0) + (self.delay or 0):
            return False
        self._is_drawn = True
        return bool(super().display(msg, pos))

    def close(self) -> None:
        """Wipe what was drawn."""
        self.delay = 0 if self._is_drawn else math.inf
        super().close()


def progress_bar(
    *, unit: str, progress: bool | None, total: int | None = None, file: TextIO | None = None
) -> ProgressBar:
    """Return a bar that counts, silent for quick reads and where no person is watching.

    Parameters
    ----------
    unit : str
        What is counted.
    progress, file
        As of `ProgressLine`.
    total : int, optional
        How many there will be, where that is known.
    """
    return ProgressBar(
        total=total,
        unit=unit,
        leave=False,
        delay=DELAY,
        file=file or progress_stream(),
        disable=not _is_shown(progress),
    )


class ProgressLine:
    """A tqdm line with elapsed time and status; silent for quick reads and unwatched processes.

    Parameters
    ----------
    label : str
        What is being read.
    progress : bool or None
        True shows it, False never does, None shows it where a person is watching.
    file : text stream, optional
        Where to draw; below the cell in a notebook, else on standard error, by default.
    """

    def __init__(self, label: str, *, progress: bool | None, file: TextIO | None = None) -> None:
        self.label = plain_text(label, keep="")
        self._is_shown = _is_shown(progress)
        self._file = file
        self._started = time.monotonic()
        self._drawn = 0.0
        self._bar: ProgressBar | None = None
        self._received = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def on_status(self, job: Job | None) -> None:
        """Show the state of `job`; None before there is one."""
        self._say(_WAITING.get(job.status, "") if job is not None else "asking the server")

    def on_received(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Give `chunks` on, counting what came."""
        for chunk in chunks:
            self._received += len(chunk)
            self._say(f"received {tqdm.format_sizeof(self._received, 'B')}")
            yield chunk

    def counted(self, items: Iterable[T], *, total: int | None = None) -> Iterator[T]:
        """Give `items` on, counting them; `total` is how many there will be, where that is known.

        An item counts when the next one is asked for.
        """
        of = "" if total is None else f" of {total:,}"
        for done, item in enumerate(items):
            self._say(f"{done:,}{of}")
            yield item

    def _say(self, words: str) -> None:
        now = time.monotonic()
        if not self._is_shown or now < self._started + DELAY:
            return
        if self._bar is None:
            # A delay, however small, keeps tqdm from drawing before there is something to say.
            self._bar = ProgressBar(
                bar_format="{desc} [{elapsed}]",
                leave=False,
                file=self._file or progress_stream(),
                delay=REDRAW,
            )
            self._bar.start_t -= now - self._started
        elif now < self._drawn + REDRAW:
            return
        self._drawn = now
        self._bar.set_description_str(f"{self.label}: {words}")


def _is_shown(progress: bool | None) -> bool:  # noqa: FBT001 - the caller's own setting
    return is_interactive() if progress is None else progress
