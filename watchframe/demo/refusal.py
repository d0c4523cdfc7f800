"""Answers that say no, in the server's two shapes."""

from __future__ import annotations

from typing import Any

WRONG_KEY = "Couldn't find resource. Please login and try again."
NOT_FOUND = (
    "The requested URL was not found on the server. If you entered the URL manually please check "
    "your spelling and try again."
)
CONFLICT = (
    "A conflict happened while processing the request. The resource might have been modified "
    "while the request was being processed."
)


class RefusalError(Exception):
    """An answer other than 200.

    Parameters
    ----------
    status : int
    body : dict
    """

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body


def message(status: int, text: str) -> RefusalError:
    """Give the usual shape (recordings 002, 008, 014, 028)."""
    return RefusalError(status, {"message": text})


def job_refusal(status: int, error: str) -> RefusalError:
    """Give the shape of an execution that was refused: a job without an id (recording 127)."""
    return RefusalError(status, {"job": {"status": 4, "error": error}})


def wrong_key() -> RefusalError:
    """Give the answer to a wrong key, no key, and a query key where it does not belong."""
    return message(404, WRONG_KEY)


def not_found() -> RefusalError:
    """Give the answer for an object that there is not."""
    return message(404, NOT_FOUND)


def server_error() -> RefusalError:
    """Give what many a client's mistake is answered with."""
    return message(500, "Internal Server Error")
