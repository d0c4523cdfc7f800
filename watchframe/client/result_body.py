"""A result's body, while it arrives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self

import requests
import urllib3.exceptions

from watchframe.client.deadline import Deadline
from watchframe.decode import inflate
from watchframe.errors import TransportError, TransportTimeoutError

CHUNK = 256 * 1024


class ResultBody:
    """The bytes of ``{"query_result": ...}``, inflated; read once, closed by ``with``.

    Attributes
    ----------
    deadline : Deadline
        Over the reading of it.
    server_time : datetime or None
        The server's clock when it answered, UTC (the ``Date`` header).
    from_server_cache : bool
        Whether the server had the result already, so that nothing was run.
    """

    def __init__(
        self,
        response: requests.Response,
        *,
        deadline: Deadline,
        max_bytes: int,
        from_server_cache: bool,
        again: Callable[[], ResultBody],
    ) -> None:
        self.server_time = _date(response)
        self.from_server_cache = from_server_cache
        self._response = response
        self.deadline = deadline
        self._again = again
        self._peeked: list[bytes] = []
        self._inflated = received(response, lambda: self.deadline, max_bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._response.close()

    def __iter__(self) -> Iterator[bytes]:
        """Give the inflated body in chunks.

        Raises
        ------
        TransportError
            It broke off; `reopen` fetches it again.
        DecodeError
            It inflates to more than the setting `max_body_bytes`, or cannot be inflated.
        JobTimeoutError
            The deadline is over.
        """
        while self._peeked:
            yield self._peeked.pop(0)
        yield from self._inflated

    def begins_with(self, pattern: re.Pattern[bytes], *, enough: int) -> bool:
        """Whether `pattern` matches the first `enough` bytes, which are kept for the reading."""
        while sum(map(len, self._peeked)) < enough:
            chunk = next(self._inflated, b"")
            if not chunk:
                break
            self._peeked.append(chunk)
        return pattern.match(b"".join(self._peeked)) is not None

    def read(self) -> bytes:
        """Give the whole body: of an answer that is known to be small."""
        return b"".join(self)

    def unread(self, content: bytes) -> None:
        """Have the reading begin with `content` again."""
        self._peeked.insert(0, content)

    def reopen(self) -> ResultBody:
        """Fetch the same result again; nothing is run for that."""
        self._response.close()
        return self._again()


def received(
    response: requests.Response, deadline: Callable[[], Deadline], max_bytes: int
) -> Iterator[bytes]:
    """Give the inflated body in chunks, as they arrive; the deadline may change meanwhile."""
    encoding = response.headers.get("Content-Encoding")
    return inflate(_received(response, deadline), encoding, max_bytes=max_bytes)


def _received(response: requests.Response, deadline: Callable[[], Deadline]) -> Iterator[bytes]:
    while chunk := _read(response, deadline()):
        yield chunk


def _read(response: requests.Response, deadline: Deadline) -> bytes:
    deadline.remaining()
    try:
        return response.raw.read1(CHUNK, decode_content=False)
    except urllib3.exceptions.ReadTimeoutError:
        raise TransportTimeoutError(
            "The result stopped arriving.", hint="Try again, or raise the setting read_timeout."
        ) from None
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise TransportError(
            f"The result broke off: {type(error).__name__}.", hint="Try again."
        ) from None


def _date(response: requests.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers.get("Date", "")).astimezone(UTC)
    except ValueError:
        return None
