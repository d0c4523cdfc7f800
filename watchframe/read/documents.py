"""What must be known before a question can be asked: definitions, dropdown values, data sources.

Each is a small document of the server, kept in the local cache beside the results and under the
same rule of freshness.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from watchframe.cache import Decision, Policy, ResultCache, decide_document
from watchframe.client import Client, Deadline
from watchframe.errors import AccessDeniedError, CacheMissError, ConfigurationError, NotFoundError
from watchframe.hints import Hint, Kind
from watchframe.locks import ProcessLock
from watchframe.models import Dashboard, DataSource, ParameterDefinition, Query
from watchframe.references import parse_dashboard_reference

logger = logging.getLogger(__name__)


def time_here(cache: ResultCache | None) -> datetime:
    """Give this machine's time: that of the cache's clock, where there is a cache."""
    return datetime.now(UTC) if cache is None else cache.now()


def note_decision(cache: ResultCache | None, what: str, key: str, decision: Decision) -> None:
    """Log a decision with its reason, and have `ResultCache.decisions` show it."""
    logger.debug("%s: %s (%s)", what, decision.action, decision.reason)
    if cache is not None:
        cache.note_decision(what, key, decision)


#: Seconds for which a document that one read asked for will do for the others.
LASTS = 10.0


class SharedDocuments:
    """Documents that reads side by side have just asked for; any thread may use it."""

    def __init__(self) -> None:
        self._guard = ProcessLock()
        self._locks: dict[str, ProcessLock] = {}
        self._found: dict[str, tuple[float, object]] = {}

    def get(self, key: str, ask: Callable[[], object]) -> object:
        """Return the document of that key: one asked for a moment ago, else what `ask` returns.

        One thread asks, and the others wait for it; where it fails, each of them asks.
        """
        with self._guard.lock:
            lock = self._locks.setdefault(key, ProcessLock())
        with lock.lock:
            now = time.monotonic()
            found = self._found.get(key)
            if found is None or now - found[0] >= LASTS:
                found = self._found[key] = now, ask()
            return found[1]

    def forget(self) -> None:
        """Have everything asked for anew."""
        self._found.clear()


@dataclass(slots=True, kw_only=True)
class Knowledge:
    """The server's documents, from the local cache where they are fresh enough.

    Attributes
    ----------
    client : Client
    cache : ResultCache or None
        None keeps nothing.
    principal : str
        Whose view of the server it is.
    policy : Policy
        Which local copies will do.
    may_ask : bool
        Whether the server may be asked for the others; where not, CacheMissError.
    deadline : Deadline
    shared : SharedDocuments or None
        What reads beside this one have just asked for, which will do as well.
    """

    client: Client
    cache: ResultCache | None
    principal: str
    policy: Policy
    may_ask: bool
    deadline: Deadline
    shared: SharedDocuments | None = None
    _dropdowns: dict[int, list[str] | None] = field(default_factory=dict)

    def query(self, query_id: int) -> Query:
        """Return a saved query's definition.

        Raises
        ------
        ProtocolError
            The server sent another query's.
        """
        return Query.from_json(
            self._document(
                ("query", query_id),
                f"the definition of query {query_id}",
                lambda: self.client.queries.get(query_id, deadline=self.deadline).to_json(),
                with_id=query_id,
            )
        )

    def dashboard(self, dashboard: int | str) -> Dashboard:
        """Return a dashboard with its widgets; a URL must be of the client's own server."""
        reference = parse_dashboard_reference(dashboard)
        return Dashboard.from_json(
            self._document(
                ("dashboard", reference.dashboard_id, reference.slug),
                f"the dashboard {reference.slug or reference.dashboard_id}",
                lambda: self.client.dashboards.get(dashboard, deadline=self.deadline).to_json(),
                # A slug goes first, and may begin with a number that is no id: "2023-report".
                with_id=reference.dashboard_id if reference.slug is None else None,
            )
        )

    def dropdown_options(
        self, query: Query
    ) -> Callable[[ParameterDefinition], Sequence[str] | None]:
        """Give what tells the values of a ``query`` parameter; None where the key may not know."""

        def options(definition: ParameterDefinition) -> Sequence[str] | None:
            source = definition.dropdown_query_id
            if source is None:
                return None
            if source not in self._dropdowns:
                self._dropdowns[source] = self._dropdown(query.id, source)
            return self._dropdowns[source]

        return options

    def data_source(self, reference: int | str | DataSource) -> DataSource:
        """Give the data source of that name; an id is believed without asking."""
        if isinstance(reference, DataSource):
            return reference
        if isinstance(reference, int):
            return DataSource(id=reference, name=f"data source {reference}", type="")
        found = self._document(
            ("data_sources",),
            "the list of data sources",
            lambda: [source.to_json() for source in self.client.data_sources.list()],
        )
        sources = [DataSource.from_json(item) for item in _items(found)]
        return _pick(sources, reference, self.client.server)

    def _dropdown(self, query_id: int, source: int) -> list[str] | None:
        try:
            found = self._document(
                ("dropdown", query_id, source),
                f"the values of dropdown query {source}",
                lambda: [
                    option.value
                    for option in self.client.queries.dropdown_options(
                        query_id, source, deadline=self.deadline
                    )
                ],
            )
        except (AccessDeniedError, NotFoundError):
            return None  # The server will say itself whether a value will do.
        return [str(value) for value in found] if isinstance(found, list) else None

    def _document(
        self,
        name: tuple[object, ...],
        words: str,
        ask: Callable[[], object],
        *,
        with_id: int | None = None,
    ) -> object:
        """Return a document; a local copy with another id than `with_id` is not used."""
        key = "/".join(map(str, (self.client.server, self.principal, *name)))
        kept = self.cache.get_document(key) if self.cache is not None else None
        if kept is not None and not _has_id(kept.value, with_id):
            kept = None
        decision = decide_document(
            kept.stored_at if kept is not None else None, self.policy, now=time_here(self.cache)
        )
        note_decision(self.cache, words, key, decision)
        if kept is not None and decision.action == "use":
            return kept.value
        if not self.may_ask:
            raise CacheMissError(
                f"The local cache does not hold {words}.",
                hint=Hint(Kind.NOT_STORED),
            )

        def fetch() -> object:
            value = ask()
            if self.cache is not None:
                self.cache.put_document(key, value)
            return value

        return fetch() if self.shared is None else self.shared.get(key, fetch)


def _has_id(document: object, wanted: int | None) -> bool:
    return wanted is None or (isinstance(document, Mapping) and document.get("id") == wanted)


def _pick(sources: Sequence[DataSource], name: str, server: str) -> DataSource:
    wanted = [item for item in sources if item.name == name]
    if len(wanted) == 1:
        return wanted[0]
    if wanted:
        ids = ", ".join(str(item.id) for item in wanted)
        raise ConfigurationError(
            f"{len(wanted)} data sources of {server} are called {name!r}.",
            hint=f"Give the id instead of the name: {ids}.",
        )
    known = ", ".join(f"{item.name!r} ({item.id})" for item in sources) or "none"
    raise ConfigurationError(
        f"{server} has no data source {name!r}.", hint=f"This key sees: {known}."
    )


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []
