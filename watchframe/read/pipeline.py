"""The one pipeline: from a question to a typed table, through the local cache and the server."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from watchframe.cache import (
    CacheEntry,
    Flight,
    decide,
)
from watchframe.display import age_words
from watchframe.errors import (
    ArgumentError,
    CacheMissError,
    JobFailedError,
    ProtocolError,
    ResponseError,
    ServerError,
)
from watchframe.hints import Hint, Kind
from watchframe.models import DataSource, ParameterDefinition, Query
from watchframe.parameters import (
    JSON,
    normalize_parameters,
    normalize_sql_parameters,
    params_dict,
)
from watchframe.read.answer import Answer, use_column_memory, warn_stale
from watchframe.read.documents import ANY_AGE, NEWLY_READ, Documents, knowing
from watchframe.read.fetch import Fetched, QueryEditedError, fetch_answer
from watchframe.read.known_runs import runs_of
from watchframe.read.lock_asked import asked_query, asked_sets, asked_sql
from watchframe.read.lock_freeze import locked_answer
from watchframe.read.lock_replay import Replay
from watchframe.read.options import Params, QueryLike, ReadOptions
from watchframe.read.plan import ReadPlan
from watchframe.read.planning import Planner
from watchframe.read.question import ResultQuestion, SavedQuestion, SqlQuestion
from watchframe.references import QueryReference, parse_reference

logger = logging.getLogger(__name__)

#: How often a query may be edited during a read before the read gives up.
EDIT_TRIES = 3


def answer_query(query: QueryLike, params: Params, options: ReadOptions) -> Answer:
    """Return the answer to a saved query."""
    return Pipeline(planner=_of_query(query, params, options)).answer()


def answer_sql(
    sql: str, data_source: int | str | DataSource, params: Params, options: ReadOptions
) -> Answer:
    """Return the answer to ad-hoc SQL."""
    return Pipeline(planner=_of_sql(sql, data_source, params, options)).answer()


def answer_result(question: ResultQuestion, options: ReadOptions) -> Answer:
    """Return one stored result of the server, by its id, whatever lock is in use."""
    policy = replace(options.policy, mode="use", max_age=None)
    its = replace(options, policy=policy, lock=None)
    planner = Planner(options=its, ask=lambda _: question, is_editable=False)
    return Pipeline(planner=planner).answer()


def plan_query(query: QueryLike, params: Params, options: ReadOptions) -> ReadPlan:
    """Return the plan of `answer_query`; nothing is executed, not even a dropdown's query."""
    return replace(_of_query(query, params, options), may_execute=False).plan()


def named_query(
    query: QueryLike, params: Params, options: ReadOptions, definition: Query | None = None
) -> ReadPlan:
    """Return what `answer_query` asks and under which key results are kept, without a request.

    Parameters
    ----------
    query, params, options
        As of `answer_query`.
    definition : Query, optional
        The query's, in place of a local copy that is older, or where there is none.

    Raises
    ------
    CacheMissError
        No definition is known.
    """
    known = Documents(options, ANY_AGE, may_ask=False)
    if definition is not None and not _knows_newer(known, definition):
        # It is shared, so nothing is asked for.
        options = knowing(options, definition)
        known = Documents(options, NEWLY_READ, may_ask=True, shared=options.shared)
    return _of_query(query, params, options).named(known)


def _knows_newer(documents: Documents, definition: Query) -> bool:
    """Whether the local copy of a definition was saved on the server later than this one."""
    try:
        kept = documents.query(QueryReference(query_id=definition.id)).updated_at
    except CacheMissError:
        return False
    return kept is not None and definition.updated_at is not None and kept > definition.updated_at


def plan_sql(
    sql: str, data_source: int | str | DataSource, params: Params, options: ReadOptions
) -> ReadPlan:
    """Return the plan of `answer_sql`; nothing is executed."""
    return replace(_of_sql(sql, data_source, params, options), may_execute=False).plan()


def with_runs(plan: ReadPlan, options: ReadOptions) -> ReadPlan:
    """Return the plan with what is known of earlier runs, for an explanation.

    The server is asked for that only where the read itself would ask it.
    """
    if not isinstance(plan.question, SavedQuestion):
        return plan
    may_ask = plan.decision.action == "fetch"
    runs = runs_of(plan.question.query, plan.cache_key, options, may_ask=may_ask)
    return replace(plan, runs=runs)


