"""Requests to one server: the key in its header, time limits, retries, errors in words."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from watchframe.client.deadline import Deadline
from watchframe.client.job_times import JobTimes
from watchframe.client.rate_limit import RateLimit
from watchframe.client.refusals import raise_for_refusal
from watchframe.config import Secret, Settings, is_loopback
from watchframe.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectError,
    ProtocolError,
    RateLimitError,
    ResponseError,
    ServerError,
    TransportError,
    TransportTimeoutError,
)

logger = logging.getLogger(__name__)

Method = Literal["GET", "POST", "DELETE"]

#: What a proxy in front of the server answers when it cannot ask it.
OUTAGE_STATUSES = frozenset({502, 503, 504})
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
        self._session = requests.Session()
        self._session.auth = _KeyHeader(settings.api_key)
        self._session.headers["User-Agent"] = "watchframe"
        self._session.headers["Accept"] = "application/json"
        self._session.headers["Accept-Encoding"] = ACCEPT_ENCODING
        # On this machine the key needs no secrecy, but on the way to a proxy it would.
        is_open = settings.url.startswith("http:") and is_loopback(settings.url)
        passes_proxies_by = is_open and not settings.allow_plain_http
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, requests.adapters.HTTPAdapter(pool_maxsize=CONNECTIONS))
        # Looked up once: for each request it would take longer than all else on the way.
        found = self._session.merge_environment_settings(
            settings.url,
            dict(_NO_PROXY) if passes_proxies_by else {},
            stream=True,
            verify=settings.ca_bundle,
            cert=None,
        )
        self._proxies, self._verify = found["proxies"], found["verify"]
        self._session.trust_env = False

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def request(
        self,
        method: Method,
        path: str,
        *,
        deadline: Deadline,
        json: object = None,
        query: Mapping[str, str | Sequence[str]] | None = None,
    ) -> requests.Response:
        """Give the answer, whose body is still to be read and which says yes.

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
            if response.ok:
                return response
            with response:
                raise_for_refusal(response, method, url)
        raise ProtocolError(f"The server redirected {MAX_REDIRECTS} times.", method=method, url=url)

    def _send(
        self,
        method: Method,
        url: str,
        deadline: Deadline,
        json: object,
        query: Mapping[str, str | Sequence[str]] | None,
    ) -> requests.Response:
        settings = self.settings
        timeout = urllib3.Timeout(
            connect=settings.connect_timeout,
            read=settings.read_timeout,
            total=deadline.remaining(),
        )
        try:
            return self._session.request(
                method,
                url,
                json=json,
                params=query,
                timeout=timeout,  # type: ignore[arg-type]  # its annotation forgets this kind
                stream=True,
                allow_redirects=False,
                proxies=self._proxies,
                verify=self._verify,
            )
        except requests.Timeout as error:
            deadline.remaining()  # the whole deadline's own error comes first
            raise _timeout_error(error, method, url, settings) from None
        except (requests.ConnectionError, requests.exceptions.ContentDecodingError) as error:
            raise _connect_error(error, method, url) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise TransportError(
                f"The request could not be made: {type(error).__name__}.",
                method=method,
                url=url,
                hint="Check the server's URL, and the proxy where there is one.",
            ) from None
        except OSError as error:
            raise ConfigurationError(
                f"The certificates to trust cannot be read: {error}",
                hint="Check ca_bundle, REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE.",
            ) from None
        except BaseException as error:  # noqa: BLE001 - any, for what hangs on it
            # An interrupt: its frames below hold the request's headers, and so the key.
            raise error.with_traceback(None) from None

    def _redirected(self, response: requests.Response, method: Method, url: str) -> str:
        """Give where a GET goes on; the key goes nowhere but to its server."""
        target = urljoin(url, response.headers.get("Location", ""))
        response.close()
        here, there = urlsplit(self.settings.url), urlsplit(target)
        if "login" in there.path:
            raise AuthenticationError(
                "The server asks for a login: it does not accept the API key.",
                status=response.status_code,
                method=method,
                url=url,
                hint="Check the key on your profile's page, and that the URL is the server's.",
            )
        if method != "GET" or (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise ProtocolError(
                f"The server redirects to {there.scheme}://{there.hostname}.",
                status=response.status_code,
                method=method,
                url=url,
                hint="The key is not sent there. If that is the server, connect to its URL.",
            )
        return target


def _pause_before_retry(error: ServerError, method: Method, pause: float) -> float | None:
    """Give the seconds to wait before trying again; None where it is not to be tried."""
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


def _timeout_error(
    error: requests.Timeout, method: str, url: str, settings: Settings
) -> TransportError:
    if isinstance(error, requests.ConnectTimeout):
        failed = ConnectError(
            f"No connection to {_host(url)} within {settings.connect_timeout:g} s.",
            method=method,
            url=url,
            hint="Check the network, a VPN or a proxy, and the server's URL.",
        )
        failed.was_not_sent = True
        return failed
    return TransportTimeoutError(
        f"{_host(url)} did not answer within {settings.read_timeout:g} s.",
        method=method,
        url=url,
        hint="Try again, or raise the setting read_timeout.",
    )


def _connect_error(error: requests.RequestException, method: str, url: str) -> ConnectError:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    words = {
        urllib3.exceptions.NameResolutionError: "its name is not known",
        urllib3.exceptions.NewConnectionError: "nothing answers there",
        urllib3.exceptions.SSLError: "its certificate is not trusted",
        urllib3.exceptions.ProxyError: "the proxy does not let it through",
    }.get(type(reason), "the connection broke off")
    if isinstance(error, requests.exceptions.SSLError):
        words = "its certificate is not trusted"
    is_lasting = "certificate" in words
    failed = ConnectError(
        f"No answer from {_host(url)}: {words}.",
        method=method,
        url=url,
        hint="For a certificate of your own organisation, set ca_bundle."
        if is_lasting
        else "Check the network, a VPN or a proxy, and the server's URL.",
    )
    failed.is_lasting = is_lasting
    failed.was_not_sent = isinstance(
        reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.NameResolutionError
    )
    return failed


def _host(url: str) -> str:
    return urlsplit(url).netloc
