"""Locks that a forked child finds free, whatever its parent's threads were doing.

``fork`` copies a process with one of its threads: the one that forks. A lock that another thread
held at that moment is copied as held, and nobody is left in the child to release it: the child's
first read would wait forever.
"""

from __future__ import annotations

import os
import threading
import weakref
from types import TracebackType


class ProcessLock:
    """A reentrant lock among the threads of one process, used by ``with``.

    It is for state that is right between any two lines of its owner: what a thread of the parent
    left half done stays so in the child.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        _all.add(self)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()

    def free_in_child(self) -> None:
        """Replace the lock if a thread that is not in this process holds it."""
        # Reentrant: this also succeeds where the thread that forked holds it, and will release it.
        if self._lock.acquire(blocking=False):
            self._lock.release()
        else:
            self._lock = threading.RLock()


_all: weakref.WeakSet[ProcessLock] = weakref.WeakSet()


def _free_all() -> None:
    for lock in _all:
        lock.free_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_free_all)
