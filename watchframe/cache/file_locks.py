"""Locks between processes: locked files, which the system frees when their holder dies."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from watchframe.cache.private_files import open_or_replace, open_private
from watchframe.cache.system_locks import lock_open_file, unlock_open_file
from watchframe.config.files import OPEN_FILES_STAY

#: A lock file with this time of last access was left on purpose: its time of last change says when
#: its last holder ended.
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
        if lock_open_file(descriptor) and _is_named(path, descriptor):
            _held.add(descriptor)
            return descriptor
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def unlock(path: Path, descriptor: int, *, note_end: bool = False) -> None:
    """Release a lock that `try_lock` returned, and delete its file.

    With `note_end` the file stays and tells the next holder the time (`noted_end`).
    """
    if descriptor not in _held:
        return  # this is a forked child: the lock is its parent's
    _held.discard(descriptor)
    with contextlib.suppress(OSError):
        if note_end:
            # In its times, not in its bytes: a full disk takes no bytes.
            times = (_NOTE, time.time_ns())
            os.utime(descriptor if os.utime in os.supports_fd else path, ns=times)
        elif not OPEN_FILES_STAY:
            # The name first: a process that then locks the unnamed file sees that and tries again.
            path.unlink()
    if OPEN_FILES_STAY:
        with contextlib.suppress(OSError):
            unlock_open_file(descriptor)
    os.close(descriptor)
    if OPEN_FILES_STAY and not note_end:
        with contextlib.suppress(OSError):  # another process has opened it meanwhile: it is theirs
            path.unlink()


def noted_end(descriptor: int) -> float:
    """Return when an earlier holder noted its end, in seconds since 1970, or 0."""
    status = os.fstat(descriptor)
    return status.st_mtime if status.st_atime_ns == _NOTE else 0.0


def delete_if_free(path: Path) -> bool:
    """Delete a lock's file that a killed holder, or a note, has left; return whether it was."""
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
        lock_open_file(descriptor)


def is_in_use(path: Path) -> bool:
    """Whether a living process has marked the file; True where that is unknown."""
    try:
        descriptor = open_private(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        if not lock_open_file(descriptor):
            return True
        unlock_open_file(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _is_named(path: Path, descriptor: int) -> bool:
    """Whether the locked file is still the one at `path`, and not one that a holder deleted."""
    if OPEN_FILES_STAY:
        return True
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
