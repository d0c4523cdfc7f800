"""A server's base URL, in one spelling."""

from __future__ import annotations

import ipaddress
import re
from typing import NoReturn
from urllib.parse import urlsplit, urlunsplit

from watchframe.errors import ConfigurationError

#: A host with a dot or a port, and a path: no key looks like that.
_HARMLESS = re.compile(r"([a-z]+://)?[\w-]*([.:][\w-]+)+(/[\w.-]*)*", re.IGNORECASE)


def server_url(text: str) -> str:
    """Give the base URL normalised: scheme, host (lower case), port if unusual, path.

    Raises
    ------
    ConfigurationError
        It is not an http or https URL of a server, or it carries credentials.
    """
    try:
        parts = urlsplit(text.strip())
        port_number = parts.port
    except ValueError:
        _refuse(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        _refuse(text)
    if parts.username or parts.password:
        raise ConfigurationError(
            "The server's URL carries a user name or a password.",
            hint="Leave them out: the API key is all that the server wants.",
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = {"http": 80, "https": 443}[parts.scheme]
    port = "" if port_number in (None, default) else f":{port_number}"
    return urlunsplit((parts.scheme, host + port, parts.path.rstrip("/"), "", ""))


def _refuse(text: str) -> NoReturn:
    # Where URL and key were confused, it is the key.
    shown = repr(text[:80]) if _HARMLESS.fullmatch(text) else "What was given"
    raise ConfigurationError(
        f"{shown} is not a server's URL.",
        hint='Give it as "https://app.inverse.watch", or with a path: "https://host/org". The key '
        "comes second.",
    )


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
