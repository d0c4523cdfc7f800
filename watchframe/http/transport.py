"""Requests to one server: the key in its header, redirects, time limits, retries."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Literal
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from watchframe.config import Secret, Settings, is_loopback
from watchframe.errors import (
    AuthenticationError,
    ProtocolError,
    RateLimitError,
    ServerError,
)
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

logger = logging.getLogger(__name__)

Method = Literal["GET", "POST", "DELETE"]
#: What stands after the ``?`` of an address.
QueryArguments = Mapping[str, str | Sequence[str]]

MAX_REDIRECTS = 5
#: How many connections are kept alive, for as many threads; further ones are opened each time.
CONNECTIONS = 64
#: What `iter_body` can inflate. `requests` would accept more where it finds the packages.
ACCEPT_ENCODING = "gzip, deflate"
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
    json: object = None
    query: QueryArguments | None = None

    @property
    def where(self) -> Where:
        """What errors say of it."""
        return {"method": self.method, "url": self.url}


class _KeyHeader(requests.auth.AuthBase):
    """Sends the key; that also keeps requests from taking a password out of ``.netrc``."""

    def __init__(self, key: Secret) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Key {self._key.reveal()}"
        return request


class Transport:
    """A keep-alive connection to one server.

    Parameters
    ----------
    settings : Settings

    Attributes
    ----------
    job_times : JobTimes
        How long jobs on this server took.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.job_times = JobTimes()
        self._rate_limit = RateLimit()
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
        self._proxies, self._verify = found["proxies"], found["verify"]
        self._process, self._session = os.getpid(), _new_session(settings)

    def close(self) -> None:
        """Close the connections."""
        self._session_of_this_process().close()

    def _session_of_this_process(self) -> requests.Session:
        """Return the session, which is the only way to its connections.

        A forked child inherits its parent's, and two processes that send on one connection read
        each other's answers. So a child makes its own session, and leaves the parent's as it is.
        """
        if self._process != os.getpid():
            _inherited.append(self._session)
            # In this order: a thread that finds the right process number finds the right session.
            self._session, self._process = _new_session(self.settings), os.getpid()
        return self._session

    def request(
        self,
        method: Method,
        path: str,
        *,
        deadline: Deadline,
        json: object = None,
        query: QueryArguments | None = None,
    ) -> requests.Response:
        """Return the successful answer, whose body is still to be read.

        Failures are retried where that is safe (`pause_before_retry`), after ``Retry-After`` where
        the server sends it. After a 429 all threads wait, except to cancel something.

        Raises
        ------
        ServerError
            One of its kinds.
        ConfigurationError
            The certificates to trust cannot be read.
        JobTimeoutError, JobCancelledError
            `deadline` is over.
        """
        request = Request(method, self.settings.url + path, json, query)
        max_retries = self.settings.max_retries
        for retries in range(max_retries + 1):
            if method != "DELETE":
                self._wait_for_rate_limit(deadline)
            try:
                return self._follow_redirects(request, deadline)
            except ServerError as error:
                pause = pause_before_retry(error, method, retries)
                if pause is not None and isinstance(error, RateLimitError):
                    self._rate_limit.pause(pause)
                if pause is None or retries == max_retries:
                    raise
                left = deadline.remaining()
                if left is not None and pause >= left:
                    raise
                logger.info("%s %r: again in %.2f s after: %s", method, path, pause, error.message)
            deadline.sleep(pause)
        raise AssertionError("unreachable")

    def _wait_for_rate_limit(self, deadline: Deadline) -> None:
        held_back, left = self._rate_limit.seconds_left, deadline.remaining()
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
        settings, session = self.settings, self._session_of_this_process()
        prepared = session.prepare_request(
            requests.Request(request.method, request.url, json=request.json, params=request.query)
        )
        timeout = urllib3.Timeout(
            connect=deadline.cut(settings.connect_timeout), read=settings.read_timeout
        )
        # Not by Session.send: of a redirect, it would read the body, however long that is, and
        # raise ValueError for an address that is not valid. It would also keep cookies, and the
        # requests of a key are to be judged by the key alone.
        with bounded_by(deadline):
            response = session.get_adapter(request.url).send(
                prepared,
                stream=True,
                timeout=timeout,  # type: ignore[arg-type]  # its annotation forgets this kind
                verify=self._verify,  # type: ignore[arg-type]  # True, or a path
                proxies=self._proxies,
            )
        del response.request.headers["Authorization"]  # the answer goes where the key does not
        return response

    def _target(self, response: requests.Response, request: Request) -> str:
        """Return where a redirect leads; the key goes nowhere but to its server."""
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
        if is_here and "login" in there.path:
            raise AuthenticationError(
                "The server asks for a login: it does not accept the API key.",
                status=status,
                **request.where,
                hint="Check the key on your profile's page, and that the URL is the server's.",
            )
        if is_here and request.method == "GET":
            return target
        if here.hostname != there.hostname and is_login_address(str(host), there.path):
            words, hint = f"A login at {address} is in the way.", IDENTITY_PROXY_HINT
        else:
            words = f"The server redirects to {address}."
            hint = "The key is not sent there. If that is the server, connect to its URL."
        raise ProtocolError(words, status=status, **request.where, hint=hint)


def _new_session(settings: Settings) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.auth = _KeyHeader(settings.api_key)
    session.headers["User-Agent"] = "watchframe"
    session.headers["Accept"] = "application/json"
    session.headers["Accept-Encoding"] = ACCEPT_ENCODING
    for scheme in ("http://", "https://"):
        session.mount(scheme, DeadlineAdapter(pool_maxsize=CONNECTIONS))
    return session
