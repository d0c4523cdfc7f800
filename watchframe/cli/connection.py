"""Which server a command asks, and with whose key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from watchframe.config import profile_for_server, require_same_server, server_url

if TYPE_CHECKING:
    from watchframe.client import Client
    from watchframe.references import DashboardReference, QueryReference


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalOptions:
    """What stands before the command's name.

    Attributes
    ----------
    url : str or None
    profile : str or None
    is_quiet : bool
        Whether standard error is for errors and warnings alone.
    """

    url: str | None = None
    profile: str | None = None
    is_quiet: bool = False


def connect(
    options: GlobalOptions,
    reference: QueryReference | DashboardReference | None = None,
    **overrides: Any,
) -> Client:
    """Return the client that this command, and the functions that it calls, use.

    Raises
    ------
    ConfigurationError
        No server or no key is known, or the page lies on another server.
    """
    from watchframe.client import connect as connected  # noqa: PLC0415 - help needs no client
    from watchframe.client import disconnect  # noqa: PLC0415 - likewise

    page_server = reference.server_url if reference is not None else None
    profile = profile_of(options, page_server)
    client = connected(options.url, profile=profile, **overrides)
    ctx = click.get_current_context(silent=True)  # there is none on Tab
    if ctx is not None:
        ctx.find_root().call_on_close(disconnect)
    require_same_server(
        page_server,
        client.server,
        hint=f"Run once: watchframe --url {page_server} --profile NAME login",
    )
    return client


def profile_of(options: GlobalOptions, page_server: str | None = None) -> str | None:
    """Return the profile that a command goes by; None leaves it to the environment.

    Without ``--profile``, it is that of the server that ``--url`` names, else that of the
    server of the page that is read.

    Raises
    ------
    ConfigurationError
        The config file cannot be read.
    """
    server = server_url(options.url) if options.url else page_server
    return options.profile or (profile_for_server(server) if server else None)
