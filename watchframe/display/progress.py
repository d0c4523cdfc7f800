"""A line that says what a slow read is doing."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Never, Self, TextIO, TypeVar

from tqdm.std import tqdm

from watchframe.display.cell_stream import progress_stream
from watchframe.display.interactive import is_interactive
from watchframe.models import Job, JobStatus
from watchframe.plain_text import plain_text

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
        self._is_shown = is_interactive() if progress is None else progress
        self._file = file
        self._started = time.monotonic()
        self._drawn = 0.0
        self._bar: tqdm[Never] | None = None
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
            self._bar = tqdm(
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
