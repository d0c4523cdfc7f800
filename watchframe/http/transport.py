"""Requests to one server: the key in its header, redirects, time limits, retries."""

from __future__ import annotations

import logging
import os
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Literal
from urllib.parse import quote, unquote, urljoin, urlsplit

import requests
import urllib3

from watchframe.config import Settings, is_loopback, no_key_error
from watchframe.errors import (
    AccessDeniedError,
    ArgumentError,
    AuthenticationError,
    ConfigurationError,
    ProtocolError,
    RateLimitError,
    ServerError,
)
from watchframe.hints import Hint, Kind
from watchframe.http.adapter import DeadlineAdapter, bounded_by
from watchframe.http.connection_errors import as_watchframe_error
from watchframe.http.deadline import Deadline
from watchframe.http.error_responses import (
    IDENTITY_PROXY_HINT,
    Where,
    is_login_address,
    raise_for_status,
)
from watchframe.http.retries import JobTimes, RateLimit, pause_before_retry
from watchframe.keys import Secret, is_header_value, is_key, without_keys

logger = logging.getLogger(__name__)

Method = Literal["GET", "POST", "DELETE"]
#: What stands after the ``?`` of an address.
QueryArguments = Mapping[str, str | Sequence[str]]

MAX_REDIRECTS = 5
#: How many connections are kept alive, for as many threads; further ones are opened each time.
CONNECTIONS = 64
#: What `iter_body` can inflate. `requests` would accept more where it finds the packages.
ACCEPT_ENCODING = "gzip, deflate"
#: The path of a shared dashboard, whose key is its last part. That is put there as the request is
#: sent, and taken out again: what is shown, logged or raised has the path as it stands here.
SHARED_DASHBOARD = "/api/dashboards/public/***"
#: No proxy for plain HTTP, whatever the environment says.
_NO_PROXY = {"http": "", "all": ""}
#: Sessions that this process inherited by a fork. They are kept: the end of one would take locks
#: that a thread of the parent may have held, and close the parent's connections.
_inherited: list[requests.Session] = []


@dataclass(frozen=True, slots=True)
class Request:
    """One request, with `json` as its body."""

    method: Method
    url: str
    key: Secret | None
    json: object = None
    query: QueryArguments | None = None
    answer_deadline: Deadline | None = None

    @property
    def where(self) -> Where:
        """What errors say of it."""
        return {"method": self.method, "url": without_keys(self.url)}


class _Credentials(requests.auth.AuthBase):
    """Sends the key, and the settings' headers, which are as secret.

    That also keeps requests from taking a password out of ``.netrc``.
    """

    def __init__(self, key: Secret | None, headers: Mapping[str, Secret]) -> None:
        self._key, self._headers = key, headers

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        for name, value in self._headers.items():
            request.headers[name] = value.reveal()
        if self._key is not None:
            request.headers["Authorization"] = f"Key {self._key.reveal()}"
            if request.url is not None and request.url.endswith(SHARED_DASHBOARD):
                request.url = request.url.replace(SHARED_DASHBOARD, self._shared_dashboard)
        return request

    @property
    def _shared_dashboard(self) -> str:
        key = "" if self._key is None else quote(self._key.reveal(), safe="")
        return SHARED_DASHBOARD.replace("***", key)

    def remove(self, response: requests.Response) -> None:
        """Take them out of the request that was sent: its answer goes where no key does."""
        request, headers = response.request, response.headers
        for name in ("Authorization", *self._headers):
            request.headers.pop(name, None)
        places = self._shared_dashboard, SHARED_DASHBOARD
        request.url = response.url = response.url.replace(*places)
        if "Location" in headers:
            headers["Location"] = headers["Location"].replace(*places)


class Connections:
    """What all clients of one server share: connections, rate limit, times of jobs.

    Parameters
    ----------
    settings : Settings
        The certificates to trust, and the proxies, are those of these settings.
    """

    def __init__(self, settings: Settings) -> None:
        self.job_times = JobTimes()
        self.rate_limit = RateLimit()
        #: Queries and keys of theirs that may not do what is asked of them (a query with a text
        #: parameter): the user's own key is used from then on.
        self.beyond_query_keys: set[tuple[int, Secret]] = set()
        # On this machine the key needs no secrecy, but on the way to a proxy it would.
        is_open = settings.url.startswith("http:") and is_loopback(settings.url)
        passes_proxies_by = is_open and not settings.allow_plain_http
        # Once, for the lookup takes longer than all else of a request.
        found = requests.Session().merge_environment_settings(
            settings.url,
            dict(_NO_PROXY) if passes_proxies_by else {},
            stream=True,
            verify=settings.ca_bundle,
            cert=None,
        )
        self.proxies, self.verify = found["proxies"], found["verify"]
        self._process, self._session = os.getpid(), _new_session()

    def session(self) -> requests.Session:
        """Return the session of this process, which is the only way to its connections.

        A forked child inherits its parent's, and two processes that send on one connection read
        each other's answers. So a child makes its own session, and leaves the parent's as it is.
        """
        if self._process != os.getpid():
            _inherited.append(self._session)
            # In this order: a thread that finds the right process number finds the right session.
            self._session, self._process = _new_session(), os.getpid()
        return self._session


