"""Warnings at the caller's line: which one that is, and how it is shown without its keys."""

from __future__ import annotations

import contextlib
import contextvars
import inspect
import linecache
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from watchframe.errors import WatchframeWarning
from watchframe.keys import without_keys
from watchframe.locks import ProcessLock

_PACKAGE = f"{Path(__file__).parent}{os.sep}"
#: IPython stands between a magic and its cell, contextlib between our generators and their `with`.
_BETWEEN = (f"{os.sep}IPython{os.sep}core{os.sep}", contextlib.__file__)

_is_silent = contextvars.ContextVar("_is_silent", default=False)


def warn_caller(warning: WatchframeWarning) -> None:
    """Warn at the line that called this library: the nearest one outside of the package."""
    if _is_silent.get():
        return
    if "IPython" in sys.modules:
        # What shows a warning lies above this file, as it does of errors.
        from watchframe.display.tracebacks import prepare_warnings  # noqa: PLC0415 - as said

        prepare_warnings()
    frame, level = inspect.currentframe(), 1
    while frame is not None and is_inner(frame.f_code.co_filename):
        frame, level = frame.f_back, level + 1
    with _line_without_keys(frame):
        warnings.warn(warning, stacklevel=level)


#: One thread at a time, so that each puts back the line as it was.
_changing_line = ProcessLock()


@contextlib.contextmanager
def _line_without_keys(frame: FrameType | None) -> Iterator[None]:
    """Hide the keys in the caller's line, which a warning shows, as long as it is given."""
    lines = [] if frame is None else linecache.getlines(frame.f_code.co_filename)
    at = 0 if frame is None else (frame.f_lineno or 0) - 1
    if not 0 <= at < len(lines) or without_keys(lines[at]) == lines[at]:
        yield
        return
    with _changing_line.lock:
        line = lines[at]
        lines[at] = without_keys(line)
        try:
            yield
        finally:
            lines[at] = line  # who looks at the source later needs it as it is


def is_inner(filename: str) -> bool:
    """Return whether a frame of this file lies between a caller's line and what it called."""
    return filename.startswith(_PACKAGE) or any(place in filename for place in _BETWEEN)


def silence_warnings() -> None:
    """Have this thread warn of nothing: no line of anybody's called what it does."""
    _is_silent.set(True)


def is_silent() -> bool:
    """Return whether this thread warns of nothing; what it meets is for others to tell."""
    return _is_silent.get()