def refuse_sets(params: object, sweep: str) -> None:
    """Raise ArgumentError if `params` are several parameter sets; `sweep` is what reads those."""
    if isinstance(params, Iterable) and not isinstance(params, Mapping | str):
        raise ArgumentError(
            f"params is a {type(params).__name__}, and one read takes one parameter set.",
            hint=f"{sweep} reads once for each set, into one frame.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """One read: it follows the plans of `planner`."""

    planner: Planner

    @property
    def options(self) -> ReadOptions:
        """Those of the read."""
        return self.planner.options

    def answer(self) -> Answer:
        """Return the rows: the local copy's or the server's, or those of a lock."""
        lock, asked = self.options.lock, self.planner.asked
        if lock is None or asked is None:
            return self._own_answer()
        with lock.reading():
            answer = self._own_answer() if lock.replay is None else self._replayed(lock.replay)
            if lock.recorders and answer.key_parts is not None:
                locked = locked_answer(answer, answer.key_parts)
                for recorder in lock.recorders:
                    recorder.note(asked, locked, lock.turn)
        return answer

    def _replayed(self, replay: Replay) -> Answer:
        """Return the rows that a lock names."""
        options, asked = self.options, self.planner.asked
        assert asked is not None  # noqa: S101 - there is a lock

        return replay.answer(
            asked,
            self.planner.question,
            options,
            sql=self.planner.sql,
            fetch=partial(answer_result, options=options),
        )

    def _own_answer(self) -> Answer:
        try:
            return self._answer(self.planner.known() or self.planner.new())
        except ServerError as error:
            plan = self.planner.after_outage(error)
            if plan.decision.age is None:  # there is no copy
                raise
            copy = _copy_words(plan.decision.age)
            if plan.decision.action != "use":
                raise error.replace(hint=Hint(Kind.STORED_COPY, copy=copy)) from None
            warn_stale(plan.label, copy, error)
            return self._follow(plan)

    def _answer(self, plan: ReadPlan) -> Answer:
        """Follow the plan, and that which takes its place where it rests on an old definition."""
        for _ in range(EDIT_TRIES):
            try:
                return self._follow(plan)
            except QueryEditedError as edit:
                if self.options.shared is not None:
                    self.options.shared.forget()
                logger.info("%s was edited meanwhile: asking again", plan.label)
                plan = edit.plan
            except (ResponseError, JobFailedError) as refusal:
                plan = self.planner.after_refusal(plan, refusal)
        raise ProtocolError(
            f"{plan.label.capitalize()} was edited {EDIT_TRIES} times while it was being read.",
            hint="Try again when its author has finished.",
        )

    def _follow(self, plan: ReadPlan) -> Answer:
        self.options.note(plan.label, plan.cache_key, plan.decision)
        if plan.decision.action == "fail":
            raise miss(plan)
        if plan.entry is not None:
            answer = plan.answer(plan.entry.table, plan.entry.provenance, "local cache")
        else:
            plan, answer = self._fetched(plan)
        # Rows that may be of another question teach no types.
        if self.options.cache is not None and plan.is_kept and answer.unproven is None:
            use_column_memory(answer, plan.key_parts, self.options.cache)
        return answer

    def _fetched(self, plan: ReadPlan) -> Fetched:
        """Return the server's answer; one read fetches it for all that wait for the same."""
        options, cache = self.options, self.options.cache
        if cache is None or not plan.is_kept:
            return fetch_answer(plan, replace(options, cache=None), self.planner.new)
        fetch = partial(fetch_answer, plan, options, self.planner.new)
        left, check = options.deadline.remaining(), options.deadline.remaining
        with cache.single_flight(plan.cache_key, timeout=left, check=check) as flight:
            if flight.waited_since is not None:
                brought = self._brought(plan, flight.waited_since)
                if brought is not None:
                    return plan, plan.answer(brought.table, brought.provenance, "local cache")
            if not flight.waited_in_vain:
                return _lead(flight, fetch, plan.cache_key)
            flight.end_in_vain()
        logger.debug("%s: the read that was waited for brought nothing to share", plan.label)
        return fetch()

    def _brought(self, plan: ReadPlan, waited_since: datetime) -> CacheEntry | None:
        """Return what the read that this one waited for has stored, if it answers both."""
        entry = self.options.cache.get(plan.cache_key) if self.options.cache is not None else None
        decision = decide(
            None if entry is None else entry.provenance,
            self.options.policy,
            now=self.options.clock(),
            server_state=None if plan.is_to_be_checked else plan.question.server_state,
            waited_since=waited_since,
        )
        self.options.note(plan.label, plan.cache_key, decision)
        return entry if decision.action == "use" else None


def _of_query(query: QueryLike, params: Params, options: ReadOptions) -> Planner:
    reference = parse_reference(query)
    if reference.result_id is not None:
        return _of_result(reference, params, options)
    options = _whole(replace(options, now=options.now or datetime.now(UTC)))
    lasting = params_dict(params)
    asked = None
    if options.lock is not None:
        asked = asked_query(options.client.server, reference, lasting, options.exact)

    def ask(documents: Documents) -> SavedQuestion:
        definition = documents.query(reference)
        dropdown_options = documents.dropdown_options(definition)
        parameters = _wire(definition, lasting, reference, options, dropdown_options)
        return SavedQuestion(query=definition, parameters={**parameters, **options.exact})

    given: frozenset[str] | None = None
    # A name may be another query's by now, and results for a query's own key do not tell their SQL.
    if (
        reference.query_id is not None
        and reference.query_id not in options.client.settings.query_keys
    ):
        given = frozenset(lasting.keys() | reference.url_parameters.keys() | options.exact.keys())
    return Planner(options=options, ask=ask, is_editable=True, given=given, asked=asked)


def _whole(options: ReadOptions) -> ReadOptions:
    """Return the options of a read that has all columns where a lock holds a hash of them."""
    return options if options.lock is None else replace(options, columns=None)


def _of_result(reference: QueryReference, params: Params, options: ReadOptions) -> Planner:
    result_id, query_id = reference.result_id, reference.query_id
    if result_id is None or params:
        raise ArgumentError(
            f"{reference.label.capitalize()} is there already: parameters change nothing of it.",
            hint="Leave params out, or give the id or the address of the query.",
        )
    # It never changes, so that every copy of it will do.
    options = _whole(replace(options, policy=replace(options.policy, max_age=None)))
    question = ResultQuestion(result_id=result_id, query_id=query_id)
    asked = None
    if options.lock is not None:
        asked = asked_query(options.client.server, reference, {}, {})
    return Planner(options=options, ask=lambda _: question, is_editable=False, asked=asked)


def _of_sql(
    sql: str, data_source: int | str | DataSource, params: Params, options: ReadOptions
) -> Planner:
    lasting, options = params_dict(params), _whole(options)
    asked = None
    if options.lock is not None:
        asked = asked_sql(options.client.server, sql, data_source, lasting)
    parameters = normalize_sql_parameters(
        sql,
        lasting,
        now=options.now or datetime.now(UTC),
        timezone=options.client.settings.timezone,
    )

    def ask(documents: Documents) -> SqlQuestion:
        source = documents.data_source(data_source)
        return SqlQuestion(sql=sql, data_source=source, parameters=parameters)

    return Planner(options=options, ask=ask, is_editable=False, asked=asked, sql=sql)


def wire_sets(
    query: QueryLike, sets: Iterable[Params], options: ReadOptions
) -> tuple[Query, list[dict[str, JSON]]]:
    """Return a saved query's definition, and parameter sets as they are sent.

    All dynamic dates among them are resolved at one moment. The values of dropdown queries are not
    asked for: the read itself compares them.
    """
    reference = parse_reference(query)
    options = replace(options, now=options.now or datetime.now(UTC))
    definition, lock = Documents.of(options).query(reference), options.lock
    given = [params_dict(params) for params in sets]
    if lock is None:
        return definition, [_wire(definition, params, reference, options) for params in given]
    asked = asked_sets(options.client.server, reference, given)
    if lock.replay is not None:
        sent = lock.replay.sets(asked)
    else:
        sent = [_wire(definition, params, reference, options) for params in given]
    for recorder in lock.recorders:
        recorder.note_sets(asked, sent, lock.turn)
    return definition, sent


def _wire(
    query: Query,
    params: Params,
    reference: QueryReference,
    options: ReadOptions,
    dropdown_options: Callable[[ParameterDefinition], Sequence[str] | None] | None = None,
) -> dict[str, JSON]:
    """Return the parameters as they are sent."""
    return normalize_parameters(
        query,
        params,
        url_parameters=reference.url_parameters,
        now=options.now or datetime.now(UTC),
        timezone=options.client.settings.timezone,
        dropdown_options=dropdown_options,
    )


def _lead(flight: Flight, fetch: Callable[[], Fetched], key: str) -> Fetched:
    """Fetch for all reads that wait; if that brings nothing that they can take, release them."""
    try:
        plan, answer = fetch()
    except (JobFailedError, QueryEditedError):
        flight.end_in_vain()  # it would fail for each of them, one after the other
        raise
    if not answer.is_stored or plan.cache_key != key:
        flight.end_in_vain()
    return plan, answer


def miss(plan: ReadPlan) -> CacheMissError:
    """Return the error of a read that finds no local copy and may make no request."""
    if not plan.is_kept:
        return CacheMissError(
            f"Results of {plan.label} are not kept, as the settings say.",
            hint="See uncached_queries and cache_text_parameters in the settings.",
        )
    return CacheMissError(
        f"The local cache holds no result of {plan.label} for these parameters.",
        hint=Hint(Kind.NOT_STORED),
    )


def _copy_words(age: float) -> str:
    """Return ``copy 3 h old``; the age of one from the future is unknown."""
    return f"copy {age_words(age)} old" if age >= 0 else "copy of unknown age"
