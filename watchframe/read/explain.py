"""What a read would ask and do, without executing anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from watchframe.cache import Decision, Policy, ResultCache, cache_key, decide, parse_max_age
from watchframe.client import Client, Deadline
from watchframe.errors import CacheMissError
from watchframe.models import DataSource, ParameterDefinition, Query
from watchframe.parameters import JSON, normalize_parameters, normalize_sql_parameters, query_url
from watchframe.read.documents import Knowledge
from watchframe.read.fetch import server_max_age
from watchframe.read.options import client_for, local_cache
from watchframe.read.pipeline import Params, ReadOptions, decision_without_copy, may_be_kept
from watchframe.read.question import Question, SavedQuestion, SqlQuestion
from watchframe.references import QueryReference, parse_reference

T = TypeVar("T")

_STORED, _NEW = Policy(mode="only"), Policy(mode="refresh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What a read would do now.

    Attributes
    ----------
    label : str
        What is asked: ``query 42 'Borrows by market'`` or ``ad-hoc SQL on 'Ethereum'``.
    server : str
        Whom.
    data_source_id : int or None
        On which data source.
    url : str or None
        The query's page with these parameters; None for ad-hoc SQL.
    parameters : mapping
        As they would be sent: defaults filled in, dynamic dates resolved.
    sql : str
        As the server would render it.
    cache_key : str
        Under which name a result is looked for and stored.
    decision : Decision
        What the local cache says: ``action`` is ``"use"``, ``"fetch"`` or ``"fail"``; with the
        ``reason`` and the ``age``, in seconds, of the copy.
    server_max_age : int
        With which ``max_age`` the server would be asked: -1 takes any result that it has, 0 always
        runs the SQL.
    """

    label: str
    server: str
    data_source_id: int | None
    url: str | None
    parameters: Mapping[str, JSON]
    sql: str
    cache_key: str
    decision: Decision
    server_max_age: int


def explain_query(
    query: int | str | QueryReference, params: Params, options: ReadOptions
) -> Explanation:
    """Give what reading a saved query would do.

    The query's definition is fetched where a read would fetch it. Nothing is executed, not even a
    dropdown query: values of a dropdown that is not known here are taken as they are.

    Raises
    ------
    WatchframeError
        As `read_watch_query` before it executes: a wrong reference, parameter or key.
    """
    reference = parse_reference(query)
    client = client_for(reference, options.client)
    look = _Look(client, options)
    definition = look.document(lambda knowledge: knowledge.query(reference.query_id))
    parameters = normalize_parameters(
        definition,
        params,
        url_parameters=reference.url_parameters,
        now=datetime.now(UTC),
        timezone=client.settings.timezone,
        dropdown_options=look.known_dropdown_options(definition),
    )
    return look.explanation(
        SavedQuestion(query=definition, parameters=parameters),
        url=query_url(client.server, definition, parameters),
    )


def explain_sql(
    sql: str, data_source: int | str | DataSource, params: Params, options: ReadOptions
) -> Explanation:
    """Give what running ad-hoc SQL would do; raises as `read_watch_sql` before it executes."""
    client = client_for(None, options.client)
    look = _Look(client, options)
    source = look.document(lambda knowledge: knowledge.data_source(data_source))
    parameters = normalize_sql_parameters(
        sql, params, now=datetime.now(UTC), timezone=client.settings.timezone
    )
    return look.explanation(
        SqlQuestion(sql=sql, data_source=source, parameters=parameters), url=None
    )


class _Look:
    """Looks up what a read would look up."""

    def __init__(self, client: Client, options: ReadOptions) -> None:
        self._client = client
        self._policy = Policy(mode=options.cache, max_age=parse_max_age(options.max_age))
        self._cache: ResultCache = options.store or local_cache(client.settings)
        self._principal = self._cache.principal(client.settings.api_key.reveal())
        self._deadline = Deadline.after(options.timeout)

    def document(self, read: Callable[[Knowledge], T]) -> T:
        """Give what `read` finds here where that is fresh enough, else on the server."""
        if self._policy.mode == "only":
            return read(self._knowledge(_STORED, may_ask=False))
        try:
            return read(self._knowledge(self._policy, may_ask=False))
        except CacheMissError:
            return read(self._knowledge(_NEW, may_ask=True))

    def known_dropdown_options(
        self, query: Query
    ) -> Callable[[ParameterDefinition], Sequence[str] | None]:
        """Give what tells the values of dropdowns that are known here, and None of the others."""
        known = self._knowledge(_STORED, may_ask=False).dropdown_options(query)

        def options(definition: ParameterDefinition) -> Sequence[str] | None:
            try:
                return known(definition)
            except CacheMissError:
                return None

        return options

    def explanation(self, question: Question, *, url: str | None) -> Explanation:
        key = cache_key(question.key_parts(server=self._client.server, principal=self._principal))
        decision = self._decision(question, key)
        return Explanation(
            label=question.label,
            server=self._client.server,
            data_source_id=question.facts.get("data_source_id"),
            url=url,
            parameters=question.parameters,
            sql=question.rendered,
            cache_key=key,
            decision=decision,
            server_max_age=server_max_age(self._policy),
        )

    def _decision(self, question: Question, key: str) -> Decision:
        if self._policy.mode != "off" and not may_be_kept(question, self._client.settings):
            return decision_without_copy(self._policy)
        entry = self._cache.get(key) if self._policy.reads else None
        return decide(
            entry.provenance if entry is not None else None,
            self._policy,
            now=self._cache.now(),
            server_state=question.server_state,
        )

    def _knowledge(self, documents: Policy, *, may_ask: bool) -> Knowledge:
        return Knowledge(
            client=self._client,
            cache=self._cache,
            principal=self._principal,
            policy=documents,
            may_ask=may_ask,
            deadline=self._deadline,
        )
