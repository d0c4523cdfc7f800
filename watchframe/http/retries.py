"""When requests may go on, after a server asked to slow down."""

from __future__ import annotations

import statistics
import time
from collections import deque
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

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


def http_date(text: str) -> datetime | None:
    """Return the moment of a header such as ``Date``, in UTC; None where it holds none."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # "-0000" is UTC too, of which nothing more is known (RFC 5322, 3.3).
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # before year 1, or after year 9999
        return None


#: Seconds between two questions: at first, at most, and as a part of the time so far.
FIRST_PAUSE, LONGEST_PAUSE, PART = 0.03, 2.0, 0.5
#: From when to when, as parts of what jobs of the query took, it is asked after often; and at which
#: part of that, but not below so many seconds.
EARLY, LATE, OFTEN, SHORTEST_PAUSE = 0.9, 1.25, 0.05, 0.005
#: How many jobs of a query are remembered, and of how many queries.
JOBS, QUERIES = 8, 1000


class JobTimes:
    """How long the last jobs of each query took; any thread may use it."""

    def __init__(self) -> None:
        self._lock = ProcessLock()
        self._taken: dict[int, deque[float]] = {}

    def add(self, query_id: int, seconds: float) -> None:
        """Remember how long a job took."""
        with self._lock.lock:
            if query_id not in self._taken and len(self._taken) >= QUERIES:
                self._taken.clear()
            self._taken.setdefault(query_id, deque(maxlen=JOBS)).append(seconds)

    def expected(self, query_id: int | None) -> float | None:
        """Return the seconds that the next job of this query is likely to take."""
        with self._lock.lock:
            taken = self._taken.get(query_id) if query_id is not None else None
            return statistics.median(taken) if taken else None


def pause(taken: float, expected: float | None) -> float:
    """Give the seconds until a job is to be asked after, which has taken `taken` so far."""
    # Where jobs are short, one that is late is not left lying for as long as an unknown one.
    first = FIRST_PAUSE if expected is None else min(FIRST_PAUSE, expected * PART)
    usual = min(max(taken * PART, first, SHORTEST_PAUSE), LONGEST_PAUSE)
    if expected is None or taken > expected * LATE:
        return usual
    often = max(expected * OFTEN, SHORTEST_PAUSE)
    return min(usual, max(expected * EARLY - taken, often))
