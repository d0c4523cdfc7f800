"""Reading files that others may have put there, or may read: carefully, or with a warning."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shlex
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from watchframe.errors import ArgumentError, ConfigurationWarning, warn_caller

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
    warn_caller(
        ConfigurationWarning(
            f"{path} holds an API key, and other users of this machine may read it. "
            f"Close it to them: chmod 600 {shlex.quote(str(path))}"
        )
    )


def check_writable(path: Path) -> None:
    """Raise ArgumentError where a file cannot be made at `path`, before work is done for it."""
    if path.is_dir():
        raise ArgumentError(f"{path} is a folder.", hint="Give a file's name in it.")
    folder = path.resolve().parent
    if not folder.is_dir():
        raise ArgumentError(f"There is no folder {folder}.", hint=f"Make it: mkdir -p {folder}")
    if not os.access(folder, os.W_OK) and not _is_special(path):
        raise ArgumentError(f"Nothing may be written into {folder}.", hint="Choose another folder.")


def check_folder(path: Path) -> None:
    """Raise ArgumentError where files cannot be made in a folder at `path`, itself still to make.

    Its parent must be there.
    """
    check_writable(path / "file" if path.is_dir() else path)


@contextlib.contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write to, which takes the place of `path` when the block ends without error.

    It is made beside `path`; after an error nothing is left of it. A device or a pipe is written to
    directly.
    """
    if _is_special(path):
        with path.open("wb") as file:
            yield file
        return
    target = path.resolve()  # what a link leads to is replaced, not the link
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        unfinished.chmod(_mode(target))
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _is_special(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


def _mode(target: Path) -> int:
    """Give the file's present mode, or that of any new file of this user."""
    with contextlib.suppress(OSError):
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def write_atomically(path: Path, content: bytes) -> bool:
    """Have `path` hold `content`; tell whether it held anything else before.

    Whoever reads it meanwhile sees the old content or the new one. Its folder is made if need be.

    Raises
    ------
    OSError
        It cannot be written; the old content is still there, and nothing beside it.
    """
    with contextlib.suppress(OSError):  # what is no file there, such as a link, is replaced
        if read_regular(path, limit=len(content)) == content:
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return True
