"""The settings, each from the first of: argument, environment, config file's profile, default."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from dateutil.tz import tzlocal

from watchframe.config.files import read_config, warn_if_readable
from watchframe.config.login import Secret, as_secret, read_logins
from watchframe.config.server_url import is_loopback, server_url
from watchframe.errors import ConfigurationError
from watchframe.hints import Hint, Kind

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


#: Bytes that the local cache may take, where no setting says otherwise.
DEFAULT_CACHE_SIZE = 2_000_000_000


def default_cache_dir() -> Path:
    """Return the platform's folder for caches of this library."""
    return platformdirs.user_cache_path("watchframe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a client and its cache go by.

    Attributes
    ----------
    url : str
        The server's base URL, normalised: scheme, host, path, no trailing slash.
    api_key : Secret
    cache_dir : pathlib.Path
        The platform's folder for caches by default.
    timezone : tzinfo
        Where dynamic dates are resolved, and naive times are taken to be.
    connect_timeout, read_timeout : float
        Seconds.
    max_retries : int
        How often a request that may be repeated is repeated.
    allow_plain_http : bool
        Whether the key may go over plain HTTP to a host that is not this one.
    ca_bundle : str or None
        A file (or a folder, as OpenSSL makes them) of certificates to trust instead of the usual
        ones.
    max_body_bytes : int
        How large an inflated answer may be.
    cache_size_limit : int
        Bytes.
    stale_if_error : bool
        Whether a copy that is too old will do where the server cannot be reached.
    cache_text_parameters : bool
        Whether results of reads with free text among their parameters are kept.
    uncached_queries : frozenset of int
        Saved queries whose results are never kept.
    """

    url: str
    api_key: Secret
    timezone: tzinfo
    cache_dir: Path = field(default_factory=default_cache_dir)
    connect_timeout: float = 10.0
    read_timeout: float = 120.0
    max_retries: int = 4
    allow_plain_http: bool = False
    ca_bundle: str | None = None
    max_body_bytes: int = 16 * 2**30
    cache_size_limit: int = DEFAULT_CACHE_SIZE
    stale_if_error: bool = False
    cache_text_parameters: bool = True
    uncached_queries: frozenset[int] = frozenset()


_connected: Settings | None = None


def note_connected(settings: Settings | None) -> None:
    """Remember the settings of the client that reads use from now on; None when there is none."""
    global _connected  # noqa: PLW0603 - as there is one such client, there is one such note
    _connected = settings


def cache_in_use(profile: str | None = None) -> tuple[Path, int]:
    """Return the cache folder that reads use now, and how many bytes it may take.

    They are those of the connected client; without one, or for a named `profile`, of the settings
    that the next read would load. No server and no key need be known for that.

    Raises
    ------
    ConfigurationError
        A setting cannot be used, or there is no such profile.
    """
    if _connected is not None and profile is None:
        return _connected.cache_dir, _connected.cache_size_limit
    folder = load_setting("cache_dir", profile=profile)
    size = load_setting("cache_size_limit", profile=profile)
    return (
        folder if isinstance(folder, Path) else default_cache_dir(),
        size if isinstance(size, int) else DEFAULT_CACHE_SIZE,
    )


def load_settings(
    url: str | None = None,
    api_key: str | Secret | None = None,
    *,
    profile: str | None = None,
    environ: Mapping[str, str] | None = None,
    config_file: Path | None = None,
    **overrides: Any,
) -> Settings:
    """Return the settings: arguments win over the environment, that over the config file.

    Raises
    ------
    ConfigurationError
        No server or no key is known, or a setting cannot be used.
    """
    api_key = as_secret(api_key)
    environ = os.environ if environ is None else environ
    profile = profile or environ.get("WATCHFRAME_PROFILE")
    named = read_profile(profile, config_file)
    given = {"url": url, "api_key": api_key, **overrides}
    found: dict[str, object] = {}
    for name, read in _READERS.items():
        value, origin = _first(name, given, environ, _for_server(named, found.get("url")))
        if value is not None:
            found[name] = _understood(read, value, name, origin)
    if "url" in found and "api_key" not in found:
        login = read_logins(config_file or config_path()).get(profile or DEFAULT_PROFILE)
        key = login.key() if login is not None and login.url == found["url"] else None
        if key is not None:
            found["api_key"] = _understood(_key, key, "api_key", "of watchframe login")
    return _complete(found)


def load_setting(
    name: str,
    *,
    profile: str | None = None,
    environ: Mapping[str, str] | None = None,
    config_file: Path | None = None,
) -> object:
    """Give one setting from the environment or the config file; None where it is not set.

    For what needs no server, such as a look into the cache.

    Raises
    ------
    ConfigurationError
        It cannot be used, or there is no such profile.
    """
    environ = os.environ if environ is None else environ
    named = read_profile(profile or environ.get("WATCHFRAME_PROFILE"), config_file)
    value, origin = _first(name, {}, environ, named)
    return None if value is None else _understood(_READERS[name], value, name, origin)


def _for_server(profile: Mapping[str, object], url: object) -> Mapping[str, object]:
    """Give a profile without its key where another server than its own is asked.

    The key of one server is never sent to another.
    """
    own = profile.get("url")
    if url is None or not isinstance(own, str) or server_url(own) == url:
        return profile
    return {name: value for name, value in profile.items() if name != "api_key"}


def _first(
    name: str,
    given: Mapping[str, object],
    environ: Mapping[str, str],
    profile: Mapping[str, object],
) -> tuple[object, str]:
    """Give a setting's value and where it stands."""
    variable = f"WATCHFRAME_{name.upper()}"
    if given.get(name) is not None:
        return given[name], f"the argument {name}"
    if environ.get(variable):
        return environ[variable], variable
    return profile.get(name), f"{name} in the config file"


def _understood(read: Callable[[object], object], value: object, name: str, origin: str) -> object:
    try:
        return read(value)
    except ConfigurationError:
        raise
    except (TypeError, ValueError, OverflowError):
        shown = "it" if name == "api_key" else repr(value)[:80]
        raise ConfigurationError(
            f"The setting {name} cannot be used as {shown} ({origin}).",
            hint=f"docs/reference/settings.md tells what {name} takes.",
        ) from None


def _complete(found: Mapping[str, object]) -> Settings:
    missing = [name for name in ("url", "api_key") if name not in found]
    if missing:
        url = found.get("url")
        words = {"url": "No server is known.", "api_key": f"No API key is known for {url}."}
        raise ConfigurationError(words[missing[0]], hint=Hint(Kind.CONNECT))
    settings = Settings(**{"timezone": _local_timezone(), **found})  # type: ignore[arg-type]
    if (
        settings.url.startswith("http://")
        and not is_loopback(settings.url)
        and not settings.allow_plain_http
    ):
        raise ConfigurationError(
            f"{settings.url} is plain HTTP: the API key could be read by anybody on the way.",
            hint=Hint(Kind.ALLOW_PLAIN_HTTP),
        )
    return settings


def _local_timezone() -> tzinfo:
    zone: tzinfo = tzlocal()
    return zone


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _key(value: object) -> Secret:
    secret = value if isinstance(value, Secret) else Secret(_text(value).strip())
    if not _is_key(secret.reveal()):
        raise ValueError
    return secret


def _is_key(text: str) -> bool:
    return text.isascii() and text.isprintable() and bool(text) and " " not in text


def _certificates(value: object) -> str:
    """Give a path that is there: an empty one would switch the checking off."""
    path = Path(value).expanduser()  # type: ignore[arg-type]  # a wrong type is what is found out
    if not str(value) or not path.exists():
        raise ValueError
    return str(path)


def _positive(value: object) -> float:
    number = float(value)  # type: ignore[arg-type]  # a wrong type is what is being found out
    if not 0 < number < float("inf"):
        raise ValueError
    return number


def _count(value: object) -> int:
    number: int = int(value)  # type: ignore[call-overload]  # as above
    if number < 0:
        raise ValueError
    return number


def _flag(value: object) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if isinstance(value, bool):
        return value
    word = _text(value).strip().lower()
    if word not in words:
        raise ValueError
    return words[word]


def _ids(value: object) -> frozenset[int]:
    if isinstance(value, str):
        value = [item for item in value.replace(",", " ").split() if item]
    elif isinstance(value, int):
        value = [value]
    return frozenset(_count(item) for item in value)  # type: ignore[attr-defined]  # as above


def _timezone(value: object) -> tzinfo:
    if isinstance(value, tzinfo):
        return value
    try:
        return ZoneInfo(_text(value))
    except ZoneInfoNotFoundError:
        raise ValueError from None


_READERS: dict[str, Callable[[object], object]] = {
    "url": lambda value: server_url(_text(value)),
    "api_key": _key,
    "cache_dir": lambda value: Path(value).expanduser(),  # type: ignore[arg-type]
    "timezone": _timezone,
    "connect_timeout": _positive,
    "read_timeout": _positive,
    "max_retries": _count,
    "allow_plain_http": _flag,
    "ca_bundle": _certificates,
    "max_body_bytes": _count,
    "cache_size_limit": _count,
    "stale_if_error": _flag,
    "cache_text_parameters": _flag,
    "uncached_queries": _ids,
}
