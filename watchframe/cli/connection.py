"""Which server a command connects to, and with which profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from watchframe.config import profile_for_server, server_url

if TYPE_CHECKING:
    from watchframe.client import Client
    from watchframe.references import DashboardReference, QueryReference


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalOptions:
    """The options of every command, which stand before or after its name.

    Attributes
    ----------
    url : str or None
    profile : str or None
    is_typed : bool
        Whether one of these two was typed, and not set in the environment: only then does it win
        over the server of a page that is read.
    is_quiet : bool
        Whether standard error has errors and warnings only.
    is_debug : bool
        Whether steps are logged, and errors have their traceback.
    """

    url: str | None = None
    profile: str | None = None
    is_typed: bool = False
    is_quiet: bool = False
    is_debug: bool = False

    @property
    def progress(self) -> bool | None:
        """Whether progress is shown; None leaves it to whether there is a terminal."""
        return False if self.is_quiet else None


def connect(
    options: GlobalOptions,
    reference: QueryReference | DashboardReference | None = None,
    **overrides: Any,
) -> Client:
    """Return the client that this command, and the functions that it calls, use.

    Raises
    ------
    ConfigurationError
        No server or no key is known, or the page lies on another server than the one that was
        typed.
    """
    from watchframe.client import connect as connected  # noqa: PLC0415 - help needs no client
    from watchframe.client import disconnect  # noqa: PLC0415 - likewise
    from watchframe.read.options import client_for  # noqa: PLC0415 - likewise

    ctx = click.get_current_context(silent=True)  # there is none on Tab
    if ctx is not None:
        ctx.find_root().call_on_close(disconnect)
    if reference is not None and reference.server_url is not None and not options.is_typed:
        return client_for(reference, None)
    client = connected(options.url, profile=profile_of(options), **overrides)
    return client_for(reference, client)


def profile_of(options: GlobalOptions) -> str | None:
    """Return the profile that a command uses: that of ``--profile``, else of ``--url``'s server.

    Raises
    ------
    ConfigurationError
        The config file cannot be read.
    """
    if options.profile or not options.url:
        return options.profile
    return profile_for_server(server_url(options.url))
