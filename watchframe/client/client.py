"""A connection to one server, as one key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from watchframe.client.alerts import Alerts, Destinations
from watchframe.client.dashboards import Dashboards, Widgets
from watchframe.client.data_sources import DataSources
from watchframe.client.execution import Execution
from watchframe.client.jobs import Jobs, OnStatus
from watchframe.client.queries import Queries
from watchframe.client.query_results import QueryResults
from watchframe.client.query_snippets import QuerySnippets
from watchframe.client.result_body import ResultBody
from watchframe.client.users import Groups, Users
from watchframe.client.visualizations import Visualizations
from watchframe.config import Secret, Settings, as_secret, load_settings, note_connected
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.http.documents import request_json
from watchframe.http.transport import Transport
from watchframe.locks import ProcessLock
from watchframe.models import Session


class Client:
    """Everything that one key may do on one server.

    Parameters
    ----------
    url : str, optional
        The server's base URL.
    api_key : str, optional
        A user's key or a query's key.
    settings : Settings, optional
        Instead of all the others.
    profile : str, optional
        A profile of the config file.
    **overrides
        Any other setting, such as ``cache_dir`` or ``read_timeout``.

    Raises
    ------
    ConfigurationError
        No server or no key is known, or a setting cannot be used.
    """

    def __init__(
        self,
        url: str | None = None,
        api_key: str | Secret | None = None,
        *,
        settings: Settings | None = None,
        profile: str | None = None,
        **overrides: Any,
    ) -> None:
        api_key = as_secret(api_key)
        self.settings = settings or load_settings(url, api_key, profile=profile, **overrides)
        self._transport = Transport(self.settings)
        self.queries = Queries(self._transport)
        self.query_results = QueryResults(self._transport)
        self.jobs = Jobs(self._transport)
        self.data_sources = DataSources(self._transport)
        self.users = Users(self._transport)
        self.query_snippets = QuerySnippets(self._transport)
        self.groups = Groups(self._transport)
        self.destinations = Destinations(self._transport)
        self.alerts = Alerts(self._transport)
        self.dashboards = Dashboards(self._transport)
        self.widgets = Widgets(self._transport)
        self.visualizations = Visualizations(self._transport)

    @property
    def server(self) -> str:
        """The server's base URL, normalised."""
        return self.settings.url

    def session(self, *, deadline: Deadline = NO_DEADLINE) -> Session:
        """Return whose key it is, what they may do, and the server's version.

        Raises
        ------
        AuthenticationError
            The key is wrong, or a query's key: that one belongs to nobody.
        """
        return Session.from_json(
            request_json(self._transport, "GET", "/api/session", deadline=deadline)
        )

    def run_query(
        self,
        query_id: int,
        parameters: Mapping[str, object],
        *,
        max_age: int,
        deadline: Deadline = NO_DEADLINE,
        on_status: OnStatus | None = None,
    ) -> ResultBody:
        """Return a saved query's result: the server's cached one, or a new one once it is there."""
        execution = Execution.of_query(self._transport, query_id, parameters)
        return execution.result(max_age, deadline=deadline, on_status=on_status)

    def run_sql(
        self,
        sql: str,
        data_source_id: int,
        parameters: Mapping[str, object],
        *,
        max_age: int,
        deadline: Deadline = NO_DEADLINE,
        on_status: OnStatus | None = None,
    ) -> ResultBody:
        """Return the result of SQL that is not saved."""
        execution = Execution.of_sql(self._transport, sql, data_source_id, parameters)
        return execution.result(max_age, deadline=deadline, on_status=on_status)

    def close(self) -> None:
        """Close the connections; the client can be used again."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.server!r})"


_lock = ProcessLock()
_current: Client | None = None


def connect(
    url: str | None = None,
    api_key: str | Secret | None = None,
    *,
    profile: str | None = None,
    **overrides: Any,
) -> Client:
    """Return a client, and have every function use it from now on.

    Parameters
    ----------
    url, api_key, profile, **overrides
        As of `Client`.
    """
    global _current
    api_key = as_secret(api_key)
    client = Client(url, api_key, profile=profile, **overrides)
    with _lock.lock:
        previous, _current = _current, client
        note_connected(client.settings)
    if previous is not None:
        previous.close()
    return client


def current_client() -> Client:
    """Return the client of `connect`, or one made of the settings.

    Raises
    ------
    ConfigurationError
        There is neither.
    """
    global _current  # noqa: PLW0603 - as above
    with _lock.lock:
        if _current is None:
            _current = Client()
            note_connected(_current.settings)
        return _current


def connected_client() -> Client | None:
    """Give the client of `connect`, or the one that `current_client` has made; makes none itself.

    Making one may take long: its key may lie in a keyring that asks the user to unlock it.
    """
    return _current


def disconnect() -> None:
    """Forget the client of `connect`; the settings decide again."""
    global _current
    with _lock.lock:
        previous, _current = _current, None
        note_connected(None)
    if previous is not None:
        previous.close()
