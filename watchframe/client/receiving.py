"""The body of an answer as it arrives, inflated, under the read's deadline."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import requests
import urllib3.exceptions

from watchframe.client.deadline import Deadline
from watchframe.decode import inflate
from watchframe.errors import IncompleteBodyError, TransportTimeoutError

CHUNK = 256 * 1024


def received(
    response: requests.Response, deadline: Callable[[], Deadline], max_bytes: int
) -> Iterator[bytes]:
    """Give the inflated body in chunks, as they arrive; the deadline may change meanwhile.

    Raises
    ------
    IncompleteBodyError
        It broke off.
    TransportTimeoutError
        It stopped arriving.
    DecodeError
        It inflates to more than `max_bytes`, or cannot be inflated.
    JobTimeoutError, JobCancelledError
        The deadline is over.
    """
    encoding = response.headers.get("Content-Encoding")
    arrived = 0
    try:
        for chunk in inflate(_received(response, deadline), encoding, max_bytes=max_bytes):
            arrived += len(chunk)
            yield chunk
    except IncompleteBodyError as error:
        error.offset = arrived
        raise


def _received(response: requests.Response, deadline: Callable[[], Deadline]) -> Iterator[bytes]:
    while chunk := _read(response, deadline()):
        yield chunk


def _read(response: requests.Response, deadline: Deadline) -> bytes:
    left = deadline.remaining()
    if left is not None:
        _wait_at_most(response, left)
    try:
        return response.raw.read1(CHUNK, decode_content=False)
    except urllib3.exceptions.ReadTimeoutError:
        deadline.remaining()  # the whole deadline's own error comes first
        raise TransportTimeoutError(
            "The answer stopped arriving.", hint="Try again, or raise the setting read_timeout."
        ) from None
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise IncompleteBodyError(
            f"The answer broke off: {type(error).__name__}.", hint="Try again."
        ) from None


def _wait_at_most(response: requests.Response, seconds: float) -> None:
    """Have the next bytes waited for no longer than that.

    The timeout with which the request was made is as long as the deadline was then, and it begins
    anew with every packet.
    """
    connection = _socket(response)
    if connection is None:  # all is here already
        return
    timeout = connection.gettimeout()
    if timeout is None or timeout > seconds:
        connection.settimeout(seconds)


def _socket(response: requests.Response) -> socket.socket | None:
    """Give the socket under an answer; after "Connection: close" only its reader has it."""
    connection = getattr(response.raw, "connection", None)
    found: socket.socket | None = getattr(connection, "sock", None)
    if found is None:
        reader = getattr(getattr(response.raw, "_fp", None), "fp", None)
        found = getattr(getattr(reader, "raw", None), "_sock", None)
    return found
