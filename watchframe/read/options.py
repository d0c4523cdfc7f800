"""How to read: the options of one read, resolved once; and the words that are typed for them."""

from __future__ import annotations

import difflib
import functools
import logging
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ParamSpec, Self, TypedDict, TypeVar

from watchframe.cache import Decision, Mode, Policy, ResultCache, parse_max_age
from watchframe.client import (
    Client,
    Deadline,
    OnStatus,
    chosen_client,
    client_of_server,
    connect,
    with_address_key,
)
from watchframe.config import Settings, load_settings_of, require_same_server
from watchframe.errors import ArgumentError, ConfigurationError
from watchframe.interactive import ipython_kernel
from watchframe.keys import without_keys
from watchframe.locks import ProcessLock
from watchframe.models import Query
from watchframe.parameters import JSON
from watchframe.plain_text import shell_text
from watchframe.read.lock_use import LockUse, lock_in_use
from watchframe.read.schema_contract import Expected
from watchframe.references import (
    DashboardReference,
    QueryReference,
    takes_dashboard,
    takes_query,
)
from watchframe.references.arguments import Refusal, misfit, parameters_of
from watchframe.references.pages import is_address
from watchframe.vocabulary import OPTIONS

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

#: The server's ``max_age`` for "any cached result will do" and for "run it".
ANY_RESULT, RUN = -1, 0

MaxAge = float | str | timedelta | None
Params = Mapping[str, object] | None
QueryLike = int | str | QueryReference
DashboardLike = int | str | DashboardReference


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """All that a read needs to know beside its question.

    The public functions make one by `resolve`; everything below them takes it as it is.

    Attributes
    ----------
    client : Client
    cache : ResultCache or None
        None neither reads nor stores.
    policy : Policy
        Which local rows will do.
    document_policy : Policy
        Which local definitions will do. It differs from `policy` for the pieces of a period that
        are over: their rows may be old, the query's definition may not.
    deadline : Deadline
        Over the whole read.
    progress : bool or None
        Whether to show a progress line; None shows it where a person is watching.
    on_status : callable or None
        Called with the job's state, in place of a progress line.
    shared : SharedDocuments or None
        The documents that concurrent reads share.
    now : datetime or None
        The moment that dynamic dates are counted from; None is the beginning of the read.
    exact : mapping
        Parameters in wire form that are sent unchanged, even if finer than their type.
    columns : sequence of str or None
        All that is decoded if nothing is stored; None decodes all.
    definitions : mapping of int to Query
        Definitions by query id, for where the key may not read them: those that a shared dashboard
        tells, without texts.
    lock : LockUse or None
        What notes the answer, or has it.
    """

    client: Client
    cache: ResultCache | None
    policy: Policy
    document_policy: Policy
    deadline: Deadline = field(compare=False)  # two equal reads begin at two moments
    progress: bool | None = None
    on_status: OnStatus | None = None
    shared: SharedDocuments | None = None
    now: datetime | None = None
    exact: Mapping[str, JSON] = field(default_factory=dict)
    columns: Sequence[str] | None = None
    definitions: Mapping[int, Query] = field(default_factory=dict)
    lock: LockUse | None = field(default=None, compare=False)

    @classmethod
    def resolve(
        cls,
        reference: QueryReference | DashboardReference | None = None,
        client: Client | None = None,
        max_age: MaxAge = None,
        cache: Mode = "use",
        timeout: float | None = 300.0,
        *,
        progress: bool | None = None,
        columns: Sequence[str] | None = None,
        store: ResultCache | None = None,
    ) -> Self:
        """Return the options of a read, from the arguments of a public function.

        Parameters
        ----------
        reference : QueryReference or DashboardReference, optional
            What is read; its server must be the client's.
        client, max_age, cache, timeout, progress
            As of `read_watch_query`.
        columns : sequence of str or None
            As of `ReadOptions`.
        store : ResultCache, optional
            In place of the cache of the client's settings.

        Raises
        ------
        ConfigurationError
            As `client_for`.
        ArgumentError
            `max_age`, `cache` or `timeout` cannot be used.
        """
        lock = lock_in_use()
        found = client_for(reference, client, lock)
        policy = Policy(mode=cache, max_age=parse_max_age(max_age))
        kept = None if policy.mode == "off" else store or local_cache(found.settings)
        return cls(
            client=found,
            cache=kept,
            policy=policy,
            document_policy=policy,
            deadline=Deadline.after(timeout),
            progress=progress,
            columns=columns,
            lock=lock,
        )

    @classmethod
    def of_server(cls, server: str, client: Client | None, *, timeout: float | None) -> Self:
        """Return the options of reads on a server, whichever key is known for it, also none."""
        try:
            found = client_for(QueryReference(server_url=server), client)
        except ConfigurationError:
            if client is not None:
                raise
            found = Client(settings=load_settings_of(server))
        return cls.resolve(client=found, timeout=timeout, progress=False)

    @property
    def server_max_age(self) -> int:
        """The ``max_age`` with which the server is asked."""
        if self.policy.mode == "refresh":
            return RUN
        return ANY_RESULT if self.policy.max_age is None else int(self.policy.max_age)

    def clock(self) -> datetime:
        """Return the time of this machine; with a cache, by the cache's clock."""
        return datetime.now(UTC) if self.cache is None else self.cache.now()

    def principal_of(self, query_id: int | None) -> str:
        """Return under which name a query's results, or what is no query's, lie in the cache.

        It is made of the keys that may answer for it. With a ring of several keys and no user's
        key, a query that is looked for by its name may be any of the ring.
        """
        if self.cache is None:
            return ""
        settings = self.client.settings
        keys = settings.keys_of(query_id) or settings.query_keys.values()
        return self.cache.principal("\n".join(key.reveal() for key in keys))

    def note(self, what: str, key: str, decision: Decision) -> None:
        """Log a decision with its reason, and have `ResultCache.decisions` list it."""
        logger.debug("%s: %s (%s)", what, decision.action, decision.reason)
        if self.cache is not None:
            self.cache.note_decision(what, key, decision)


