"""How IPython shows an error or a warning: in a few lines where a person is watching.

Elsewhere they are shown as others are.

IPython asks an exception that has a ``_render_traceback_`` for its lines instead of making a
traceback. The error itself is still raised, of its own class, so that *Run All*, papermill and
nbconvert stop at it. IPython does not ask a group, nor an error that another one was raised from:
these two are seen to where a shell shows errors, in `_Showing`.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Any

from watchframe.caller_warnings import is_inner
from watchframe.display.messages import error_lines, group_lines, notes_of
from watchframe.display.pages import more_about
from watchframe.errors import WatchframeError, WatchframeWarning
from watchframe.hints import Face
from watchframe.interactive import ipython_kernel, ipython_shell, is_interactive
from watchframe.keys import without_keys
from watchframe.plain_text import plain_text

#: How to see more of the traceback.
FULL = "%tb shows the full traceback."
#: Of how many errors of a group the lines are shown.
MOST = 5

#: Where the standard library and installed packages are.
_INSTALLED = tuple(
    sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib")
)


@dataclass(frozen=True, slots=True)
class Rendering:
    """The lines that IPython shows of an error.

    Parameters
    ----------
    error : BaseException
    face : {"python", "cell"}
        Which hints are shown. A cell of ``%watch`` holds one statement, so nothing says where it
        failed; and it shows few lines also where no person is watching.
    """

    error: BaseException
    face: Face = "python"

    def __call__(self) -> list[str]:
        """Return the lines."""
        is_short = self._is_short()
        _hide_inner_frames(self.error, is_hidden=is_short)
        lines = self._short() if is_short else _full(self.error)
        return [without_keys(line) for line in lines]

    def _is_short(self) -> bool:
        if not (is_ours(self.error) or isinstance(self.error, KeyboardInterrupt)):
            return False
        return (self.face == "cell" or is_interactive()) and not _wants_all()

    def _short(self) -> list[str]:
        lines = short_form(self.error, self.face)
        if self.face != "cell":
            lines += [*where(self.error), FULL]
        return [*lines, *more_about(self.error)]

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


def short_form(error: BaseException, face: Face) -> list[str]:
    """Return the lines that say what happened and what to do."""
    if isinstance(error, KeyboardInterrupt):
        return ["Interrupted: nothing was bound or shown."]
    first, *more = _named(error, face)
    return [first, *more, *notes_of(error)]


def _named(error: BaseException, face: Face) -> list[str]:
    """Return an error's lines, the first one with its class."""
    name = type(error).__name__
    if isinstance(error, BaseExceptionGroup):
        of_each = group_lines(error, lambda one: _named(one, face), MOST)
        return [plain_text(f"{name}: {error.message.rstrip('.')}:"), *of_each]
    first, *more = error_lines(error, face)
    return [f"{name}: {first}", *more]


def where(error: BaseException) -> list[str]:
    """Return the lines of the caller's code that led to an error, the outermost first.

    Those of errors that were being handled, or that it was raised from, come after them, unless
    these happened within this library.
    """
    lines = [_line_of(*place) for place in _outer_frames(error.__traceback__)]
    for before in _before(error):
        places = [_line_of(*place) for place in _outer_frames(before.__traceback__)]
        if places:
            first = (str(getattr(before, "message", before)).splitlines() or [""])[0]
            words = f"{type(before).__name__}: {first}".removesuffix(": ")
            lines += [plain_text(f"Before it, {words}"), *places]
    return lines


def _before(error: BaseException) -> Iterator[BaseException]:
    """Yield the errors that a traceback shows before this one, the latest first."""
    seen = {id(error)}
    while True:
        before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if before is None or id(before) in seen:
            return
        seen.add(id(before))
        error = before
        yield error


