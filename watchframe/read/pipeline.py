"""The one pipeline: from a question to a typed table, through the local cache and the server."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from watchframe.cache import (
    Decision,
    Flight,
    Policy,
    Provenance,
    cache_key,
    decide,
    decide_after_error,
)
from watchframe.client import OUTAGE_STATUSES
from watchframe.display import age_words
from watchframe.errors import (
    ArgumentError,
    CacheMissError,
    JobFailedError,
    ParameterError,
    ProtocolError,
    ResponseError,
    ServerError,
    TransportError,
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
from watchframe.read.documents import ANY_AGE, NEWLY_READ, Documents
from watchframe.read.fetch import QueryEditedError, fetch_answer
from watchframe.read.options import Params, QueryLike, ReadOptions
from watchframe.read.plan import NEVER_KEPT, ReadPlan
from watchframe.read.question import Question, ResultQuestion, SavedQuestion, SqlQuestion
from watchframe.references import QueryReference, parse_reference

logger = logging.getLogger(__name__)

#: How often a query may be edited during a read before the read gives up.
EDIT_TRIES = 3


def answer_query(query: QueryLike, params: Params, options: ReadOptions) -> Answer:
    """Return the answer to a saved query."""
    return _of_query(query, params, options).answer()


def answer_sql(
    sql: str, data_source: int | str | DataSource, params: Params, options: ReadOptions
) -> Answer:
    """Return the answer to ad-hoc SQL."""
    return _of_sql(sql, data_source, params, options).answer()


def plan_query(query: QueryLike, params: Params, options: ReadOptions) -> ReadPlan:
    """Return the plan of `answer_query`; nothing is executed, not even a dropdown's query."""
    return replace(_of_query(query, params, options), may_execute=False).plan()


def plan_sql(
    sql: str, data_source: int | str | DataSource, params: Params, options: ReadOptions
) -> ReadPlan:
    """Return the plan of `answer_sql`; nothing is executed."""
    return replace(_of_sql(sql, data_source, params, options), may_execute=False).plan()


