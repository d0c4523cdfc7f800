"""What completion knows of the server: fetched in background threads, so that Tab never waits."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar, cast

from watchframe.client import Client, connected_client, current_client
from watchframe.models import Query
from watchframe.references import QueryReference

logger = logging.getLogger(__name__)

T = TypeVar("T")

#: Seconds for which a value is fresh, and before a failed fetch is retried.
FRESH, RETRY = 60.0, 15.0
#: Queries in one request, the server's maximum.
PAGE = 250


class ServerNames:
    """The names on the server of the current connection, cached while that lasts.

    Each method returns what is known at `deadline` (monotonic time), if need be nothing.
    """

    def __init__(self) -> None:
        self._cache: BackgroundCache[object] = BackgroundCache()
        self._client: Client | None = None

    def queries(self, wanted: str, *, deadline: float) -> list[tuple[int, str]]:
        """Return ids and names, newest first; on a server with many, those that match `wanted`."""
        first = self._get(("queries",), lambda client: _queries(client, ""), deadline)
        if first is None or len(first) < PAGE or not wanted:
            return first or []
        found = self._get(("queries", wanted), lambda client: _queries(client, wanted), deadline)
        return list(dict.fromkeys([*first, *(found or [])]))

    def data_sources(self, *, deadline: float) -> list[tuple[str, str]]:
        """Return names and types."""
        return self._get(("data sources",), _data_sources, deadline) or []

    def query(self, reference: QueryReference, *, deadline: float) -> Query | None:
        """Return a query's definition."""

        def fetch(client: Client) -> Query | None:
            # The key of one server is not sent to another.
            is_elsewhere = reference.server_url not in (None, client.server)
            return None if is_elsewhere else client.queries.get(reference)

        return self._get(("query", reference.query_id, reference.server_url), fetch, deadline)

    def _get(self, key: Hashable, fetch: Callable[[Client], T], deadline: float) -> T | None:
        client = connected_client()
        if client is None:  # to connect may take time too: the key may lie in a locked keyring
            found = self._cache.get("connection", current_client, deadline=deadline)
            client = cast("Client | None", found)
        if client is None:
            return None
        if client is not self._client:
            self._cache.clear()
            self._client = client
        value = self._cache.get(key, lambda: _with_own_client(client, fetch), deadline=deadline)
        return cast("T | None", value)


def _with_own_client(client: Client, fetch: Callable[[Client], T]) -> T:
    # This runs in a thread, perhaps beside a read by `client`.
    with Client(settings=client.settings) as own:
        return fetch(own)


def _queries(client: Client, wanted: str) -> list[tuple[int, str]]:
    found = client.queries.list(search=wanted or None)
    return [(query.id, query.name) for query in islice(found, PAGE)]


def _data_sources(client: Client) -> list[tuple[str, str]]:
    return [(source.name, source.type) for source in client.data_sources.list()]


@dataclass(slots=True)
class _Entry(Generic[T]):
    value: T | None = None
    expires: float = 0.0
    running: threading.Event | None = None


class BackgroundCache(Generic[T]):
    """Values that are fetched in threads, so that no caller waits longer than it wants.

    A stale value is returned at once while it is revalidated. A fetch that fails leaves the value
    as it was, and its error goes to the log only.
    """

    def __init__(self) -> None:
        self._entries: dict[Hashable, _Entry[T]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, fetch: Callable[[], T], *, deadline: float) -> T | None:
        """Return the value of `key`; None where there is none by `deadline` (monotonic time)."""
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
        except Exception as error:  # noqa: BLE001 - Tab has no place for a message
            logger.debug("no completions: %s", type(error).__name__)
            entry.expires = time.monotonic() + RETRY
        finally:
            with self._lock:
                entry.running = None
            done.set()
