"""Reading files that somebody else may have put there: no link followed, no pipe waited for."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

#: Flags that some systems do not have. Without O_NONBLOCK, to open a pipe waits for its other end.
_CAREFULLY = (
    getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)


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
