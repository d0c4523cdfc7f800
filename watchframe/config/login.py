"""What ``watchframe login`` keeps: a server and its keys per profile, in ``logins.json``.

The file lies beside ``config.toml``, which people write and this library never does. The keys lie
in the system's keyring where the ``keyring`` package and a keyring are there, else in the file,
which only its owner may read.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from watchframe.config.files import read_config, replaced_file, warn_if_readable
from watchframe.errors import ConfigurationError
from watchframe.keys import Secret, as_secret

if TYPE_CHECKING:
    from types import ModuleType


_SERVICE = "watchframe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A server, and the keys that are kept for it.

    Attributes
    ----------
    profile : str
    url : str
        The server's base URL, as `server_url` spells it.
    keys : mapping of (int or None) to (Secret or None)
        By query id, the user's own under None; a key is None where the keyring has it.
    """

    profile: str
    url: str
    keys: Mapping[int | None, Secret | None] = field(default_factory=dict)

    def key(self, query_id: int | None = None) -> Secret | None:
        """Return the key of a query, or the user's own; None where there is none any longer.

        Raises
        ------
        ConfigurationError
            The keyring cannot be read.
        """
        if query_id not in self.keys:
            return None
        return self.keys[query_id] or _key_in_keyring(self, query_id)


class _Entry(msgspec.Struct, omit_defaults=True):
    """A login in the file; keys of queries stand under their ids, null where the keyring has them.

    An `api_key` of null is in the keyring too; one that is left out does not exist.
    """

    url: str
    api_key: str | msgspec.UnsetType | None = msgspec.UNSET
    query_keys: dict[int, str | None] = {}


def logins_path(config_file: Path) -> Path:
    """Return where logins are kept."""
    return config_file.with_name("logins.json")


def read_logins(config_file: Path) -> dict[str, Login]:
    """Return the logins by profile.

    Raises
    ------
    ConfigurationError
        The file is there and cannot be read.
    """
    path = logins_path(config_file)
    try:
        content = msgspec.json.decode(read_config(path), type=dict[str, _Entry])
    except FileNotFoundError:
        return {}
    except (OSError, RecursionError, ValueError, msgspec.MsgspecError):
        # The message of such an error could hold a piece of the file.
        raise ConfigurationError(
            f"{path} cannot be read.", hint="Remove it, and log in again."
        ) from None
    logins = {name: _login(name, entry) for name, entry in content.items()}
    del content  # from here on: a frame that raises holds no text of a key
    if any(key is not None for login in logins.values() for key in login.keys.values()):
        warn_if_readable(path)
    return logins


def _login(name: str, entry: _Entry) -> Login:
    keys: dict[int | None, Secret | None] = {}
    if entry.api_key is not msgspec.UNSET:
        keys[None] = as_secret(entry.api_key)
    keys |= {query_id: as_secret(key) for query_id, key in entry.query_keys.items()}
    return Login(profile=name, url=entry.url, keys=keys)


def save_login(
    profile: str, url: str, api_key: Secret, config_file: Path, *, query_id: int | None = None
) -> str:
    """Keep a key for a server, instead of what the profile had, and return where it lies.

    With `query_id` it is that query's own. The other keys of the profile stay, if they are of the
    same server.

    Raises
    ------
    ConfigurationError
        The file cannot be written.
    """
    logins = read_logins(config_file)
    before = logins.get(profile)
    is_same_server = before is not None and before.url == url
    kept = dict(before.keys) if before is not None and is_same_server else {}
    login = Login(profile=profile, url=url, keys=kept)
    is_in_keyring = _put_into_keyring(login, query_id, api_key)
    kept[query_id] = None if is_in_keyring else api_key
    _write({**logins, profile: login}, config_file)
    if before is not None and not is_same_server:
        _drop_from_keyring(before)
    elif not is_in_keyring:
        _drop_from_keyring(login, query_id)
    return "the system's keyring" if is_in_keyring else str(logins_path(config_file))


def forget_login(profile: str, config_file: Path, *, query_id: int | None = None) -> Login | None:
    """Remove what is kept for a profile and return it; None where there was nothing.

    With `query_id` only the key of that query is removed.
    """
    logins = read_logins(config_file)
    login = logins.get(profile)
    if login is None or (query_id is not None and query_id not in login.keys):
        return None
    if query_id is None:
        del logins[profile]
        _drop_from_keyring(login)
    else:
        rest = {name: key for name, key in login.keys.items() if name != query_id}
        logins[profile] = replace(login, keys=rest)
        _drop_from_keyring(login, query_id)
    _write(logins, config_file)
    return login


def _write(logins: dict[str, Login], config_file: Path) -> None:
    path = logins_path(config_file)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replaced_file(path, mode=0o600) as file:
            file.write(_as_json(logins))
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written: {error.strerror}.",
            hint="Set WATCHFRAME_URL and WATCHFRAME_API_KEY instead.",
        ) from None


def _as_json(logins: dict[str, Login]) -> bytes:
    content = {}
    for name, login in logins.items():
        texts = {of: key.reveal() if key is not None else None for of, key in login.keys.items()}
        content[name] = _Entry(
            url=login.url,
            api_key=texts.pop(None) if None in texts else msgspec.UNSET,
            query_keys={of: text for of, text in texts.items() if of is not None},
        )
    return msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n"


def _keyring() -> ModuleType | None:
    try:
        return importlib.import_module("keyring")
    except ImportError:  # it is an extra
        return None


def _name(login: Login, query_id: int | None) -> str:
    # With the server in the name, a profile that is pointed elsewhere has no key.
    name = f"{login.profile} at {login.url}"
    return name if query_id is None else f"{name}, query {query_id}"


def _key_in_keyring(login: Login, query_id: int | None) -> Secret | None:
    keyring = _keyring()
    if keyring is None:
        raise ConfigurationError(
            f"The key of the profile {login.profile!r} is in the system's keyring, which the "
            "package keyring reads.",
            hint="pip install 'watchframe[keyring]', or log in again.",
        )
    try:
        text = keyring.get_password(_SERVICE, _name(login, query_id))
    except Exception as error:  # noqa: BLE001 - each backend has its own
        raise ConfigurationError(
            f"The system's keyring cannot be read ({type(error).__name__}).",
            hint="Unlock it, or set WATCHFRAME_API_KEY.",
        ) from None
    return Secret(text) if text else None


def _put_into_keyring(login: Login, query_id: int | None, api_key: Secret) -> bool:
    keyring = _keyring()
    if keyring is None:
        return False
    name = _name(login, query_id)
    try:
        keyring.set_password(_SERVICE, name, api_key.reveal())
        # There are backends that keep nothing and say nothing.
        return bool(keyring.get_password(_SERVICE, name) == api_key.reveal())
    except Exception:  # noqa: BLE001 - each backend has its own; without one, the file will do
        return False


def _drop_from_keyring(login: Login, *query_ids: int | None) -> None:
    """Remove the keys of these queries, or without any, all of the login's."""
    keyring = _keyring()
    if keyring is None:
        return
    for query_id in query_ids or login.keys:
        with contextlib.suppress(Exception):  # it may not be there, or be locked
            keyring.delete_password(_SERVICE, _name(login, query_id))
