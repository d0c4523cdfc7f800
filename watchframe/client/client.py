"""A connection to one server, as one key."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from watchframe.client.alerts import Alerts
from watchframe.client.dashboards import Dashboards
from watchframe.client.data_sources import DataSources
from watchframe.client.deadline import NO_DEADLINE, Deadline
from watchframe.client.destinations import Destinations
from watchframe.client.groups import Groups
from watchframe.client.jobs import Jobs, OnStatus
from watchframe.client.queries import Queries
from watchframe.client.query_results import QueryResults, adhoc_run
from watchframe.client.query_snippets import QuerySnippets
from watchframe.client.result_body import ResultBody
from watchframe.client.saved_run import saved_run
from watchframe.client.session import read_session
from watchframe.client.transport import Transport
from watchframe.client.users import Users
from watchframe.client.visualizations import Visualizations
from watchframe.client.widgets import Widgets
from watchframe.config import Secret, Settings, as_secret, load_settings
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
        """Give whose key it is, what they may do, and the server's version.

        Raises
        ------
        AuthenticationError
            The key is wrong, or a query's key: that one belongs to nobody.
        """
        return read_session(self._transport, deadline=deadline)

    def run_query(
        self,
        query_id: int,
        parameters: Mapping[str, object],
        *,
        max_age: int,
        deadline: Deadline = NO_DEADLINE,
        on_status: OnStatus | None = None,
    ) -> ResultBody:
        """Give a saved query's result: the server's cached one, or a new one once it is there."""
        run = saved_run(self._transport, query_id, parameters)
        return run.result(max_age, deadline=deadline, on_status=on_status)

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
        """Give the result of SQL that is not saved."""
        run = adhoc_run(self._transport, sql, data_source_id, parameters)
        return run.result(max_age, deadline=deadline, on_status=on_status)

    def close(self) -> None:
        """Close the connections; the client can be used again."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.server!r})"
