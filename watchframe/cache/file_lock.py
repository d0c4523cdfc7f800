"""A lock on a file's name, among threads and processes, which the system frees when a holder dies.

It is ``flock``: it belongs to an open file, so two threads exclude each other as two processes do,
and the kernel frees it when the last descriptor closes, ``kill -9`` included.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from watchframe.cache.private_folder import open_or_replace, open_private

if sys.platform != "win32":
    import fcntl

#: The time of last access that says: the time of last change is the end of a turn.
_NOTE = 0

_held: set[int] = set()


def try_lock(path: Path) -> int | None:
    """Return a descriptor that holds the lock named `path`, or None where another one holds it.

    Raises
    ------
    OSError
        The file cannot be made, or the file system knows no locks.
    """
    descriptor = open_or_replace(path, os.O_RDWR | os.O_CREAT)
    try:
        if _lock(descriptor) and _is_named(path, descriptor):
            _held.add(descriptor)
            return descriptor
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def unlock(path: Path, descriptor: int, *, note_end: bool = False) -> None:
    """Free a lock that `try_lock` gave, and take its file away.

    With `note_end` the file stays, and tells the next holder when that was (`noted_end`).
    """
    if descriptor not in _held:
        return  # this is a forked child: the lock is its parent's
    _held.discard(descriptor)
    with contextlib.suppress(OSError):
        if note_end:
            # In its times, not in its bytes: those could not be written to a full disk.
            os.utime(descriptor, ns=(_NOTE, time.time_ns()))
        else:
            # First the name, then the lock: who locks the nameless file sees that and tries again.
            path.unlink()
    os.close(descriptor)


def noted_end(descriptor: int) -> float:
    """Give when an earlier holder of this lock ended and noted it, in seconds since 1970, or 0."""
    status = os.fstat(descriptor)
    return status.st_mtime if status.st_atime_ns == _NOTE else 0.0


def take_away_if_free(path: Path) -> bool:
    """Take away a lock's file that a killed holder, or a note, has left; say whether that is so."""
    with contextlib.suppress(OSError):
        descriptor = try_lock(path)
        if descriptor is not None:
            unlock(path, descriptor)
            return True
    return False


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
