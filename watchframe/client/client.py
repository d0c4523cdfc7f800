"""A connection to one server, as one key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta, tzinfo
from pathlib import Path
from typing import Self

from msgspec import structs

from watchframe.client.alerts import Alerts, Destinations
from watchframe.client.dashboards import Dashboards
from watchframe.client.data_sources import DataSources
from watchframe.client.execution import Execution
from watchframe.client.jobs import Jobs, OnStatus
from watchframe.client.queries import Queries
from watchframe.client.query_results import QueryResults
from watchframe.client.query_snippets import QuerySnippets
from watchframe.client.result_body import ResultBody
from watchframe.client.users import Groups, Users
from watchframe.client.widgets import Visualizations, Widgets
from watchframe.config import Settings, as_server, load_settings
from watchframe.errors import (
    AuthenticationError,
    WatchframeError,
)
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.http.documents import request_json
from watchframe.http.transport import Transport
from watchframe.interactive import is_interactive
from watchframe.keys import Secret, as_secret, as_secrets
from watchframe.models import Session
from watchframe.reprs import Card, counted

#: Seconds for which the display of a client waits for the server.
_SHOWN_WITHIN = 2.0


class Client:
    """Everything that one key may do on one server.

    Parameters
    ----------
    settings : Settings, optional
        Instead of all the others.
    sharing : Client, optional
        Of the same server: its connections are used.
    url, api_key, profile, query_keys, headers, cache_dir, timezone, connect_timeout, \
    read_timeout, max_retries, allow_plain_http, ca_bundle, max_body_bytes, cache_size_limit, \
    history, stale_if_error, cache_text_parameters, uncached_queries, chart_images : optional
        As of `connect`.

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
        sharing: Client | None = None,
        profile: str | None = None,
        query_keys: Mapping[int, str | Secret] | None = None,
        headers: Mapping[str, str | Secret] | None = None,
        cache_dir: str | Path | None = None,
        timezone: str | tzinfo | None = None,
        connect_timeout: float | None = None,
        read_timeout: float | None = None,
        max_retries: int | None = None,
        allow_plain_http: bool | None = None,
        ca_bundle: str | Path | None = None,
        max_body_bytes: int | None = None,
        cache_size_limit: int | None = None,
        history: timedelta | str | float | None = None,
        stale_if_error: bool | None = None,
        cache_text_parameters: bool | None = None,
        uncached_queries: Iterable[int] | str | None = None,
        chart_images: bool | None = None,
    ) -> None:
        url, api_key = as_server(url), as_secret(api_key)
        query_keys, headers = as_secrets(query_keys), as_secrets(headers)
        self.settings = settings or load_settings(
            url,
            api_key,
            profile=profile,
            query_keys=query_keys,
            headers=headers,
            cache_dir=cache_dir,
            timezone=timezone,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            max_retries=max_retries,
            allow_plain_http=allow_plain_http,
            ca_bundle=ca_bundle,
            max_body_bytes=max_body_bytes,
            cache_size_limit=cache_size_limit,
            history=history,
            stale_if_error=stale_if_error,
            cache_text_parameters=cache_text_parameters,
            uncached_queries=uncached_queries,
            chart_images=chart_images,
        )
        connections = None if sharing is None else sharing._transport.connections  # noqa: SLF001
        self._transport: Transport = Transport(self.settings, connections)
        self._known_session: Session | None = None
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

    def with_keys(
        self,
        api_key: str | Secret | None = None,
        query_keys: Mapping[int, str | Secret] | None = None,
    ) -> Client:
        """Return a client of the same server, on the same connections, with these keys alone.

        Parameters
        ----------
        api_key, query_keys : optional
            As of `connect`.
        """
        api_key, query_keys = as_secret(api_key), as_secrets(query_keys)
        keys = {"api_key": api_key, "query_keys": query_keys or {}}
        return Client(settings=structs.replace(self.settings, **keys), sharing=self)

    @property
    def server(self) -> str:
        """The base URL of the server, in one spelling."""
        return self.settings.url

    @property
    def has_key(self) -> bool:
        """Whether it has any key."""
        return self.settings.api_key is not None or bool(self.settings.query_keys)

    def session(self, *, deadline: Deadline = NO_DEADLINE) -> Session:
        """Return whose key it is, what they may do, and the server's version.

        Raises
        ------
        AuthenticationError
            The key is wrong, or a query's key: that one has no owner.
        """
        sent = request_json(self._transport, "GET", "/api/session", deadline=deadline)
        self._known_session = Session.from_json(sent).of_server(self.server)
        return self._known_session

    def run_query(
        self,
        query_id: int,
        parameters: Mapping[str, object],
        *,
        max_age: int,
        deadline: Deadline = NO_DEADLINE,
        on_status: OnStatus | None = None,
        meanwhile: Callable[[], object] | None = None,
    ) -> ResultBody:
        """Return a saved query's result: the server's cached one, or a new one once it is there.

        `meanwhile` is called while the server is asked; what it raises cancels the job.
        """
        execution = Execution.of_query(self._transport, query_id, parameters)
        return execution.result(
            max_age, deadline=deadline, on_status=on_status, meanwhile=meanwhile
        )

    def run_sql(
        self,
        sql: str,
        data_source_id: int,
        parameters: Mapping[str, object],
        *,
        max_age: int,
        deadline: Deadline = NO_DEADLINE,
        on_status: OnStatus | None = None,
        meanwhile: Callable[[], object] | None = None,
    ) -> ResultBody:
        """Return the result of SQL that is not saved; `meanwhile` as of `run_query`."""
        execution = Execution.of_sql(self._transport, sql, data_source_id, parameters)
        return execution.result(
            max_age, deadline=deadline, on_status=on_status, meanwhile=meanwhile
        )

    def close(self) -> None:
        """Close the connections; the client can be used again."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.server!r})"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Return what IPython shows: the server, and whose key it is.

        Where a person is watching, one request asks what is not known yet: whose key it is, then
        how many queries there are.
        """
        facts: dict[str, object] = {}
        deadline = Deadline.after(_SHOWN_WITHIN)
        try:
            if self.settings.api_key is None:
                facts["keys"] = counted(len(self.settings.query_keys), "key") + " of queries"
            elif is_interactive() and self._known_session is None:
                self.session(deadline=deadline)
            elif is_interactive():
                facts["queries"] = f"{self.queries.list(deadline=deadline).count():,}"
        except AuthenticationError:
            facts["key"] = "a query's, or a wrong one: the server names no owner"
        except WatchframeError as error:
            facts["server"] = f"it could not be asked: {error.message}"
        if (known := self._known_session) is not None:
            email = f" ({known.user.email})" if known.user.email else ""
            facts |= {"key of": f"{known.user.name}{email}", "version": known.server_version}
        return Card(noun="Client of", name=self.server, url=self.server, facts=facts).bundle()
