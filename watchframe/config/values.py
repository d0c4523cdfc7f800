"""What a setting takes, and how a value that was typed or given is read as that."""

from __future__ import annotations

import contextlib
import math
import operator
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta, tzinfo
from pathlib import Path
from typing import Annotated, Any, SupportsFloat, SupportsIndex, get_args
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from watchframe.config.server_url import ServerAddress, as_server
from watchframe.errors import ConfigurationError
from watchframe.keys import Secret, is_header_value, is_key

# What a setting takes: the description ends the error of one that cannot be used.
Seconds = Annotated[
    float, Meta(gt=0, le=sys.float_info.max, description="a number of seconds above 0")
]
Count = Annotated[int, Meta(ge=0, description="a whole number, 0 or more")]
Flag = Annotated[bool, Meta(description="yes or no")]
Url = Annotated[str, Meta(description='the URL of a server: "https://app.inverse.watch"')]
Key = Annotated[Secret, Meta(description="a key as the server shows it: no spaces in it")]
Length = Annotated[timedelta, Meta(description='a duration, 0 or more: "30d", "12h", or seconds')]
Folder = Annotated[Path, Meta(description="the path of a folder")]
Zone = Annotated[tzinfo, Meta(description='the name of a time zone: "Europe/Berlin"')]
Certificates = Annotated[str | None, Meta(description="a file or folder that is there")]
Keys = Annotated[
    Mapping[int, Secret], Meta(description='the keys of queries by their ids: {479: "..."}')
]
Headers = Annotated[
    Mapping[str, Secret],
    Meta(description='names and values: {"CF-Access-Client-Id": "..."}, or lines "Name: value"'),
]
Ids = Annotated[frozenset[Count], Meta(description='ids of queries: [42, 57], or "42, 57"')]

#: The settings that are secret, and of one server only.
SECRETS = frozenset({"api_key", "query_keys", "headers"})

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


def parsed(name: str, kind: Any, value: object, origin: str) -> Any:
    """Return a setting in its type.

    Parameters
    ----------
    name : str
    kind : type
        One of those above.
    value : object
        As it was typed, or given as an argument.
    origin : str
        Where it comes from, for the error.

    Raises
    ------
    ConfigurationError
        It cannot be used; the hint says what the setting takes.
    """
    if isinstance(value, ServerAddress) and value.refusal is not None:
        message = f"{value.refusal.message.rstrip('.')} ({origin})."
        raise value.refusal.replace(message=message)
    with contextlib.suppress(*_REFUSALS):
        if name in _BY_HAND:
            return _BY_HAND[name](value)
        return msgspec.convert(_spelled(value, get_args(kind)[0]), kind, strict=False)
    # Raised here: the frames of the refusal hold the texts of keys.
    shown = "it" if name in SECRETS or isinstance(value, Secret) else repr(value)[:80]
    raise ConfigurationError(
        f"The setting {name} cannot be used as {shown} ({origin}).",
        hint=f"It takes {get_args(kind)[1].description}.",
    )


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
    if not is_key(secret):
        raise ValueError
    return secret


def _keys(value: object) -> dict[int, Secret]:
    if not isinstance(value, Mapping):
        raise TypeError
    found = {id_: _key(key) for id_, key in zip(map(int, value), value.values(), strict=True)}
    if any(id_ <= 0 for id_ in found):
        raise ValueError
    return found


def _headers(value: object) -> dict[str, Secret]:
    """Return headers of a mapping, of JSON, or of lines ``Name: value``."""
    if isinstance(value, Secret):
        value = value.reveal()
    if isinstance(value, str):
        value = (
            msgspec.json.decode(value, type=dict[str, str])
            if value.lstrip().startswith("{")
            else dict(line.split(":", 1) for line in value.splitlines() if line.strip())
        )
    if not isinstance(value, Mapping):
        raise TypeError
    found = {}
    for name, text in value.items():
        secret = text if isinstance(text, Secret) else Secret(_text(text).strip())
        is_ours = name.strip().lower() in _OURS
        if not _HEADER.fullmatch(name.strip()) or not is_header_value(secret) or is_ours:
            raise ValueError
        found[name.strip()] = secret
    return found


#: What the name of a header is made of (RFC 9110), and those that are sent anyway.
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OURS = frozenset({"authorization", "host", "content-length", "content-type", "accept-encoding"})


_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([smhdw])\s*", re.ASCII | re.IGNORECASE)


def duration_seconds(value: object) -> float | None:
    """Return a duration in seconds; None where it is none, or is negative or endless.

    Parameters
    ----------
    value : object
        A number of seconds, a timedelta, or a number with a unit: ``"90s"``, ``"1.5h"``, ``"7d"``.
    """
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
    elif isinstance(value, str):
        match = _DURATION.fullmatch(value)
        seconds = float(match[1]) * _UNIT_SECONDS[match[2].lower()] if match else math.nan
    elif isinstance(value, bool):
        return None
    else:
        try:
            seconds = float(value)  # type: ignore[arg-type]  # numpy's numbers have no common type
        except (TypeError, ValueError, OverflowError):
            return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def as_history(value: object) -> timedelta:
    """Return the setting `history` as it is given in Python.

    Raises
    ------
    ConfigurationError
        It is no duration.
    """
    found: timedelta = parsed("history", Length, value, "the argument history")
    return found


def _length(value: object) -> timedelta:
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = float(value)
    seconds = duration_seconds(value)
    if seconds is None:
        raise ValueError
    return timedelta(seconds=seconds)


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
    "url": as_server,
    "api_key": _key,
    "query_keys": _keys,
    "headers": _headers,
    "history": _length,
    "cache_dir": lambda value: Path(_text(value)).expanduser(),
    "timezone": lambda value: value if isinstance(value, tzinfo) else ZoneInfo(_text(value)),
    "ca_bundle": _certificates,
}
