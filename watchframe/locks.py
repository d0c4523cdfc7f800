"""Locks that a forked child finds free, whatever its parent's threads were doing.

``fork`` copies a process with one of its threads: the one that forks. A lock that another thread
held at that moment is copied as held, and no thread of the child would ever release it: the child's
first read would wait forever.
"""

from __future__ import annotations

import os
import threading
import weakref


class ProcessLock:
    """A reentrant lock among the threads of one process: ``with guard.lock:``.

    It is for state that is right between any two lines of its owner: what a thread of the parent
    left half done stays so in the child.

    Attributes
    ----------
    lock : threading.RLock
        To be entered itself. Were this class entered, an interrupt could strike within its
        ``__enter__``, when the lock is taken and nothing would release it.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        _all.add(self)

    def free_in_child(self) -> None:
        """Replace the lock if a thread that is not in this process holds it."""
        # Reentrant: this also succeeds where the thread that forked holds it, and will release it.
        if self.lock.acquire(blocking=False):
            self.lock.release()
        else:
            self.lock = threading.RLock()


_all: weakref.WeakSet[ProcessLock] = weakref.WeakSet()


def _free_all() -> None:
    for lock in _all:
        lock.free_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_free_all)
