"""The URL of a server in one spelling; a page of another server is refused."""

from __future__ import annotations

import ipaddress
import re
from typing import Any
from urllib.parse import SplitResult, urlsplit

from watchframe.errors import ConfigurationError
from watchframe.hints import Hint, Kind
from watchframe.keys import Secret

_DEFAULT_PORTS = {"http": 80, "https": 443}
#: A host with a dot or a port, and a path: no key looks like that.
_HARMLESS = re.compile(r"([a-z]+://)?[\w-]*([.:][\w-]+)+(/[\w.-]*)*", re.IGNORECASE)


def split_url(text: str) -> tuple[str, SplitResult] | None:
    """Return an http or https URL's origin in one spelling, and the URL's parts.

    The origin is the scheme, the host in lower case, and the port unless it is the scheme's own,
    without credentials. None stands for any other text.
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    is_default = port in (None, _DEFAULT_PORTS[parts.scheme])
    return f"{parts.scheme}://{host}" + ("" if is_default else f":{port}"), parts


def as_url(url: Any) -> Any:
    """Return what was given as a server's URL, without what is no part of it.

    What can be none becomes a Secret: where URL and key were confused, it is the key, and it may
    carry a password. Each function that takes a URL begins with this, as with `as_secret`.
    """
    if not url or isinstance(url, Secret):
        return url
    found = split_url(url) if isinstance(url, str) else None
    if found is None:
        is_harmless = isinstance(url, str) and _HARMLESS.fullmatch(url)
        return url if is_harmless else Secret(url if isinstance(url, str) else "")
    origin, parts = found
    return Secret(url) if parts.username or parts.password else origin + parts.path.rstrip("/")


def server_url(url: str | Secret) -> str:
    """Return the base URL of a server in one spelling: its origin and path, no trailing slash.

    Raises
    ------
    ConfigurationError
        It is not an http or https URL of a server, or it carries credentials.
    """
    given: str | Secret = as_url(url)
    del url  # from here on: a frame that raises holds no text of a key
    if isinstance(given, Secret) and is_url(given):
        raise ConfigurationError(
            "The server's URL carries a user name or a password.",
            hint="Leave them out: the API key is all that the server wants.",
        )
    if isinstance(given, Secret) or split_url(given) is None:
        shown = "What was given" if isinstance(given, Secret) else repr(given[:80])
        raise ConfigurationError(
            f"{shown} is not a server's URL.",
            hint='Write it as "https://app.inverse.watch", or with a path: "https://host/org". The '
            "key comes second.",
        )
    return given


def is_url(secret: Secret) -> bool:
    """Return whether what was given as a key is a URL."""
    return split_url(secret.reveal()) is not None


def require_same_server(page: str | None, connected: str) -> None:
    """Raise ConfigurationError where a page is not on the connected server.

    The key of one server is never sent to another one.

    Parameters
    ----------
    page : str or None
        The base URL of the page's server; None where an id was given instead of a page.
    connected : str
        The base URL of the connected server.
    """
    if page in (None, connected):
        return
    raise ConfigurationError(
        f"That is a page of {page}, but the connection is to {connected}.",
        hint=Hint(Kind.OTHER_SERVER, server=page),
    )


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