class ReadArguments(TypedDict, total=False):
    """Keyword arguments of every function that reads."""

    max_age: MaxAge
    cache: Mode
    columns: Sequence[str] | None
    expect: Expected
    timeout: float | None
    progress: bool | None
    client: Client | None


#: Seconds for which concurrent reads share a document.
SHARED_FOR = 10.0


class SharedDocuments:
    """Documents that concurrent reads fetch once; safe to use from any thread."""

    def __init__(self) -> None:
        self._guard = ProcessLock()
        self._locks: dict[str, ProcessLock] = {}
        self._found: dict[str, tuple[float, object]] = {}

    def get(self, key: str, fetch: Callable[[], object]) -> object:
        """Return the document of that key: one fetched a moment ago, else what `fetch` returns.

        One thread fetches, and the others wait for it; if it fails, each of them fetches.
        """
        with self._guard.lock:
            lock = self._locks.setdefault(key, ProcessLock())
        with lock.lock:
            now = time.monotonic()
            found = self._found.get(key)
            if found is None or now - found[0] >= SHARED_FOR:
                found = self._found[key] = now, fetch()
            return found[1]

    def forget(self) -> None:
        """Have every document fetched again."""
        self._found.clear()


def of_query(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a public function that reads a query: its arguments are looked at first."""
    return takes_query(function, _refusal)


def of_dashboard(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a public function that reads a dashboard, as `of_query`."""
    return takes_dashboard(function, _refusal)


def _refusal(
    function: Callable[..., Any], args: Sequence[object], kwargs: Mapping[str, object]
) -> Exception | None:
    """Return the error of arguments that a function cannot be called with; its hint says how."""
    known = [*parameters_of(function)]
    unknown = {name: value for name, value in kwargs.items() if name not in known}
    if unknown:
        reference = kwargs.get(known[0], args[0] if args else None)
        return _keyword_error(function.__name__, reference, unknown, known)
    given = {**dict(zip(known, args, strict=False)), **kwargs}
    return _text_error(given) or misfit(function, args, kwargs)


def checks_texts(function: Callable[P, R], refusal: Refusal | None = None) -> Callable[P, R]:
    """Decorate a public function that takes a visualization or parameters, and no query.

    No frame holds a text in their place: it may be an address with its key. `refusal` returns the
    error of other arguments, as of `takes_query`.
    """
    known = [*parameters_of(function)]

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        given = dict(zip(known, args, strict=False))
        error: Exception | None = _text_error(
            {"visualization": kwargs.get("visualization"), **given}
        )
        if error is None and refusal is not None:
            error = refusal(function, args, kwargs)
        if error is not None:
            args, kwargs, given = (), {}, {}  # type: ignore[assignment]
            raise error
        return function(*args, **kwargs)

    return wrapper


def _text_error(given: Mapping[str, object]) -> ArgumentError | None:
    """Return the error of a text that stands for no visualization or parameters, or None."""
    misplaced = address_error(given.get("visualization"))
    if misplaced is not None:
        return misplaced
    if isinstance(given.get("params"), str):
        # Not by `params_dict`, whose frames would hold it.
        return ArgumentError(
            "params is a str: it holds no parameter set.",
            hint='Give a dict, such as {"market": "WETH"}, or where several are read, a list of '
            "them. A key goes to connect(url, key).",
        )
    return None


def address_error(visualization: object) -> ArgumentError | None:
    """Return the error of an address that is given as a visualization's name, or None."""
    if not (isinstance(visualization, str) and is_address(visualization)):
        return None
    return ArgumentError(
        "An address is given where a visualization is expected.",
        hint="Give it in place of the query: draw_watch_query(address).",
    )


def _keyword_error(
    name: str, reference: object, unknown: Mapping[str, object], known: Sequence[str]
) -> ArgumentError:
    first = next(iter(unknown))
    shown: object = 42
    if isinstance(reference, QueryReference):
        shown = reference.query_id or reference.name
    elif isinstance(reference, DashboardReference):
        shown = reference.dashboard_id or reference.slug or reference.name or "..."
    typed = {option.name: option.python.strip("`") for option in OPTIONS}.get(first, "")
    of_connection = connection_hint(first)
    near = difflib.get_close_matches(first, known, 1)
    if typed.partition("=")[0] in known:
        hint = f"In Python, --{first.replace('_', '-')} is {typed}."
    elif of_connection is not None:
        hint = of_connection
    elif near:
        hint = f"Did you mean {near[0]}=?"
    else:
        values = ", ".join(f"{word!r}: {_shown_value(word, unknown[word])}" for word in unknown)
        hint = f"Parameters stand in a dict: {name}({shown!r}, {{{values}}})"
    return ArgumentError(f"{name} has no argument {first!r}.", hint=hint)


def connection_hint(word: str) -> str | None:
    """Return what to do with a keyword that is a setting of `connect`; None for any other."""
    setting = _SETTINGS_OF_OTHERS.get(word, word)
    if setting not in parameters_of(connect):
        return None
    return f"It belongs to the connection: connect(..., {setting}=...)."


#: What other libraries call a setting of `connect`.
_SETTINGS_OF_OTHERS = {"verify": "ca_bundle", "apikey": "api_key", "server": "url"}


def _shown_value(name: str, value: object) -> str:
    """Return how a hint shows the value of a keyword: one that is a key is not shown."""
    is_secret = re.search("key|token|secret|pass|auth|cookie", name, re.IGNORECASE)
    return "..." if is_secret else without_keys(repr(value))


#: The queries of whose keys in an address it was said how to keep them elsewhere.
_noted: set[tuple[str, int | None]] = set()


def client_for(
    reference: QueryReference | DashboardReference | None,
    client: Client | None,
    lock: LockUse | None = None,
) -> Client:
    """Return the client to ask: `client`, that of `connect`, or one for the address's server.

    Where none is known and a lock answers, it is one without a key for the lock's server.

    Raises
    ------
    ConfigurationError
        No server or key is known, or the reference is to a page of another server than `client`'s.
        The key of one server is never sent to another one.
    ArgumentError
        `client` is no client.
    """
    try:
        return _client_for(reference, client)
    except ConfigurationError:
        replay = None if lock is None else lock.replay
        servers = [] if replay is None else replay.servers
        asked = None if reference is None else reference.server_url
        server = servers[0] if asked is None and len(servers) == 1 else asked
        if client is not None or server not in servers:
            raise
    return Client(settings=load_settings_of(server))


def _client_for(
    reference: QueryReference | DashboardReference | None, client: Client | None
) -> Client:
    if reference is None or reference.server_url is None:
        return chosen_client(client)
    query_id = reference.query_id if isinstance(reference, QueryReference) else None
    if client is not None:
        require_same_server(reference.server_url, chosen_client(client).server)
        found = with_address_key(client, query_id, reference.api_key, goes_first=False)
    else:
        found = client_of_server(reference.server_url, query_id=query_id, api_key=reference.api_key)
    if isinstance(reference, DashboardReference) and reference.is_shared:
        # It is the least key that does it, and its holder need not see more than everybody.
        return found.with_keys(reference.api_key)
    _note_key(reference, query_id)
    return found


def _note_key(reference: QueryReference | DashboardReference, query_id: int | None) -> None:
    """Say once how to keep a key elsewhere than in an address."""
    server = reference.server_url
    if reference.api_key is None or (str(server), query_id) in _noted:
        return
    _noted.add((str(server), query_id))
    option, variable = (
        (f" --query {query_id}", f"QUERY_KEY_{query_id}") if query_id else ("", "API_KEY")
    )
    words = (
        "The address holds an API key in clear text. To keep the key elsewhere, run once: "
        f"watchframe login --url {shell_text(str(server))}{option}, or set WATCHFRAME_URL and "
        f"WATCHFRAME_{variable}. The address without the key is then enough."
    )
    # Not a warning: those can be made errors, and the read is right.
    if ipython_kernel() is None:
        logger.warning("%s", words)
    elif logger.isEnabledFor(logging.WARNING):
        sys.stdout.write(f"{words}\n")  # a cell shows the log in red, as an error


def local_cache(settings: Settings) -> ResultCache:
    """Return the cache of these settings, opened once in a process."""
    return _opened(settings.cache_dir, settings.cache_size_limit, settings.history)


@functools.lru_cache(maxsize=8)
def _opened(directory: Path, size_limit: int, history: timedelta | None) -> ResultCache:
    return ResultCache(directory, size_limit=size_limit, history=history)


Duration = float | str | None

#: What is typed for None.
ANY_AGE, NO_TIMEOUT = "any", "none"


def seconds(value: Duration, nothing: str, name: str) -> float | None:
    """Return a typed duration in seconds; None for None and for the word `nothing`.

    Raises
    ------
    ArgumentError
        It is not a duration.
    """
    if value is None or value == nothing:
        return None
    try:
        number = float(value)
    except ValueError:
        number = None
    try:
        return parse_max_age(value if number is None else number)
    except ArgumentError:
        raise ArgumentError(
            f"{name} cannot be {value!r}.",
            hint=f"Give seconds, or a number with a unit such as 90s, 15m, 1h, 7d, or {nothing!r}.",
        ) from None


def data_source(name: str) -> int | str:
    """Return a typed data source as the read functions take it: digits are an id."""
    return int(name) if name.isascii() and name.isdigit() else name
