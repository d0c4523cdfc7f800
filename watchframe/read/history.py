"""Past results of a saved query: which of them this machine keeps, and one of them again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

import pandas as pd

from watchframe.cache import ResultHead
from watchframe.client import Client
from watchframe.errors import ArgumentError, CacheMissError
from watchframe.hints import Hint, Kind
from watchframe.keys import without_keys
from watchframe.models import Query
from watchframe.parameters.moments import as_moment
from watchframe.read.answer import use_column_memory
from watchframe.read.options import Params, ReadOptions
from watchframe.read.output import Output
from watchframe.read.pipeline import miss, named_query, refuse_sets
from watchframe.read.plan import ReadPlan
from watchframe.references import QueryReference
from watchframe.reprs.words import shortened, words

Moment = str | date
#: A text of so many characters is a day.
_DAY_LENGTH = len("2026-11-01")
_COLUMNS = {
    "retrieved_at": "datetime64[us, UTC]",
    "rows": "Int64",
    "columns": "Int64",
    "runtime_s": "Float64",
    "query_result_id": "Int64",
    "bytes": "Int64",
}


def list_past(
    query: QueryReference,
    params: Params = None,
    *,
    client: Client | None = None,
    definition: Query | None = None,
) -> pd.DataFrame:
    """Return the results of a saved query that this machine keeps, as of `WatchQuery.history`.

    Parameters
    ----------
    query : QueryReference
    params : mapping of str to object, optional
    client : Client, optional
        As of `read_watch_query`.
    definition : Query, optional
        The query's, in place of a local copy that is older, or where there is none.

    Raises
    ------
    CacheMissError
        No definition is known, or the settings keep no results of this query.
    ArgumentError
        `query` is one result, or `params` are several sets.
    """
    options, plan = _named(query, params, client, definition)
    facts = [
        {
            "retrieved_at": head.provenance.retrieved_at,
            "rows": head.rows,
            "columns": len(head.schema),
            "runtime_s": head.provenance.runtime_s,
            "query_result_id": head.provenance.query_result_id,
            "bytes": head.size,
        }
        for head in _heads(options, plan)
    ]
    return pd.DataFrame(facts, columns=list(_COLUMNS)).astype(_COLUMNS)


def read_past(
    query: QueryReference,
    moment: Moment,
    params: Params = None,
    *,
    output: Output,
    client: Client | None = None,
    definition: Query | None = None,
) -> Any:
    """Return the rows of the result that was the newest at a moment, as of `WatchQuery.at`.

    Parameters
    ----------
    query : QueryReference
    moment : str, date or datetime
        As of `WatchQuery.at`.
    params : mapping of str to object, optional
    output : Output
        How the rows are returned.
    client, definition
        As of `list_past`.

    Returns
    -------
    pandas.DataFrame, pyarrow.Table or polars.DataFrame
        With the provenance of that result.

    Raises
    ------
    CacheMissError
        None that old is kept; as `list_past` too.
    ArgumentError
        `moment` is none; as `list_past` too.
    """
    options, plan = _named(query, params, client, definition)
    until = moment_until(moment, now=options.clock(), timezone=options.client.settings.timezone)
    heads = _heads(options, plan)
    found = next((head for head in heads if head.provenance.retrieved_at <= until), None)
    if found is None:
        raise _none_that_old(plan, until, heads)
    retrieved_at = found.provenance.retrieved_at
    entry = options.cache.get_past(plan.cache_key, retrieved_at) if options.cache else None
    if entry is None:  # an older one would be another answer
        raise CacheMissError(
            f"The result of {plan.label} of {words(retrieved_at)} cannot be read any more.",
            hint=Hint(Kind.NO_PAST_RESULT, query_id=plan.question.facts.get("query_id")),
        )
    answer = plan.answer(entry.table, entry.provenance, "local cache")
    if options.cache is not None:
        use_column_memory(answer, plan.key_parts, options.cache, learns=False)
    return output.of(answer)


def moment_until(value: Moment, *, now: datetime, timezone: tzinfo) -> datetime:
    """Return the last moment that `value` means, in UTC: of a day its end.

    Parameters
    ----------
    value : str, date or datetime
        A text as of a parameter of a time: ``"2026-11-01"``, ``"2026-11-01 18:00"``,
        ``"d_yesterday"``.
    now : datetime
        Aware; dynamic dates are counted from it.
    timezone : tzinfo
        What has no zone is in this one.

    Raises
    ------
    ArgumentError
        It is neither a day nor a moment.
    """
    if isinstance(value, str):
        value = value.strip()
        is_day = len(value) == _DAY_LENGTH and value[0].isdigit()
    else:
        is_day = not isinstance(value, datetime) and isinstance(value, date)
    try:
        wall = as_moment(value, now=now, timezone=timezone)
        if is_day:
            wall += timedelta(days=1)
        until = wall.replace(tzinfo=timezone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ArgumentError(
            f"{shortened(without_keys(repr(value)))} is no day and no moment.",
            hint='Give a date, a datetime, or a text: "2026-11-01" is the end of that day, '
            '"2026-11-01 18:00" that moment.',
        ) from None
    return until - timedelta(microseconds=1) if is_day else until


def _named(
    query: QueryReference, params: Params, client: Client | None, definition: Query | None
) -> tuple[ReadOptions, ReadPlan]:
    """Return the options of a look into the cache, and which results are meant."""
    refuse_sets(params, "read_watch_sweep")
    if query.result_id is not None:
        raise ArgumentError(
            f"{query.label.capitalize()} is one result: it has no history.",
            hint="Give the id or the address of the query.",
        )
    options = ReadOptions.resolve(query, client, cache="only", progress=False)
    plan = named_query(query, params, options, definition)
    if not plan.is_kept:
        raise miss(plan)
    return options, plan


def _heads(options: ReadOptions, plan: ReadPlan) -> list[ResultHead]:
    return [] if options.cache is None else options.cache.results_under(plan.cache_key)


def _none_that_old(plan: ReadPlan, until: datetime, heads: list[ResultHead]) -> CacheMissError:
    if not heads:
        return miss(plan)
    newest, oldest = (words(heads[place].provenance.retrieved_at) for place in (0, -1))
    kept = (
        f"the only one is of {oldest}"
        if len(heads) == 1
        else f"the first of the {len(heads):,} is of {oldest}, the last of {newest}"
    )
    return CacheMissError(
        f"No result of {plan.label} for these parameters is kept from before {words(until)}: "
        f"{kept}.",
        hint=Hint(Kind.NO_PAST_RESULT, query_id=plan.question.facts.get("query_id")),
    )
