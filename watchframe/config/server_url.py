"""A server's base URL, in one spelling."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit, urlunsplit

from watchframe.errors import ConfigurationError


def server_url(text: str) -> str:
    """Give the base URL normalised: scheme, host (lower case), port if unusual, path.

    Raises
    ------
    ConfigurationError
        It is not an http or https URL of a server, or it carries credentials.
    """
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(
            f"{text[:80]!r} is not a server's URL.",
            hint='Give it as "https://app.inverse.watch", or with a path: "https://host/org".',
        )
    if parts.username or parts.password:
        raise ConfigurationError(
            "The server's URL carries a user name or a password.",
            hint="Leave them out: the API key is all that the server wants.",
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = {"http": 80, "https": 443}[parts.scheme]
    port = "" if parts.port in (None, default) else f":{parts.port}"
    return urlunsplit((parts.scheme, host + port, parts.path.rstrip("/"), "", ""))


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
