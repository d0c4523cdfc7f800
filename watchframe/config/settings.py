"""The settings, each from the first of: argument, environment, profile in config.toml, default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
import platformdirs
from dateutil.tz import tzlocal
from msgspec import field

from watchframe.config.login import Login, read_logins
from watchframe.config.profiles import (
    DEFAULT_PROFILE,
    config_path,
    profile_for_server,
    read_profile,
    url_in_file,
)
from watchframe.config.server_url import ServerAddress, as_server, is_loopback, split_url
from watchframe.config.values import (
    SECRETS,
    Certificates,
    Count,
    Flag,
    Folder,
    Headers,
    Ids,
    Key,
    Keys,
    Length,
    Seconds,
    Url,
    Zone,
    parsed,
)
from watchframe.errors import ConfigurationError
from watchframe.hints import Hint, Kind
from watchframe.keys import Secret, as_secret
from watchframe.reprs import Shown

T = TypeVar("T")

#: Bytes that the local cache may take, where no setting says otherwise.
DEFAULT_CACHE_SIZE = 2_000_000_000


def default_cache_dir() -> Path:
    """Return the platform's folder for caches of this library."""
    return platformdirs.user_cache_path("watchframe")


class Settings(Shown, msgspec.Struct, frozen=True, kw_only=True):
    """All settings of a client and its cache; `watchframe.connect` documents each.

    The environment variable of a setting is ``WATCHFRAME_`` and its name in capitals.
    """

    url: Url
    api_key: Key | None = None
    query_keys: Keys = field(default_factory=dict)
    headers: Headers = field(default_factory=dict)
    cache_dir: Folder = field(default_factory=default_cache_dir)
    timezone: Zone = field(default_factory=tzlocal)
    connect_timeout: Seconds = 10.0
    read_timeout: Seconds = 120.0
    max_retries: Count = 4
    allow_plain_http: Flag = False
    ca_bundle: Certificates = None
    max_body_bytes: Count = 16 * 2**30
    cache_size_limit: Count = DEFAULT_CACHE_SIZE
    history: Length | None = None
    stale_if_error: Flag = False
    cache_text_parameters: Flag = True
    uncached_queries: Ids = frozenset()
    chart_images: Flag | None = None

    def key_for(self, query_id: int | None) -> Secret | None:
        """Return the least key that may read a query: its own, else the user's.

        Where there is a single key, it is tried for all: an address may hold a user's own.
        """
        found = self.api_key if query_id is None else self.query_keys.get(query_id, self.api_key)
        if found is None and len(self.query_keys) == 1:
            (found,) = self.query_keys.values()
        return found

    def keys_of(self, query_id: int | None) -> tuple[Secret, ...]:
        """Return all keys that may answer for a query, or for what is no query's."""
        found = (self.api_key, self.key_for(query_id))
        return tuple(dict.fromkeys(key for key in found if key is not None))

    def with_address_key(
        self, query_id: int | None, api_key: Secret | None, *, goes_first: bool
    ) -> Settings:
        """Return the settings that also have the key of an address, if the address has one.

        Parameters
        ----------
        query_id : int or None
            The query whose key it is, as a rule; None where the address names no query.
        api_key : Secret or None
        goes_first : bool
            Whether it replaces the key that there is for this.
        """
        has_key = query_id in self.query_keys or self.api_key is not None
        if api_key is None or (has_key and not goes_first):
            return self
        if query_id is None:
            return msgspec.structs.replace(self, api_key=api_key)
        return msgspec.structs.replace(self, query_keys={**self.query_keys, query_id: api_key})


#: What each setting takes, in the order of `Settings`.
_TYPES: dict[str, Any] = {
    **{item.name: item.type for item in msgspec.structs.fields(Settings)},
    "api_key": Key,
    "chart_images": Flag,
    "history": Length,
}
#: The settings that weaken or change whom to trust: of one server only, too.
_TRUST = frozenset({"allow_plain_http", "ca_bundle"})
#: The environment's variables of the key of one query begin with this; its id follows.
_QUERY_KEY = "WATCHFRAME_QUERY_KEY_"


