"""The body of an answer: read as it arrives, inflated, within the deadline."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Callable, Iterable, Iterator

import requests
import urllib3.exceptions

from watchframe.errors import (
    DecodeError,
    IncompleteBodyError,
    JobTimeoutError,
    TransportError,
    TransportTimeoutError,
    WatchframeError,
)
from watchframe.http.adapter import bounded_by
from watchframe.http.deadline import Deadline

#: The most bytes that are received, and that are inflated, at once: a hostile block can grow a
#: thousandfold.
RECEIVED_CHUNK, INFLATED_CHUNK = 256 * 1024, 1 << 20
#: Seconds for the body of an error, or of a page: what matters of it comes with its head.
START_TIMEOUT = 10.0


def iter_body(
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
            raise error.replace(offset=arrived) from None
        raise


def read_start(response: requests.Response, deadline: Deadline, max_bytes: int) -> bytes:
    """Return at most `max_bytes` from the start of a body, inflated.

    It is the body of an error or a page, whose status or type has said what matters. Where it
    breaks off, cannot be inflated or takes longer than `START_TIMEOUT`, what came is returned.

    Raises
    ------
    JobCancelledError
        The deadline was cancelled.
    """
    found = b""
    soon = deadline.at_most(START_TIMEOUT)
    with contextlib.suppress(TransportError, DecodeError, JobTimeoutError):
        for chunk in iter_body(response, lambda: soon, None):
            found += chunk
            if len(found) >= max_bytes:
                break
    return found[:max_bytes]


def _received(response: requests.Response, deadline: Callable[[], Deadline]) -> Iterator[bytes]:
    while chunk := _read(response, deadline()):
        yield chunk


def _read(response: requests.Response, deadline: Deadline) -> bytes:
    deadline.remaining()  # also where the next chunk has arrived already
    failure: Exception
    try:
        with bounded_by(deadline):
            return response.raw.read1(RECEIVED_CHUNK, decode_content=False)
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


def inflate(
    chunks: Iterable[bytes], content_encoding: str | None, *, max_bytes: int | None
) -> Iterator[bytes]:
    """Return the plain bytes of a body, in blocks.

    Parameters
    ----------
    chunks : iterable of bytes
        As they come off the wire.
    content_encoding : str or None
        The header: ``gzip``, ``deflate``, ``identity`` or nothing.
    max_bytes : int or None
        The most plain bytes that there may be; None for any number.

    Raises
    ------
    DecodeError
        The encoding is another one, the data are damaged or cut off, or there are too many bytes.
    """
    encoding = (content_encoding or "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", "deflate"):
        raise DecodeError(
            f"The server's answer is compressed in a way not asked for: {encoding}.", offset=0
        )
    plain = chunks if encoding == "identity" else _inflated(chunks, encoding)
    return _bounded(plain, max_bytes)


def _bounded(plain: Iterable[bytes], max_bytes: int | None) -> Iterator[bytes]:
    seen = 0
    for block in plain:
        seen += len(block)
        if max_bytes is not None and seen > max_bytes:
            raise DecodeError(
                f"The server's answer is larger than {max_bytes:,} bytes.",
                offset=max_bytes,
                hint="Raise the setting max_body_bytes if that is to be expected.",
            )
        yield block


def _inflated(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    member = None
    seen = 0
    try:
        for chunk in chunks:
            seen += len(chunk)
            rest = chunk
            while rest:
                if member is None or member.eof:
                    member = zlib.decompressobj(_window(encoding, rest))
                yield from _blocks(member, rest)
                rest = member.unused_data
    except zlib.error as error:
        raise DecodeError(
            f"The server's answer is damaged: it cannot be inflated ({error}).", offset=seen
        ) from None
    if member is not None and not member.eof:
        raise DecodeError("The server's answer is cut off within its compression.", offset=seen)


def _blocks(member: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    """Yield what `data` inflates to, never more than `INFLATED_CHUNK` at once."""
    while data and not member.eof:
        yield member.decompress(data, INFLATED_CHUNK)
        data = member.unconsumed_tail
    while not member.eof and (block := member.decompress(b"", INFLATED_CHUNK)):
        yield block


def _window(encoding: str, start: bytes) -> int:
    """Return zlib's window bits; what is called deflate comes with and without zlib's header."""
    gzip, zlib_, raw = 31, 15, -15
    if encoding != "deflate":
        return gzip
    return zlib_ if start[0] & 0x0F == 8 else raw  # noqa: PLR2004 - RFC 1950: method 8
