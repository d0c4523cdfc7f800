"""The one pipeline: from a question to a typed table, through the local cache and the server."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from watchframe.cache import (
    CacheEntry,
    Decision,
    Flight,
    KeyParts,
    Mode,
    Policy,
    ResultCache,
    cache_key,
    decide,
    decide_after_error,
    parse_max_age,
)
from watchframe.client import OUTAGE_STATUSES, Client, Deadline, OnStatus
from watchframe.config import Settings
from watchframe.display import age_words
from watchframe.errors import (
    CacheMissError,
    JobFailedError,
    ParameterError,
    ProtocolError,
    ResponseError,
    ServerError,
    TransportError,
)
from watchframe.hints import Hint, Kind
from watchframe.models import Dashboard, DataSource, Query
from watchframe.parameters import (
    JSON,
    normalize_parameters,
    normalize_sql_parameters,
    params_dict,
)
from watchframe.read.answer import Answer, use_column_memory, warn_stale
from watchframe.read.documents import Knowledge, SharedDocuments, note_decision, time_here
from watchframe.read.fetch import Fetch, QueryEditedError
from watchframe.read.options import client_for, local_cache
from watchframe.read.question import Question, SavedQuestion, SqlQuestion
from watchframe.references import QueryReference, parse_dashboard_reference, parse_reference


def may_be_kept(question: Question, settings: Settings) -> bool:
    """Whether results of this question may lie in the local cache."""
    if question.facts.get("query_id") in settings.uncached_queries:
        return False
    return settings.cache_text_parameters or not question.has_free_text


def decision_without_copy(policy: Policy) -> Decision:
    """Give the decision about a question whose results may not be kept."""
    return Decision(action="fail" if policy.mode == "only" else "fetch", reason="never-kept")


logger = logging.getLogger(__name__)

#: Makes a question of what is known of the server.
Prepare = Callable[[Knowledge], Question]

#: How often a query may be edited under our hands before we give up.
EDIT_TRIES = 3

_ANY_AGE = Policy(mode="only")
_NEWLY_READ = Policy(mode="refresh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One read under one policy.

    Attributes
    ----------
    client : Client
    cache : ResultCache or None
        None neither reads nor stores.
    principal : str
        Whose results they are.
    policy : Policy
        Of the rows.
    documents : Policy
        Of definitions and the like.
    deadline : Deadline
        Over the whole of it.
    progress : bool or None
        Whether to show a progress line; None where a person is watching.
    on_status : callable or None
        Is told the job's state instead.
    shared : SharedDocuments or None
        What reads beside this one have just asked for.
    columns : sequence of str or None
        All that is decoded where nothing is stored; None for every column.
    """

    client: Client
    cache: ResultCache | None
    principal: str
    policy: Policy
    documents: Policy
    deadline: Deadline
    progress: bool | None = None
    on_status: OnStatus | None = None
    shared: SharedDocuments | None = None
    columns: Sequence[str] | None = None

    def answer(self, prepare: Prepare, *, is_editable: bool) -> Answer:
        """Give the answer to the question that `prepare` makes of what is known.

        Parameters
        ----------
        prepare : callable
        is_editable : bool
            Whether the question rests on a definition that somebody may have edited since: a saved
            query.
        """
        if self.policy.mode == "only":
            return self._local(prepare, _ANY_AGE)
        if self._takes_stored:
            found = self._without_request(prepare, is_editable=is_editable)
            if found is not None:
                return found
        try:
            return self._from_server(prepare)
        except ServerError as error:
            if not _is_outage(error) or self.policy.mode == "off":
                raise
            return self._after_outage(prepare, error)

    def definition(self, query_id: int) -> Query:
        """Give a query's definition, as fresh as the policy asks."""
        return self._own_knowledge().query(query_id)

    def dashboard(self, dashboard: int | str) -> Dashboard:
        """Give a dashboard of this client's server, as fresh as the policy asks."""
        return self._own_knowledge().dashboard(dashboard)

    def _without_request(self, prepare: Prepare, *, is_editable: bool) -> Answer | None:
        """Give the local copy where it is fresh enough without asking the server anything."""
        if self.documents.max_age is None and is_editable:
            return None
        try:
            return self._local(prepare, self.documents if is_editable else _ANY_AGE)
        except (CacheMissError, ParameterError):
            # What is known here may be out of date: the server's word decides.
            return None

    def _local(self, prepare: Prepare, documents: Policy) -> Answer:
        """Return the local copy, or CacheMissError, without a request."""
        question = prepare(self._knowledge(documents, may_ask=False))
        if not self._keeps(question):
            raise CacheMissError(
                f"Results of {question.label} are not kept, as the settings say.",
                hint="See uncached_queries and cache_text_parameters in the settings.",
            )
        found = self._look_up(question, self._key(question), self.policy)
        if found is None:
            raise CacheMissError(
                f"The local cache holds no result of {question.label} for these parameters.",
                hint=Hint(Kind.NOT_STORED),
            )
        return self._remembered(question, found)

    def _from_server(self, prepare: Prepare) -> Answer:
        for _ in range(EDIT_TRIES):
            question = prepare(self._knowledge(_NEWLY_READ, may_ask=True, shared=self.shared))
            try:
                return self._remembered(question, self._answer(question, prepare))
            except QueryEditedError:
                if self.shared is not None:
                    self.shared.forget()
                logger.info("%s was edited meanwhile: asking again", question.label)
        raise ProtocolError(
            f"{question.label.capitalize()} was edited {EDIT_TRIES} times while it was being read.",
            hint="Try again when its author has finished.",
        )

    def _answer(self, question: Question, prepare: Prepare) -> Answer:
        """Give the local copy if it is still good, else the server's; once for all who wait."""
        key = self._key(question)
        cache = self.cache if self._keeps(question) else None
        found = self._look_up(question, key, self.policy) if cache is not None else None
        if found is not None:
            return found

        def is_edited() -> bool:
            return self._key(prepare(self._knowledge(_NEWLY_READ, may_ask=True))) != key

        fetch = Fetch(
            client=self.client,
            cache=cache,
            policy=self.policy,
            deadline=self.deadline,
            progress=self.progress,
            on_status=self.on_status,
            columns=self.columns,
        )
        if cache is None:
            return fetch.answer(question, key, is_edited=is_edited)
        left, check = self.deadline.remaining(), self.deadline.remaining
        with cache.single_flight(key, timeout=left, check=check) as flight:
            if flight.waited_since is not None:
                found = self._look_up(question, key, self.policy, flight.waited_since)
                if found is not None:
                    return found
            if not flight.waited_in_vain:
                return _lead(flight, lambda: fetch.answer(question, key, is_edited=is_edited))
            flight.end_in_vain()
        logger.debug("%s: who was waited for brought nothing to share", question.label)
        return fetch.answer(question, key, is_edited=is_edited)

    def _look_up(
        self,
        question: Question,
        key: str,
        policy: Policy,
        waited_since: datetime | None = None,
    ) -> Answer | None:
        entry = self._entry(key)
        decision = decide(
            entry.provenance if entry is not None else None,
            policy,
            now=time_here(self.cache),
            server_state=question.server_state,
            waited_since=waited_since,
        )
        note_decision(self.cache, question.label, key, decision)
        if entry is None or decision.action != "use":
            return None
        return _local_answer(question, key, entry)

    def _after_outage(self, prepare: Prepare, error: ServerError) -> Answer:
        """Return a stale copy where the setting allows it, else say in `error` that it exists."""
        try:
            question = prepare(self._knowledge(_ANY_AGE, may_ask=False))
        except (CacheMissError, ParameterError):
            raise error from None
        if not may_be_kept(question, self.client.settings):
            raise error
        key = self._key(question)
        entry = self._entry(key)
        decision = decide_after_error(
            entry.provenance if entry is not None else None,
            now=time_here(self.cache),
            stale_if_error=self.client.settings.stale_if_error and self._takes_stored,
        )
        note_decision(self.cache, question.label, key, decision)
        if entry is None:
            raise error
        copy = _copy_words(decision.age or 0.0)
        if decision.action != "use":
            raise error.replace(hint=Hint(Kind.STORED_COPY, copy=copy)) from None
        warn_stale(question.label, copy, error)
        return self._remembered(question, _local_answer(question, key, entry))

    def _remembered(self, question: Question, answer: Answer) -> Answer:
        """Return the answer with its columns without values typed as the query's last rows were."""
        # Rows that may be of another question teach no types.
        may_teach = answer.unproven is None and may_be_kept(question, self.client.settings)
        if self.cache is not None and may_teach:
            use_column_memory(answer, self._key_parts(question), self.cache)
        return answer

    @property
    def _takes_stored(self) -> bool:
        """Whether anything but a new execution will do."""
        return self.policy.mode == "use" and self.policy.max_age != 0

    def _keeps(self, question: Question) -> bool:
        if may_be_kept(question, self.client.settings):
            return True
        decision = decision_without_copy(self.policy)
        note_decision(self.cache, question.label, self._key(question), decision)
        return False

    def _entry(self, key: str) -> CacheEntry | None:
        return self.cache.get(key) if self.cache is not None else None

    def _own_knowledge(self) -> Knowledge:
        return self._knowledge(self.documents, may_ask=self.documents.mode != "only")

    def _knowledge(
        self, documents: Policy, *, may_ask: bool, shared: SharedDocuments | None = None
    ) -> Knowledge:
        return Knowledge(
            client=self.client,
            cache=self.cache,
            principal=self.principal,
            policy=documents,
            may_ask=may_ask,
            deadline=self.deadline,
            shared=shared,
        )

    def _key(self, question: Question) -> str:
        return cache_key(self._key_parts(question))

    def _key_parts(self, question: Question) -> KeyParts:
        return question.key_parts(server=self.client.server, principal=self.principal)


