"""Whether a local copy may answer: pure decisions, each with a named reason.

The age of a result is the age of its *data*: how long ago the server had the rows. It is the sum of
two durations, each by one clock: how old the data was on arrival, by the server's (its ``Date``
header minus ``retrieved_at``), and how long it has been here, by this machine's. So a difference
between the clocks does not matter.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import pandas as pd

from watchframe.cache.provenance import Provenance
from watchframe.config import duration_seconds
from watchframe.errors import ArgumentError
from watchframe.reprs import Shown

Mode = Literal["use", "refresh", "only", "off"]
Action = Literal["use", "check", "fetch", "fail"]

MODES: tuple[Mode, ...] = ("use", "refresh", "only", "off")

#: A ``Date`` header has whole seconds, so the rows may seem up to a second younger than the answer.
CLOCK_TOLERANCE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the caller allows.

    Attributes
    ----------
    mode : {"use", "refresh", "only", "off"}
        ``cache=``.
    max_age : float or None
        Seconds; None is the server's own default: any result of the query as it stands.
    """

    mode: Mode = "use"
    max_age: float | None = None

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ArgumentError(
                f"cache is {self.mode!r}.", hint='It is one of "use", "refresh", "only", "off".'
            )

    @property
    def reads(self) -> bool:
        """Whether the cache is looked into at all."""
        return self.mode in ("use", "only")

    @property
    def writes(self) -> bool:
        """Whether what was fetched is stored."""
        return self.mode in ("use", "refresh")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerState:
    """The query's definition as one small request has just shown it.

    The key holds the hash of the query's text, so an entry found under the key made from that
    definition belongs to the text as it stands.

    Attributes
    ----------
    latest_result_id : int or None
        The server's newest result of the query; None where it has none, or does not say.
    tells_latest : bool
        Whether it is about results of what is asked: of a query without parameters, or with those
        that are saved. Of other values, and of SQL, the server does not say what it holds.
    """

    latest_result_id: int | None
    tells_latest: bool


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Decision(Shown):
    """What to do, why, and how old the local copy is.

    Attributes
    ----------
    action : {"use", "check", "fetch", "fail"}
        Take the local copy; make the small request and decide again with a `ServerState`; ask the
        server for the result; raise CacheMissError.
    reason : str
        The named reason, such as ``"fresh"`` or ``"too-old"``.
    age : float or None
        Seconds; None where there is no local copy. Negative for one from the future.
    """

    action: Action
    reason: str
    age: float | None = None


def data_age(provenance: Provenance, now: datetime) -> timedelta:
    """Return how long ago the server had the rows.

    A negative age of up to `CLOCK_TOLERANCE` counts as 0; a larger one is returned as it is.
    """
    on_arrival = (provenance.server_time or provenance.stored_at) - provenance.retrieved_at
    since = now - provenance.stored_at
    for part in (on_arrival, since):
        if part < -CLOCK_TOLERANCE:
            return part
    return max(on_arrival, timedelta()) + max(since, timedelta())


def document_age(stored_at: datetime, now: datetime) -> timedelta:
    """Return how long ago a document was fetched; negative for one from the future."""
    age = now - stored_at
    return age if age < -CLOCK_TOLERANCE else max(age, timedelta())


def decide(
    provenance: Provenance | None,
    policy: Policy,
    *,
    now: datetime,
    server_state: ServerState | None = None,
    waited_since: datetime | None = None,
) -> Decision:
    """Return what to do with the local copy of a result.

    Parameters
    ----------
    provenance : Provenance or None
        The local copy's, under the key made from the query's definition; None: there is none.
    policy : Policy
        What the caller allows.
    now : datetime
        This machine's clock; aware.
    server_state : ServerState, optional
        What the small request showed, once it was made. Ad-hoc SQL has no definition that could
        change: pass ``ServerState(latest_result_id=None, tells_latest=False)``.
    waited_since : datetime, optional
        The moment from which the caller has waited for another one that asks the same
        (`ResultCache.single_flight`). What that one brought answers both.
    """
    age = None if provenance is None else data_age(provenance, now).total_seconds()
    if policy.mode == "off":
        return Decision(action="fetch", reason="cache-off", age=age)
    if provenance is None:
        if policy.mode == "only":
            return Decision(action="fail", reason="nothing-stored")
        return Decision(action="fetch", reason="not-stored")
    action, reason = _judge(provenance, policy, age or 0.0, server_state, waited_since)
    return Decision(action=action, reason=reason, age=age)


