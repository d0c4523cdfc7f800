"""What the server has, for somebody who cannot wait: queries, data sources, definitions."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import islice
from typing import TypeVar, cast

from watchframe.client import Client, connected_client, current_client
from watchframe.magics.completion.background import Background
from watchframe.models import Query
from watchframe.reference import QueryReference

T = TypeVar("T")

#: Queries asked for at once, the most the server gives.
PAGE = 250


class ServerNames:
    """The names on the server of the current connection, kept while that lasts."""

    def __init__(self) -> None:
        self._background: Background[object] = Background()
        self._asked: Client | None = None

    def queries(self, wanted: str, *, deadline: float) -> list[tuple[int, str]]:
        """Give ids and names, newest first; on a server with many, those that match `wanted`."""
        first = self._get(("queries",), lambda client: _list(client, ""), deadline)
        if first is None or len(first) < PAGE or not wanted:
            return first or []
        found = self._get(("queries", wanted), lambda client: _list(client, wanted), deadline)
        return list(dict.fromkeys([*first, *(found or [])]))

    def data_sources(self, *, deadline: float) -> list[tuple[str, str]]:
        """Give names and kinds."""
        return self._get(("data sources",), _data_sources, deadline) or []

    def query(self, reference: QueryReference, *, deadline: float) -> Query | None:
        """Give a query's definition."""
        number = reference.query_id

        def ask(client: Client) -> Query | None:
            # The key of the one server is not sent to the other.
            if reference.server_url not in (None, client.server):
                return None
            return client.queries.get(number)

        return self._get(("query", number, reference.server_url), ask, deadline)

    def _get(self, key: Hashable, ask: Callable[[Client], T], deadline: float) -> T | None:
        connection = connected_client()
        if connection is None:
            found = self._background.get("connection", current_client, deadline=deadline)
            connection = cast("Client | None", found)
        if connection is None:
            return None
        if connection is not self._asked:
            self._background.clear()
            self._asked = connection
        found = self._background.get(key, lambda: _answer(connection, ask), deadline=deadline)
        return cast("T | None", found)


def _answer(connection: Client, ask: Callable[[Client], T]) -> T:
    # A connection of its own: this runs in a thread, beside a read that may be under way.
    with Client(settings=connection.settings) as client:
        return ask(client)


def _list(client: Client, wanted: str) -> list[tuple[int, str]]:
    found = client.queries.list(search=wanted or None)
    return [(query.id, query.name) for query in islice(found, PAGE)]


def _data_sources(client: Client) -> list[tuple[str, str]]:
    return [(source.name, source.type) for source in client.data_sources.list()]
