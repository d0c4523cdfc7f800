"""The profiles of ``config.toml``: named settings, each with what a login keeps beneath it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from watchframe.config.files import read_config, warn_if_readable
from watchframe.config.login import read_logins
from watchframe.config.server_url import ServerAddress, as_server
from watchframe.errors import ConfigurationError
from watchframe.keys import as_secret, as_secrets

DEFAULT_PROFILE = "default"


def config_path() -> Path:
    """Return where the platform keeps the config file."""
    return platformdirs.user_config_path("watchframe") / "config.toml"


def read_profile(name: str | None, path: Path) -> Mapping[str, object]:
    """Return the settings of a profile; without a name, those of ``default``, if there is one.

    Raises
    ------
    ConfigurationError
        The file cannot be read, or has no such profile.
    """
    profiles = _profiles(path)
    if name is not None and name not in profiles:
        known = ", ".join(sorted(profiles)) or "none"
        raise ConfigurationError(f"{path} has no profile {name!r}.", hint=f"It has: {known}.")
    return profiles.get(name or DEFAULT_PROFILE, {})


def profile_for_server(url: str, preferred: str | None = None) -> str | None:
    """Return the name of the profile whose server `url` is; of several, `preferred`."""
    found = [
        name
        for name, profile in _profiles(config_path()).items()
        if (own := profile.get("url")) is not None and as_server(own).url == url
    ]
    return preferred if preferred in found else next(iter(found), None)


def url_in_file(name: str | None, path: Path) -> object:
    """Return the URL that stands in a profile's table itself, not that of its login; or None."""
    return _tables(path).get(name or DEFAULT_PROFILE, {}).get("url")


def _profiles(path: Path) -> dict[str, Mapping[str, object]]:
    """Return the tables of the config file by name, each with what a login keeps beneath it."""
    found = _tables(path)
    for name, login in read_logins(path).items():
        found[name] = {"url": login.url, **found.get(name, {})}
    return found


def _tables(path: Path) -> dict[str, Mapping[str, object]]:
    """Return the tables of the config file by name."""
    found: dict[str, Mapping[str, object]] = {}
    problem = None
    try:
        found = {
            name: _with_secrets(table)
            for name, table in tomllib.loads(read_config(path).decode()).items()
            if isinstance(table, Mapping)
        }
    except FileNotFoundError:
        pass
    except (OSError, RecursionError, ValueError) as error:
        problem = str(error)
    if problem is not None:  # raised here: that error's frames hold the text of the file
        raise ConfigurationError(
            f"The config file {path} cannot be read: {problem}.",
            hint="Correct it, or move it away.",
        )
    if any(
        table.get("api_key")
        or table.get("query_keys")
        or table.get("headers")
        or (isinstance(url := table.get("url"), ServerAddress) and url.api_key)
        for table in found.values()
    ):
        warn_if_readable(path)
    return found


def _with_secrets(table: Mapping[str, object]) -> Mapping[str, object]:
    """Return a table with its keys as Secrets: no frame that raises shows them."""
    kinds = {"url": as_server, "api_key": as_secret}
    kinds |= dict.fromkeys(("query_keys", "headers"), as_secrets)
    return {name: kinds[name](value) if name in kinds else value for name, value in table.items()}
