"""The URL of a server in one spelling; a page of another server is refused."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from watchframe.errors import ConfigurationError
from watchframe.hints import Hint, Kind

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


def server_url(text: str) -> str:
    """Return the base URL of a server in one spelling: its origin and path, no trailing slash.

    Raises
    ------
    ConfigurationError
        It is not an http or https URL of a server, or it carries credentials.
    """
    found = split_url(text)
    if found is None:
        # Where URL and key were confused, it is the key.
        shown = repr(text[:80]) if _HARMLESS.fullmatch(text) else "What was given"
        raise ConfigurationError(
            f"{shown} is not a server's URL.",
            hint='Write it as "https://app.inverse.watch", or with a path: "https://host/org". The '
            "key comes second.",
        )
    origin, parts = found
    if parts.username or parts.password:
        raise ConfigurationError(
            "The server's URL carries a user name or a password.",
            hint="Leave them out: the API key is all that the server wants.",
        )
    return origin + parts.path.rstrip("/")


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
