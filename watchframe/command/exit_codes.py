"""What the exit code of a command says."""

from __future__ import annotations

from watchframe.errors import (
    AccessDeniedError,
    ArgumentError,
    AuthenticationError,
    CacheMissError,
    ConfigurationError,
    JobTimeoutError,
    NotFoundError,
    ParameterError,
    QueryReferenceError,
    TransportError,
    TransportTimeoutError,
)

FAILED, USAGE, ACCESS, NOT_FOUND, TIMEOUT, UNREACHABLE = range(1, 7)
#: 128 and the signal's number, as shells count.
INTERRUPTED, BROKEN_PIPE, TERMINATED = 130, 141, 143

MEANINGS = {
    0: "done",
    FAILED: "the query failed, or the server refused it, or a file could not be written",
    USAGE: "the command, a parameter or a setting cannot be used; nothing was executed",
    ACCESS: "the API key is wrong, or may not do this",
    NOT_FOUND: "there is no such query; with --cache only, no local copy",
    TIMEOUT: "not finished within the timeout",
    UNREACHABLE: "the server could not be reached, or broke off: trying again may help",
    INTERRUPTED: "Ctrl-C",
    BROKEN_PIPE: "whoever read the output stopped, as head does",
    TERMINATED: "the process was told to end (SIGTERM)",
}

_CODES: tuple[tuple[int, tuple[type[BaseException], ...]], ...] = (
    (ACCESS, (AuthenticationError, AccessDeniedError)),
    (NOT_FOUND, (NotFoundError, CacheMissError)),
    (TIMEOUT, (JobTimeoutError, TransportTimeoutError)),
    (UNREACHABLE, (TransportError,)),
    (USAGE, (ArgumentError, ConfigurationError, ParameterError, QueryReferenceError)),
)


def exit_code(error: BaseException) -> int:
    """Give the exit code of a command that ended in `error`; of several errors, what all have.

    Beside several, something else may have been executed.
    """
    if isinstance(error, BaseExceptionGroup):
        codes = set(map(exit_code, error.exceptions))
        return codes.pop() if len(codes) == 1 and USAGE not in codes else FAILED
    return next((code for code, kinds in _CODES if isinstance(error, kinds)), FAILED)
