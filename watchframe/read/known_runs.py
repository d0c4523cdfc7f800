"""How earlier runs went, by what the local cache and the server's list of queries tell."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import cast

from watchframe.cache import cache_key
from watchframe.cache.entry_format import ResultHead
from watchframe.client import listed_query
from watchframe.display import ago_words, duration_words
from watchframe.errors import WatchframeError
from watchframe.models import Query
from watchframe.parameters import JSON
from watchframe.read.options import ReadOptions
from watchframe.read.question import SavedQuestion
from watchframe.reprs import Shown, size_words
from watchframe.reprs.words import counted


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class KnownRun(Shown):
    """One earlier run.

    Attributes
    ----------
    retrieved_at : datetime
        When the server had the rows, UTC.
    runtime_s : float or None
        Seconds that the data source took.
    rows : int or None
        None where only the server knows the result.
    bytes : int or None
        What the result takes in the local cache.
    has_same_values : bool
        Whether it was of the same values of the parameters; False where that is not known.
    """

    retrieved_at: datetime
    runtime_s: float | None = None
    rows: int | None = None
    bytes: int | None = None
    has_same_values: bool = False

    def words(self, now: datetime) -> str:
        """Return such as ``3 h ago, took 4 min 12 s, 1,204 rows, 1.5 MB, with other values``."""
        parts = [ago_words(self.retrieved_at, now)]
        parts += [] if self.runtime_s is None else [f"took {duration_words(self.runtime_s)}"]
        parts += [] if self.rows is None else [counted(self.rows, "row")]
        parts += [] if self.bytes is None else [size_words(self.bytes)]
        parts += [] if self.has_same_values else ["perhaps with other values"]
        return ", ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class KnownRuns(Shown):
    """The earlier runs of a query as it stands.

    Attributes
    ----------
    last : KnownRun
        The newest with the same values that is known here; without one, the newest that is known
        here or that the server tells of.
    runtimes_s : tuple of float
        The seconds of all runs that are known here, with whatever values, the shortest first.
    on_server : datetime or None
        When the newest result that the server lists was made, UTC.
    """

    last: KnownRun
    runtimes_s: tuple[float, ...] = ()
    on_server: datetime | None = None

    @property
    def usual_words(self) -> str | None:
        """The range of run times in words; None where fewer than two runs are known here."""
        if len(self.runtimes_s) < 2:  # noqa: PLR2004 - one is no range
            return None
        least, middle, most = (
            duration_words(seconds)
            for seconds in (self.runtimes_s[0], median(self.runtimes_s), self.runtimes_s[-1])
        )
        return f"{least} to {most}, half of {len(self.runtimes_s)} known runs at most {middle}"


def results_of(query: Query, options: ReadOptions) -> list[ResultHead]:
    """Return what is known of a query's results here, the newest data first.

    Those of other keys, which may be another user's rows, and those of another text of the query
    are left out.
    """
    if options.cache is None:
        return []
    server, principal = options.client.server, options.principal_of(query.id)

    def is_own(head: ResultHead) -> bool:
        values = cast("Mapping[str, JSON]", head.provenance.parameters)
        question = SavedQuestion(query=query, parameters=values)
        return head.key == cache_key(question.key_parts(server=server, principal=principal))

    own = filter(is_own, options.cache.results_of(server, query.id))
    return sorted(own, key=lambda head: head.provenance.retrieved_at, reverse=True)


def runs_of(query: Query, key: str, options: ReadOptions, *, may_ask: bool) -> KnownRuns | None:
    """Return how earlier runs of a query went; None where nothing is known of any.

    Parameters
    ----------
    query : Query
    key : str
        The cache key of the read that is planned.
    options : ReadOptions
    may_ask : bool
        Whether the server may be asked for its list, which tells of the newest result that it has.
    """
    heads = results_of(query, options)
    seconds = sorted(
        head.provenance.runtime_s for head in heads if head.provenance.runtime_s is not None
    )
    same = [head for head in heads if head.key == key]
    runs = [_known(head, key) for head in (same or heads)[:1]]
    listed = _listed(query, options) if may_ask else None
    on_server = None if listed is None else listed.retrieved_at
    if listed is not None and on_server is not None and not same:
        runs.append(
            KnownRun(
                retrieved_at=on_server,
                runtime_s=listed.runtime,
                has_same_values=not query.parameters,
            )
        )
    if not runs:
        return None
    # Of one and the same run, what is known here tells more.
    last = max(
        runs, key=lambda run: (run.retrieved_at.replace(microsecond=0), run.rows is not None)
    )
    return KnownRuns(last=last, runtimes_s=tuple(seconds), on_server=on_server)


def _known(head: ResultHead, key: str) -> KnownRun:
    return KnownRun(
        retrieved_at=head.provenance.retrieved_at,
        runtime_s=head.provenance.runtime_s,
        rows=head.rows,
        bytes=head.size,
        has_same_values=head.key == key,
    )


def _listed(query: Query, options: ReadOptions) -> Query | None:
    """Return the query as the server's list has it; None where that is not to be had."""
    if options.client.settings.api_key is None:
        return None  # a query's own key sees no list
    with contextlib.suppress(WatchframeError):  # a read does not need it
        return listed_query(options.client.queries, query, deadline=options.deadline)
    return None
