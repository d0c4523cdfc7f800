"""What the reads of this process decided about their local copies, and why."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from watchframe.cache.freshness import Decision

if TYPE_CHECKING:
    import pandas as pd

#: Decisions that a process remembers for each folder.
REMEMBERED = 1000

_COLUMNS = {
    "at": "datetime64[us, UTC]",
    "what": "string",
    "action": "string",
    "reason": "string",
    "age": "timedelta64[us]",
    "key": "string",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedDecision:
    """A decision, when it was taken, and about what.

    Attributes
    ----------
    at : datetime
    what : str
        ``query 42 'Borrows'``, ``the definition of query 42``, ...
    key : str
        The entry's key.
    decision : Decision
    """

    at: datetime
    what: str
    key: str
    decision: Decision


_logs: dict[Path, deque[NotedDecision]] = {}


def log_of(directory: Path) -> deque[NotedDecision]:
    """Give the decisions about that folder, the oldest first; all its `ResultCache` share them."""
    return _logs.setdefault(directory, deque(maxlen=REMEMBERED))


def list_decisions(noted: Iterable[NotedDecision]) -> pd.DataFrame:
    """Give a frame with one row a decision, the newest first."""
    import pandas as pd  # noqa: PLC0415 - only listing needs it here

    ages = [item.decision.age for item in noted]
    frame = pd.DataFrame(
        {
            "at": [item.at for item in noted],
            "what": [item.what for item in noted],
            "action": [item.decision.action for item in noted],
            "reason": [item.decision.reason for item in noted],
            "age": pd.to_timedelta(pd.Series(ages, dtype="Float64"), unit="s"),
            "key": [item.key for item in noted],
        }
    )
    return frame.astype(_COLUMNS)[::-1].reset_index(drop=True)