class Transport:
    """Requests to one server, under the keys of its settings.

    Parameters
    ----------
    settings : Settings
    connections : Connections, optional
        Those of another client of the same server.

    Raises
    ------
    ConfigurationError
        A key can be none.
    """

    def __init__(self, settings: Settings, connections: Connections | None = None) -> None:
        keys = [key for key in (settings.api_key, *settings.query_keys.values()) if key is not None]
        if not all(map(is_key, keys)) or not all(map(is_header_value, settings.headers.values())):
            # Here, for keys that come by no setting. What sends a header would show it.
            raise ConfigurationError(
                "A key, or a header's value, cannot be sent: it has spaces or characters that no "
                "key has.",
                hint="Copy it again.",
            )
        self.settings = settings
        self.connections = Connections(settings) if connections is None else connections

    @property
    def job_times(self) -> JobTimes:
        """How long jobs on this server took."""
        return self.connections.job_times

    def close(self) -> None:
        """Close the connections."""
        self.connections.session().close()

    def request(
        self,
        method: Method,
        path: str,
        *,
        deadline: Deadline,
        json: object = None,
        query: QueryArguments | None = None,
        answer_deadline: Deadline | None = None,
    ) -> requests.Response:
        """Return the successful answer, whose body is still to be read.

        Failures are retried where that is safe (`pause_before_retry`), after ``Retry-After`` where
        the server sends it. After a 429 all threads wait, except to cancel something.

        Parameters
        ----------
        deadline : Deadline
            Nothing is sent after it.
        answer_deadline : Deadline, optional
            For the answer to what was sent, where that is later.

        Raises
        ------
        ServerError
            One of its kinds.
        AuthenticationError
            No key is known that may do this; nothing was sent.
        ConfigurationError
            The certificates to trust cannot be read.
        JobTimeoutError, JobCancelledError
            `deadline` is over.
        """
        if "api_key=" in path:
            raise ArgumentError("An address is given where an id is expected.")
        query_id, settings = _query_of(method, path), self.settings
        url, key = settings.url + path, self._key_for(query_id)
        request = Request(method, url, key, json, query, answer_deadline)
        try:
            return self._request(request, deadline)
        except (AuthenticationError, AccessDeniedError) as error:
            is_query_key = request.key in settings.query_keys.values()
            if not is_query_key or error.hint == IDENTITY_PROXY_HINT:
                raise
            if settings.api_key in (None, request.key):
                is_own = request.key == settings.query_keys.get(query_id or 0)
                is_wrong = is_own and isinstance(error, AuthenticationError)
                kind = Kind.WRONG_QUERY_KEY if is_wrong else Kind.NEEDS_USER_KEY
                raise error.replace(hint=Hint(kind, query_id=query_id)) from None
            # A key that the server does not know says nothing of what the right one may do.
            is_beyond = isinstance(error, AccessDeniedError)
        logger.info("%s %r: again with the user's key, not the query's", method, path)
        response = self._request(replace(request, key=settings.api_key), deadline)
        if is_beyond and query_id is not None and request.key is not None:
            self.connections.beyond_query_keys.add((query_id, request.key))
        return response

    def _key_for(self, query_id: int | None) -> Secret | None:
        """Return the key of a request: the least one that may do it."""
        settings = self.settings
        found = settings.key_for(query_id)
        if settings.api_key is not None and (query_id, found) in self.connections.beyond_query_keys:
            return settings.api_key
        if found is None and settings.query_keys:
            of = ", ".join(map(str, sorted(settings.query_keys)))
            raise AuthenticationError(
                f"The only keys that are known for {settings.url} are those of the queries {of}, "
                "and none of them may do this.",
                status=HTTPStatus.UNAUTHORIZED,
                hint=Hint(Kind.NEEDS_USER_KEY),
            )
        if found is None:
            raise no_key_error(settings.url)
        return found

    def _request(self, request: Request, deadline: Deadline) -> requests.Response:
        """Return the successful answer to a request under one key; see `request`."""
        method = request.method
        max_retries = self.settings.max_retries
        for retries in range(max_retries + 1):
            if method != "DELETE":
                self._wait_for_rate_limit(deadline)
            try:
                return self._follow_redirects(request, deadline)
            except ServerError as error:
                pause = pause_before_retry(error, method, retries)
                if pause is not None and isinstance(error, RateLimitError):
                    self.connections.rate_limit.pause(pause)
                if pause is None or retries == max_retries:
                    raise
                left = deadline.remaining()
                if left is not None and pause >= left:
                    raise
                logger.info(
                    "%s %r: again in %.2f s after: %s",
                    method,
                    request.where["url"],
                    pause,
                    error.message,
                )
            deadline.sleep(pause)
        raise AssertionError("unreachable")

    def _wait_for_rate_limit(self, deadline: Deadline) -> None:
        held_back, left = self.connections.rate_limit.seconds_left, deadline.remaining()
        # Where there is no time for that, the server's own refusal says more than a timeout.
        if held_back and (left is None or held_back < left):
            deadline.sleep(held_back)

    def _follow_redirects(self, request: Request, deadline: Deadline) -> requests.Response:
        for _ in range(MAX_REDIRECTS):
            response = self._send(request, deadline)
            if response.is_redirect:
                request = replace(request, url=self._target(response, request), query=None)
                continue
            if HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES:
                return response
            with response:
                raise_for_status(response, request.where, deadline)
        raise ProtocolError(f"The server redirected {MAX_REDIRECTS} times.", **request.where)

    def _send(self, request: Request, deadline: Deadline) -> requests.Response:
        try:
            return self._exchange(request, deadline)
        except BaseException as error:  # noqa: BLE001 - any, for what hangs on it
            failure = as_watchframe_error(error, request.where, deadline, self.settings)
        # The frames below, and the errors of requests, hold the request with the key in its header.
        # What is raised within a handler keeps the handled error as its context, whatever "from"
        # says; so it is raised here.
        failure.__cause__ = failure.__context__ = None
        raise failure.with_traceback(None)

    def _exchange(self, request: Request, deadline: Deadline) -> requests.Response:
        settings, shared = self.settings, self.connections
        session, credentials = shared.session(), _Credentials(request.key, settings.headers)
        # Not by Session.prepare_request: it merges settings that no session here has, which takes
        # as long as all the rest.
        prepared = requests.Request(
            request.method,
            request.url,
            headers=session.headers,
            json=request.json,
            params=request.query,
            auth=credentials,
        ).prepare()
        timeout = urllib3.Timeout(
            connect=deadline.cut(settings.connect_timeout), read=settings.read_timeout
        )
        # Not by Session.send: of a redirect, it would read the body, however long that is, and
        # raise ValueError for an address that is not valid. It would also keep cookies, and the
        # requests of a key are to be judged by the key alone.
        with bounded_by(request.answer_deadline or deadline):
            response = session.get_adapter(request.url).send(
                prepared,
                stream=True,
                timeout=timeout,  # type: ignore[arg-type]  # its annotation forgets this kind
                verify=shared.verify,  # type: ignore[arg-type]  # True, or a path
                proxies=shared.proxies,
            )
        credentials.remove(response)
        return response

    def _target(self, response: requests.Response, request: Request) -> str:
        """Return where a redirect leads; the key goes nowhere but below its server's base URL."""
        response.close()
        here, status = urlsplit(self.settings.url), response.status_code
        try:
            target = urljoin(request.url, response.headers["Location"])
            there = urlsplit(target)
            host = there.hostname if there.port is None else f"{there.hostname}:{there.port}"
        except ValueError:
            raise ProtocolError(
                "The server redirects to an address that is not valid.",
                status=status,
                **request.where,
                hint="Check that the URL is the server's.",
            ) from None
        address = f"{there.scheme}://{host}{there.path}"
        is_here = (here.scheme, here.netloc) == (there.scheme, there.netloc)
        # As servers read a path: another application may live beside this one.
        path = posixpath.normpath("/" + unquote(there.path).replace("\\", "/").lstrip("/"))
        if is_here and "login" in there.path:
            raise AuthenticationError(
                "The server asks for a login: it does not accept the API key.",
                status=status,
                **request.where,
                hint="Check the key on your profile's page, and that the URL is the server's.",
            )
        if is_here and f"{path}/".startswith(f"{unquote(here.path)}/") and request.method == "GET":
            return target
        if here.hostname != there.hostname and is_login_address(str(host), there.path):
            words, hint = f"A login at {address} is in the way.", IDENTITY_PROXY_HINT
        else:
            words = f"The server redirects to {address}."
            hint = "The key is not sent there. If that is the server, connect to its URL."
        raise ProtocolError(words, status=status, **request.where, hint=hint)


#: What the key of a query may do there (recordings 007 to 043 of the fork, and their like).
_OF_QUERY = re.compile(r"/api/queries/(?P<id>[0-9]+)(?P<rest>/(?:results|jobs|dropdowns)\b.*)?")


def _query_of(method: Method, path: str) -> int | None:
    """Return the query whose own key may make this request; None where a user's is needed."""
    found = _OF_QUERY.fullmatch(path)
    if found is None or method not in ("GET", "POST"):
        return None
    is_allowed = method == "GET" or found["rest"] == "/results"
    return int(found["id"]) if is_allowed else None


class _WithoutSecrets(logging.Filter):
    """Hides keys in what urllib3 logs: the addresses of its requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        words = record.getMessage()
        shown = without_keys(words)
        if shown != words:  # other records stay as they are, also those of other libraries
            record.msg, record.args = shown, ()
        return True


logging.getLogger("urllib3.connectionpool").addFilter(_WithoutSecrets())


def _new_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = "watchframe"
    session.headers["Accept"] = "application/json"
    session.headers["Accept-Encoding"] = ACCEPT_ENCODING
    for scheme in ("http://", "https://"):
        session.mount(scheme, DeadlineAdapter(pool_maxsize=CONNECTIONS))
    return session
