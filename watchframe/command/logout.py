"""``watchframe logout``: forget what login kept."""

from __future__ import annotations

import click

from watchframe.command.connection import GlobalOptions
from watchframe.command.messages import note
from watchframe.config import DEFAULT_PROFILE, config_path, forget_login


@click.command(short_help="Forget the key that login kept.")
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
