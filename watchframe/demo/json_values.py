"""Values of the SQL engine as the server writes them into JSON."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any


def json_value(value: Any) -> Any:
    """Give what `json` can write: dates as text cut to milliseconds, decimals as floats."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(item) for item in value]
    return _as_text_or_float(value)


def _as_text_or_float(value: Any) -> Any:
    match value:
        case Decimal():
            return json_value(float(value))
        case datetime():
            return _moment(value)
        case date() | time():
            return value.isoformat()
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case _:  # an interval, a UUID
            return str(value)


def _moment(value: datetime) -> str:
    zone = ""
    if value.tzinfo is not None:
        value, zone = value.astimezone(UTC).replace(tzinfo=None), "Z"
    text = value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")
    return text + zone


def dumps(value: object) -> bytes:
    """Give the JSON text as the server writes it: ASCII, ``, `` and ``: `` between."""
    return json.dumps(value).encode()
