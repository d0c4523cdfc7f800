"""Documents of the server that several reads have in common: one asks for each."""

from __future__ import annotations

import time
from collections.abc import Callable

from watchframe.locks import ProcessLock

#: Seconds for which a document that one read asked for will do for the others.
LASTS = 10.0


class SharedDocuments:
    """Documents that reads side by side have just asked for; any thread may use it."""

    def __init__(self) -> None:
        self._guard = ProcessLock()
        self._locks: dict[str, ProcessLock] = {}
        self._found: dict[str, tuple[float, object]] = {}

    def get(self, key: str, ask: Callable[[], object]) -> object:
        """Return the document of that key: one asked for a moment ago, else what `ask` returns.

        One thread asks, and the others wait for it; where it fails, each of them asks.
        """
        with self._guard.lock:
            lock = self._locks.setdefault(key, ProcessLock())
        with lock.lock:
            now = time.monotonic()
            found = self._found.get(key)
            if found is None or now - found[0] >= LASTS:
                found = self._found[key] = now, ask()
            return found[1]

    def forget(self) -> None:
        """Have everything asked for anew."""
        self._found.clear()
