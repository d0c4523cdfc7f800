"""``watchframe login`` and ``logout``: a server and a key, kept for later."""

from __future__ import annotations

import sys

import click

from watchframe.cli.command import KeyCommand
from watchframe.cli.connection import GlobalOptions
from watchframe.cli.messages import note
from watchframe.config import (
    DEFAULT_PROFILE,
    ServerAddress,
    as_server,
    config_path,
    forget_login,
    load_setting,
    load_settings,
    save_login,
)
from watchframe.errors import AuthenticationError, ConfigurationError
from watchframe.keys import Secret

_EXAMPLE = "https://app.inverse.watch"
_WHERE = "It stands on your profile's page."
_WHERE_OF_QUERY = "It stands on the query's page: its menu, Show API Key."


@click.command(cls=KeyCommand, short_help="Check an API key, and keep it.")
@click.option(
    "--query", "query_id", type=click.IntRange(1), metavar="ID", help="Keep this query's own key."
)
@click.pass_obj
def login(options: GlobalOptions, *, query_id: int | None) -> None:
    """Ask for a server's address and your API key, check the key there, and keep both.

    The key is kept in the system's keyring if there is one and watchframe[keyring] is installed,
    else in a file that only you may read. Every use of watchframe finds it there. A program gives
    the address with --url and the key, one line, on standard input. With --profile NAME it is kept
    under that name. With --query ID it is the key of one query, as its page shows it, beside your
    own key or without one. An address that a query's page shows under Show API Key has both.
    """
    profile = options.profile or DEFAULT_PROFILE
    address: ServerAddress = as_server(options.url or _read_url(profile))
    if address.refusal is not None:
        raise address.refusal
    url, key = address.url, address.api_key
    if key is None or query_id not in (None, address.query_id):
        key = _read_key(query_id)
    elif address.query_id is not None:
        query_id = address.query_id
    who = _checked(url, key, query_id)
    where = save_login(profile, url, key, config_path(), query_id=query_id)
    note(f"Logged in to {url} {who}. The key is kept in {where}.")
    _warn_if_hidden(profile, url, key, query_id)


def _checked(url: str, key: Secret, query_id: int | None) -> str:
    """Return whose key it is, by asking the server."""
    from watchframe.client import Client, Deadline  # noqa: PLC0415 - help needs no client

    deadline = Deadline.after(60)
    with Client(url, key, max_retries=1).with_keys(key) as client:
        try:
            if query_id is not None:
                return (
                    f"for query {query_id} {client.queries.get(query_id, deadline=deadline).name!r}"
                )
            return f"as {client.session(deadline=deadline).user.name}"
        except AuthenticationError as error:
            hint = (
                f"Copy the key from the page of query {query_id}: its menu, Show API Key."
                if query_id is not None
                else "Copy your own key from your profile's page. For a query's key there is "
                "--query ID."
            )
            raise error.replace(hint=hint) from None


def _read_url(profile: str) -> str:
    try:
        known = load_setting("url", profile=profile)
    except ConfigurationError:
        known = None  # a new profile
    if not sys.stdin.isatty():
        if known is None:
            raise ConfigurationError(
                "Which server?", hint="watchframe login --url https://host < file-with-the-key"
            )
        return str(known)
    return str(click.prompt("Server's address", default=known or _EXAMPLE, err=True))


def _read_key(query_id: int | None) -> Secret:
    if sys.stdin.isatty():
        text = click.prompt("API key (not shown)", hide_input=True, err=True)
    else:
        text = sys.stdin.readline()
    if not text.strip():
        raise ConfigurationError(
            "No API key was given.", hint=_WHERE if query_id is None else _WHERE_OF_QUERY
        )
    return Secret(text.strip())


def _warn_if_hidden(profile: str, url: str, key: Secret, query_id: int | None) -> None:
    """Warn where the next command would not use what was just kept."""
    named = None if profile == DEFAULT_PROFILE else profile
    found = load_settings(profile=named)
    used = found.api_key if query_id is None else found.query_keys.get(query_id)
    if (found.url, used) != (url, key):
        note(
            "Warning: an environment variable (WATCHFRAME_URL, WATCHFRAME_API_KEY) or config.toml "
            "names another server or key, and wins over it."
        )


@click.command(cls=KeyCommand, short_help="Forget the keys that login kept.")
@click.option(
    "--query", "query_id", type=click.IntRange(1), metavar="ID", help="Only this query's."
)
@click.pass_obj
def logout(options: GlobalOptions, *, query_id: int | None) -> None:
    """Forget the keys that login kept: those of --profile NAME, or the default one's.

    The key itself stays valid: make a new one on your profile's page to end that. Results in the
    local cache stay too; watchframe cache clear takes them away.
    """
    profile = options.profile or DEFAULT_PROFILE
    login = forget_login(profile, config_path(), query_id=query_id)
    if login is None:
        what = f"the profile {profile!r}" + ("" if query_id is None else f" and query {query_id}")
        note(f"Nothing was kept for {what}.")
    elif query_id is None:
        note(f"Logged out: the keys of {login.url} are forgotten.")
    else:
        note(f"The key of query {query_id} on {login.url} is forgotten.")
