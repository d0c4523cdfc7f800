"""The lock of an open file: `flock`, and `LockFile` on Windows.

Both belong to the open file and not to its process, so they work between threads too; and the
system frees them when their holder dies.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import msvcrt
    import os

    #: Windows locks a range of bytes, which no other process can then read or write: here one
    #: beyond the end of all that is written while it is locked, the last that `locking` can reach.
    LOCKED_BYTE = 0x7FFF_FFFE

    def lock_open_file(descriptor: int) -> bool:
        """Lock an open file; return False where another holder has locked it.

        Raises
        ------
        OSError
            The file system has no locks.
        """
        try:
            _locking(descriptor, msvcrt.LK_NBLCK)
        except PermissionError:
            return False
        return True

    def unlock_open_file(descriptor: int) -> None:
        """Release a lock at once: after a mere `close`, Windows does so when it finds the time."""
        _locking(descriptor, msvcrt.LK_UNLCK)

    def _locking(descriptor: int, mode: int) -> None:
        before = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, mode, 1)
        finally:
            os.lseek(descriptor, before, os.SEEK_SET)

else:
    import fcntl

    def lock_open_file(descriptor: int) -> bool:
        """Lock an open file; return False where another holder has locked it.

        Raises
        ------
        OSError
            The file system has no locks.
        """
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def unlock_open_file(descriptor: int) -> None:
        """Release a lock."""
        fcntl.flock(descriptor, fcntl.LOCK_UN)
