"""How the server says no, writes JSON, and masks secrets."""

from __future__ import annotations

import functools
import json
import zlib
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

WRONG_KEY = "Couldn't find resource. Please login and try again."
NOT_FOUND = (
    "The requested URL was not found on the server. If you entered the URL manually please check "
    "your spelling and try again."
)
FORBIDDEN = (
    "You don't have the permission to access the requested resource. It is either read-protected "
    "or not readable by the server."
)
CONFLICT = (
    "A conflict happened while processing the request. The resource might have been modified "
    "while the request was being processed."
)
SERVER_ERROR = "Internal Server Error"
#: What the server shows instead of a secret; sent back, it leaves the secret as it is.
MASK = "--------"
_SECRETS = ("password", "token", "secret", "key")


class RefusalError(Exception):
    """An answer other than 200; a text has the usual shape (recordings 002, 008, 014, 028)."""

    def __init__(self, status: int, body: str | Mapping[str, Any]) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = {"message": body} if isinstance(body, str) else body


def job_refusal(status: int, error: str) -> RefusalError:
    """Return the refusal of an execution: a job without an id (recording 127)."""
    return RefusalError(status, {"job": {"status": 4, "error": error}})


def wrong_key() -> RefusalError:
    """Return the refusal of a wrong key, of no key, and of a query key where it does not belong."""
    return RefusalError(404, WRONG_KEY)


def not_found() -> RefusalError:
    """Return the refusal for an object that does not exist."""
    return RefusalError(404, NOT_FOUND)


def forbidden(message: str = FORBIDDEN) -> RefusalError:
    """Return the refusal of a valid key that does not reach that far."""
    return RefusalError(403, message)


def server_error() -> RefusalError:
    """Return what the server answers to many mistakes of a client."""
    return RefusalError(500, SERVER_ERROR)


def json_response(
    value: object,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    has_hashed_order: bool = False,
) -> Response:
    """Return JSON as the server writes it: ASCII, with a space after commas and colons."""
    return Response(
        json.dumps(_in_hashed_order(value) if has_hashed_order else value).encode(),
        status,
        {"Vary": "Cookie", **(headers or {})},
        media_type="application/json",
    )


def _in_hashed_order(value: object) -> object:
    """Return the value with the keys of its objects in the order of a hash, as Python 2 had it."""
    if isinstance(value, dict):
        return {name: _in_hashed_order(value[name]) for name in _hashed_order(tuple(value))}
    return [_in_hashed_order(item) for item in value] if isinstance(value, list) else value


@functools.lru_cache(maxsize=4096)  # the rows of a result have the same keys
def _hashed_order(names: tuple[str, ...]) -> list[str]:
    return sorted(names, key=lambda name: zlib.crc32(name.encode()))


def masked(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a data source or a destination as the server shows them."""
    return {
        name: MASK if any(word in name.lower() for word in _SECRETS) else value
        for name, value in options.items()
    }
