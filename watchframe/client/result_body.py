"""A result's body: opened, and read while it arrives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Self
from urllib.parse import urlsplit

import requests

from watchframe.http.body import iter_body
from watchframe.http.deadline import Deadline
from watchframe.http.documents import other_object_error, require_json
from watchframe.http.retries import http_date
from watchframe.http.transport import Method, Transport
from watchframe.models import QueryResultInfo


class ResultBody:
    """The bytes of ``{"query_result": ...}``, inflated; read once, closed by ``with``.

    Attributes
    ----------
    deadline : Deadline
        Limits the reading of it.
    server_time : datetime or None
        The server's clock when it answered, UTC (the ``Date`` header).
    from_server_cache : bool
        Whether the server had the result already, so that nothing was run.
    is_of_running_job : bool
        Whether the job was already running when it was asked for: another caller started it.
    running_since : datetime or None
        When it was started, UTC, where the server says so.
    result_id : int or None
        The result that was asked for; None where the server chose it.
    """

    def __init__(
        self,
        response: requests.Response,
        *,
        deadline: Deadline,
        max_bytes: int,
        from_server_cache: bool,
        refetch: Callable[[], ResultBody],
        result_id: int | None = None,
    ) -> None:
        self.server_time = http_date(response.headers.get("Date", ""))
        self.from_server_cache = from_server_cache
        self.is_of_running_job = False
        self.running_since: datetime | None = None
        self.result_id = result_id
        self._response = response
        self.deadline = deadline
        self._refetch = refetch
        self._peeked: list[bytes] = []
        self._inflated = iter_body(response, lambda: self.deadline, max_bytes)

    def __repr__(self) -> str:
        which = "" if self.result_id is None else f" {self.result_id}"
        return f"<ResultBody{which}: bytes that can be read once>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the connection."""
        self._response.close()

    def __iter__(self) -> Iterator[bytes]:
        """Yield the inflated body in chunks.

        Raises
        ------
        TransportError
            It broke off; `reopen` fetches it again.
        DecodeError
            It inflates to more than the setting `max_body_bytes`, or cannot be inflated.
        JobTimeoutError, JobCancelledError
            The deadline is over.
        """
        while self._peeked:
            yield self._peeked.pop(0)
        yield from self._inflated

    def begins_with(self, pattern: re.Pattern[bytes], *, enough: int) -> bool:
        """Return whether `pattern` matches the first `enough` bytes; they are still read later."""
        while sum(map(len, self._peeked)) < enough:
            chunk = next(self._inflated, b"")
            if not chunk:
                break
            self._peeked.append(chunk)
        return pattern.match(b"".join(self._peeked)) is not None

    def read(self) -> bytes:
        """Return the whole body, of an answer that is known to be small."""
        return b"".join(self)

    def unread(self, content: bytes) -> None:
        """Put `content` back: the next reading starts with it."""
        self._peeked.insert(0, content)

    def require_result(self, info: QueryResultInfo) -> None:
        """Raise ProtocolError where what came is another result than was asked for."""
        if self.result_id is not None and info.id is not None and info.id != self.result_id:
            url = urlsplit(self._response.url).path
            raise other_object_error("result", info.id, self.result_id, method="GET", url=url)

    def reopen(self) -> ResultBody:
        """Fetch the same result again; nothing is run for that."""
        self._response.close()
        return self._refetch()


def open_result(
    transport: Transport, result_id: int, *, query_id: int | None, deadline: Deadline
) -> ResultBody:
    """Return a stored result's body; with `query_id` by the path that a query's key may use."""
    return open_body(
        transport,
        "GET",
        result_path(result_id, query_id, "json"),
        deadline,
        refetch=lambda: open_result(transport, result_id, query_id=query_id, deadline=deadline),
        from_server_cache=False,
        result_id=result_id,
    )


def result_path(result_id: int, query_id: int | None, filetype: str) -> str:
    """Return where a stored result is; with `query_id` where a query's key may read it."""
    parent = "/api/query_results" if query_id is None else f"/api/queries/{query_id}/results"
    return f"{parent}/{result_id}.{filetype}"


def open_body(
    transport: Transport,
    method: Method,
    path: str,
    deadline: Deadline,
    *,
    refetch: Callable[[], ResultBody],
    from_server_cache: bool,
    json: object = None,
    result_id: int | None = None,
    answer_deadline: Deadline | None = None,
) -> ResultBody:
    """Return the body of an answer in JSON, still to be read; `refetch` fetches it again.

    `answer_deadline` is that of its reading, where it is another than that of the request.
    """
    response = transport.request(
        method, path, deadline=deadline, json=json, answer_deadline=answer_deadline
    )
    require_json(response, {"method": method, "url": path}, deadline)
    return ResultBody(
        response,
        deadline=answer_deadline or deadline,
        max_bytes=transport.settings.max_body_bytes,
        from_server_cache=from_server_cache,
        refetch=refetch,
        result_id=result_id,
    )
