"""A lock on a file's name, among threads and processes, which the system frees when a holder dies.

It is ``flock``: it belongs to an open file, so two threads exclude each other as two processes do,
and the kernel frees it when the last descriptor closes, ``kill -9`` included.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from watchframe.cache.private_folder import open_private

if sys.platform != "win32":
    import fcntl

_held: set[int] = set()


def try_lock(path: Path) -> int | None:
    """Give a descriptor that holds the lock named `path`, or None where another one holds it.

    Raises
    ------
    OSError
        The file cannot be made, or the file system knows no locks.
    """
    descriptor = open_private(path, os.O_RDWR | os.O_CREAT)
    try:
        if _lock(descriptor) and _is_named(path, descriptor):
            _held.add(descriptor)
            return descriptor
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def unlock(path: Path, descriptor: int) -> None:
    """Free a lock that `try_lock` gave, and take its file away."""
    if descriptor not in _held:
        return  # this is a forked child: the lock is its parent's
    _held.discard(descriptor)
    # First the name, then the lock: whoever locks the nameless file sees that and tries again.
    with contextlib.suppress(OSError):
        path.unlink()
    os.close(descriptor)


@contextlib.contextmanager
def locked_if_free(path: Path) -> Iterator[bool]:
    """Hold the lock named `path` within the block; False where another one holds it."""
    descriptor = try_lock(path)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            unlock(path, descriptor)


def mark_in_use(descriptor: int) -> None:
    """Lock an open file for as long as it is open, where the file system can."""
    with contextlib.suppress(OSError):
        _lock(descriptor)


def is_in_use(path: Path) -> bool:
    """Whether a living process has marked the file; True where that cannot be told."""
    try:
        descriptor = open_private(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        return not _lock(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    if sys.platform == "win32":
        raise OSError("This system has no flock.")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_named(path: Path, descriptor: int) -> bool:
    """Whether the locked file is still the one at `path`, and not one that a holder took away."""
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    locked = os.fstat(descriptor)
    return (named.st_ino, named.st_dev) == (locked.st_ino, locked.st_dev)


def _forget_in_child() -> None:
    # A forked child shares its parent's open files: it would keep the locks of a parent that died.
    for descriptor in _held:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
