"""The settings, each from the first of: argument, environment, profile in config.toml, default."""

from __future__ import annotations

import operator
import os
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any, SupportsFloat, SupportsIndex, get_args
from zoneinfo import ZoneInfo

import msgspec
import platformdirs
from dateutil.tz import tzlocal
from msgspec import Meta, field

from watchframe.config.files import read_config, warn_if_readable
from watchframe.config.login import Secret, as_secret, read_logins
from watchframe.config.server_url import is_loopback, server_url
from watchframe.errors import ConfigurationError
from watchframe.hints import Hint, Kind

DEFAULT_PROFILE = "default"

#: Bytes that the local cache may take, where no setting says otherwise.
DEFAULT_CACHE_SIZE = 2_000_000_000


# What a setting takes: the description ends the error of one that cannot be used.
_Seconds = Annotated[
    float, Meta(gt=0, le=sys.float_info.max, description="a number of seconds above 0")
]
_Count = Annotated[int, Meta(ge=0, description="a whole number, 0 or more")]
_Flag = Annotated[bool, Meta(description="yes or no")]
_Url = Annotated[str, Meta(description='the URL of a server: "https://app.inverse.watch"')]
_Key = Annotated[Secret, Meta(description="a key as the server shows it: no spaces in it")]
_Folder = Annotated[Path, Meta(description="the path of a folder")]
_Zone = Annotated[tzinfo, Meta(description='the name of a time zone: "Europe/Berlin"')]
_Certificates = Annotated[str | None, Meta(description="a file or folder that is there")]
_Ids = Annotated[frozenset[_Count], Meta(description='ids of queries: [42, 57], or "42, 57"')]


