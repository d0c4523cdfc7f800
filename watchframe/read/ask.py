"""From what a caller gives (an id, a dict, an age) to a `Reading` and its answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from watchframe.cache import Mode, Policy, ResultCache, parse_max_age
from watchframe.client import Client, Deadline, OnStatus
from watchframe.models import Dashboard, DataSource, Query
from watchframe.parameters import (
    JSON,
    lasting_parameters,
    normalise_parameters,
    normalise_sql_parameters,
)
from watchframe.read.answer import Answer
from watchframe.read.knowledge import Knowledge
from watchframe.read.question import SavedQuestion, SqlQuestion
from watchframe.read.reading import Reading
from watchframe.read.server import client_for, local_cache
from watchframe.read.shared_documents import SharedDocuments
from watchframe.reference import QueryReference, parse_dashboard_reference, parse_reference

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
    given = lasting_parameters(params)

    def prepare(knowledge: Knowledge) -> SavedQuestion:
        definition = knowledge.query(reference.query_id)
        parameters = normalise_parameters(
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
    parameters = normalise_sql_parameters(
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
        normalise_parameters(
            definition,
            params,
            url_parameters=reference.url_parameters,
            now=now,
            timezone=timezone,
        )
        for params in sets
    ]
    return definition, wire
