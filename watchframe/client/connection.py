"""The client that the functions and the magic use."""

from __future__ import annotations

from typing import Any

from watchframe.client.client import Client
from watchframe.config import Secret, as_secret, note_connected
from watchframe.locks import ProcessLock

_lock = ProcessLock()
_current: Client | None = None


def connect(
    url: str | None = None,
    api_key: str | Secret | None = None,
    *,
    profile: str | None = None,
    **overrides: Any,
) -> Client:
    """Return a client, and have every function use it from now on.

    Parameters
    ----------
    url, api_key, profile, **overrides
        As of `Client`.
    """
    global _current
    api_key = as_secret(api_key)
    client = Client(url, api_key, profile=profile, **overrides)
    with _lock.lock:
        previous, _current = _current, client
        note_connected(client.settings)
    if previous is not None:
        previous.close()
    return client


def current_client() -> Client:
    """Return the client of `connect`, or one made of the settings.

    Raises
    ------
    ConfigurationError
        There is neither.
    """
    global _current  # noqa: PLW0603 - as above
    with _lock.lock:
        if _current is None:
            _current = Client()
            note_connected(_current.settings)
        return _current


def connected_client() -> Client | None:
    """Give the client of `connect`, or the one that `current_client` has made; makes none itself.

    Making one may take long: its key may lie in a keyring that asks the user to unlock it.
    """
    return _current


def disconnect() -> None:
    """Forget the client of `connect`; the settings decide again."""
    global _current
    with _lock.lock:
        previous, _current = _current, None
        note_connected(None)
    if previous is not None:
        previous.close()