def refuse_sets(params: object, sweep: str) -> None:
    """Raise ArgumentError if `params` are several parameter sets; `sweep` is what reads those."""
    if isinstance(params, Iterable) and not isinstance(params, Mapping | str):
        raise ArgumentError(
            f"params is a {type(params).__name__}, and one read takes one parameter set.",
            hint=f"{sweep} reads once for each set, into one frame.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """One read: it makes a plan and follows it.

    Attributes
    ----------
    options : ReadOptions
    ask : callable
        Makes the question of the documents that are known.
    is_editable : bool
        Whether the question rests on a definition that may have been edited since: a saved query.
    may_execute : bool
        False for an explanation.
    """

    options: ReadOptions
    ask: Callable[[Documents], Question]
    is_editable: bool
    may_execute: bool = True

    def plan(self) -> ReadPlan:
        """Return what the read does; the server is asked for documents alone.

        It is not asked at all if a local copy is fresh enough by itself.
        """
        policy, documents = self.options.policy, self.options.document_policy
        if policy.mode == "only":
            return self._plan(self._question(ANY_AGE))
        # Without max_age, the definition itself is the request that tells whether a copy is good.
        if self._takes_stored and not (self.is_editable and documents.max_age is None):
            try:
                plan = self._plan(self._question(documents if self.is_editable else ANY_AGE))
            except (CacheMissError, ParameterError):
                pass  # what is known here may be out of date: the server decides
            else:
                if plan.decision.action == "use":
                    return plan
        return self._newest_plan()

    def answer(self) -> Answer:
        """Return the rows: the local copy's or the server's."""
        try:
            plan = self.plan()
            for tries_left in reversed(range(EDIT_TRIES)):
                try:
                    return self._follow(plan)
                except QueryEditedError:
                    if not tries_left:
                        break
                if self.options.shared is not None:
                    self.options.shared.forget()
                logger.info("%s was edited meanwhile: asking again", plan.label)
                plan = self._newest_plan()
        except ServerError as error:
            if not _is_outage(error) or self.options.policy.mode == "off":
                raise
            return self._after_outage(error)
        raise ProtocolError(
            f"{plan.label.capitalize()} was edited {EDIT_TRIES} times while it was being read.",
            hint="Try again when its author has finished.",
        )

    def _newest_plan(self) -> ReadPlan:
        """Return the plan under the definition that the server has now."""
        return self._plan(self._question(NEWLY_READ, may_ask=True))

    def _plan(
        self, question: Question, judge: Callable[[Provenance | None], Decision] | None = None
    ) -> ReadPlan:
        """Return the plan; `judge` decides about the local copy in place of the policy."""
        options, entry = self.options, None
        parts = question.key_parts(server=options.client.server, principal=options.principal)
        key = cache_key(parts)
        if options.cache is not None and not self._may_keep(question):
            is_last = options.policy.mode == "only"
            decision = Decision(action="fail" if is_last else "fetch", reason=NEVER_KEPT)
        else:
            entry = options.cache.get(key) if options.cache is not None else None
            found = entry.provenance if entry is not None else None
            decision = judge(found) if judge is not None else self._decide(question, found)
        if self.may_execute:
            options.note(question.label, key, decision)
        return ReadPlan(
            question=question,
            key_parts=parts,
            server=options.client.server,
            cache_key=key,
            decision=decision,
            entry=entry if decision.action == "use" else None,  # free the memory of a stale one
            server_max_age=options.server_max_age,
        )

    def _decide(
        self,
        question: Question,
        provenance: Provenance | None,
        waited_since: datetime | None = None,
    ) -> Decision:
        return decide(
            provenance,
            self.options.policy,
            now=self.options.clock(),
            server_state=question.server_state,
            waited_since=waited_since,
        )

    def _follow(self, plan: ReadPlan) -> Answer:
        if plan.decision.action == "fail":
            raise _miss(plan)
        if plan.entry is not None:
            answer = plan.answer(plan.entry.table, plan.entry.provenance, "local cache")
        else:
            answer = self._fetched(plan)
        # Rows that may be of another question teach no types.
        if self.options.cache is not None and plan.is_kept and answer.unproven is None:
            use_column_memory(answer, plan.key_parts, self.options.cache)
        return answer

    def _fetched(self, plan: ReadPlan) -> Answer:
        """Return the server's answer; one read fetches it for all that wait for the same."""

        def is_edited() -> bool:
            question = self._question(NEWLY_READ, may_ask=True, is_shared=False)
            parts = question.key_parts(server=plan.server, principal=plan.key_parts.principal)
            return cache_key(parts) != plan.cache_key

        options, cache = self.options, self.options.cache
        if cache is None or not plan.is_kept:
            return fetch_answer(plan, replace(options, cache=None), is_edited)
        fetch = partial(fetch_answer, plan, options, is_edited)
        left, check = options.deadline.remaining(), options.deadline.remaining
        with cache.single_flight(plan.cache_key, timeout=left, check=check) as flight:
            if flight.waited_since is not None:
                judge = partial(self._decide, plan.question, waited_since=flight.waited_since)
                brought = self._plan(plan.question, judge)
                if brought.entry is not None:
                    entry = brought.entry
                    return brought.answer(entry.table, entry.provenance, "local cache")
            if not flight.waited_in_vain:
                return _lead(flight, fetch)
            flight.end_in_vain()
        logger.debug("%s: the read that was waited for brought nothing to share", plan.label)
        return fetch()

    def _after_outage(self, error: ServerError) -> Answer:
        """Return a stale copy if the setting allows it, else say in `error` that it exists."""

        def judge(provenance: Provenance | None) -> Decision:
            may_be_stale = self.options.client.settings.stale_if_error and self._takes_stored
            return decide_after_error(
                provenance, now=self.options.clock(), stale_if_error=may_be_stale
            )

        try:
            plan = self._plan(self._question(ANY_AGE), judge)
        except (CacheMissError, ParameterError):
            raise error from None
        if plan.decision.age is None:  # there is no copy
            raise error
        copy = _copy_words(plan.decision.age)
        if plan.decision.action != "use":
            raise error.replace(hint=Hint(Kind.STORED_COPY, copy=copy)) from None
        warn_stale(plan.label, copy, error)
        return self._follow(plan)

    @property
    def _takes_stored(self) -> bool:
        """Whether a stored result may answer at all."""
        return self.options.policy.mode == "use" and self.options.policy.max_age != 0

    def _question(
        self, policy: Policy, *, may_ask: bool = False, is_shared: bool = True
    ) -> Question:
        """Return the question, by documents that `policy` allows or, with `may_ask`, new ones."""
        documents = Documents(
            self.options,
            policy,
            may_ask=may_ask,
            shared=self.options.shared if may_ask and is_shared else None,
            may_execute=self.may_execute,
        )
        return self.ask(documents)

    def _may_keep(self, question: Question) -> bool:
        """Whether the settings allow results of this question in the local cache."""
        settings = self.options.client.settings
        if question.facts.get("query_id") in settings.uncached_queries:
            return False
        return settings.cache_text_parameters or not question.has_free_text


def _of_query(query: QueryLike, params: Params, options: ReadOptions) -> Pipeline:
    reference = parse_reference(query)
    if reference.result_id is not None:
        return _of_result(reference, params, options)
    options = replace(options, now=options.now or datetime.now(UTC))
    lasting = params_dict(params)

    def ask(documents: Documents) -> SavedQuestion:
        definition = documents.query(reference)
        dropdown_options = documents.dropdown_options(definition)
        parameters = _wire(definition, lasting, reference, options, dropdown_options)
        return SavedQuestion(query=definition, parameters={**parameters, **options.exact})

    return Pipeline(options=options, ask=ask, is_editable=True)


def _of_result(reference: QueryReference, params: Params, options: ReadOptions) -> Pipeline:
    result_id, query_id = reference.result_id, reference.query_id
    if result_id is None or params:
        raise ArgumentError(
            f"{reference.label.capitalize()} is there already: parameters change nothing of it.",
            hint="Leave params out, or give the id or the address of the query.",
        )
    # It never changes, so that every copy of it will do.
    options = replace(options, policy=replace(options.policy, max_age=None))
    question = ResultQuestion(result_id=result_id, query_id=query_id)
    return Pipeline(options=options, ask=lambda _: question, is_editable=False)


def _of_sql(
    sql: str, data_source: int | str | DataSource, params: Params, options: ReadOptions
) -> Pipeline:
    parameters = normalize_sql_parameters(
        sql,
        params,
        now=options.now or datetime.now(UTC),
        timezone=options.client.settings.timezone,
    )

    def ask(documents: Documents) -> SqlQuestion:
        source = documents.data_source(data_source)
        return SqlQuestion(sql=sql, data_source=source, parameters=parameters)

    return Pipeline(options=options, ask=ask, is_editable=False)


def wire_sets(
    query: QueryLike, sets: Iterable[Params], options: ReadOptions
) -> tuple[Query, list[dict[str, JSON]]]:
    """Return a saved query's definition, and parameter sets as they are sent.

    All dynamic dates among them are resolved at one moment. The values of dropdown queries are not
    asked for: the read itself compares them.
    """
    reference = parse_reference(query)
    options = replace(options, now=options.now or datetime.now(UTC))
    definition = Documents.of(options).query(reference)
    return definition, [_wire(definition, params, reference, options) for params in sets]


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


def _lead(flight: Flight, fetch: Callable[[], Answer]) -> Answer:
    """Fetch for all reads that wait; if that brings nothing that they can take, release them."""
    try:
        answer = fetch()
    except JobFailedError:
        flight.end_in_vain()  # it would fail for each of them, one after the other
        raise
    if not answer.is_stored:
        flight.end_in_vain()
    return answer


def _miss(plan: ReadPlan) -> CacheMissError:
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


def _is_outage(error: ServerError) -> bool:
    """Whether the server is away, rather than saying no."""
    if isinstance(error, ResponseError):
        return error.status in OUTAGE_STATUSES
    return isinstance(error, TransportError)
