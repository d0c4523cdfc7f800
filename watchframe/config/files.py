"""Reading files that others may have put there, or may read: carefully, or with a warning."""

from __future__ import annotations

import errno
import os
import shlex
import stat
import warnings
from pathlib import Path

from watchframe.errors import ConfigurationWarning

#: Flags that some systems do not have. Without O_NONBLOCK, to open a pipe waits for its other end.
_CAREFULLY = (
    getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)


_LARGEST_CONFIG = 1_000_000
_OTHERS = stat.S_IRGRP | stat.S_IROTH
_warned_of: set[Path] = set()


def open_regular(path: Path, flags: int, mode: int = 0o600) -> int:
    """Return a descriptor of a regular file, at once.

    Parameters
    ----------
    path : Path
        The last part of it must not be a symbolic link.
    flags : int
        As of `os.open`.
    mode : int
        Of a file that is created.

    Raises
    ------
    OSError
        It cannot be opened, or is a link, a folder, a pipe, a socket or a device.
    """
    descriptor = os.open(path, flags | _CAREFULLY, mode)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "It is not a regular file", str(path))
    return descriptor


def read_regular(path: Path, *, limit: int) -> bytes:
    """Return a regular file's bytes.

    Raises
    ------
    OSError
        As `open_regular`, or it holds more than `limit` bytes.
    """
    with os.fdopen(open_regular(path, os.O_RDONLY), "rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise OSError(errno.EFBIG, f"It holds more than {limit:,} bytes", str(path))
    return content


def read_config(path: Path) -> bytes:
    """Return the bytes of a file of settings; a link that its owner has made is followed.

    Raises
    ------
    OSError
        As `read_regular`, or its links lead in a circle.
    """
    try:
        target = path.resolve()
    except RuntimeError as error:  # Python 3.11 and 3.12, where links lead in a circle
        raise OSError(errno.ELOOP, "Its links lead in a circle", str(path)) from error
    return read_regular(target, limit=_LARGEST_CONFIG)


def warn_if_readable(path: Path) -> None:
    """Warn, once for each file, that others may read a key; the modes of Windows do not tell."""
    if os.name != "posix" or path in _warned_of or not path.stat().st_mode & _OTHERS:
        return
    _warned_of.add(path)
    warnings.warn(
        f"{path} holds an API key, and other users of this machine may read it. "
        f"Close it to them: chmod 600 {shlex.quote(str(path))}",
        ConfigurationWarning,
        stacklevel=2,
    )
