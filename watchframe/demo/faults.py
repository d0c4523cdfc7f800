"""Misbehaviour on demand, so that clients can be tested against it, and the log of requests."""

from __future__ import annotations

import asyncio
import gzip
import re
import threading
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response, StreamingResponse
from uvicorn.protocols.http.h11_impl import H11Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRequest:
    """A request as it came, without its key."""

    method: str
    path: str
    query: str
    body: object


@dataclass(slots=True, kw_only=True)
class Fault:
    """What happens to the next requests that match.

    Attributes
    ----------
    path : str
        A regular expression, searched for in ``"GET /api/queries/1"``.
    times : int
        How many requests go wrong.
    status : int or None
        Answer with this status, `body` and `headers` instead.
    delay : float
        Seconds to wait before answering.
    hold : threading.Event or None
        Wait with the answer until this is set.
    cut_after : int or None
        Break the connection off after so many bytes of the true answer's body.
    chunk : int or None
        Send the body in pieces of so many bytes.
    chunk_delay : float
        Seconds between the pieces.
    close : bool
        Break the connection off without an answer.
    gzip : bool
        Compress the answer, as a proxy may.
    """

    path: str
    times: int = 1
    status: int | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    hold: threading.Event | None = None
    cut_after: int | None = None
    chunk: int | None = None
    chunk_delay: float = 0.0
    close: bool = False
    gzip: bool = False


class Faults:
    """The faults that wait for their request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, path: str, **what: object) -> Fault:
        """Make the next requests to `path` go wrong; see `Fault`."""
        fault = Fault(path=path, **what)  # type: ignore[arg-type]  # a wrong one is a TypeError
        with self._lock:
            self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Forget those that still wait."""
        with self._lock:
            self._waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault that waits for this request, if there is one."""
        with self._lock:
            for fault in self._waiting:
                if re.search(fault.path, f"{method} {path}"):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._waiting.remove(fault)
                    return fault
        return None


class _BrokenConnectionError(Exception):
    """Ends the answering of a request by breaking its connection off."""


def spoiled(response: Response, fault: Fault) -> Response:
    """Return the true answer with what the fault does to it."""
    body = bytes(response.body)
    headers = dict(response.headers)
    if fault.gzip:
        body = gzip.compress(body)
        headers |= {"content-encoding": "gzip", "content-length": str(len(body))}
    end = len(body) if fault.cut_after is None else fault.cut_after
    size = fault.chunk or max(end, 1)

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, end, size):
            yield body[start : min(start + size, end)]
            await asyncio.sleep(fault.chunk_delay)
        if fault.cut_after is not None:
            raise _BrokenConnectionError

    return StreamingResponse(pieces(), response.status_code, headers)


_open: dict[tuple[str, int], asyncio.Transport] = {}


class TrackedProtocol(H11Protocol):
    """HTTP as uvicorn speaks it, with a record of the open connections by their clients."""

    def connection_made(self, transport: Any) -> None:
        """Remember the connection by the address of its other end."""
        super().connection_made(transport)
        self._peer = tuple(transport.get_extra_info("peername"))
        _open[self._peer] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        _open.pop(self._peer, None)
        super().connection_lost(exc)


def break_off(peer: tuple[str, int]) -> None:
    """End the connection from that address at once, with whatever it was sending."""
    transport = _open.get(peer)
    if transport is not None:
        transport.abort()
