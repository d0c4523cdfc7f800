"""Typed reading of the fields of a JSON object that a server sent."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from watchframe.errors import ProtocolError

T = TypeVar("T")


def as_object(value: object, what: str) -> Mapping[str, object]:
    """Return `value` as a JSON object, or raise ProtocolError naming `what`."""
    if isinstance(value, Mapping):
        return value
    raise ProtocolError(
        f"The server sent {_kind(value)} where a {what} was expected.", excerpt=_excerpt(value)
    )


def required(obj: Mapping[str, object], key: str, kind: type[T], what: str) -> T:
    """Return ``obj[key]``, which must be there and be of `kind` (a bool is not an int)."""
    value = obj.get(key)
    if isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool):
        return value
    raise ProtocolError(
        f"The server sent a {what} whose {key!r} is {_kind(value)}, not {kind.__name__}.",
        excerpt=_excerpt(value),
    )


def optional(obj: Mapping[str, object], key: str, kind: type[T], what: str) -> T | None:
    """Give ``obj[key]`` if it is there and not null; it must then be of `kind`."""
    return None if obj.get(key) is None else required(obj, key, kind, what)


def without_keys(value: object) -> object:
    """Give a JSON value without the API keys in it: the server sends them along."""
    if isinstance(value, Mapping):
        return {name: without_keys(item) for name, item in value.items() if name != "api_key"}
    if isinstance(value, list):
        return [without_keys(item) for item in value]
    return value


def other_fields(obj: Mapping[str, object], known: Iterable[str]) -> dict[str, object]:
    """Give what the server sent under other names than the `known` ones, without API keys."""
    read = {"api_key", *known}
    return {name: without_keys(item) for name, item in obj.items() if name not in read}


def optional_time(obj: Mapping[str, object], key: str, what: str) -> datetime | None:
    """Give the moment in ``obj[key]``, UTC, if it is there and not null."""
    text = optional(obj, key, str, what)
    return utc_time(text, what) if text else None


def utc_time(text: str, what: str) -> datetime:
    """Read an ISO 8601 time; one without a zone is UTC, as the server means it."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # in UTC, it may be before year 1 or after year 9999
        raise ProtocolError(
            f"The server sent {text[:60]!r} where the time of a {what} was expected."
        ) from None


def seconds(value: object) -> float | None:
    """Return a number of seconds; None where it is no number, or none that a float can tell."""
    try:
        number = float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _excerpt(value: object) -> str:
    try:
        return repr(value)[:200]
    except (RecursionError, ValueError):  # nested too deeply, or a number of too many digits
        return ""


def _kind(value: object) -> str:
    return "nothing" if value is None else f"a JSON {type(value).__name__}"
