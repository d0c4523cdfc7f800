"""What a command prints to standard error (errors, warnings, notes; no API key), and exit codes."""

from __future__ import annotations

import contextlib
import traceback
import warnings
from collections.abc import Iterator
from typing import TextIO

import click

from watchframe.display.messages import error_lines, group_lines, notes_of
from watchframe.display.pages import more_about
from watchframe.errors import (
    AccessDeniedError,
    ArgumentError,
    AuthenticationError,
    CacheMissError,
    ConfigurationError,
    JobTimeoutError,
    NotFoundError,
    NotInLockError,
    ParameterError,
    QueryReferenceError,
    ResultGoneError,
    TransportError,
    TransportTimeoutError,
    WatchframeError,
    WatchframeWarning,
)
from watchframe.keys import without_keys
from watchframe.plain_text import plain_text


def note(text: str) -> None:
    """Print a text to standard error, beside the output."""
    click.echo(without_keys(plain_text(text)), err=True)


def show_error(error: BaseException, *, is_debug: bool = False) -> None:
    """Print what went wrong and what to do about it; with `is_debug` the traceback too."""
    lines = traceback.format_exception(error) if is_debug else []
    lines += ["Error: " + "\n".join([*_lines(error), *more_about(error)])]
    note("".join(lines))


@contextlib.contextmanager
def shown_warnings() -> Iterator[None]:
    """Print each of this library's warnings, with where to read more, and no other warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", WatchframeWarning)
        warnings.showwarning = _show_warning
        yield


def _show_warning(  # the signature is the standard library's
    message: Warning | str,
    category: type[Warning],  # noqa: ARG001
    filename: str,  # noqa: ARG001
    lineno: int,  # noqa: ARG001
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    more = more_about(message) if isinstance(message, Warning) else []
    note("\n".join([f"Warning: {message}", *more]))


def _lines(error: BaseException) -> list[str]:
    if isinstance(error, BaseExceptionGroup):
        of_each = group_lines(error, _lines)
        return [f"{error.message.rstrip('.')}:", *of_each, *notes_of(error)]
    if isinstance(error, WatchframeError):
        return error_lines(error, "terminal")
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return [f"{where}{error.strerror}"]
    words = f"{type(error).__name__}: {error}"
    return [f"Unexpected: {words}", "Hint: watchframe --debug ... shows where."]


FAILED, USAGE, ACCESS, NOT_FOUND, TIMEOUT, UNREACHABLE = range(1, 7)
#: 128 and the signal's number, as shells count.
INTERRUPTED, BROKEN_PIPE, TERMINATED = 130, 141, 143

MEANINGS = {
    0: "done",
    FAILED: "the query failed, or the server refused it, or a file could not be written",
    USAGE: "the command, a parameter or a setting cannot be used; nothing was executed",
    ACCESS: "the API key is wrong, or may not do this",
    NOT_FOUND: "there is no such query, or no such result any more; with --offline, no local copy",
    TIMEOUT: "not finished within the timeout",
    UNREACHABLE: "the server could not be reached, or broke off: trying again may help",
    INTERRUPTED: "Ctrl-C",
    BROKEN_PIPE: "the program that read the output stopped, as head does",
    TERMINATED: "the process was told to end (SIGTERM)",
}

_CODES: tuple[tuple[int, tuple[type[BaseException], ...]], ...] = (
    (ACCESS, (AuthenticationError, AccessDeniedError)),
    (NOT_FOUND, (NotFoundError, CacheMissError, NotInLockError, ResultGoneError)),
    (TIMEOUT, (JobTimeoutError, TransportTimeoutError)),
    (UNREACHABLE, (TransportError,)),
    (USAGE, (ArgumentError, ConfigurationError, ParameterError, QueryReferenceError)),
)


def exit_code(error: BaseException) -> int:
    """Return the exit code of a command that ended in `error`.

    Several errors have the code that all of them have, else `FAILED`; never `USAGE`, for beside
    them something else may have been executed.
    """
    if isinstance(error, BaseExceptionGroup):
        codes = set(map(exit_code, error.exceptions))
        return codes.pop() if len(codes) == 1 and USAGE not in codes else FAILED
    return next((code for code, kinds in _CODES if isinstance(error, kinds)), FAILED)
