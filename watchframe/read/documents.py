"""The documents that a question needs: definitions, dropdown values, data sources, dashboards.

Each is a small document of the server, kept in the local cache beside the results and under the
same rule of freshness.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import partial
from http import HTTPStatus
from typing import Self
from weakref import WeakKeyDictionary

from watchframe.cache import Document, Policy, decide_document
from watchframe.client import Client, has_name
from watchframe.errors import (
    AccessDeniedError,
    CacheMissError,
    ConfigurationError,
    NotFoundError,
    ResponseError,
)
from watchframe.hints import Hint, Kind
from watchframe.models import Dashboard, DataSource, ParameterDefinition, Query
from watchframe.parameters.normalize import definitions_of
from watchframe.read.options import QueryLike, ReadOptions, SharedDocuments
from watchframe.references import (
    DashboardReference,
    QueryReference,
    parse_reference,
    require_query,
)

#: The statuses that say that the key may not do that.
_REFUSALS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
#: What reads without a cache have learned, by client: a next one asks by it, as by a local copy,
#: and the answer shows whether it still holds. Rows are not among it.
_in_memory: WeakKeyDictionary[Client, dict[str, Document]] = WeakKeyDictionary()
#: Definitions by client and query, each with the document in memory that it was made of.
_definitions: WeakKeyDictionary[Client, dict[int, tuple[object, Query]]] = WeakKeyDictionary()
#: How many documents, and how many definitions, a client's reads remember.
MOST_IN_MEMORY = 100

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
    lists_values : bool
        Whether the server is asked for the values of dropdowns, which may run their queries. The
        server itself compares what it is sent with them; so a local list of any age will do to
        tell how a value is written, and none will.
    are_new : bool
        Whether none of those that were returned was a local copy.
    are_fresh : bool
        Whether the local copies among them are as young as the options ask.
    """

    options: ReadOptions
    policy: Policy
    _: KW_ONLY
    may_ask: bool
    shared: SharedDocuments | None = None
    lists_values: bool = False
    are_new: bool = field(default=True, init=False)
    are_fresh: bool = field(default=True, init=False)
    _found: dict[str, object] = field(default_factory=dict, init=False)

    @classmethod
    def of(cls, options: ReadOptions) -> Self:
        """Return those that are as fresh as a read with these options has them."""
        policy = options.document_policy
        return cls(options, policy, may_ask=policy.mode != "only", shared=options.shared)

    def query(self, reference: QueryReference) -> Query:
        """Return a saved query's definition.

        Raises
        ------
        ProtocolError
            The server sent another query's.
        QueryReferenceError
            There is not one query of that name.
        """
        require_query(reference)
        if reference.query_id is not None:
            return self._definition(reference.query_id)
        # A kept id of any age will do: whether that query still has the name, it says itself. One
        # that is spelled as it was asked for goes first: the server may have that by now.
        known = self._copy("query-name", reference.name)
        if self.options.lock is not None:
            self.options.lock.document(
                self.options.client.server, ("query-name", reference.name), None
            )
        if known is not None and self.options.policy.mode != "refresh":
            with contextlib.suppress(AccessDeniedError, NotFoundError):
                found = self._definition(int(str(known.value)))
                is_exact = found.name == reference.name or not self.are_new
                if is_exact and has_name(found, reference.name or ""):
                    return found
        return self._definition(self._id_of(reference))

    def _definition(self, query_id: int) -> Query:
        client = self.options.client
        document = self._document(
            ("query", query_id),
            f"the definition of query {query_id}",
            lambda: self._newest(query_id),
            query_id=query_id,
            with_id=query_id,
        )
        known = _definitions.setdefault(client, {})
        made_of, definition = known.get(query_id, (None, None))
        if definition is None or made_of is not document:
            definition = Query.from_json(document).of_server(client.server)
            if len(known) >= MOST_IN_MEMORY:
                known.clear()
            known[query_id] = document, definition
        return definition

    def _newest(self, query_id: int) -> object:
        """Return a definition as the server has it, or as a shared dashboard tells it."""
        try:
            found = self.options.client.queries.get(query_id, deadline=self.options.deadline)
        except ResponseError as error:
            told = self.options.definitions.get(query_id)
            if told is None or error.status not in _REFUSALS:
                raise
            found = told
        return query_document(found)

    def _id_of(self, reference: QueryReference) -> int:
        """Return the id of a query that is known by its name."""
        client, deadline = self.options.client, self.options.deadline
        found = self._document(
            ("query-name", reference.name),
            f"the id of {reference.label}",
            lambda: client.queries.id_of(reference, deadline=deadline),
            is_new=True,
        )
        return int(str(found))

    def dashboard(self, reference: DashboardReference) -> Dashboard:
        """Return a dashboard with its widgets; a URL must be of the client's own server."""
        client, deadline, token = self.options.client, self.options.deadline, reference.api_key

        def ask() -> object:
            if token is not None and reference.is_shared:
                return client.dashboards.get_shared(token, deadline=deadline).to_json()
            return client.dashboards.get(reference, deadline=deadline).to_json()

        named = (reference.dashboard_id, reference.slug or reference.name)
        return Dashboard.from_json(
            self._document(
                # The token of a shared one is in the principal.
                ("dashboard", *(("shared",) if reference.is_shared else named)),
                f"the {reference.label}",
                ask,
                # A slug goes first, and may begin with a number that is no id: "2023-report".
                with_id=reference.dashboard_id if reference.slug is None else None,
            )
        ).of_server(client.server)

    def dropdown_options(
        self, query: Query
    ) -> Callable[[ParameterDefinition], Sequence[str] | None]:
        """Return a function from a parameter to its dropdown's values; None if they are unknown."""
        used = definitions_of(query, used_only=True)
        sources = {item.dropdown_query_id for item in used if item.dropdown_query_id is not None}
        found: dict[int, list[str] | None] = {}

        def options(definition: ParameterDefinition) -> Sequence[str] | None:
            source = definition.dropdown_query_id
            if source is None:
                return None
            if self.lists_values and sources - found.keys():
                with ThreadPoolExecutor(len(sources), "watchframe-dropdown") as pool:
                    listed = pool.map(partial(self._listed, query.id), sources)
                    found.update(zip(sources, listed, strict=True))
            if source not in found:
                found[source] = self._values_known_here(query.id, source)
            return found[source]

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

    def _values_known_here(self, query_id: int, source: int) -> list[str] | None:
        kept = self._copy("dropdown", query_id, source, query_id=query_id)
        return _texts(kept.value) if kept is not None else None

    def _listed(self, query_id: int, source: int) -> list[str] | None:
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
                query_id=query_id,
            )
        except (AccessDeniedError, NotFoundError):
            return None  # the server decides itself whether it takes a value
        return _texts(found)

    def _copy(self, *name: object, query_id: int | None = None) -> Document | None:
        """Return a local copy, whatever its age."""
        cache, key = self.options.cache, document_key(self.options, *name, query_id=query_id)
        if cache is None:
            return _in_memory.get(self.options.client, {}).get(key)
        return cache.get_document(key)

    def kept(self, *name: object, query_id: int | None) -> object:
        """Return the local copy of a document; None where there is none."""
        found = self._copy(*name, query_id=query_id)
        return None if found is None else found.value

    def _keep(self, key: str, value: object) -> None:
        if self.options.cache is not None:
            self.options.cache.put_document(key, value)
            return
        kept = _in_memory.setdefault(self.options.client, {})
        if len(kept) >= MOST_IN_MEMORY:
            kept.clear()
        kept[key] = Document(value=value, stored_at=self.options.clock())

    def _document(
        self,
        name: tuple[object, ...],
        words: str,
        ask: Callable[[], object],
        *,
        query_id: int | None = None,
        with_id: int | None = None,
        is_new: bool = False,
    ) -> object:
        """Return a document: of a query, where `query_id` says so, or of the server.

        A local copy with another id than `with_id` is not used, and with `is_new` none at all.
        """
        policy = NEWLY_READ if is_new else self.policy
        options, key = self.options, document_key(self.options, *name, query_id=query_id)
        if key in self._found:
            return self._found[key]
        if options.lock is not None:
            packed = options.lock.document(options.client.server, name, query_id)
            if packed is not None:
                return packed
            if options.lock.replay is not None:
                policy = ANY_AGE  # a report is made again offline, too
        kept = self._copy(*name, query_id=query_id)
        if kept is not None and not _has_id(kept.value, with_id):
            kept = None
        stored_at, now = kept.stored_at if kept is not None else None, options.clock()
        decision = decide_document(stored_at, policy, now=now)
        if kept is not None and decision.action == "use":
            if self.policy is ANY_AGE and options.policy.mode != "only":
                fresh = decide_document(stored_at, options.document_policy, now=now)
                is_fresh = fresh.action == "use"
                self.are_fresh &= is_fresh
                decision = fresh if is_fresh else replace(decision, reason="last-read")
            self.are_new = False
            options.note(words, key, decision)
            return kept.value
        options.note(words, key, decision)
        if not self.may_ask:
            raise CacheMissError(
                f"The local cache does not hold {words}.",
                hint=Hint(Kind.NOT_STORED),
            )

        def fetch() -> object:
            value = ask()
            self._keep(key, value)
            return value

        found = fetch() if self.shared is None else self.shared.get(key, fetch)
        self._found[key] = found
        return found


def _texts(found: object) -> list[str] | None:
    return [str(value) for value in found] if isinstance(found, list) else None


def query_document(query: Query) -> dict[str, object]:
    """Return a definition as the local cache keeps it."""
    # With its visualizations: what is drawn is of the same moment.
    saved = [item.to_json() for item in query.visualizations]
    return {**query.to_json(), "visualizations": saved}


def knowing(options: ReadOptions, query: Query) -> ReadOptions:
    """Return the options of a read that takes this definition, read just now, as the server's."""
    shared = SharedDocuments()
    key = document_key(options, "query", query.id, query_id=query.id)
    shared.get(key, lambda: query_document(query))
    return replace(options, shared=shared)


def document_key(options: ReadOptions, *name: object, query_id: int | None = None) -> str:
    """Return the key in the local cache of a document of the server, or of a query.

    It is of the keys that may answer for it.
    """
    principal = options.principal_of(query_id)
    return "/".join(map(str, (options.client.server, principal, *name)))


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
