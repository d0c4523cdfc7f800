"""The connections below `requests`, where no wait for a byte outlasts the deadline.

The timeouts of `requests` and urllib3 are those of the socket, which start again with every packet:
a server that sends one byte at a time could hold a read for hours. Here the socket's timeout is set
before each ``recv``, to what is left of the deadline or to the read timeout, whichever is less.
That is done where `http.client` makes its reader, below TLS, proxies, chunks and compression, and
needs no thread.

The deadline is that of the `bounded_by` block that the reading thread is in. A connection does not
remember one, for it outlives requests, and a body may get another deadline than its head.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import os
import socket
import time
from collections.abc import Iterator
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any, cast

import requests
import urllib3
from urllib3.connection import HTTPConnection

from watchframe.http.deadline import NO_DEADLINE, Deadline

#: The most bytes of an answer's status line and headers, interim answers included.
MAX_HEAD = 2**18

_deadline: ContextVar[Deadline] = ContextVar("deadline", default=NO_DEADLINE)


@contextlib.contextmanager
def bounded_by(deadline: Deadline) -> Iterator[None]:
    """Bound by `deadline` every wait for a byte by this thread within the block."""
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)


class HandshakeTimeoutError(urllib3.exceptions.ConnectTimeoutError):
    """The server accepted the connection and then did not answer the TLS handshake."""


class DeadlineAdapter(requests.adapters.HTTPAdapter):
    """The connections of one session; reads are bounded by the deadline in force."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Create the pools for direct connections."""
        super().init_poolmanager(*args, **kwargs)
        _bound(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> urllib3.PoolManager:
        """Return the pools for connections through `proxy`."""
        is_known = proxy in self.proxy_manager
        manager = cast("urllib3.PoolManager", super().proxy_manager_for(proxy, **kwargs))
        if not is_known:
            _bound(manager)
        return manager


def _bound(manager: urllib3.PoolManager) -> None:
    """Make the pools of `manager`, of whatever kind they are, create bounded connections."""
    pools: dict[str, Any] = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {
        scheme: type(
            pool.__name__,
            (pool,),
            {"ConnectionCls": type("Connection", (_Connection, pool.ConnectionCls), {})},
        )
        for scheme, pool in pools.items()
    }


class _Reader(io.RawIOBase):
    """A connection's bytes, each waited for within the limits."""

    def __init__(self, raw: io.RawIOBase, connected: socket.socket) -> None:
        self._raw = raw
        self._socket = connected
        # urllib3 has just set it for this answer.
        self._read_timeout = connected.gettimeout()
        self._process = os.getpid()
        self.head_left: int | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if os.getpid() != self._process:
            raise OSError("This answer belongs to the process that this one was forked from.")
        left, timeout = _deadline.get().remaining(), self._read_timeout
        if left is not None:
            timeout = left if timeout is None else min(timeout, left)
        self._socket.settimeout(timeout)
        count = self._raw.readinto(buffer)
        if self.head_left is not None:
            self.head_left -= count or 0
            if self.head_left < 0:
                raise http.client.LineTooLong("head")
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self._reader = _Reader(self.fp.detach(), sock)
        self.fp = io.BufferedReader(self._reader)

    def begin(self) -> None:
        self._reader.head_left = MAX_HEAD
        super().begin()
        # http.client skips only status 100. If another interim answer, such as 103, were taken for
        # the answer, the real one would be read as the answer to the next request.
        while HTTPStatus.SWITCHING_PROTOCOLS < self.status < HTTPStatus.OK:
            self.headers = self.msg = None  # type: ignore[assignment]  # as before the first one
            super().begin()
        self._reader.head_left = None


class _Connection(HTTPConnection):
    """A mixin for the connections of each kind of pool, before their own class."""

    response_class = _Response

    def _new_conn(self) -> socket.socket:
        began = time.monotonic()
        connected = super()._new_conn()
        if isinstance(self.timeout, int | float):
            # The TLS handshake gets what is left of the time to connect, not as much again.
            connected.settimeout(max(self.timeout - (time.monotonic() - began), 0.001))
        return connected

    def connect(self) -> None:
        try:
            super().connect()
        except TimeoutError:  # not urllib3's, which it raises where there is no TCP connection
            if self.proxy is None:
                raise HandshakeTimeoutError(self, "no TLS handshake") from None
            raise urllib3.exceptions.ConnectTimeoutError(self, "no way by the proxy") from None
