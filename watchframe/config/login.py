"""What ``watchframe login`` keeps: a server and a key per profile, in ``logins.json``.

The file lies beside ``config.toml``, which people write and this library never does. The key lies
in the system's keyring where the ``keyring`` package and a keyring are there, else in the file,
which only its owner may read.
"""

from __future__ import annotations

import contextlib
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import msgspec

from watchframe.config.files import read_config, replaced_file, warn_if_readable
from watchframe.errors import ConfigurationError

if TYPE_CHECKING:
    from types import ModuleType


class Secret:
    """Holds a text that no repr, message, log line or pickle shows.

    Parameters
    ----------
    value : str
        The text; `reveal` alone gives it back.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the text."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __deepcopy__(self, memo: object) -> Secret:
        return self  # it does not change

    def __reduce__(self) -> NoReturn:
        raise TypeError("A Secret is not pickled: the pickle would hold the key.")


def as_secret(key: str | Secret | None) -> Secret | None:
    """Return a key, given as a text or as a Secret, as a Secret.

    Each function that takes a key begins with this: a traceback may show the variables of its
    frame, and then they do not hold the text.
    """
    return Secret(key.strip()) if isinstance(key, str) else key


_SERVICE = "watchframe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A server, and the key that is kept for it.

    Attributes
    ----------
    profile : str
    url : str
        The server's base URL, as `server_url` spells it.
    api_key : Secret or None
        None where the keyring has it.
    """

    profile: str
    url: str
    api_key: Secret | None

    def key(self) -> Secret | None:
        """Return the key; None where the keyring no longer has it.

        Raises
        ------
        ConfigurationError
            The keyring cannot be read.
        """
        return self.api_key or _key_in_keyring(self)


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
        content = msgspec.json.decode(read_config(path), type=dict[str, dict[str, str]])
        logins = {
            name: Login(
                profile=name,
                url=entry["url"],
                api_key=Secret(entry["api_key"]) if "api_key" in entry else None,
            )
            for name, entry in content.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, RecursionError, KeyError, ValueError, msgspec.MsgspecError):
        # The message of such an error could hold a piece of the file.
        raise ConfigurationError(
            f"{path} cannot be read.", hint="Remove it, and log in again."
        ) from None
    if any(login.api_key is not None for login in logins.values()):
        warn_if_readable(path)
    return logins


def save_login(profile: str, url: str, api_key: Secret, config_file: Path) -> str:
    """Keep a key for a server, instead of what the profile had, and return where it lies.

    Raises
    ------
    ConfigurationError
        The file cannot be written.
    """
    before = read_logins(config_file).get(profile)
    login = Login(profile=profile, url=url, api_key=None)
    is_in_keyring = _put_into_keyring(login, api_key)
    if not is_in_keyring:
        login = Login(profile=profile, url=url, api_key=api_key)
    logins = {**read_logins(config_file), profile: login}
    _write(logins, config_file)
    if before is not None and (before.url != url or not is_in_keyring):
        _drop_from_keyring(before)
    return "the system's keyring" if is_in_keyring else str(logins_path(config_file))


def forget_login(profile: str, config_file: Path) -> Login | None:
    """Remove what is kept for a profile and return it; None where there was nothing."""
    logins = read_logins(config_file)
    login = logins.pop(profile, None)
    if login is not None:
        _drop_from_keyring(login)
        _write(logins, config_file)
    return login


def _write(logins: dict[str, Login], config_file: Path) -> None:
    content: dict[str, dict[str, str]] = {}
    for name, login in logins.items():
        content[name] = {"url": login.url}
        if login.api_key is not None:
            content[name]["api_key"] = login.api_key.reveal()
    path = logins_path(config_file)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replaced_file(path, mode=0o600) as file:
            file.write(msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written: {error.strerror}.",
            hint="Set WATCHFRAME_URL and WATCHFRAME_API_KEY instead.",
        ) from None


def _keyring() -> ModuleType | None:
    try:
        return importlib.import_module("keyring")
    except ImportError:  # it is an extra
        return None


def _name(login: Login) -> str:
    # With the server in the name, a profile that is pointed elsewhere has no key.
    return f"{login.profile} at {login.url}"


def _key_in_keyring(login: Login) -> Secret | None:
    keyring = _keyring()
    if keyring is None:
        raise ConfigurationError(
            f"The key of the profile {login.profile!r} is in the system's keyring, which the "
            "package keyring reads.",
            hint="pip install 'watchframe[keyring]', or log in again.",
        )
    try:
        text = keyring.get_password(_SERVICE, _name(login))
    except Exception as error:  # noqa: BLE001 - each backend has its own
        raise ConfigurationError(
            f"The system's keyring cannot be read ({type(error).__name__}).",
            hint="Unlock it, or set WATCHFRAME_API_KEY.",
        ) from None
    return Secret(text) if text else None


def _put_into_keyring(login: Login, api_key: Secret) -> bool:
    keyring = _keyring()
    if keyring is None:
        return False
    try:
        keyring.set_password(_SERVICE, _name(login), api_key.reveal())
        # There are backends that keep nothing and say nothing.
        return bool(keyring.get_password(_SERVICE, _name(login)) == api_key.reveal())
    except Exception:  # noqa: BLE001 - each backend has its own; without one, the file will do
        return False


def _drop_from_keyring(login: Login) -> None:
    keyring = _keyring()
    if keyring is not None:
        with contextlib.suppress(Exception):  # it may not be there, or be locked
            keyring.delete_password(_SERVICE, _name(login))
