"""When a decision about a local copy is taken, and where it is told."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from watchframe.cache import Decision, ResultCache

logger = logging.getLogger(__name__)


def time_here(cache: ResultCache | None) -> datetime:
    """Give this machine's time: that of the cache's clock, where there is a cache."""
    return datetime.now(UTC) if cache is None else cache.now()


def note_decision(cache: ResultCache | None, what: str, key: str, decision: Decision) -> None:
    """Log a decision with its reason, and have `ResultCache.decisions` show it."""
    logger.debug("%s: %s (%s)", what, decision.action, decision.reason)
    if cache is not None:
        cache.note_decision(what, key, decision)
