"""The one pipeline: from a question to a typed table, through the local cache and the server."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from watchframe.cache import (
    CacheEntry,
    Decision,
    Flight,
    Policy,
    Provenance,
    cache_key,
    decide,
    decide_after_error,
    decide_document,
)
from watchframe.client import OUTAGE_STATUSES
from watchframe.display import age_words
from watchframe.errors import (
    ArgumentError,
    CacheMissError,
    JobFailedError,
    ParameterError,
    ParameterValueError,
    ProtocolError,
    RateLimitError,
    ResponseError,
    ServerError,
    TransportError,
    WatchframeError,
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
from watchframe.read.fetch import Fetched, QueryEditedError, fetch_answer
from watchframe.read.options import Params, QueryLike, ReadOptions
from watchframe.read.plan import NEVER_KEPT, ReadPlan
from watchframe.read.question import Question, ResultQuestion, SavedQuestion, SqlQuestion
from watchframe.references import QueryReference, parse_reference

logger = logging.getLogger(__name__)

#: How often a query may be edited during a read before the read gives up.
EDIT_TRIES = 3
#: How the server refuses values (recordings 020, 045).
INCOMPATIBLE_VALUES = "The following parameter values are incompatible"


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
    given : frozenset of str or None
        The parameters whose values the caller gave; None if they and the SQL do not settle it.
    may_execute : bool
        False for an explanation.
    """

    options: ReadOptions
    ask: Callable[[Documents], Question]
    is_editable: bool
    given: frozenset[str] | None = None
    may_execute: bool = True

    def plan(self) -> ReadPlan:
        """Return what the read does, under the definition that the server has now.

        The server is asked for documents alone, and for none if a local copy is fresh enough by
        itself. If it is away, the plan is that of the read then.
        """
        try:
            known = self._known_plan()
            return known if known is not None and not known.is_to_be_checked else self._new_plan()
        except ServerError as error:
            stale = self._plan_after_outage(error)
            if stale.decision.action != "use":
                raise
            return stale

    def answer(self) -> Answer:
        """Return the rows: the local copy's or the server's."""
        try:
            return self._answer(self._known_plan() or self._new_plan())
        except ServerError as error:
            plan = self._plan_after_outage(error)
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
                plan = self._plan_after_refusal(plan, refusal)
        raise ProtocolError(
            f"{plan.label.capitalize()} was edited {EDIT_TRIES} times while it was being read.",
            hint="Try again when its author has finished.",
        )

    def _known_plan(self) -> ReadPlan | None:
        """Return the plan by what is known here, without a request; None if that will not do.

        It will do if a local copy answers, and if the server is to be asked in any case: then it
        is asked by the definition as it was last read, and the answer shows whether that holds.
        """
        documents = self._documents(ANY_AGE)
        try:
            plan = self._plan(documents)
        except (CacheMissError, ParameterError):
            # What is known here may be out of date: the server decides.
            if self.options.policy.mode == "only":
                raise
            return None
        return plan if plan.decision.action != "check" else None

    def _new_plan(self, *, is_shared: bool = True, lists_values: bool = False) -> ReadPlan:
        """Return the plan under the definition that the server has now."""
        documents = self._documents(NEWLY_READ, is_shared=is_shared, lists_values=lists_values)
        try:
            return self._plan(documents)
        except ParameterValueError:
            # A dropdown may have the value by now that it lacked when its values were listed.
            if documents.lists_values or not self.may_execute:
                raise
        documents.lists_values = True
        return self._plan(documents)

    def _plan_after_refusal(
        self, plan: ReadPlan, refusal: ResponseError | JobFailedError
    ) -> ReadPlan:
        """Return the plan to follow after a refusal that the server's definition explains.

        Raises
        ------
        ResponseError, JobFailedError
            The refusal itself: it does not.
        ParameterError
            The values do not fit that definition, or the values that a dropdown has now.
        """
        is_of_value = isinstance(refusal, ResponseError) and refusal.server_message.startswith(
            INCOMPATIBLE_VALUES
        )
        lists_values = is_of_value and bool(plan.question.dropdowns) and not plan.lists_values
        is_of_moment = _is_outage(refusal) or isinstance(refusal, RateLimitError)
        if is_of_moment or not (lists_values or plan.is_to_be_checked):
            raise refusal
        try:
            new = self._new_plan(is_shared=False, lists_values=lists_values)
        except ServerError as error:
            raise (refusal if _is_outage(error) else error) from None
        # Where the same was sent as would be sent now, the refusal is of the query as it stands;
        # but to list a dropdown's values may have run its query for the first time.
        if new.parameters == plan.parameters and not lists_values:
            raise refusal
        return new

    def _plan_after_outage(self, error: ServerError) -> ReadPlan:
        """Return the plan of a read whose server is away, or raise `error`."""

        def judge(provenance: Provenance | None) -> Decision:
            may_be_stale = self.options.client.settings.stale_if_error and self._takes_stored
            return decide_after_error(
                provenance, now=self.options.clock(), stale_if_error=may_be_stale
            )

        if not _is_outage(error) or self.options.policy.mode == "off":
            raise error
        try:
            return self._plan(self._documents(ANY_AGE), judge)
        except (CacheMissError, ParameterError):
            raise error from None

    def _documents(
        self, policy: Policy, *, is_shared: bool = True, lists_values: bool = False
    ) -> Documents:
        """Return the documents that `policy` allows: all local copies, or what the server has."""
        may_ask = policy is NEWLY_READ
        return Documents(
            self.options,
            policy,
            may_ask=may_ask,
            shared=self.options.shared if may_ask and is_shared else None,
            lists_values=lists_values,
        )

    def _plan(
        self, documents: Documents, judge: Callable[[Provenance | None], Decision] | None = None
    ) -> ReadPlan:
        """Return the plan by these documents; `judge` decides in place of the policy."""
        options, entry, question = self.options, None, self.ask(documents)
        principal = options.principal_of(question.facts.get("query_id"))
        parts = question.key_parts(server=options.client.server, principal=principal)
        key = cache_key(parts)
        if options.cache is not None and not self._may_keep(question):
            is_last = options.policy.mode == "only"
            decision = Decision(action="fail" if is_last else "fetch", reason=NEVER_KEPT)
        else:
            entry = options.cache.get(key) if options.cache is not None else None
            found = entry.provenance if entry is not None else None
            decision = (judge or partial(self._decide, question, documents))(found)
        return ReadPlan(
            question=question,
            key_parts=parts,
            server=options.client.server,
            cache_key=key,
            decision=decision,
            entry=entry if decision.action == "use" else None,  # free the memory of a stale one
            server_max_age=options.server_max_age,
            is_to_be_checked=decision.action == "fetch" and not documents.are_new,
            has_all_values=self._has_all_values(question),
            lists_values=documents.lists_values,
        )

    def _decide(
        self, question: Question, documents: Documents, provenance: Provenance | None
    ) -> Decision:
        is_known = not self.is_editable or documents.are_new
        decision = decide(
            provenance,
            self.options.policy,
            now=self.options.clock(),
            server_state=question.server_state if is_known else None,
        )
        if decision.reason != "fresh" or documents.are_fresh or not self.is_editable:
            return decision
        # A result that tells its SQL has shown, when it came, which text the query had then; but
        # not which defaults.
        if (
            provenance is not None
            and provenance.query_text is not None
            and self._has_all_values(question)
            and self._allows_definition_of(provenance.stored_at)
        ):
            return decision
        return replace(decision, action="check", reason="definition-unchecked")

    def _follow(self, plan: ReadPlan) -> Answer:
        self.options.note(plan.label, plan.cache_key, plan.decision)
        if plan.decision.action == "fail":
            raise _miss(plan)
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
            return fetch_answer(plan, replace(options, cache=None), self._new_plan)
        fetch = partial(fetch_answer, plan, options, self._new_plan)
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

    def _allows_definition_of(self, moment: datetime) -> bool:
        options = self.options
        decision = decide_document(moment, options.document_policy, now=options.clock())
        return decision.action == "use"

    def _has_all_values(self, question: Question) -> bool:
        return self.given is not None and question.parameters.keys() <= self.given

    @property
    def _takes_stored(self) -> bool:
        """Whether a stored result may answer at all."""
        return self.options.policy.mode == "use" and self.options.policy.max_age != 0

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

    given: frozenset[str] | None = None
    # A name may be another query's by now, and results for a query's own key do not tell their SQL.
    if (
        reference.query_id is not None
        and reference.query_id not in options.client.settings.query_keys
    ):
        given = frozenset(lasting.keys() | reference.url_parameters.keys() | options.exact.keys())
    return Pipeline(options=options, ask=ask, is_editable=True, given=given)


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


def _is_outage(error: WatchframeError) -> bool:
    """Whether the server is away, rather than saying no."""
    if isinstance(error, ResponseError):
        return error.status in OUTAGE_STATUSES
    return isinstance(error, TransportError)
