"""When requests may go on, after a server asked to slow down."""

from __future__ import annotations

import time

from watchframe.locks import ProcessLock


class RateLimit:
    """One wait for all threads that share a connection: each would be refused as well."""

    def __init__(self) -> None:
        self._lock = ProcessLock()
        self._until = 0.0

    def wait_for(self, seconds: float) -> None:
        """Note that the server asks for nothing within `seconds` from now."""
        with self._lock.lock:
            self._until = max(self._until, time.monotonic() + seconds)

    @property
    def seconds_left(self) -> float:
        """How long it is still to be waited; 0 where it is not."""
        return max(self._until - time.monotonic(), 0.0)
