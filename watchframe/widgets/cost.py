"""What a run would take, by what is known without asking the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from watchframe.cache.entry_format import ResultHead
from watchframe.display import ago_words, duration_words
from watchframe.errors import WatchframeError
from watchframe.models import Query
from watchframe.read import ReadOptions
from watchframe.read.options import ANY_RESULT
from watchframe.read.pipeline import plan_query
from watchframe.read.plan import ReadPlan
from watchframe.reprs.words import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a run would take.

    Attributes
    ----------
    query : Query
        Where a list of the server's had it, it tells of the newest result.
    is_cached : bool
        Whether the rows are in the local cache, young enough.
    is_stored : bool
        Whether the server has the rows, so that it runs nothing.
    last : ResultHead or None
        The newest result of the query that this machine has, of whatever values.
    """

    query: Query
    is_cached: bool = False
    is_stored: bool = False
    last: ResultHead | None = None

    @property
    def seconds(self) -> float | None:
        """How long the last run took, where that is known."""
        if self.last is not None:
            return self.last.provenance.runtime_s
        return self.query.runtime

    @property
    def words(self) -> str:
        """What to say before a run; empty where nothing is known."""
        said = "The server has these rows: Run fetches them." if self.is_stored else ""
        moment = self.query.retrieved_at if self.last is None else self.last.provenance.retrieved_at
        if moment is None:
            return said
        facts = [] if self.seconds is None else [duration_words(self.seconds)]
        facts += [] if self.last is None else [counted(self.last.rows, "row")]
        facts.append(ago_words(moment, datetime.now(UTC)))
        rest = "; other values may take longer." if self.query.parameters else "."
        return f"{said} Last run: {', '.join(facts)}{rest}".strip()


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
        return Cost(query=query, last=last)
    is_cached = plan.decision.action == "use"
    return Cost(query=query, is_cached=is_cached, is_stored=_is_stored(plan), last=last)


def _is_stored(plan: ReadPlan) -> bool:
    """Whether the server tells that it has a result of these values, which will do."""
    state = plan.question.server_state
    return (
        plan.server_max_age == ANY_RESULT
        and state.tells_latest
        and state.latest_result_id is not None
        and bool(plan.sql)  # without it, the values of that result are not known
    )