def default_cache_dir() -> Path:
    """Return the platform's folder for caches of this library."""
    return platformdirs.user_cache_path("watchframe")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of a client and its cache; `watchframe.connect` documents each.

    The environment variable of a setting is ``WATCHFRAME_`` and its name in capitals.
    """

    url: _Url
    api_key: _Key
    cache_dir: _Folder = field(default_factory=default_cache_dir)
    timezone: _Zone = field(default_factory=tzlocal)
    connect_timeout: _Seconds = 10.0
    read_timeout: _Seconds = 120.0
    max_retries: _Count = 4
    allow_plain_http: _Flag = False
    ca_bundle: _Certificates = None
    max_body_bytes: _Count = 16 * 2**30
    cache_size_limit: _Count = DEFAULT_CACHE_SIZE
    stale_if_error: _Flag = False
    cache_text_parameters: _Flag = True
    uncached_queries: _Ids = frozenset()


#: What each setting takes, in the order of `Settings`.
_TYPES: dict[str, Any] = {item.name: item.type for item in msgspec.structs.fields(Settings)}

#: What reading a setting raises where it cannot be used: by msgspec, `Path`, `ZoneInfo`, `float`.
_REFUSALS = (
    msgspec.ValidationError,
    ArithmeticError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


def load_settings(
    url: str | None = None,
    api_key: str | Secret | None = None,
    *,
    profile: str | None = None,
    environ: Mapping[str, str] | None = None,
    config_file: Path | None = None,
    **others: object,
) -> Settings:
    """Return the settings: arguments win over the environment, that over the config file.

    Raises
    ------
    ConfigurationError
        No server or no key is known, or a setting cannot be used.
    """
    api_key = as_secret(api_key)
    environ = os.environ if environ is None else environ
    path = config_file or config_path()
    profile = profile or environ.get("WATCHFRAME_PROFILE")
    in_profile = read_profile(profile, path)
    arguments = {"url": url, "api_key": api_key, **others}
    found: dict[str, Any] = {}
    for name in _TYPES:
        values = _without_foreign_key(in_profile, found.get("url"))
        value = _first(name, arguments, environ, values, path)
        if value is not None:
            found[name] = value
    if "url" in found and "api_key" not in found:
        login = read_logins(path).get(profile or DEFAULT_PROFILE)
        key = login.key() if login is not None and login.url == found["url"] else None
        if key is not None:
            found["api_key"] = _parsed("api_key", key, "of watchframe login")
    return _checked(found)


def load_setting(
    name: str,
    *,
    profile: str | None = None,
    environ: Mapping[str, str] | None = None,
    config_file: Path | None = None,
) -> object:
    """Return one setting from the environment or the config file; None where it is not set.

    For what needs no server, such as a look into the cache.

    Raises
    ------
    ConfigurationError
        It cannot be used, or there is no such profile.
    """
    environ = os.environ if environ is None else environ
    path = config_file or config_path()
    in_profile = read_profile(profile or environ.get("WATCHFRAME_PROFILE"), path)
    return _first(name, {}, environ, in_profile, path)


def _first(
    name: str,
    arguments: Mapping[str, object],
    environ: Mapping[str, str],
    in_profile: Mapping[str, object],
    path: Path,
) -> object:
    """Return a setting from the first place that has it, or None."""
    variable = f"WATCHFRAME_{name.upper()}"
    if arguments.get(name) is not None:
        return _parsed(name, arguments[name], f"the argument {name}")
    if environ.get(variable):
        return _parsed(name, environ[variable], f"the environment variable {variable}")
    if in_profile.get(name) is not None:
        return _parsed(name, in_profile[name], f"{name} in {path}")
    return None


def _without_foreign_key(profile: Mapping[str, object], url: object) -> Mapping[str, object]:
    """Return a profile without its key where another server than its own is asked.

    The key of one server is never sent to another.
    """
    own = profile.get("url")
    if url is None or not isinstance(own, str) or server_url(own) == url:
        return profile
    return {name: value for name, value in profile.items() if name != "api_key"}


def _checked(found: Mapping[str, Any]) -> Settings:
    if "url" not in found:
        raise ConfigurationError("No server is known.", hint=Hint(Kind.CONNECT))
    if "api_key" not in found:
        raise ConfigurationError(
            f"No API key is known for {found['url']}.", hint=Hint(Kind.CONNECT)
        )
    settings = Settings(**found)
    is_plain = settings.url.startswith("http://") and not is_loopback(settings.url)
    if is_plain and not settings.allow_plain_http:
        raise ConfigurationError(
            f"{settings.url} is plain HTTP: others on the way could read the API key.",
            hint=Hint(Kind.ALLOW_PLAIN_HTTP),
        )
    return settings


def _parsed(name: str, value: object, origin: str) -> object:
    """Return a setting in its type; raises ConfigurationError that says what it takes."""
    kind = _TYPES[name]
    try:
        if name in _BY_HAND:
            return _BY_HAND[name](value)
        return msgspec.convert(_spelled(value, get_args(kind)[0]), kind, strict=False)
    except _REFUSALS:
        shown = "it" if name == "api_key" else repr(value)[:80]
        raise ConfigurationError(
            f"The setting {name} cannot be used as {shown} ({origin}).",
            hint=f"It takes {get_args(kind)[1].description}.",
        ) from None


def _spelled(value: object, kind: object) -> object:
    """Return a value as msgspec reads it: plain numbers, flags as such, ids as a list."""
    if kind not in (bool, int, float):
        if isinstance(value, str):
            value = value.replace(",", " ").split()
        return [_spelled(item, int) for item in (value if isinstance(value, Iterable) else [value])]
    if isinstance(value, str):
        word = value.strip().lower().replace("_", "")
        return {"yes": True, "no": False}.get(word, word)
    if isinstance(value, bool):
        return value
    if kind is float:
        return float(value) if isinstance(value, SupportsFloat) else value
    return operator.index(value) if isinstance(value, SupportsIndex) else value


def _key(value: object) -> Secret:
    secret = value if isinstance(value, Secret) else Secret(_text(value).strip())
    if not _is_key(secret.reveal()):  # a frame that raises holds no text of a key
        raise ValueError
    return secret


def _is_key(text: str) -> bool:
    return text.isascii() and text.isprintable() and bool(text) and " " not in text


def _certificates(value: object) -> str:
    path = Path(_text(value)).expanduser()
    if not value or not path.exists():  # an empty path would switch the checking off
        raise ValueError
    return str(path)


def _text(value: object) -> str:
    if not isinstance(value, str | Path):
        raise TypeError
    return str(value)


#: The settings that are more than a number, a flag or a list.
_BY_HAND: dict[str, Callable[[object], object]] = {
    "url": lambda value: server_url(_text(value)),
    "api_key": _key,
    "cache_dir": lambda value: Path(_text(value)).expanduser(),
    "timezone": lambda value: value if isinstance(value, tzinfo) else ZoneInfo(_text(value)),
    "ca_bundle": _certificates,
}


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


def profile_for_server(url: str, path: Path | None = None) -> str | None:
    """Return the name of the profile whose server `url` is."""
    for name, profile in _profiles(path or config_path()).items():
        own = profile.get("url")
        if isinstance(own, str) and server_url(own) == url:
            return name
    return None


def _profiles(path: Path) -> dict[str, Mapping[str, object]]:
    """Return the tables of the config file by name, each with what a login keeps beneath it."""
    try:
        content = tomllib.loads(read_config(path).decode())
    except FileNotFoundError:
        content = {}
    except (OSError, RecursionError, ValueError) as error:
        raise ConfigurationError(
            f"The config file {path} cannot be read: {error}.",
            hint="Correct it, or move it away.",
        ) from None
    found: dict[str, Mapping[str, object]] = {
        name: table for name, table in content.items() if isinstance(table, Mapping)
    }
    if any(table.get("api_key") for table in found.values()):
        warn_if_readable(path)
    for name, login in read_logins(path).items():
        found[name] = {"url": login.url, **found.get(name, {})}
    return found


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
