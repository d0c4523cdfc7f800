"""Locks that a forked child finds free; a barrier; and waits that Ctrl-C ends on each system.

``fork`` copies a process with one of its threads: the one that forks. A lock that another thread
held at that moment is copied as held, and no thread of the child would ever release it: the child's
first read would wait forever.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
import weakref
from queue import Empty, SimpleQueue
from typing import TypeVar

T = TypeVar("T")


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


class ForkBarrier:
    """Sections of code that a fork waits for: ``with barrier:``.

    A C library, such as SQLite, has locks of its own, which no child could find free. So a fork
    waits until all threads have left it, for `PATIENCE` seconds at most.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._inside = 0
        _barriers.add(self)

    def __enter__(self) -> None:
        with self._condition:
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._condition:
            self._inside -= 1
            self._condition.notify_all()

    def before_fork(self) -> None:
        """Wait until no thread is inside, and let none in."""
        self._condition.acquire()
        self._condition.wait_for(lambda: self._inside == 0, timeout=PATIENCE)

    def after_in_parent(self) -> None:
        """Let threads in again."""
        self._condition.release()

    def after_in_child(self) -> None:
        """Begin with none of the parent's threads."""
        self._condition, self._inside = threading.Condition(), 0


#: Seconds that a fork waits for a barrier's threads.
PATIENCE = 2.0
_all: weakref.WeakSet[ProcessLock] = weakref.WeakSet()
_barriers: weakref.WeakSet[ForkBarrier] = weakref.WeakSet()


#: Whether Ctrl-C ends a wait only when the wait is over: https://github.com/python/cpython/issues/125541
WAITS_ARE_DEAF = os.name == "nt" and sys.version_info < (3, 14)
#: Seconds after which it is heard there.
WAKE_EVERY = 0.1


def wait_for(event: threading.Event, timeout: float | None = None) -> bool:
    """Return `event.wait(timeout)`; Ctrl-C ends it, or within `WAKE_EVERY` where waits are deaf."""
    if not WAITS_ARE_DEAF:
        return event.wait(timeout)
    ends = None if timeout is None else time.monotonic() + timeout
    while True:
        left = WAKE_EVERY if ends is None else max(ends - time.monotonic(), 0.0)
        if event.wait(min(left, WAKE_EVERY)):
            return True
        if left == 0.0:
            return False


def take(queue: SimpleQueue[T]) -> T:
    """Return `queue.get()`; Ctrl-C ends the wait as it does that of `wait_for`."""
    while True:
        with contextlib.suppress(Empty):
            return queue.get(timeout=WAKE_EVERY if WAITS_ARE_DEAF else None)


def _before_fork() -> None:
    for barrier in _barriers:
        barrier.before_fork()


def _after_in_parent() -> None:
    for barrier in _barriers:
        barrier.after_in_parent()


def _after_in_child() -> None:
    for barrier in _barriers:
        barrier.after_in_child()
    for lock in _all:
        lock.free_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_in_parent, after_in_child=_after_in_child
    )
