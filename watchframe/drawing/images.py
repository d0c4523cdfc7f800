"""Images of figures, drawn by kaleido in a Chromium that stays for the next one."""

from __future__ import annotations

import asyncio
import atexit
import importlib
import logging
import math
import os
import queue
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from numbers import Real
from pathlib import Path
from typing import Any

from watchframe.config.files import atomic_file
from watchframe.errors import ArgumentError
from watchframe.locks import ProcessLock

#: The formats of a file's suffix, as kaleido names them.
FORMATS = {
    ".png": "png",
    ".svg": "svg",
    ".pdf": "pdf",
    ".jpg": "jpg",
    ".jpeg": "jpg",
    ".webp": "webp",
}
#: CSS pixels, where no size is asked for and the figure has none: about a notebook's cell.
WIDTH, HEIGHT = 800, 400
#: Pixels of an image for each of the layout, where no size is asked for: sharp on every screen.
_SHARP = 2
#: No image is smaller; Chromium answers with a few bytes where one is too large for it.
_LEAST_BYTES = 64
#: Seconds in which a Chromium starts and draws.
WITHIN = 60.0
#: Seconds without work after which it ends: it takes some 300 MB.
_ENDS_AFTER = 60.0
#: Seconds in which it ends with this process.
_ENDED_WITHIN = 5.0


def write_image(
    figure: Mapping[str, Any],
    path: str | Path,
    *,
    width: float | None = None,
    height: float | None = None,
    scale: float | None = None,
) -> None:
    """Write a figure as an image, in the format of the file's suffix.

    Parameters
    ----------
    figure : mapping
        With ``data`` and ``layout``, as plain values.
    path : str or Path
    width, height : float, optional
        Of the layout, in CSS pixels.
    scale : float, optional
        Pixels of the image for each of them.

    Raises
    ------
    ArgumentError
        The suffix is of no such format; kaleido or a Chromium is missing; or it cannot draw this.
    OSError
        The file cannot be written.
    """
    path = Path(path)
    kind = image_format(path)
    if scale is None:
        scale = _SHARP if width is None and height is None and kind not in ("svg", "pdf") else 1
    content = image_of(figure, kind, width=width, height=height, scale=scale)
    with atomic_file(path) as file:
        file.write(content)


def image_format(path: Path) -> str:
    """Return the format of an image by its file's suffix.

    Raises
    ------
    ArgumentError
        It is of none.
    """
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        raise ArgumentError(
            f"{path.name!r} is no name of an image.",
            hint=f"Its suffix says the format: {', '.join(FORMATS)}. to_html() writes a page.",
        ) from None


def image_of(
    figure: Mapping[str, Any],
    kind: str,
    *,
    width: float | None = None,
    height: float | None = None,
    scale: float = 1,
    timeout: float = WITHIN,
) -> bytes:
    """Return a figure as an image.

    Parameters
    ----------
    figure : mapping
        With ``data`` and ``layout``, as plain values.
    kind : str
        A format of `FORMATS`.
    width, height : float, optional
        Of the layout, in CSS pixels: what the figure says by default, else `WIDTH` and `HEIGHT`.
    scale : float, optional
        Pixels of the image for each of them.
    timeout : float, optional
        Seconds to wait.

    Raises
    ------
    ArgumentError
        kaleido or a Chromium is missing, or does not answer in time; or a size is none.
    FigureError
        This cannot be drawn, or not so large.
    """
    for name, value in (("width", width), ("height", height), ("scale", scale)):
        if value is not None and not (isinstance(value, Real) and 0 < value < math.inf):
            raise ArgumentError(
                f"{name} is {value!r}.", hint="Give a number above 0, such as width=800, scale=2."
            )
    layout = dict(figure["layout"])
    if kind == "jpg":  # which cannot be transparent
        layout["paper_bgcolor"] = "white"
    options = {
        "format": kind,
        "width": width or layout.get("width") or WIDTH,
        "height": height or layout.get("height") or HEIGHT,
        "scale": scale,
    }
    job = _Job({"data": figure["data"], "layout": layout}, options)
    chromium = _take(job)
    try:
        content = job.image.result(timeout)
    except TimeoutError:
        job.image.cancel()
        _forget(chromium)
        raise ArgumentError(
            f"No image was drawn within {timeout:.0f} s: Chromium does not answer.",
            hint="Call it again, or write the chart as a page with to_html().",
        ) from None
    except ImportError as error:
        raise ArgumentError(
            "An image needs kaleido.", hint='Install it: pip install "watchframe[charts]".'
        ) from error
    except Exception as error:
        if type(error).__name__ == "ChromeNotFoundError":
            raise ArgumentError(
                "An image needs a Chromium, Chrome or Edge, and none was found.",
                hint="Install one: plotly_get_chrome in a terminal, or apt install chromium. "
                "BROWSER_PATH names one that stands elsewhere.",
            ) from None
        reason = " ".join(map(str, error.args)) or type(error).__name__
        raise FigureError(
            f"Chromium could not draw the image: {reason}",
            hint="Write the chart as a page with to_html().",
        ) from error
    if len(content) < _LEAST_BYTES:
        raise FigureError(
            f"Chromium drew no image of {options['width']:,.0f} x {options['height']:,.0f} pixels.",
            hint="Give a smaller width, height or scale.",
        )
    return content


