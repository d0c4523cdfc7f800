"""When to ask after a job: seldom while it cannot be done, often when it is about to be."""

from __future__ import annotations

import statistics
from collections import deque

from watchframe.locks import ProcessLock

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
