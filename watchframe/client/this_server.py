"""Pages of other servers are refused: a key of the one is not sent to the other."""

from __future__ import annotations

from watchframe.errors import ConfigurationError


def require_this_server(here: str, server_url: str | None) -> None:
    """Raise ConfigurationError where a page is of another server than `here`."""
    if server_url not in (None, here):
        raise ConfigurationError(
            f"That is a page of {server_url}, but the connection is to {here}.",
            hint="Use a client of that server: a key of the one is not sent to the other.",
        )
