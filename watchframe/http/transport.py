"""Requests to one server: the key in its header, time limits, retries, errors in words."""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Literal
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from watchframe.config import Secret, Settings, is_loopback
from watchframe.errors import (
    AuthenticationError,
    ConnectError,
    ProtocolError,
    RateLimitError,
    ResponseError,
    ServerError,
    TransportTimeoutError,
)
from watchframe.http.adapter import DeadlineAdapter, bounded_by
from watchframe.http.deadline import Deadline
from watchframe.http.failures import as_watchframe_error
from watchframe.http.refusals import (
    IDENTITY_PROXY_HINT,
    OUTAGE_STATUSES,
    is_login_address,
    raise_for_refusal,
)
from watchframe.http.retries import JobTimes, RateLimit

logger = logging.getLogger(__name__)

Method = Literal["GET", "POST", "DELETE"]

_ASK_LATER = OUTAGE_STATUSES | {429}

#: Seconds before the first retry; doubled for each further one.
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 8.0
#: Where the server asks for more seconds than that, it is not waited for.
LONGEST_RETRY_AFTER = 600.0
MAX_REDIRECTS = 5
#: How many are kept alive, for as many threads; more than that are opened anew each time.
CONNECTIONS = 64
#: What `receiving` can inflate. `requests` would ask for more where it finds the packages.
ACCEPT_ENCODING = "gzip, deflate"
#: No proxy for plain HTTP, whatever the environment says.
_NO_PROXY = {"http": "", "all": ""}
#: Sessions that forked children have from their parents: the end of one would take locks that a
#: thread of the parent may have held, and close connections.
_of_parents: list[requests.Session] = []


