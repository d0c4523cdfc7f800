"""Answers that may take long, for somebody who cannot wait."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")

#: Seconds for which an answer is good, and after which a failed question is asked again.
FRESH, RETRY = 60.0, 15.0


@dataclass(slots=True)
class _Entry(Generic[T]):
    value: T | None = None
    expires: float = 0.0
    running: threading.Event | None = field(default=None)


class Background(Generic[T]):
    """Fetches in threads of its own, keeps what came, and never lets its caller wait long.

    What is kept is given at once even when it is old, while it is fetched anew. A fetch that fails
    leaves what was there before; its error goes to the log only.
    """

    def __init__(self) -> None:
        self._entries: dict[Hashable, _Entry[T]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, fetch: Callable[[], T], *, deadline: float) -> T | None:
        """Give the answer to `key`; None where there is none by `deadline` (monotonic time)."""
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            if entry.running is None and time.monotonic() >= entry.expires:
                entry.running = threading.Event()
                # A daemon: a server that does not answer must not keep the interpreter from ending.
                threading.Thread(
                    target=self._fetch,
                    args=(entry, fetch, entry.running),
                    name="watchframe-completion",
                    daemon=True,
                ).start()
            running = entry.running
        if entry.value is None and running is not None:
            running.wait(max(deadline - time.monotonic(), 0.0))
        return entry.value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()

    def _fetch(self, entry: _Entry[T], fetch: Callable[[], T], done: threading.Event) -> None:
        try:
            entry.value = fetch()
            entry.expires = time.monotonic() + FRESH
        except Exception as error:  # noqa: BLE001 - nobody asked for it, so nobody is told of it
            logger.debug("no completions: %s", type(error).__name__)
            entry.expires = time.monotonic() + RETRY
        finally:
            with self._lock:
                entry.running = None
            done.set()
