"""Objects in the server's shape: their ids, keys and times."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

#: An object in the server's shape.
Record = dict[str, Any]
Clock = Callable[[], datetime]


def add(records: dict[int, Record], values: Mapping[str, Any]) -> Record:
    """Keep a new record, with an id of its own."""
    record = {"id": next_id(records), **values}
    records[record["id"]] = record
    return record


def next_id(records: Mapping[int, object]) -> int:
    """Return the id of a new record."""
    return max(records, default=0) + 1


def new_key() -> str:
    """Return a key that no one has."""
    return secrets.token_urlsafe(30)


def moment_text(moment: datetime) -> str:
    """Return a time as the server writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
