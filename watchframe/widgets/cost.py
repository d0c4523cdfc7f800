"""What a run would take, by what is known without asking the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from watchframe.cache.entry_format import ResultHead
from watchframe.display import age_words
from watchframe.errors import WatchframeError
from watchframe.models import Query
from watchframe.read import ReadOptions
from watchframe.read.options import ANY_RESULT
from watchframe.read.pipeline import plan_query
from watchframe.read.plan import ReadPlan
from watchframe.reprs.words import counted

_MINUTE = 60
#: Up to how many seconds their tenths matter.
_TENTHS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a run would take.

    Attributes
    ----------
    is_cached : bool
        Whether the rows are in the local cache, young enough.
    is_stored : bool
        Whether the server has the rows, so that it runs nothing.
    last : ResultHead or None
        The newest result of the query that this machine has, of whatever values.
    listed : Query or None
        The query as a list of the server has it, which tells of its newest result.
    """

    is_cached: bool = False
    is_stored: bool = False
    last: ResultHead | None = None
    listed: Query | None = None

    @property
    def seconds(self) -> float | None:
        """How long the last run took, where that is known."""
        if self.last is not None:
            return self.last.provenance.runtime_s
        return None if self.listed is None else self.listed.runtime

    @property
    def words(self) -> str:
        """What to say before a run; empty where nothing is known."""
        said = "The server has these rows: Run fetches them." if self.is_stored else ""
        if self.last is not None:
            moment = self.last.provenance.retrieved_at
        elif self.listed is not None and self.listed.retrieved_at is not None:
            moment = self.listed.retrieved_at
        else:
            return said
        facts = [] if self.seconds is None else [duration_words(self.seconds)]
        facts += [] if self.last is None else [counted(self.last.rows, "row")]
        facts.append(f"{age_words((datetime.now(UTC) - moment).total_seconds())} ago")
        return f"{said} Last run: {', '.join(facts)}; other values may take longer.".strip()


def cost_of(query: Query, params: Mapping[str, object], options: ReadOptions) -> Cost:
    """Return what a run would take; the server is not asked.

    Parameters
    ----------
    query : Query
        The definition, read just now.
    params : mapping of str to object
    options : ReadOptions
        They know this definition (`watchframe.read.documents.knowing`).
    """
    heads = options.cache.results_of(options.client.server, query.id) if options.cache else []
    last = max(heads, key=lambda head: head.provenance.retrieved_at, default=None)
    try:
        plan = plan_query(query.id, params, options)
    except WatchframeError:  # a run shows it
        return Cost(last=last)
    return Cost(is_cached=plan.decision.action == "use", is_stored=_is_stored(plan), last=last)


def _is_stored(plan: ReadPlan) -> bool:
    """Whether the server tells that it has a result of these values, which will do."""
    state = plan.question.server_state
    return (
        plan.server_max_age == ANY_RESULT
        and state.tells_latest
        and state.latest_result_id is not None
        and bool(plan.sql)  # else nobody knows of which values
    )


def duration_words(seconds: float) -> str:
    """Return how long a run took, such as ``4 min 12 s``, ``0.4 s``."""
    if seconds < _TENTHS:
        return f"{max(seconds, 0.1):.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
