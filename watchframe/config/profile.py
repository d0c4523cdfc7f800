"""Named profiles in the config file.

The file is ``config.toml`` in the platform's config folder (on Linux ``~/.config/watchframe/``)::

    [default]
    url = "https://app.inverse.watch"
    api_key = "..."

    [staging]
    url = "https://staging.example.org/org"
    api_key = "..."
    timezone = "Europe/Berlin"

What ``watchframe login`` keeps is a profile too; where the file names another server, that holds.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from watchframe.config.files import read_config, warn_if_readable
from watchframe.config.login import read_logins
from watchframe.config.server_url import server_url
from watchframe.errors import ConfigurationError

DEFAULT_PROFILE = "default"


def config_path() -> Path:
    """Give the platform's place of the config file."""
    return platformdirs.user_config_path("watchframe") / "config.toml"


def read_profile(name: str | None, path: Path | None = None) -> Mapping[str, object]:
    """Give the settings of a profile; with no name, those of ``default``, if there is one.

    Raises
    ------
    ConfigurationError
        The file cannot be read, or has no such profile.
    """
    path = path or config_path()
    profiles = _profiles(path)
    wanted = name or DEFAULT_PROFILE
    if wanted in profiles:
        return profiles[wanted]
    if name is None:
        return {}
    known = ", ".join(sorted(profiles)) or "none"
    raise ConfigurationError(f"{path} has no profile {name!r}.", hint=f"It has: {known}.")


def profile_for_server(url: str, path: Path | None = None) -> str | None:
    """Give the name of the profile whose server `url` is."""
    for name, profile in _profiles(path or config_path()).items():
        address = profile.get("url")
        if isinstance(address, str) and server_url(address) == url:
            return name
    return None


def _profiles(path: Path) -> dict[str, Mapping[str, object]]:
    found: dict[str, Mapping[str, object]] = {
        name: table for name, table in _content(path).items() if isinstance(table, Mapping)
    }
    for name, login in read_logins(path).items():
        found[name] = {"url": login.url, **found.get(name, {})}
    return found


def _content(path: Path) -> Mapping[str, object]:
    try:
        content = tomllib.loads(read_config(path).decode())
    except FileNotFoundError:
        return {}
    except (OSError, RecursionError, ValueError) as error:
        raise ConfigurationError(
            f"The config file {path} cannot be read: {error}.",
            hint="Correct it, or move it away.",
        ) from None
    if any(isinstance(item, Mapping) and item.get("api_key") for item in content.values()):
        warn_if_readable(path)
    return content
