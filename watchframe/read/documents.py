"""The documents that a question needs: definitions, dropdown values, data sources, dashboards.

Each is a small document of the server, kept in the local cache beside the results and under the
same rule of freshness.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Self

from watchframe.cache import Policy, decide_document
from watchframe.client import Client
from watchframe.errors import (
    AccessDeniedError,
    CacheMissError,
    ConfigurationError,
    NotFoundError,
)
from watchframe.hints import Hint, Kind
from watchframe.models import Dashboard, DataSource, ParameterDefinition, Query
from watchframe.parameters.normalize import definitions_of
from watchframe.read.options import QueryLike, ReadOptions, SharedDocuments
from watchframe.references import (
    QueryReference,
    parse_dashboard_reference,
    parse_reference,
    require_query,
)

#: Takes every local copy; takes none.
ANY_AGE, NEWLY_READ = Policy(mode="only"), Policy(mode="refresh")


@dataclass(slots=True)
class Documents:
    """The server's documents, from the local cache if they are fresh enough.

    Attributes
    ----------
    options : ReadOptions
        Of the read that needs them.
    policy : Policy
        Which local copies will do.
    may_ask : bool
        Whether the server may be asked for the others; if not, they are a CacheMissError.
    shared : SharedDocuments or None
        Those of concurrent reads, which will do as well.
    may_execute : bool
        Whether a dropdown's query may be run for its values.
    """

    options: ReadOptions
    policy: Policy
    _: KW_ONLY
    may_ask: bool
    shared: SharedDocuments | None = None
    may_execute: bool = True
    _dropdowns: dict[int, list[str] | None] = field(default_factory=dict, init=False)

    @classmethod
    def of(cls, options: ReadOptions) -> Self:
        """Return those that are as fresh as a read with these options has them."""
        policy = options.document_policy
        return cls(options, policy, may_ask=policy.mode != "only")

    def query(self, reference: QueryReference) -> Query:
        """Return a saved query's definition.

        Raises
        ------
        ProtocolError
            The server sent another query's.
        QueryReferenceError
            There is not one query of that name.
        """
        client, deadline = self.options.client, self.options.deadline
        require_query(reference)
        query_id = reference.query_id or self._id_of(reference)
        return Query.from_json(
            self._document(
                ("query", query_id),
                f"the definition of query {query_id}",
                lambda: client.queries.get(query_id, deadline=deadline).to_json(),
                with_id=query_id,
            )
        )

    def _id_of(self, reference: QueryReference) -> int:
        """Return the id of a query that is known by its name."""
        client, deadline = self.options.client, self.options.deadline
        found = self._document(
            ("query-name", reference.name),
            f"the id of {reference.label}",
            lambda: client.queries.id_of(reference, deadline=deadline),
        )
        return int(str(found))

    def dashboard(self, dashboard: int | str) -> Dashboard:
        """Return a dashboard with its widgets; a URL must be of the client's own server."""
        reference = parse_dashboard_reference(dashboard)
        client, deadline = self.options.client, self.options.deadline
        return Dashboard.from_json(
            self._document(
                ("dashboard", reference.dashboard_id, reference.slug),
                f"the dashboard {reference.slug or reference.dashboard_id}",
                lambda: client.dashboards.get(dashboard, deadline=deadline).to_json(),
                # A slug goes first, and may begin with a number that is no id: "2023-report".
                with_id=reference.dashboard_id if reference.slug is None else None,
            )
        )

    def dropdown_options(
        self, query: Query
    ) -> Callable[[ParameterDefinition], Sequence[str] | None]:
        """Return a function from a parameter to its dropdown's values; None if they are unknown."""

        def options(definition: ParameterDefinition) -> Sequence[str] | None:
            source = definition.dropdown_query_id
            if source is None:
                return None
            if source not in self._dropdowns:
                self._dropdowns[source] = self._dropdown(query.id, source)
            return self._dropdowns[source]

        return options

    def data_source(self, reference: int | str | DataSource) -> DataSource:
        """Return the data source of that name; an id is believed without asking."""
        if isinstance(reference, DataSource):
            return reference
        if isinstance(reference, int):
            return DataSource(id=reference, name=f"data source {reference}", type="")
        client = self.options.client
        found = self._document(
            ("data_sources",),
            "the list of data sources",
            lambda: [source.to_json() for source in client.data_sources.list()],
        )
        items = found if isinstance(found, list) else []
        return _pick([DataSource.from_json(item) for item in items], reference, self.options)

    def _dropdown(self, query_id: int, source: int) -> list[str] | None:
        client, deadline = self.options.client, self.options.deadline
        try:
            found = self._document(
                ("dropdown", query_id, source),
                f"the values of dropdown query {source}",
                lambda: [
                    option.value
                    for option in client.queries.dropdown_options(
                        query_id, source, deadline=deadline
                    )
                ],
                is_execution=True,
            )
        except CacheMissError:
            # An explanation goes on without the values, except where the read would now ask.
            if self.may_execute or self.policy.mode == "use":
                raise
            return None
        except (AccessDeniedError, NotFoundError):
            return None  # the server decides itself whether it takes a value
        return [str(value) for value in found] if isinstance(found, list) else None

    def _document(
        self,
        name: tuple[object, ...],
        words: str,
        ask: Callable[[], object],
        *,
        with_id: int | None = None,
        is_execution: bool = False,
    ) -> object:
        """Return a document; a local copy with another id than `with_id` is not used."""
        policy, may_ask = self.policy, self.may_ask
        if may_ask and is_execution and not self.may_execute:
            policy, may_ask = ANY_AGE, False
        options, cache = self.options, self.options.cache
        key = "/".join(map(str, (options.client.server, options.principal, *name)))
        kept = cache.get_document(key) if cache is not None else None
        if kept is not None and not _has_id(kept.value, with_id):
            kept = None
        decision = decide_document(
            kept.stored_at if kept is not None else None, policy, now=options.clock()
        )
        options.note(words, key, decision)
        if kept is not None and decision.action == "use":
            return kept.value
        if not may_ask:
            raise CacheMissError(
                f"The local cache does not hold {words}.",
                hint=Hint(Kind.NOT_STORED),
            )

        def fetch() -> object:
            value = ask()
            if cache is not None:
                cache.put_document(key, value)
            return value

        return fetch() if self.shared is None else self.shared.get(key, fetch)


def _has_id(document: object, wanted: int | None) -> bool:
    return wanted is None or (isinstance(document, Mapping) and document.get("id") == wanted)


def _pick(sources: Sequence[DataSource], name: str, options: ReadOptions) -> DataSource:
    server = options.client.server
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


#: Seconds that a hint may wait for the server.
_HINT_PATIENCE = 2.0


def parameters_for_hint(
    query: QueryLike, client: Client | None = None, *, may_ask: bool
) -> dict[str, bool] | None:
    """Return the names of a query's parameters, and whether each takes several values.

    They are for the hint of an error, and no error of their own: None where they are not known
    from the local cache, nor, with `may_ask`, from the server within two seconds.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reference = parse_reference(query)
            options = ReadOptions.resolve(reference, client, timeout=_HINT_PATIENCE, progress=False)
            try:
                found = Documents(options, ANY_AGE, may_ask=False).query(reference)
            except CacheMissError:
                if not may_ask:
                    return None
                found = Documents(options, NEWLY_READ, may_ask=True).query(reference)
    except Exception:  # noqa: BLE001 - a hint less
        return None
    return {item.name: item.multi is not None for item in definitions_of(found)}