def _lead(flight: Flight, fetch: Callable[[], Answer]) -> Answer:
    """Fetch for all who wait; where that brings nothing that they could take, let them all go."""
    try:
        answer = fetch()
    except JobFailedError:
        flight.end_in_vain()  # it would fail for each of them, one after the other
        raise
    if not answer.is_stored:
        flight.end_in_vain()
    return answer


def _local_answer(question: Question, key: str, entry: CacheEntry) -> Answer:
    return Answer(
        table=entry.table,
        provenance=entry.provenance,
        source="local cache",
        cache_key=key,
        may_be_cut=question.may_be_cut,
        parameter_types=question.parameter_types,
    )


def _copy_words(age: float) -> str:
    """Give ``copy 3 h old``; by how much one from the future is old, nobody knows."""
    return f"copy {age_words(age)} old" if age >= 0 else "copy of unknown age"


def _is_outage(error: ServerError) -> bool:
    """Whether the server is away, rather than saying no."""
    if isinstance(error, ResponseError):
        return error.status in OUTAGE_STATUSES
    return isinstance(error, TransportError)


MaxAge = float | str | timedelta | None
Params = Mapping[str, object] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How to read, as of `read_watch_query`.

    `deadline` takes the place of `timeout` where the caller may want to cancel; `on_status` is told
    the job's state in place of a progress line; `shared` is what reads side by side have in common;
    dynamic dates are counted from `now`, by default the moment of the read. `exact` are parameters
    in wire form that are sent as they are, also where they are finer than their type tells.
    `result_max_age`, in seconds, takes the place of `max_age` for the rows alone: it still holds
    for the query's definition. `store` is the cache to use in place of the one that the client's
    settings name. `columns` are all that is decoded where nothing is stored.
    """

    max_age: MaxAge = None
    cache: Mode = "use"
    timeout: float | None = 300.0
    progress: bool | None = None
    client: Client | None = None
    deadline: Deadline | None = None
    on_status: OnStatus | None = None
    shared: SharedDocuments | None = None
    now: datetime | None = None
    exact: Mapping[str, JSON] = field(default_factory=dict)
    result_max_age: float | None = None
    store: ResultCache | None = None
    columns: Sequence[str] | None = None


def answer_query(query: int | str | QueryReference, params: Params, options: ReadOptions) -> Answer:
    """Give the answer to a saved query."""
    reference = parse_reference(query)
    client = client_for(reference, options.client)
    now = options.now or datetime.now(UTC)
    given = params_dict(params)

    def prepare(knowledge: Knowledge) -> SavedQuestion:
        definition = knowledge.query(reference.query_id)
        parameters = normalize_parameters(
            definition,
            given,
            url_parameters=reference.url_parameters,
            now=now,
            timezone=client.settings.timezone,
            dropdown_options=knowledge.dropdown_options(definition),
        )
        return SavedQuestion(query=definition, parameters={**parameters, **options.exact})

    return _reading(client, options).answer(prepare, is_editable=True)


def answer_sql(
    sql: str, data_source: int | str | DataSource, params: Params, options: ReadOptions
) -> Answer:
    """Give the answer to ad-hoc SQL."""
    client = client_for(None, options.client)
    parameters = normalize_sql_parameters(
        sql, params, now=datetime.now(UTC), timezone=client.settings.timezone
    )

    def prepare(knowledge: Knowledge) -> SqlQuestion:
        return SqlQuestion(
            sql=sql, data_source=knowledge.data_source(data_source), parameters=parameters
        )

    return _reading(client, options).answer(prepare, is_editable=False)


def _reading(client: Client, options: ReadOptions) -> Reading:
    documents = Policy(mode=options.cache, max_age=parse_max_age(options.max_age))
    policy = documents
    if options.result_max_age is not None:
        policy = replace(documents, max_age=options.result_max_age)
    cache = None if policy.mode == "off" else options.store or local_cache(client.settings)
    return Reading(
        client=client,
        cache=cache,
        principal=cache.principal(client.settings.api_key.reveal()) if cache is not None else "",
        policy=policy,
        documents=documents,
        deadline=options.deadline or Deadline.after(options.timeout),
        progress=options.progress,
        on_status=options.on_status,
        shared=options.shared,
        columns=options.columns,
    )


def definition_of(query: int | str | QueryReference, options: ReadOptions) -> Query:
    """Give a saved query's definition, as fresh as a read with these options has it."""
    reference = parse_reference(query)
    client = client_for(reference, options.client)
    return _reading(client, options).definition(reference.query_id)


def dashboard_of(dashboard: int | str, options: ReadOptions) -> Dashboard:
    """Give a dashboard with its widgets, as fresh as a read with these options has it."""
    client = client_for(parse_dashboard_reference(dashboard), options.client)
    return _reading(client, options).dashboard(dashboard)


def wire_sets(
    query: int | str | QueryReference,
    sets: Iterable[Params],
    options: ReadOptions,
) -> tuple[Query, list[dict[str, JSON]]]:
    """Give a saved query's definition, and parameter sets as they are sent.

    All dynamic dates among them are resolved at one moment. The values of dropdown queries are not
    asked for: the read itself compares them.
    """
    reference = parse_reference(query)
    definition = definition_of(reference, options)
    timezone = client_for(reference, options.client).settings.timezone
    now = options.now or datetime.now(UTC)
    wire = [
        normalize_parameters(
            definition,
            params,
            url_parameters=reference.url_parameters,
            now=now,
            timezone=timezone,
        )
        for params in sets
    ]
    return definition, wire
