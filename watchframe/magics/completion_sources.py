"""Answers that may take long, for somebody who cannot wait."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar, cast

from watchframe.client import Client, connected_client, current_client
from watchframe.models import Query
from watchframe.references import QueryReference

logger = logging.getLogger(__name__)

T = TypeVar("T")

#: Seconds for which an answer is good, and after which a failed question is asked again.
FRESH, RETRY = 60.0, 15.0


@dataclass(slots=True)
class _Entry(Generic[T]):
    value: T | None = None
    expires: float = 0.0
    running: threading.Event | None = field(default=None)


class Background(Generic[T]):
    """Fetches in threads of its own, keeps what came, and never lets its caller wait long.

    What is kept is given at once even when it is old, while it is fetched anew. A fetch that fails
    leaves what was there before; its error goes to the log only.
    """

    def __init__(self) -> None:
        self._entries: dict[Hashable, _Entry[T]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, fetch: Callable[[], T], *, deadline: float) -> T | None:
        """Give the answer to `key`; None where there is none by `deadline` (monotonic time)."""
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            if entry.running is None and time.monotonic() >= entry.expires:
                entry.running = threading.Event()
                # A daemon: a server that does not answer must not keep the interpreter from ending.
                threading.Thread(
                    target=self._fetch,
                    args=(entry, fetch, entry.running),
                    name="watchframe-completion",
                    daemon=True,
                ).start()
            running = entry.running
        if entry.value is None and running is not None:
            running.wait(max(deadline - time.monotonic(), 0.0))
        return entry.value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()

    def _fetch(self, entry: _Entry[T], fetch: Callable[[], T], done: threading.Event) -> None:
        try:
            entry.value = fetch()
            entry.expires = time.monotonic() + FRESH
        except Exception as error:  # noqa: BLE001 - nobody asked for it, so nobody is told of it
            logger.debug("no completions: %s", type(error).__name__)
            entry.expires = time.monotonic() + RETRY
        finally:
            with self._lock:
                entry.running = None
            done.set()


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
