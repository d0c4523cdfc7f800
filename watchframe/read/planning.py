"""Making the plan of a read: from what is known here, or from what the server says now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from watchframe.cache import (
    Decision,
    Policy,
    Provenance,
    cache_key,
    decide,
    decide_after_error,
    decide_document,
)
from watchframe.client import OUTAGE_STATUSES
from watchframe.errors import (
    CacheMissError,
    JobFailedError,
    ParameterError,
    ParameterValueError,
    RateLimitError,
    ResponseError,
    ServerError,
    TransportError,
    WatchframeError,
)
from watchframe.read.documents import ANY_AGE, NEWLY_READ, Documents
from watchframe.read.lock_file import Asked
from watchframe.read.options import ReadOptions
from watchframe.read.plan import NEVER_KEPT, ReadPlan
from watchframe.read.question import Question

#: How the server refuses values (recordings 020, 045).
INCOMPATIBLE_VALUES = "The following parameter values are incompatible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """Makes the plans of one read.

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
    asked : Asked or None
        What a lock finds the read by; None where no lock is in use.
    sql : str or None
        Ad-hoc SQL as the caller wrote it.
    """

    options: ReadOptions
    ask: Callable[[Documents], Question]
    is_editable: bool
    given: frozenset[str] | None = None
    may_execute: bool = True
    asked: Asked | None = None
    sql: str | None = None

    def plan(self) -> ReadPlan:
        """Return what the read does, under the definition that the server has now.

        The server is asked for documents alone, and for none if a local copy is fresh enough by
        itself. If it is away, the plan is that of the read then.
        """
        try:
            known = self.known()
            return known if known is not None and not known.is_to_be_checked else self.new()
        except ServerError as error:
            stale = self.after_outage(error)
            if stale.decision.action != "use":
                raise
            return stale

    def known(self) -> ReadPlan | None:
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

    def question(self) -> Question | None:
        """Return the question by what is known here; None where that is not enough."""
        try:
            return self.ask(Documents(self.options, ANY_AGE, may_ask=False))
        except (CacheMissError, ParameterError):
            return None

    def new(self, *, is_shared: bool = True, lists_values: bool = False) -> ReadPlan:
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

    def after_refusal(self, plan: ReadPlan, refusal: ResponseError | JobFailedError) -> ReadPlan:
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
        is_of_moment = is_outage(refusal) or isinstance(refusal, RateLimitError)
        if is_of_moment or not (lists_values or plan.is_to_be_checked):
            raise refusal
        try:
            new = self.new(is_shared=False, lists_values=lists_values)
        except ServerError as error:
            raise (refusal if is_outage(error) else error) from None
        # Where the same was sent as would be sent now, the refusal is of the query as it stands;
        # but to list a dropdown's values may have run its query for the first time.
        if new.parameters == plan.parameters and not lists_values:
            raise refusal
        return new

    def after_outage(self, error: ServerError) -> ReadPlan:
        """Return the plan of a read whose server is away, or raise `error`."""

        def judge(provenance: Provenance | None) -> Decision:
            may_be_stale = self.options.client.settings.stale_if_error and self._takes_stored
            return decide_after_error(
                provenance, now=self.options.clock(), stale_if_error=may_be_stale
            )

        if not is_outage(error) or self.options.policy.mode == "off":
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
        options, entry, plan = self.options, None, self.named(documents)
        question, key = plan.question, plan.cache_key
        if options.cache is not None and not self._may_keep(question):
            is_last = options.policy.mode == "only"
            decision = Decision(action="fail" if is_last else "fetch", reason=NEVER_KEPT)
        else:
            entry = options.cache.get(key) if options.cache is not None else None
            found = entry.provenance if entry is not None else None
            decision = (judge or partial(self._decide, question, documents))(found)
        return replace(
            plan,
            decision=decision,
            entry=entry if decision.action == "use" else None,  # free the memory of a stale one
            is_to_be_checked=decision.action == "fetch" and not documents.are_new,
        )

    def named(self, documents: Documents) -> ReadPlan:
        """Return what is asked and the key of its results; the cache is not looked into."""
        options, question = self.options, self.ask(documents)
        principal = options.principal_of(question.facts.get("query_id"))
        parts = question.key_parts(server=options.client.server, principal=principal)
        reason = "cache-only" if self._may_keep(question) else NEVER_KEPT
        return ReadPlan(
            question=question,
            key_parts=parts,
            server=options.client.server,
            cache_key=cache_key(parts),
            decision=Decision(action="fail", reason=reason),
            server_max_age=options.server_max_age,
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


def is_outage(error: WatchframeError) -> bool:
    """Whether the server is away, rather than saying no."""
    if isinstance(error, ResponseError):
        return error.status in OUTAGE_STATUSES
    return isinstance(error, TransportError)