class FigureError(ArgumentError):
    """Chromium is there, and cannot draw this one figure."""


@dataclass(frozen=True)
class _Job:
    """A figure to draw, and the image that comes of it."""

    figure: Mapping[str, Any]
    options: Mapping[str, Any]
    image: Future[bytes] = field(default_factory=Future)


class _Chromium:
    """A Chromium on a thread of its own, with the event loop that kaleido needs.

    kaleido's own thread (`kaleido.start_sync_server`) is not used: it loads MathJax from elsewhere,
    and its callers wait without a limit for a Chromium that does not start.
    """

    def __init__(self) -> None:
        self.process = os.getpid()
        self.jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self.thread = threading.Thread(target=self.run, name="watchframe-images", daemon=True)
        self.thread.start()

    def run(self) -> None:
        """Do jobs until there are none; where Chromium does not start, fail them."""
        failure: Exception = RuntimeError("it ended")
        try:
            asyncio.run(self.work())
        except Exception as error:  # noqa: BLE001 - raised by those who wait
            failure = error
        with _guard.lock:
            _forget(self)
            while not self.jobs.empty():
                job = self.jobs.get()
                if job is not None and job.image.set_running_or_notify_cancel():
                    job.image.set_exception(failure)
        atexit.unregister(self.end)

    async def work(self) -> None:
        """Draw one figure after the other."""
        kaleido = importlib.import_module("kaleido")  # an extra
        logging.getLogger("choreographer.channels.pipe").addFilter(_is_not_the_end)
        # Without MathJax, which it would load from elsewhere.
        async with kaleido.Kaleido(n=1, mathjax=False, timeout=WITHIN) as chromium:
            atexit.register(self.end)  # now: before the folders that it made are removed
            while (job := self.next_job()) is not None:
                if not job.image.set_running_or_notify_cancel():
                    continue  # its caller has timed out
                try:
                    image = await chromium.calc_fig(job.figure, opts=job.options)
                except Exception as error:  # noqa: BLE001 - raised by the one who waits
                    job.image.set_exception(error)
                else:
                    job.image.set_result(image)

    def next_job(self) -> _Job | None:
        """Return the next job, or None when it is time to end."""
        try:
            return self.jobs.get(timeout=_ENDS_AFTER)
        except queue.Empty:
            with _guard.lock:
                if not self.jobs.empty():  # it came at the last moment
                    return self.jobs.get()
                _forget(self)
                return None

    def end(self) -> None:
        """End it with this process."""
        if self.process == os.getpid():
            self.jobs.put(None)
            self.thread.join(_ENDED_WITHIN)


def _is_not_the_end(record: logging.LogRecord) -> bool:
    """Return whether a log record says anything else than that Chromium ended, which is no error.

    Its pipe sends ``{bye}``, sometimes twice; choreographer logs the second with a traceback.
    """
    return record.msg != "JSONError decoding message. Ignoring"


_guard = ProcessLock()
_chromium: _Chromium | None = None


def _take(job: _Job) -> _Chromium:
    """Return the Chromium that will do a job: the one that runs, or a new one."""
    global _chromium  # noqa: PLW0603 - a process needs one
    with _guard.lock:
        # A child of fork has none of its parent's threads.
        if _chromium is None or _chromium.process != os.getpid():
            _chromium = _Chromium()
        _chromium.jobs.put(job)
        return _chromium


def _forget(chromium: _Chromium) -> None:
    """Have the next job done by a new one."""
    global _chromium  # noqa: PLW0603 - as above
    with _guard.lock:
        if _chromium is chromium:
            _chromium = None
