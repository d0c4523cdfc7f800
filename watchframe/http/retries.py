"""When something is asked again: back-off and Retry-After, broken bodies, polls of a job."""

from __future__ import annotations

import logging
import math
import random
import statistics
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from watchframe.errors import (
    ConnectError,
    RateLimitError,
    ResponseError,
    ServerError,
    TransportError,
    TransportTimeoutError,
)
from watchframe.locks import ProcessLock

logger = logging.getLogger(__name__)

Body = TypeVar("Body")
T = TypeVar("T")

#: What a proxy in front of the server answers when it cannot reach it.
OUTAGE_STATUSES: frozenset[int] = frozenset({502, 503, 504})
#: Seconds before the first retry of a request; doubled for each further one.
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 8.0
#: Where the server asks for more seconds than that, they are not waited for.
LONGEST_RETRY_AFTER = 600.0
#: How often a body that breaks off is fetched.
BODY_TRIES = 3


def pause_before_retry(error: ServerError, method: str, retries: int) -> float | None:
    """Return the seconds to wait before the next retry, or None where the request must not repeat.

    A GET is repeated after connection errors, 429, 502, 503 and 504. Anything else is repeated only
    where it was certainly not carried out: no connection was made, or 429.
    """
    # Jitter: clients that failed together must not come back together.
    jitter = random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, keeps no secret
    pause = min(FIRST_PAUSE * 2.0 ** min(retries, 10), LONGEST_PAUSE) * jitter
    if isinstance(error, ConnectError):
        may_repeat = not error.is_lasting and (error.was_not_sent or method == "GET")
        return pause if may_repeat else None
    if not isinstance(error, RateLimitError) and method != "GET":
        return None
    if isinstance(error, TransportTimeoutError):
        return pause
    if not isinstance(error, ResponseError) or error.status not in OUTAGE_STATUSES | {429}:
        return None
    wanted = error.retry_after or 0.0
    return wanted + pause if wanted <= LONGEST_RETRY_AFTER else None


def retry_after(value: str) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for: a whole number, or a date."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value)
    moment = http_date(value)
    if moment is None:
        return None
    return float(max(math.ceil((moment - datetime.now(UTC)).total_seconds()), 0))


def http_date(text: str) -> datetime | None:
    """Return the moment of a header such as ``Date``, in UTC; None where it holds none."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # "-0000" is UTC too, of an unknown local zone (RFC 5322, 3.3).
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # before year 1, or after year 9999
        return None


class RateLimit:
    """One pause for all threads of a connection after a 429: each would be refused as well."""

    def __init__(self) -> None:
        self._lock = ProcessLock()
        self._until = 0.0

    def pause(self, seconds: float) -> None:
        """Hold requests back for `seconds` from now."""
        with self._lock.lock:
            self._until = max(self._until, time.monotonic() + seconds)

    @property
    def seconds_left(self) -> float:
        """The seconds for which requests are still held back; 0 where they are not."""
        return max(self._until - time.monotonic(), 0.0)


def read_or_refetch(
    body: Body,
    read: Callable[[Body], T],
    refetch: Callable[[Body], Body],
    *,
    tries: int = BODY_TRIES,
) -> T:
    """Return ``read(body)``; a body that breaks off is fetched again, `tries` times in all.

    Errors of `refetch` itself are not retried here: requests have retries of their own.
    """
    for tries_left in range(tries - 1, -1, -1):
        try:
            return read(body)
        except TransportError as error:
            if not tries_left:
                raise
            logger.info("fetching the answer again after: %s", error.message)
        body = refetch(body)
    raise AssertionError("unreachable")


#: Seconds between two polls of a job: at first, at most, and as a part of the time so far.
FIRST_POLL, LONGEST_POLL, POLL_PART = 0.03, 2.0, 0.5
#: From when to when, as parts of what earlier jobs of the query took, polls are frequent; and their
#: distance as such a part, but not less than so many seconds.
EARLY, LATE, FREQUENT_PART, SHORTEST_POLL = 0.9, 1.25, 0.05, 0.005
#: How many jobs of a query are remembered, and of how many queries.
JOBS, QUERIES = 8, 1000


def pause_before_poll(taken: float, expected: float | None) -> float:
    """Return the seconds until the next poll of a job that has taken `taken` seconds so far."""
    # Where jobs are short, a late one is polled sooner than a job of unknown length.
    first = FIRST_POLL if expected is None else min(FIRST_POLL, expected * POLL_PART)
    usual = min(max(taken * POLL_PART, first, SHORTEST_POLL), LONGEST_POLL)
    if expected is None or taken > expected * LATE:
        return usual
    frequent = max(expected * FREQUENT_PART, SHORTEST_POLL)
    return min(usual, max(expected * EARLY - taken, frequent))


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
