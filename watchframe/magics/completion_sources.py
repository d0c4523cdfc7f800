"""What completion knows of the server: fetched in background threads, so that Tab never waits."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

import watchframe.cache.index  # noqa: F401 - so that no thread is within an import at a fork
from watchframe.caller_warnings import silence_warnings
from watchframe.client import Client, client_of_server, connected_client
from watchframe.client.listing import PAGE_SIZE
from watchframe.config import Settings, config_path, read_logins
from watchframe.errors import WatchframeError
from watchframe.locks import ProcessLock
from watchframe.models import DataSource, ParameterDefinition, Visualization
from watchframe.parameters.types import known_values
from watchframe.read.saved_names import NamedDashboard, NamedQuery, SavedNames
from watchframe.references import QueryReference, parse_reference
from watchframe.references.pages import is_address

logger = logging.getLogger(__name__)

T = TypeVar("T")

#: Seconds for which a value is fresh, and before a failed fetch is retried.
FRESH, RETRY = 60.0, 15.0


class ServerNames:
    """The names on the server of the current connection, cached while that lasts.

    Each method returns what is known at `deadline` (monotonic time), if need be nothing.
    """

    def __init__(self) -> None:
        self._cache: BackgroundCache[object] = BackgroundCache()
        self._connections: BackgroundCache[Client] = BackgroundCache()
        self._settings: Settings | None = None
        self._process = os.getpid()

    def prefetch(self) -> None:
        """Begin to fetch the names of queries and data sources, and return at once."""
        _start(self._prefetch)

    def queries(self, wanted: str, *, deadline: float) -> list[NamedQuery]:
        """Return the queries, newest first; on a server with many, those that match `wanted`."""
        known = self._get("queries", SavedNames.queries, deadline) or []
        if not known or len(known) % PAGE_SIZE or not wanted:
            return known  # all of them: only a list of full pages goes on
        if is_address(wanted):  # it may hold the key of another server, and is no name
            return known
        found = self._get(("queries", wanted), lambda saved: saved.search(wanted), deadline) or []
        ids = {query.id for query in known}
        return [*known, *(query for query in found if query.id not in ids)]

    def data_sources(self, *, deadline: float) -> list[DataSource]:
        """Return the data sources."""
        return self._get("data sources", SavedNames.data_sources, deadline) or []

    def dashboards(self, *, deadline: float) -> list[NamedDashboard]:
        """Return the dashboards, newest first."""
        return self._get("dashboards", SavedNames.dashboards, deadline) or []

    def query(self, query: int | str | QueryReference, *, deadline: float) -> NamedQuery | None:
        """Return a query with its parameters."""
        return self._of_query("query", query, SavedNames.query, deadline)

    def visualizations(
        self, query: int | str | QueryReference, *, deadline: float
    ) -> Sequence[Visualization]:
        """Return what is saved of a query."""
        found = self._of_query("visualizations", query, SavedNames.visualizations, deadline)
        return found or ()

    def values(
        self, query: NamedQuery, definition: ParameterDefinition, *, deadline: float
    ) -> list[tuple[str, str]]:
        """Return the values that can be offered for a parameter, each with its meaning."""
        known = known_values(definition)
        if known or definition.dropdown_query_id is None:
            return known
        key = "dropdown", query.id, definition.dropdown_query_id

        def stages(saved: SavedNames) -> Iterator[list[tuple[str, str]]]:
            return saved.dropdown_values(query.id, definition)

        return self._get(key, stages, deadline) or []

    def _of_query(
        self,
        what: str,
        query: int | str | QueryReference,
        stages: Callable[[SavedNames, QueryReference], Iterator[T]],
        deadline: float,
    ) -> T | None:
        try:
            reference = parse_reference(query)
        except WatchframeError:
            return None
        of = (reference.query_id, reference.name, reference.server_url, reference.api_key)
        return self._get((what, *of), lambda saved: stages(saved, reference), deadline, reference)

    def _prefetch(self) -> None:
        if connected_client() is None and _is_in_keyring():
            return  # it may ask its user for a password, who has asked for nothing yet
        self._connection(None, deadline=float("inf"))
        self.queries("", deadline=0)
        self.data_sources(deadline=0)

    def _get(
        self,
        key: Hashable,
        stages: Callable[[SavedNames], Iterator[T]],
        deadline: float,
        reference: QueryReference | None = None,
    ) -> T | None:
        client = self._connection(reference, deadline=deadline)
        if client is None:
            return None
        has_own_key = reference is not None and reference.api_key is not None
        if not has_own_key and (client.settings, os.getpid()) != (self._settings, self._process):
            self._cache.clear()
            self._settings, self._process = client.settings, os.getpid()
        value = self._cache.get(key, lambda: stages(SavedNames(client)), deadline=deadline)
        return cast("T | None", value)

    def _connection(self, reference: QueryReference | None, *, deadline: float) -> Client | None:
        """Return the client to ask; to make one may take time: the key may be in a keyring."""
        server = reference.server_url if reference is not None else None
        if reference is not None and server is not None and reference.api_key is not None:
            query_id, key = reference.query_id, reference.api_key
            return self._connections.get(
                (server, query_id, key),
                lambda: iter([client_of_server(server, query_id=query_id, api_key=key)]),
                deadline=deadline,
            )
        client = connected_client()
        if client is None:
            # Not that of `current_client`: what is set before the first read must still count.
            client = self._connections.get("settings", lambda: iter([Client()]), deadline=deadline)
        # The key of one server is not sent to another.
        return client if client is not None and server in (None, client.server) else None


def _is_in_keyring() -> bool:
    return any(None in login.keys.values() for login in read_logins(config_path()).values())


def _start(work: Callable[[], object]) -> None:
    def in_thread() -> None:
        silence_warnings()
        try:
            work()
        except Exception as error:  # noqa: BLE001 - Tab has no place for a message
            logger.debug("no completions: %s", type(error).__name__)

    # A daemon: a server that does not answer must not keep the interpreter from ending.
    threading.Thread(target=in_thread, name="watchframe-completion", daemon=True).start()


@dataclass(slots=True)
class _Entry(Generic[T]):
    value: T | None = None
    expires: float = 0.0
    is_running: bool = False
    arrived: threading.Event = field(default_factory=threading.Event)  # a value, or a failure


class BackgroundCache(Generic[T]):
    """Values that are fetched in threads, so that no caller waits longer than it wants.

    A fetch yields one value or several, each better than the one before, and the first will do. A
    stale value is returned at once while it is revalidated. A fetch that yields nothing is repeated
    by the next caller. One that fails leaves the value as it was, and its error goes to the log.
    """

    def __init__(self) -> None:
        self._entries: dict[Hashable, _Entry[T]] = {}
        self._guard = ProcessLock()

    def get(self, key: Hashable, fetch: Callable[[], Iterator[T]], *, deadline: float) -> T | None:
        """Return the value of `key`; None where there is none by `deadline` (monotonic time)."""
        with self._guard.lock:
            entry = self._entries.setdefault(key, _Entry())
            if not entry.is_running and time.monotonic() >= entry.expires:
                entry.is_running = True
                entry.arrived = entry.arrived if entry.value is not None else threading.Event()
                _start(lambda: self._fetch(entry, fetch))
        if entry.value is None:
            left = deadline - time.monotonic()
            entry.arrived.wait(min(max(left, 0.0), threading.TIMEOUT_MAX))
        return entry.value

    def clear(self) -> None:
        """Forget everything."""
        with self._guard.lock:
            self._entries.clear()

    def _fetch(self, entry: _Entry[T], fetch: Callable[[], Iterator[T]]) -> None:
        lasts = RETRY
        try:
            for value in fetch():
                entry.value = value
                entry.arrived.set()
            lasts = FRESH if entry.value is not None else 0.0
        finally:
            with self._guard.lock:
                entry.expires, entry.is_running = time.monotonic() + lasts, False
            entry.arrived.set()