def _outer_frames(trace: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    """Yield the frames, with their lines, that are neither this library's nor IPython's.

    What these call of the standard library and of installed packages counts as theirs.
    """
    was_inner = False
    for frame, line in traceback.walk_tb(trace):
        name = frame.f_code.co_filename
        was_inner = is_inner(name) or (was_inner and name.startswith(_INSTALLED))
        if not was_inner:
            yield frame, line


def _line_of(frame: FrameType, line: int) -> str:
    """Return a place in the caller's code, and what stands there."""
    name, function = frame.f_code.co_filename, frame.f_code.co_qualname
    shell = ipython_shell()
    cell = shell.compile.format_code_name(name) if shell is not None else None
    home = os.path.expanduser("~") + os.sep  # noqa: PTH111 - names such as <string> are no paths
    place = " ".join(cell) if cell else f"File {name.replace(home, '~' + os.sep, 1)}"
    within = "" if function == "<module>" else f", in {function}"
    summary = traceback.FrameSummary(name, line, function, lookup_line=False)
    code = f": {summary.line}" if summary.line else ""
    return plain_text(f"{place}, line {line}{within}{code}")


def _full(error: BaseException) -> Sequence[str]:
    """Return the traceback as IPython makes it; of a group, which it cannot make, as Python."""
    shell = ipython_shell()
    if shell is None or isinstance(error, BaseExceptionGroup):
        return [line.rstrip("\n") for line in traceback.format_exception(error)]
    lines: list[str] = shell.InteractiveTB.structured_traceback(
        type(error), error, error.__traceback__
    )
    return lines


def is_ours(error: BaseException | None) -> bool:
    """Return whether it is an error of this library, or a group of such errors alone."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(is_ours, error.exceptions))
    return isinstance(error, WatchframeError)


def _wants_all() -> bool:
    """Return whether the user wants whole tracebacks: always, or of this error, by ``%tb``."""
    shell = ipython_shell()
    if shell is not None and any(getattr(i, "full_traceback", False) for i in shell.configurables):
        return True  # %config WatchMagics.full_traceback
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 - Python's own way up the stack
    while frame is not None:
        module = frame.f_globals.get("__name__")
        if (module, frame.f_code.co_name) == ("IPython.core.magics.execution", "tb"):
            return True
        frame = frame.f_back
    return False


def _hide_inner_frames(error: BaseException, *, is_hidden: bool) -> None:
    """Let IPython's tracebacks and its debugger leave out this library's frames, or show them."""
    for item in (error, *_before(error)):
        if is_ours(item):
            for frame, _ in traceback.walk_tb(item.__traceback__):
                if is_inner(frame.f_code.co_filename):
                    frame.f_locals["__tracebackhide__"] = is_hidden


def prepare_shell() -> None:
    """Let IPython's shell, where there is one, show groups and chains with these errors shortly."""
    shell = ipython_shell()
    if shell is not None and not isinstance(shell.showtraceback, _Showing):
        shell.showtraceback = _Showing(shell)


def prepare_warnings() -> None:
    """Let a notebook where a person is watching show this library's warnings as its errors."""
    if ipython_kernel() is not None and not isinstance(warnings.formatwarning, _Formatting):
        warnings.formatwarning = _Formatting(warnings.formatwarning)


class _Formatting:
    """In place of `warnings.formatwarning`, which says how a warning that is shown reads.

    What records warnings, or makes them errors, does not ask it.
    """

    def __init__(self, format_other: Callable[..., str]) -> None:
        self._format_other = format_other

    def __call__(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        line: str | None = None,
    ) -> str:
        if isinstance(message, WatchframeWarning) and is_interactive() and not _wants_all():
            return "\n".join([*short_form(message, "python"), *more_about(message), ""])
        return self._format_other(message, category, filename, lineno, line)


class _Showing:
    """In place of a shell's method ``showtraceback``.

    It shows groups of this library's errors. Everything else it leaves to the method that was
    there, after it has hidden this library's frames in errors that others were raised from.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._show = shell.showtraceback

    def __call__(self, exc_tuple: Any = None, *arguments: Any, **named: Any) -> None:
        error = exc_tuple[1] if exc_tuple else sys.exc_info()[1]
        error = error or getattr(sys, "last_value", None)
        # A group, also where no person is watching: its lines may hold keys, as of one error.
        if isinstance(error, BaseExceptionGroup) and is_ours(error):
            kind, error, _ = self._shell._get_exc_info(exc_tuple)  # noqa: SLF001 - notes it for %tb
            self._shell._showtraceback(kind, error, Rendering(error)())  # noqa: SLF001 - made to be overridden
            if self._shell.call_pdb:
                self._shell.debugger(force=True)
        elif error is None or not is_interactive():
            self._show(exc_tuple, *arguments, **named)
        else:
            _hide_inner_frames(error, is_hidden=not _wants_all())
            self._show(exc_tuple, *arguments, **named)