def load_settings(
    url: str | ServerAddress | None = None,
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
    address: ServerAddress | None = as_server(url)
    del url  # it may hold a key
    api_key = as_secret(api_key)
    settings = _found(address, api_key, profile, _variables(environ), config_file, others)
    if settings.api_key is None and not settings.query_keys:
        raise no_key_error(settings.url)
    return settings


def load_settings_of(server: str) -> Settings:
    """Return the settings for the server of an address, as far as there are any for it.

    Its keys are those of the environment where WATCHFRAME_URL is that server, and those of a
    profile or a login of that server; there may be none.

    Parameters
    ----------
    server : str
        Its base URL, as `server_url` spells it.

    Raises
    ------
    ConfigurationError
        A setting cannot be used.
    """
    profile = profile_for_server(server, os.environ.get("WATCHFRAME_PROFILE"))
    address = ServerAddress(url=server)
    return _found(address, None, profile, _variables(None), None, {}, of_address=True)


def no_key_error(server: str) -> ConfigurationError:
    """Return the error of a server for which no key is known."""
    return ConfigurationError(
        f"No API key is known for {server}.", hint=Hint(Kind.NO_KEY, server=server)
    )


def _variables(environ: Mapping[str, str] | None) -> dict[str, Any]:
    """Return this library's variables that are set, with keys as Secrets.

    A frame that raises holds no text of a key.
    """
    kinds = {"WATCHFRAME_URL": as_server, "WATCHFRAME_API_KEY": as_secret}
    kinds["WATCHFRAME_HEADERS"] = as_secret
    return {
        name: as_secret(value) if name.startswith(_QUERY_KEY) else kinds.get(name, str)(value)
        for name, value in (os.environ if environ is None else environ).items()
        if name.startswith("WATCHFRAME_") and value
    }


def _found(
    url: ServerAddress | None,
    api_key: Secret | None,
    profile: str | None,
    environ: Mapping[str, Any],
    config_file: Path | None,
    others: Mapping[str, object],
    *,
    of_address: bool = False,
) -> Settings:
    """Return the settings of a server, with the keys and the trust that are its own.

    The key of one server is never sent to another. With `of_address` that goes for keys without a
    server beside them too: anyone may have written the address. What the environment trusts
    without a server beside it holds for all.
    """
    path = config_file or config_path()
    profile = profile or environ.get("WATCHFRAME_PROFILE")
    in_profile, place = read_profile(profile, path), _place(profile, path)
    arguments = {"url": url, "api_key": api_key, **others}
    of_environ = environ.get("WATCHFRAME_URL"), environ.get("WATCHFRAME_API_KEY")
    of_profile = in_profile.get("url"), in_profile.get("api_key")
    _check_not_swapped((url, api_key), of_environ, of_profile)
    address = _first("url", arguments, environ, in_profile, place)
    if not isinstance(address, ServerAddress):
        raise ConfigurationError("No server is known.", hint=Hint(Kind.CONNECT))
    server = address.url
    beside = environ.get("WATCHFRAME_URL")
    if not _is_of(server, beside, default=True):
        environ = _without(environ, _TRUST)
    if not _is_of(server, beside, default=not of_address):
        environ = _without(environ, SECRETS)
    if not _is_of(server, in_profile.get("url"), default=not of_address):
        in_profile = _without(in_profile, SECRETS | _TRUST)
    elif of_address and url_in_file(profile, path) is None:  # the URL is the login's
        in_profile = _without(in_profile, SECRETS)
    login = read_logins(path).get(profile or DEFAULT_PROFILE)
    if login is not None and login.url != server:
        login = None
    found: dict[str, Any] = {"url": server}
    for name in _TYPES.keys() - {"url", "query_keys"}:
        value = _first(name, arguments, environ, in_profile, place)
        if value is not None:
            found[name] = value
    if "api_key" not in found and login is not None and (key := login.key()) is not None:
        found["api_key"] = parsed("api_key", _TYPES["api_key"], key, "of watchframe login")
    found["query_keys"] = _ring(arguments, environ, in_profile, place, login)
    settings = Settings(**found).with_address_key(
        address.query_id, address.api_key, goes_first=url is not None and api_key is None
    )
    return _checked(_with_keys_in(settings, beside, in_profile.get("url")))


def _place(profile: str | None, path: Path) -> str:
    """Return what errors call the place of a profile's settings."""
    return f"the profile {profile or DEFAULT_PROFILE!r} in {path}"


def _check_not_swapped(*places: tuple[object, object]) -> None:
    """Raise ConfigurationError where a key is a URL, and the URL beside it is none."""
    for url, key in places:
        is_refused = isinstance(url, ServerAddress) and url.refusal is not None
        if is_refused and isinstance(key, Secret) and split_url(key.reveal()) is not None:
            raise ConfigurationError(
                "The URL and the key seem to be swapped.",
                hint='First the URL, then the key: connect("https://app.inverse.watch", key).',
            )


def _with_keys_in(settings: Settings, *urls: object) -> Settings:
    """Return the settings with the keys that stand in those of `urls` that are of the server."""
    for address in urls:
        if isinstance(address, ServerAddress) and address.url == settings.url:
            settings = settings.with_address_key(
                address.query_id, address.api_key, goes_first=False
            )
    return settings


def _is_of(server: str, other: object, *, default: bool) -> bool:
    """Whether keys that stand beside the URL `other`, or beside none, are of that server.

    Beside what is no URL they are of no server.
    """
    return default if other is None else bool(as_server(other).url == server)


def _without(values: Mapping[str, T], names: frozenset[str]) -> dict[str, T]:
    """Return settings, of the environment or of a profile, without some of them."""
    return {
        name: value
        for name, value in values.items()
        if name.removeprefix("WATCHFRAME_").lower() not in names
        and not ("query_keys" in names and name.startswith(_QUERY_KEY))
    }


def _ring(
    arguments: Mapping[str, object],
    environ: Mapping[str, Any],
    in_profile: Mapping[str, object],
    place: str,
    login: Login | None,
) -> dict[int, Secret]:
    """Return the keys of queries, each from the first place that has one."""
    ids = [query_id for query_id in (login.keys if login is not None else ()) if query_id]
    of_login = {query_id: login.key(query_id) for query_id in ids} if login is not None else {}
    kept = {query_id: key for query_id, key in of_login.items() if key is not None}
    found: dict[int, Secret] = {}
    variables = {
        name.removeprefix(_QUERY_KEY): value
        for name, value in environ.items()
        if name.startswith(_QUERY_KEY)
    }
    for values, origin in (
        (kept, "of watchframe login"),
        (in_profile.get("query_keys"), f"query_keys of {place}"),
        (variables, f"the environment variables {_QUERY_KEY}<id>"),
        (arguments.get("query_keys"), "the argument query_keys"),
    ):
        if values:
            found |= parsed("query_keys", _TYPES["query_keys"], values, origin)
    return found


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
    variables = _variables(environ)
    path = config_file or config_path()
    profile = profile or variables.get("WATCHFRAME_PROFILE")
    found = _first(name, {}, variables, read_profile(profile, path), _place(profile, path))
    return found.url if isinstance(found, ServerAddress) else found


def _first(
    name: str,
    arguments: Mapping[str, object],
    environ: Mapping[str, Any],
    in_profile: Mapping[str, object],
    place: str,
) -> object:
    """Return a setting from the first place that has it, or None."""
    variable = f"WATCHFRAME_{name.upper()}"
    if arguments.get(name) is not None:
        return parsed(name, _TYPES[name], arguments[name], f"the argument {name}")
    if environ.get(variable):
        return parsed(name, _TYPES[name], environ[variable], f"the environment variable {variable}")
    if in_profile.get(name) is not None:
        return parsed(name, _TYPES[name], in_profile[name], f"{name} of {place}")
    return None


def _checked(settings: Settings) -> Settings:
    is_plain = settings.url.startswith("http://") and not is_loopback(settings.url)
    if is_plain and not settings.allow_plain_http:
        raise ConfigurationError(
            f"{settings.url} is plain HTTP: others on the way could read the API key.",
            hint=Hint(Kind.ALLOW_PLAIN_HTTP, server=settings.url),
        )
    return settings


_connected: Settings | None = None


def note_connected(settings: Settings | None) -> None:
    """Remember the settings of the client that reads use from now on; None when there is none."""
    global _connected  # noqa: PLW0603 - as there is one such client, there is one such note
    _connected = settings


class CacheSettings(NamedTuple):
    """Where the local cache lies, and what may stay in it.

    Attributes
    ----------
    folder : Path
    size_limit : int
        Bytes that it may take.
    history : timedelta or None
        For how long a result is kept after a newer one took its place; None keeps the newest alone.
    """

    folder: Path
    size_limit: int
    history: timedelta | None


def cache_in_use(profile: str | None = None) -> CacheSettings:
    """Return the settings of the local cache that reads use now.

    They are those of the connected client; without one, or for a named `profile`, of the settings
    that the next read would load. No server and no key need be known for that.

    Raises
    ------
    ConfigurationError
        A setting cannot be used, or there is no such profile.
    """
    if _connected is not None and profile is None:
        return CacheSettings(_connected.cache_dir, _connected.cache_size_limit, _connected.history)
    folder = load_setting("cache_dir", profile=profile)
    size = load_setting("cache_size_limit", profile=profile)
    history = load_setting("history", profile=profile)
    return CacheSettings(
        folder if isinstance(folder, Path) else default_cache_dir(),
        size if isinstance(size, int) else DEFAULT_CACHE_SIZE,
        history if isinstance(history, timedelta) else None,
    )


def chart_images_in_use() -> bool | None:
    """Return whether outputs hold images of charts: as set, or None where it is not.

    Where it is not, the pages of Voila have none: each visitor's would start a Chromium.

    Raises
    ------
    ConfigurationError
        The setting cannot be used.
    """
    found = load_setting("chart_images") if _connected is None else _connected.chart_images
    if isinstance(found, bool):
        return found
    return False if os.environ.get("SERVER_SOFTWARE", "").startswith("voila/") else None
