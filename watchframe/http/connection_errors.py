"""Requests that got no answer, as errors that say what happened and what to do next."""

from __future__ import annotations

import http.client
import ssl
from urllib.parse import urlsplit

import requests
import urllib3
from urllib3.util import ssl_match_hostname

from watchframe.config import Settings
from watchframe.errors import (
    ConfigurationError,
    ConnectError,
    JobError,
    ProtocolError,
    TransportError,
    TransportTimeoutError,
    WatchframeError,
)
from watchframe.hints import Hint, Kind
from watchframe.http.adapter import HandshakeTimeoutError
from watchframe.http.deadline import Deadline
from watchframe.http.error_responses import Where, proxy_login_error, unknown_outcome_hint

_CHECK_NETWORK = "Check the network, a VPN or a proxy, and the server's URL."
_CHECK_URL = "Check the server's URL and its port, and the proxy where there is one."

#: What OpenSSL's versions say of an answer that is not TLS.
_NOT_TLS = frozenset(
    {
        "HTTP_REQUEST",
        "PACKET_LENGTH_TOO_LONG",
        "RECORD_LAYER_FAILURE",
        "UNKNOWN_PROTOCOL",
        "WRONG_VERSION_NUMBER",
    }
)
#: A TLS alert: how a server that speaks TLS answers plain HTTP.
_TLS_ALERT = "\x15\x03"


def as_watchframe_error(
    error: BaseException, where: Where, deadline: Deadline, settings: Settings
) -> BaseException:
    """Return the error that says what a request's failure means.

    An interrupt, or an error that is watchframe's already, is returned as it is.
    """
    if isinstance(error, WatchframeError) or not isinstance(error, Exception):
        return error
    try:
        deadline.remaining()  # the whole deadline's own error comes first
    except JobError as over:
        return over
    if isinstance(error, requests.Timeout):
        return _timeout_error(error, where, settings)
    if isinstance(error, requests.ConnectionError):
        return _connect_error(error, where)
    if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
        return ConfigurationError(
            f"The certificates to trust cannot be read: {error}",
            hint="Check ca_bundle, REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE.",
        )
    return _request_error(error, where)


def _request_error(error: Exception, where: Where) -> Exception:
    if isinstance(error, requests.exceptions.InvalidHeader):
        return ProtocolError(
            "The head of the server's answer cannot be read.", **where, hint=_CHECK_URL
        )
    lower = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException)
    if isinstance(error, (*lower, UnicodeError)):
        return TransportError(
            f"The request could not be made: {type(error).__name__}.", **where, hint=_CHECK_URL
        )
    if isinstance(error, ValueError):  # of http.client, with the header in its message
        return TransportError(
            "The API key, or one of the settings' headers, holds what cannot be sent.",
            **where,
            hint="Copy it again: a key of a server has letters and digits.",
        )
    return error


def _timeout_error(error: requests.Timeout, where: Where, settings: Settings) -> TransportError:
    if not isinstance(error, requests.ConnectTimeout):
        return TransportTimeoutError(
            f"{_host(where)} did not answer within {settings.read_timeout:g} s.",
            **where,
            hint="Try again, or raise the setting read_timeout."
            if where["method"] == "GET"
            else unknown_outcome_hint(where),
        )
    if isinstance(_reason(error), HandshakeTimeoutError):
        return _other_protocol("took the connection, but does not answer in TLS", where)
    return ConnectError(
        f"No connection to {_host(where)} within {settings.connect_timeout:g} s.",
        **where,
        hint=_CHECK_NETWORK,
        was_not_sent=True,
    )


def _connect_error(error: requests.ConnectionError, where: Where) -> ConnectError:
    reason = _reason(error)
    if isinstance(reason, urllib3.exceptions.ProxyError):
        return _proxy_error(reason, where)
    if isinstance(reason, urllib3.exceptions.SSLError):
        return _tls_error(reason, where)
    if isinstance(reason, http.client.BadStatusLine) and str(reason).startswith(_TLS_ALERT):
        return _other_protocol("answers in TLS, not in plain http", where)
    words, hint, was_not_sent = "the connection broke off", _CHECK_NETWORK, False
    if isinstance(reason, urllib3.exceptions.NameResolutionError):
        words, was_not_sent = "its name is not known", True
    elif isinstance(reason, urllib3.exceptions.NewConnectionError):
        words, was_not_sent = "nothing answers there", True
    elif where["method"] != "GET":
        hint = unknown_outcome_hint(where)
    elif _is_not_http(reason):
        words, hint = "what came is not HTTP", _CHECK_URL
    elif where["url"].startswith("http:"):
        hint += " If the server speaks https, write https://."
    return _no_answer(words, where, hint, was_not_sent=was_not_sent)


def _is_not_http(reason: object) -> bool:
    return isinstance(reason, http.client.HTTPException) and not isinstance(
        reason, http.client.RemoteDisconnected
    )


def _proxy_error(error: urllib3.exceptions.ProxyError, where: Where) -> ConnectError:
    if "407" in str(error.original_error):
        return proxy_login_error(where)
    return _no_answer(
        "the proxy does not let it through",
        where,
        "Check the proxy in HTTPS_PROXY, or name the server in NO_PROXY.",
    )


def _tls_error(error: urllib3.exceptions.SSLError, where: Where) -> ConnectError:
    lower = error.args[0] if error.args else None
    if isinstance(lower, ssl.SSLCertVerificationError | ssl_match_hostname.CertificateError):
        hint = "For a certificate of your own organization, set ca_bundle."
        return _no_answer("its certificate is not trusted", where, hint, is_lasting=True)
    said = (lower.reason or "") if isinstance(lower, ssl.SSLError) else ""
    if said in _NOT_TLS:
        return _other_protocol("does not answer in TLS", where)
    said = said.lower().replace("_", " ") or "it broke off"
    hint = f"{_CHECK_NETWORK} If the server speaks plain http, write http:// in its URL."
    return _no_answer(f"there is no agreement on TLS ({said})", where, hint)


def _other_protocol(words: str, where: Where) -> ConnectError:
    """Return the error of ``https`` where the server speaks ``http``, or the other way round."""
    hint: str = Hint(Kind.MAYBE_PLAIN_HTTP)
    if where["url"].startswith("http:"):
        hint = "Write https:// in the server's URL."
    return ConnectError(
        f"{_host(where)} {words}.", **where, hint=hint, was_not_sent=True, is_lasting=True
    )


def _no_answer(
    words: str, where: Where, hint: str, *, was_not_sent: bool = False, is_lasting: bool = False
) -> ConnectError:
    return ConnectError(
        f"No answer from {_host(where)}: {words}.",
        **where,
        hint=hint,
        was_not_sent=was_not_sent,
        is_lasting=is_lasting,
    )


def _reason(error: requests.RequestException) -> object:
    """Return the error of urllib3, or of the standard library, behind one of requests."""
    inner = error.args[0] if error.args else None
    if isinstance(inner, urllib3.exceptions.MaxRetryError):
        return inner.reason
    if isinstance(inner, urllib3.exceptions.ProtocolError):
        return inner.args[-1]
    return inner


def _host(where: Where) -> str:
    return urlsplit(where["url"]).netloc
