"""Which client answers, and which folder keeps what it brings."""

from __future__ import annotations

import functools
from pathlib import Path

from watchframe.cache import ResultCache, parse_max_age
from watchframe.client import Client, current_client
from watchframe.config import Settings, require_same_server
from watchframe.errors import ArgumentError
from watchframe.references import DashboardReference, QueryReference


def client_for(
    reference: QueryReference | DashboardReference | None, client: Client | None
) -> Client:
    """Give the client to ask: the given one, or that of `connect` or the settings.

    Raises
    ------
    ConfigurationError
        No server or key is known, or the reference is to a page of another server. The key of one
        server is never sent to another one.
    """
    found = client if client is not None else current_client()
    if reference is not None:
        require_same_server(reference.server_url, found.server)
    return found


def local_cache(settings: Settings) -> ResultCache:
    """Give the cache of these settings, opened once in a process."""
    return _opened(settings.cache_dir, settings.cache_size_limit)


@functools.lru_cache(maxsize=8)
def _opened(directory: Path, size_limit: int) -> ResultCache:
    return ResultCache(directory, size_limit=size_limit)


Duration = float | str | None

#: What is typed for None.
ANY_AGE, NO_TIMEOUT = "any", "none"


def seconds(value: Duration, nothing: str, name: str) -> float | None:
    """Give a duration in seconds; None for None and for the word `nothing`.

    Raises
    ------
    ArgumentError
        It is no duration.
    """
    if value is None or value == nothing:
        return None
    try:
        number = float(value)
    except ValueError:
        number = None
    try:
        return parse_max_age(value if number is None else number)
    except ArgumentError:
        raise ArgumentError(
            f"{name} cannot be {value!r}.",
            hint=f"Give seconds, or a number with a unit such as 90s, 15m, 1h, 7d, or {nothing!r}.",
        ) from None


def data_source(name: str) -> int | str:
    """Give a data source as the read functions take it: digits are an id."""
    return int(name) if name.isascii() and name.isdigit() else name