def decide_document(stored_at: datetime | None, policy: Policy, *, now: datetime) -> Decision:
    """Return what to do with the local copy of a definition or of a dropdown's values.

    Parameters
    ----------
    stored_at : datetime or None
        When it was fetched, by this machine's clock; None: there is no local copy.
    policy : Policy
        That of the read that needs it. With ``max_age=None`` the definition itself is the small
        request, so it is always fetched.
    now : datetime
        This machine's clock; aware.
    """
    age = None if stored_at is None else document_age(stored_at, now).total_seconds()
    if policy.mode == "only":
        if age is None:
            return Decision(action="fail", reason="nothing-stored")
        return Decision(action="use", reason="cache-only", age=age)
    if policy.mode in ("off", "refresh"):
        return Decision(action="fetch", reason=f"cache-{policy.mode}", age=age)
    if age is None:
        return Decision(action="fetch", reason="not-stored")
    if not policy.max_age:
        reason = "check-asked" if policy.max_age is None else "max-age-zero"
        return Decision(action="fetch", reason=reason, age=age)
    action, reason = _by_age(age, policy.max_age)
    return Decision(action=action, reason=reason, age=age)


def decide_after_error(
    provenance: Provenance | None, *, now: datetime, stale_if_error: bool
) -> Decision:
    """Return what to do with a copy that was not fresh enough, now that the server cannot be asked.

    ``"use"`` (with a warning) if the setting allows it; else ``"fail"``, whose `age` the error
    should name, with ``cache="only"`` as the way to take that copy.
    """
    if provenance is None:
        return Decision(action="fail", reason="nothing-stored")
    age = data_age(provenance, now).total_seconds()
    if stale_if_error:
        return Decision(action="use", reason="stale-if-error", age=age)
    return Decision(action="fail", reason="only-stale", age=age)


def _judge(
    provenance: Provenance,
    policy: Policy,
    age: float,
    server_state: ServerState | None,
    waited_since: datetime | None,
) -> tuple[Action, str]:
    if policy.mode == "only":
        return "use", "cache-only"
    if waited_since is not None and _answers_waiter(provenance, policy, waited_since):
        return "use", "shared-flight"
    if policy.mode == "refresh" or policy.max_age == 0:
        return "fetch", "cache-refresh" if policy.mode == "refresh" else "max-age-zero"
    if age < 0:
        return "fetch", "from-the-future"
    if policy.max_age is not None:
        return _by_age(age, policy.max_age)
    return _by_server_state(provenance, server_state)


def _answers_waiter(provenance: Provenance, policy: Policy, waited_since: datetime) -> bool:
    """Whether the result came while the caller waited.

    A caller that asked for a new execution gets one that began after the call.
    """
    wants_new = policy.mode == "refresh" or policy.max_age == 0
    moment = provenance.requested_at if wants_new else provenance.stored_at
    return moment is not None and moment >= waited_since


def _by_age(age: float, max_age: float) -> tuple[Action, str]:
    if age < 0:
        return "fetch", "from-the-future"
    return ("use", "fresh") if age <= max_age else ("fetch", "too-old")


def _by_server_state(
    provenance: Provenance, server_state: ServerState | None
) -> tuple[Action, str]:
    if server_state is None:
        return "check", "definition-unchecked"
    if not server_state.tells_latest:
        return "use", "not-edited"
    if server_state.latest_result_id is None or provenance.query_result_id is None:
        return "fetch", "newer-result-unknown"
    if server_state.latest_result_id != provenance.query_result_id:
        return "fetch", "newer-result"
    return "use", "latest-result"


def parse_max_age(value: float | str | timedelta | None) -> float | None:
    """Return `value` in seconds; None, the server's own default, stays None.

    Parameters
    ----------
    value : number, timedelta, str or None
        Seconds, a duration, or a number with a unit: ``"90s"``, ``"15m"``, ``"1.5h"``, ``"7d"``,
        ``"2w"``.

    Raises
    ------
    ArgumentError
        It is not one of these, it is negative, or it is not finite.

    Examples
    --------
    >>> parse_max_age("15m")
    900.0
    """
    if value is None:
        return None
    seconds = duration_seconds(value)
    if seconds is None:
        raise ArgumentError(
            f"max_age is {value!r}, which is not an age.",
            hint='Give seconds (900), a timedelta, a text such as "15m", "1h" or "7d", or None.',
        )
    return seconds


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
    """Return the decisions about that folder, oldest first, which all its caches share."""
    return _logs.setdefault(directory, deque(maxlen=REMEMBERED))


def list_decisions(noted: Iterable[NotedDecision]) -> pd.DataFrame:
    """Return a frame with one row a decision, the newest first."""
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
