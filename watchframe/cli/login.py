"""``watchframe login`` and ``logout``: a server and a key, kept for later."""

from __future__ import annotations

import sys

import click

from watchframe.cli.command import command
from watchframe.cli.connection import GlobalOptions
from watchframe.cli.messages import note
from watchframe.config import (
    DEFAULT_PROFILE,
    Secret,
    config_path,
    forget_login,
    load_setting,
    load_settings,
    save_login,
    server_url,
)
from watchframe.errors import AuthenticationError, ConfigurationError

_EXAMPLE = "https://app.inverse.watch"


@command(short_help="Check an API key, and keep it.")
@click.pass_obj
def login(options: GlobalOptions) -> None:
    """Ask for a server's address and your API key, check the key there, and keep both.

    The key is kept in the system's keyring if there is one and watchframe[keyring] is installed,
    else in a file that only you may read. Every use of watchframe finds it there. A program gives
    the address with --url and the key, one line, on standard input. With --profile NAME it is kept
    under that name.
    """
    from watchframe.client import Client, Deadline  # noqa: PLC0415 - help needs no client

    profile = options.profile or DEFAULT_PROFILE
    url = server_url(options.url or _read_url(profile))
    key = _read_key()
    with Client(url, key, max_retries=1) as client:
        try:
            session = client.session(deadline=Deadline.after(60))
        except AuthenticationError as error:
            hint = (
                "Copy your own key from your profile's page. A query's key cannot log in: set "
                "WATCHFRAME_API_KEY to it."
            )
            raise error.replace(hint=hint) from None
    where = save_login(profile, url, key, config_path())
    note(f"Logged in to {url} as {session.user.name}. The key is kept in {where}.", [key.reveal()])
    _warn_if_hidden(profile, url, key)


def _read_url(profile: str) -> str:
    try:
        known = load_setting("url", profile=profile)
    except ConfigurationError:
        known = None  # a new profile
    if not sys.stdin.isatty():
        if known is None:
            raise ConfigurationError(
                "Which server?", hint="watchframe --url https://host login < file-with-the-key"
            )
        return str(known)
    return str(click.prompt("Server's address", default=known or _EXAMPLE, err=True))


def _read_key() -> Secret:
    if sys.stdin.isatty():
        text = click.prompt("API key (not shown)", hide_input=True, err=True)
    else:
        text = sys.stdin.readline()
    if not text.strip():
        raise ConfigurationError("No API key was given.", hint="It stands on your profile's page.")
    return Secret(text.strip())


def _warn_if_hidden(profile: str, url: str, key: Secret) -> None:
    """Warn where the next command would not use what was just kept."""
    named = None if profile == DEFAULT_PROFILE else profile
    found = load_settings(profile=named)
    if (found.url, found.api_key) != (url, key):
        note(
            "Warning: an environment variable (WATCHFRAME_URL, WATCHFRAME_API_KEY) or config.toml "
            "names another server or key, and wins over it."
        )


@command(short_help="Forget the key that login kept.")
@click.pass_obj
def logout(options: GlobalOptions) -> None:
    """Forget the key that login kept: that of --profile NAME, or the default one.

    The key itself stays valid: make a new one on your profile's page to end that. Results in the
    local cache stay too; watchframe cache clear takes them away.
    """
    profile = options.profile or DEFAULT_PROFILE
    login = forget_login(profile, config_path())
    if login is None:
        note(f"Nothing was kept for the profile {profile!r}.")
    else:
        note(f"Logged out: the key of {login.url} is forgotten.")
