"""Progress of a slow read: a status line or a bar that counts. Both are wiped when it ends."""

from __future__ import annotations

import math
import re
import time
import uuid
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self, TextIO, TypeVar

from tqdm.std import tqdm

from watchframe.interactive import ipython_kernel, is_interactive
from watchframe.models import Job, JobStatus
from watchframe.plain_text import plain_text

#: tqdm moves the cursor to the lines of nested bars; here is only one line.
_MOVES = re.compile(r"(?:\n|\x1b\[A)*")


class CellStream:
    """A stream that shows the last line written to it below the cell.

    Front ends color standard error as an error, and a line wiped there leaves a colored strip in
    the saved notebook. An output cannot be removed, but one without data takes no space in
    JupyterLab, nor in an exported notebook.

    Parameters
    ----------
    kernel : object
        IPython's.
    """

    encoding = "utf-8"  # tqdm draws blocks only on streams that can encode them

    def __init__(self, kernel: object) -> None:
        self._kernel = kernel
        self._id = uuid.uuid4().hex
        self._shown = ""
        self._is_there = False

    def write(self, text: str) -> int:
        """Show `text` in place of the line before it; spaces alone wipe that line."""
        line = text.replace("\r", "").rstrip()
        if line != self._shown and not _MOVES.fullmatch(text):
            # Noted first: after an interrupt while it is published, the line can still be wiped.
            is_update, self._is_there, self._shown = self._is_there, True, line
            self._kernel.shell.display_pub.publish(  # type: ignore[attr-defined]
                {"text/plain": line} if line else {},
                transient={"display_id": self._id},
                update=is_update,
            )
        return len(text)

    def flush(self) -> None:
        """Do nothing: `write` shows every line at once."""


def progress_stream() -> CellStream | None:
    """Return the stream for tqdm: below the cell, or None (standard error) outside a notebook."""
    kernel = ipython_kernel()
    return None if kernel is None else CellStream(kernel)


T = TypeVar("T")

#: Seconds before progress appears: a quicker read needs none.
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
    """A tqdm bar that draws nothing before its delay, and wipes everything that it has drawn.

    tqdm's own bar draws a changed postfix at once, also before its delay, and does not wipe that
    when it ends before its delay.
    """

    _is_drawn = False

    # types-tqdm declares None, but tqdm uses the result.
    def display(self, msg: str | None = None, pos: int | None = None) -> bool:  # type: ignore[override]
        """Draw if the delay is over; return whether that was done."""
        # A bar without a delay is drawn before tqdm sets start_t.
        if time.time() < getattr(self, "start_t", 0.0) + (self.delay or 0):
            return False
        self._is_drawn = True
        return bool(super().display(msg, pos))

    def close(self) -> None:
        """Wipe the bar."""
        self.delay = 0 if self._is_drawn else math.inf
        super().close()


def progress_bar(
    *, unit: str, progress: bool | None, total: int | None = None, file: TextIO | None = None
) -> ProgressBar:
    """Return a bar that counts; quick reads, and processes that no person watches, show none.

    Parameters
    ----------
    unit : str
        What it counts.
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
    """A line with elapsed time and status; quick reads and unwatched processes show none.

    Parameters
    ----------
    label : str
        What is being read.
    progress : bool or None
        True shows it, False does not, None shows it where a person is watching.
    file : text stream, optional
        Where to draw. Default: below the cell in a notebook, else standard error.
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
        """Show the state of `job`; None stands for the time before there is one."""
        self._say(_WAITING.get(job.status, "") if job is not None else "asking the server")

    def on_received(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield `chunks`, and show how many bytes they were so far."""
        for chunk in chunks:
            self._received += len(chunk)
            self._say(f"received {tqdm.format_sizeof(self._received, 'B')}")
            yield chunk

    def counted(self, items: Iterable[T], *, total: int | None = None) -> Iterator[T]:
        """Yield `items`, and show how many of `total` are done.

        An item is done when the next one is asked for.
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
            # With a delay, however small, tqdm does not draw before the first description is set.
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
