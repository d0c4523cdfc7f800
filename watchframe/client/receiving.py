"""The body of an answer as it arrives, inflated, under the read's deadline."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import requests
import urllib3.exceptions

from watchframe.client.deadline import Deadline
from watchframe.client.http_adapter import bounded_by
from watchframe.decode import inflate
from watchframe.errors import (
    DecodeError,
    IncompleteBodyError,
    JobTimeoutError,
    TransportError,
    TransportTimeoutError,
    WatchframeError,
)

CHUNK = 256 * 1024
#: Seconds for the body of an error, or of a page: what matters of it comes with its head.
LOOK = 10.0


def received(
    response: requests.Response, deadline: Callable[[], Deadline], max_bytes: int | None
) -> Iterator[bytes]:
    """Yield the inflated body in chunks, as they arrive; the deadline may change meanwhile.

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
    except WatchframeError as error:
        response.close()  # nothing more can be read, and the caller may never get to close it
        if isinstance(error, IncompleteBodyError):
            error.offset = arrived
        raise


def _received(response: requests.Response, deadline: Callable[[], Deadline]) -> Iterator[bytes]:
    while chunk := _read(response, deadline()):
        yield chunk


def _read(response: requests.Response, deadline: Deadline) -> bytes:
    deadline.remaining()  # also where what is read has arrived already
    failure: Exception
    try:
        with bounded_by(deadline):
            return response.raw.read1(CHUNK, decode_content=False)
    except urllib3.exceptions.ReadTimeoutError:
        failure = TransportTimeoutError(
            "The answer stopped arriving.", hint="Try again, or raise the setting read_timeout."
        )
    except (urllib3.exceptions.HTTPError, OSError) as error:
        failure = IncompleteBodyError(
            f"The answer broke off: {type(error).__name__}.", hint="Try again."
        )
    # Outside of the handler: an error raised there would carry the lower one as its context.
    deadline.remaining()  # the whole deadline's own error comes first
    raise failure


def beginning(response: requests.Response, deadline: Deadline, max_bytes: int) -> bytes:
    """Return at most `max_bytes` from the start of a body that is only looked at, inflated.

    It is the body of an error or a page, whose status or type has said what matters. Where it
    breaks off, cannot be inflated or takes longer than `LOOK` seconds, what came is returned.

    Raises
    ------
    JobCancelledError
        The deadline was cancelled.
    """
    found = b""
    soon = deadline.at_most(LOOK)
    with contextlib.suppress(TransportError, DecodeError, JobTimeoutError):
        for chunk in received(response, lambda: soon, None):
            found += chunk
            if len(found) >= max_bytes:
                break
    return found[:max_bytes]