class _KeyHeader(requests.auth.AuthBase):
    """Sends the key. Being there, it keeps requests from taking a password out of ``.netrc``."""

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
        # Looked up once: for each request it would take longer than all else on the way.
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

        A forked child has its parent's: two that send on one connection read each other's answers.
        So a child makes a session of its own, and leaves the parent's as it is.
        """
        if self._process != os.getpid():
            _of_parents.append(self._session)
            # In this order: another thread that finds the number right finds the session right.
            self._session, self._process = _new_session(self.settings), os.getpid()
        return self._session

    def request(
        self,
        method: Method,
        path: str,
        *,
        deadline: Deadline,
        json: object = None,
        query: Mapping[str, str | Sequence[str]] | None = None,
    ) -> requests.Response:
        """Return the answer, whose body is still to be read and which says yes.

        A GET is repeated on connection errors, 429, 502, 503 and 504, after ``Retry-After`` where
        that is there. Anything else is repeated only where it certainly was not carried out: no
        connection was made, or 429. After a 429 all threads wait, but for those that
        cancel something.

        Raises
        ------
        ServerError
            One of its kinds.
        ConfigurationError
            The certificates to trust cannot be read.
        JobTimeoutError, JobCancelledError
            `deadline` is over.
        """
        url = self.settings.url + path
        pause = FIRST_PAUSE
        for tries_left in range(self.settings.max_retries, -1, -1):
            if method != "DELETE":
                self._wait_for_turn(deadline)
            try:
                return self._once(method, url, deadline, json, query)
            except ServerError as error:
                wait = _pause_before_retry(error, method, pause)
                if wait is not None and isinstance(error, RateLimitError):
                    self._rate_limit.wait_for(wait)
                if wait is None or not tries_left:
                    raise
                left = deadline.remaining()
                if left is not None and wait >= left:
                    raise
                logger.info("%s %r: again in %.2f s after: %s", method, path, wait, error.message)
            deadline.sleep(wait)
            pause = min(pause * 2, LONGEST_PAUSE)
        raise AssertionError("unreachable")

    def _wait_for_turn(self, deadline: Deadline) -> None:
        held_back, left = self._rate_limit.seconds_left, deadline.remaining()
        # Where there is no time for that, the server's own refusal says more than a timeout.
        if held_back and (left is None or held_back < left):
            deadline.sleep(held_back)

    def _once(
        self,
        method: Method,
        url: str,
        deadline: Deadline,
        json: object,
        query: Mapping[str, str | Sequence[str]] | None,
    ) -> requests.Response:
        for _ in range(MAX_REDIRECTS):
            response = self._send(method, url, deadline, json, query)
            if response.is_redirect:
                url, query = self._redirected(response, method, url), None
                continue
            if HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES:
                return response
            with response:
                raise_for_refusal(response, method, url, deadline)
        raise ProtocolError(f"The server redirected {MAX_REDIRECTS} times.", method=method, url=url)

    def _send(
        self,
        method: Method,
        url: str,
        deadline: Deadline,
        json: object,
        query: Mapping[str, str | Sequence[str]] | None,
    ) -> requests.Response:
        try:
            return self._exchange(method, url, deadline, json, query)
        except BaseException as error:  # noqa: BLE001 - any, for what hangs on it
            failure = as_watchframe_error(error, method, url, deadline, self.settings)
        # The frames below, and the errors of requests, hold the request with the key in its header.
        # What is raised within a handler keeps the handled error as its context, whatever "from"
        # says; so it is raised here.
        failure.__cause__ = failure.__context__ = None
        raise failure.with_traceback(None)

    def _exchange(
        self,
        method: Method,
        url: str,
        deadline: Deadline,
        json: object,
        query: Mapping[str, str | Sequence[str]] | None,
    ) -> requests.Response:
        settings, session = self.settings, self._session_of_this_process()
        request = session.prepare_request(requests.Request(method, url, json=json, params=query))
        timeout = urllib3.Timeout(
            connect=deadline.cut(settings.connect_timeout), read=settings.read_timeout
        )
        # Not by Session.send: of a redirect, it would read the body, however long that is, and
        # raise ValueError for an address that is not valid. It would also keep cookies, and the
        # requests of a key are to be judged by the key alone.
        with bounded_by(deadline):
            response = session.get_adapter(url).send(
                request,
                stream=True,
                timeout=timeout,  # type: ignore[arg-type]  # its annotation forgets this kind
                verify=self._verify,  # type: ignore[arg-type]  # True, or a path
                proxies=self._proxies,
            )
        del response.request.headers["Authorization"]  # the answer goes where the key does not
        return response

    def _redirected(self, response: requests.Response, method: Method, url: str) -> str:
        """Return where a GET goes on; the key goes nowhere but to its server."""
        response.close()
        here, status = urlsplit(self.settings.url), response.status_code
        try:
            target = urljoin(url, response.headers["Location"])
            there = urlsplit(target)
            host = there.hostname if there.port is None else f"{there.hostname}:{there.port}"
        except ValueError:
            raise ProtocolError(
                "The server redirects to an address that is not valid.",
                status=status,
                method=method,
                url=url,
                hint="Check that the URL is the server's.",
            ) from None
        address = f"{there.scheme}://{host}{there.path}"
        is_here = (here.scheme, here.netloc) == (there.scheme, there.netloc)
        if is_here and "login" in there.path:
            raise AuthenticationError(
                "The server asks for a login: it does not accept the API key.",
                status=status,
                method=method,
                url=url,
                hint="Check the key on your profile's page, and that the URL is the server's.",
            )
        if is_here and method == "GET":
            return target
        if here.hostname != there.hostname and is_login_address(str(host), there.path):
            words, hint = f"A login at {address} is in the way.", IDENTITY_PROXY_HINT
        else:
            words = f"The server redirects to {address}."
            hint = "The key is not sent there. If that is the server, connect to its URL."
        raise ProtocolError(words, status=status, method=method, url=url, hint=hint)


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


def _pause_before_retry(error: ServerError, method: Method, pause: float) -> float | None:
    """Return the seconds to wait before trying again; None where it is not to be tried."""
    jittered = pause * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, keeps no secret
    if isinstance(error, ConnectError):
        may_again = not error.is_lasting and (error.was_not_sent or method == "GET")
        return jittered if may_again else None
    if not isinstance(error, RateLimitError) and method != "GET":
        return None
    if isinstance(error, TransportTimeoutError):
        return jittered
    if not isinstance(error, ResponseError) or error.status not in _ASK_LATER:
        return None
    asked = error.retry_after or 0.0
    # Not at the very second, at which all others who were told the same come back.
    return asked + jittered if asked <= LONGEST_RETRY_AFTER else None
