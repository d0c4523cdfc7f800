"""Errors in a notebook: the message and the hint instead of sixty lines of traceback.

IPython asks an exception that has a ``_render_traceback_`` for its lines instead of making a
traceback. The error itself is still raised, of its own class, so that *Run All*, papermill and
nbconvert stop at it and store the short form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from IPython.core.interactiveshell import InteractiveShell

from watchframe.display.messages import error_lines, without_secrets
from watchframe.errors import WatchframeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """How IPython shows an error that the magic raised.

    Attributes
    ----------
    error : BaseException
    shell : InteractiveShell
        It makes the full traceback.
    is_full : callable
        Whether to show the full traceback; called each time, so that ``%tb`` can show it later.
    secrets : callable
        The texts that must not be shown.
    sql : str or None
        The statement that the data source refused, where it is known.
    """

    error: BaseException
    shell: InteractiveShell
    is_full: Callable[[], bool]
    secrets: Callable[[], Iterable[str]]
    sql: str | None = None

    def __call__(self) -> list[str]:
        """Return the lines that IPython shows."""
        if self.is_full() or not isinstance(self.error, WatchframeError | KeyboardInterrupt):
            lines = self.shell.InteractiveTB.structured_traceback(
                type(self.error), self.error, self.error.__traceback__
            )
        else:
            lines = short_form(self.error, self.sql)
        return [without_secrets(line, self.secrets()) for line in lines]

    def __reduce__(self) -> tuple[object, ...]:
        # In another process, an error shows the lines that it shows in this one.
        return Shown, (tuple(self()),)


@dataclass(frozen=True, slots=True)
class Shown:
    """Lines that were rendered in another process."""

    lines: tuple[str, ...]

    def __call__(self) -> list[str]:
        """Return the lines."""
        return list(self.lines)


def short_form(error: BaseException, sql: str | None = None) -> list[str]:
    """Return the lines that say what happened and what to do."""
    if isinstance(error, KeyboardInterrupt):
        return ["Interrupted: nothing was bound or shown."]
    first, *more = error_lines(error, "cell", sql)
    return [f"{type(error).__name__}: {first}", *more]
