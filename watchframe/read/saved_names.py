"""What is saved on a server, by name: from the local cache at once, then from the server.

For those who cannot wait, such as completion. A list comes several times, each time better.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from msgspec import structs

from watchframe.client import Client, Deadline
from watchframe.client.listing import PAGE_SIZE
from watchframe.config import require_same_server
from watchframe.errors import WatchframeError
from watchframe.models import DataSource, ParameterDefinition, Query, Visualization
from watchframe.read.documents import document_key, query_document
from watchframe.read.options import ReadOptions
from watchframe.references import QueryReference

T = TypeVar("T")

#: The most names that are kept, and asked for.
MOST = 2000
#: For so long after a whole list was read, its newest page tells what is new.
WHOLE_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedQuery:
    """A saved query's id, its name, and its parameters in the author's order.

    Its visualizations are None where they are not known: lists do not have them.
    """

    id: int
    name: str
    parameters: tuple[ParameterDefinition, ...] = ()
    visualizations: tuple[Visualization, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDashboard:
    """A dashboard's id and its name."""

    id: int
    name: str


class SavedNames:
    """What one key sees of a server.

    Parameters
    ----------
    client : Client
    max_age : timedelta
        How old a local copy may be for the server not to be asked.
    timeout : float
        Seconds that the server may take for each of them.
    """

    def __init__(
        self, client: Client, *, max_age: timedelta = timedelta(0), timeout: float = 60.0
    ) -> None:
        # One failed request is enough where nobody is told of it.
        settings = structs.replace(client.settings, max_retries=0)
        self._client = Client(settings=settings, sharing=client)
        self._max_age = max_age
        self._timeout = timeout

    def queries(self) -> Iterator[list[NamedQuery]]:
        """Yield the saved queries, newest first: those known from before, then with the new ones.

        The server lists at most 2,000, 250 a request; where the whole list was read in the last
        day, one request for the newest.
        """
        known, since = self._kept(_named_queries, "names")
        if known:
            yield known
            if self._is_younger(since, self._max_age):
                return
        is_recent = self._is_younger(since, WHOLE_FOR)
        newest: list[NamedQuery] = []
        listed = self._client.queries.list(deadline=self._deadline)
        whole_since = None
        for query in islice(listed, MOST):
            newest.append(_of(query))
            if len(newest) % PAGE_SIZE == 0:
                if is_recent:
                    whole_since = since
                    newest = _joined(newest, known or [])
                    break
                yield _joined(newest, known or [])
        self._keep([_to_json(item) for item in newest], "names", stored_at=whole_since)
        yield newest

    def search(self, words: str) -> Iterator[list[NamedQuery]]:
        """Yield the newest of the queries in which the server finds `words`."""
        found = self._client.queries.list(search=words, deadline=self._deadline)
        yield [_of(query) for query in islice(found, PAGE_SIZE)]

    def query(self, reference: QueryReference) -> Iterator[NamedQuery]:
        """Yield a query: as a read or a list had it, then as it is now.

        Raises
        ------
        ConfigurationError
            It is on another server.
        """
        require_same_server(reference.server_url, self._client.server)
        known, _ = self._kept(_named_queries, "names")
        listed = {item.id: item for item in known or []}
        named = [item.id for item in listed.values() if item.name == reference.name]
        query_id = named[0] if len(named) == 1 else reference.query_id
        if query_id is None:
            query_id = self._client.queries.id_of(reference, deadline=self._deadline)
        read, since = self._kept(_named_query, "query", query_id, of_query=query_id)
        if read is not None:
            yield read
            if self._is_younger(since, self._max_age):
                return
        elif query_id in listed:
            yield listed[query_id]
        query = self._client.queries.get(query_id, deadline=self._deadline)
        self._keep(query_document(query), "query", query_id, of_query=query_id)
        yield _of(query)

    def visualizations(self, reference: QueryReference) -> Iterator[tuple[Visualization, ...]]:
        """Yield what is saved of a query: as a read had it, then as it is now.

        Raises
        ------
        ConfigurationError
            The query is on another server.
        """
        stages = (query.visualizations for query in self.query(reference))
        return (found for found in stages if found is not None)

    def data_sources(self) -> Iterator[list[DataSource]]:
        """Yield the data sources: those known from before, then those that there are now."""
        known, since = self._kept(_data_sources, "data_sources")
        if known is not None:
            yield known
            if self._is_younger(since, self._max_age):
                return
        found = self._client.data_sources.list(deadline=self._deadline)
        self._keep([source.to_json() for source in found], "data_sources")
        yield list(found)

    def dashboards(self) -> Iterator[list[NamedDashboard]]:
        """Yield the dashboards, newest first: those known from before, then those there are now."""
        known, since = self._kept(_named_dashboards, "dashboard-names")
        if known is not None:
            yield known
            if self._is_younger(since, self._max_age):
                return
        listed = self._client.dashboards.list(deadline=self._deadline)
        found = [NamedDashboard(id=item.id, name=item.name) for item in islice(listed, MOST)]
        self._keep([(item.id, item.name) for item in found], "dashboard-names")
        yield found

    def dropdown_values(
        self, query_id: int, definition: ParameterDefinition
    ) -> Iterator[list[tuple[str, str]]]:
        """Yield the values of a dropdown that a read or a picker had; the server is not asked.

        It might have to run the query that feeds the dropdown.
        """
        name = "dropdown", query_id, definition.dropdown_query_id
        values, _ = self._kept(list[object], *name, of_query=query_id)
        if values is not None:
            yield [(str(value), definition.title) for value in values]

    @property
    def _deadline(self) -> Deadline:
        return Deadline.after(self._timeout)

    def _is_younger(self, since: datetime | None, age: timedelta) -> bool:
        return since is not None and abs(self._options().clock() - since) < age

    def _kept(
        self, read: Callable[[Any], T], *name: object, of_query: int | None = None
    ) -> tuple[T | None, datetime | None]:
        """Return what the local cache has, and since when; None where it has nothing of use."""
        options = self._options(of_query)
        key = document_key(options, *name, query_id=of_query)
        document = None if options.cache is None else options.cache.get_document(key)
        if document is None:
            return None, None
        try:
            return read(document.value), document.stored_at
        except (WatchframeError, LookupError, TypeError, ValueError):
            return None, None  # another version of this library wrote it

    def _keep(
        self,
        value: object,
        *name: object,
        of_query: int | None = None,
        stored_at: datetime | None = None,
    ) -> None:
        options = self._options(of_query)
        if options.cache is not None:
            key = document_key(options, *name, query_id=of_query)
            options.cache.put_document(key, value, stored_at=stored_at)

    def _options(self, query_id: int | None = None) -> ReadOptions:
        return ReadOptions.resolve(QueryReference(query_id=query_id), self._client)


def _of(query: Query) -> NamedQuery:
    return NamedQuery(
        id=query.id,
        name=query.name,
        parameters=query.parameters,
        visualizations=query.visualizations or None,
    )


def _joined(newest: list[NamedQuery], known: list[NamedQuery]) -> list[NamedQuery]:
    """Return the newest ones, and behind them the others that are known."""
    ids = {item.id for item in newest}
    return [*newest, *(item for item in known if item.id not in ids)][:MOST]


def _to_json(query: NamedQuery) -> dict[str, object]:
    parameters = [definition.to_json() for definition in query.parameters]
    return {"id": query.id, "name": query.name, "parameters": parameters}


def _named_queries(value: Any) -> list[NamedQuery]:
    return [
        NamedQuery(
            id=item["id"],
            name=item["name"],
            parameters=tuple(map(ParameterDefinition.from_json, item["parameters"])),
        )
        for item in value
    ]


def _named_query(value: Any) -> NamedQuery:
    return _of(Query.from_json(value))


def _data_sources(value: Any) -> list[DataSource]:
    return [DataSource.from_json(item) for item in value]


def _named_dashboards(value: Any) -> list[NamedDashboard]:
    return [NamedDashboard(id=number, name=name) for number, name in value]
