"""HTTP below `requests`, where no wait for a byte outlasts the deadline.

A socket's timeout begins again with every packet. So a server that sends the head of its answer, or
a page of HTML, one byte at a time could hold a read for hours: the timeouts of `requests` and
urllib3 are those of the socket. Here the socket's timeout is set before each single ``recv``, to
what is left of the deadline or to the read timeout, whichever is less. That is done where
`http.client` makes its reader, below TLS, proxies, chunks and compression, and needs no thread.

The deadline is the one of the block `bounded_by` that the reading thread is in, and not one that
the connection remembers: a connection outlives requests, and a body may get another deadline than
its head.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any, TypeVar, cast

import requests
import urllib3
from urllib3.connection import HTTPConnection

from watchframe.http.deadline import NO_DEADLINE, Deadline

#: Bytes of an answer's status line and headers, interim answers included.
MAX_HEAD = 2**18

_deadline: ContextVar[Deadline] = ContextVar("deadline", default=NO_DEADLINE)


@contextlib.contextmanager
def bounded_by(deadline: Deadline) -> Iterator[None]:
    """Have every byte that this thread receives within the block waited for until `deadline`."""
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)


class HandshakeTimeoutError(urllib3.exceptions.ConnectTimeoutError):
    """The server took the connection and then did not answer the TLS handshake."""


class DeadlineAdapter(requests.adapters.HTTPAdapter):
    """The connections of one session; reads are bounded by the deadline in force."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools for direct connections."""
        super().init_poolmanager(*args, **kwargs)
        _bound(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> urllib3.PoolManager:
        """Return the pools for connections by way of `proxy`."""
        is_known = proxy in self.proxy_manager
        manager = cast("urllib3.PoolManager", super().proxy_manager_for(proxy, **kwargs))
        if not is_known:
            _bound(manager)
        return manager


def _bound(manager: urllib3.PoolManager) -> None:
    """Have the pools of `manager`, of whatever kind they are, make bounded connections."""
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
        #: The read timeout: urllib3 has just set it for this answer.
        self._longest_silence = connected.gettimeout()
        self._process = os.getpid()
        self.head_left: int | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if os.getpid() != self._process:
            raise OSError("This answer is being read by the process that this one was forked from.")
        left, silence = _deadline.get().remaining(), self._longest_silence
        if left is not None:
            silence = left if silence is None else min(silence, left)
        self._socket.settimeout(silence)
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
        # http.client passes over 100 only. To take another interim answer, such as 103 with its
        # hints, for the answer would leave the real one to be read as that to the next request.
        while HTTPStatus.SWITCHING_PROTOCOLS < self.status < HTTPStatus.OK:
            self.headers = self.msg = None  # type: ignore[assignment]  # as before the first one
            super().begin()
        self._reader.head_left = None


class _Connection(HTTPConnection):
    """Mixed into the connections of each kind of pool, before their own class."""

    response_class = _Response

    def _new_conn(self) -> socket.socket:
        began = time.monotonic()
        connected = super()._new_conn()
        if isinstance(self.timeout, int | float):
            # The TLS handshake gets what is left of the time to connect, not as much once more.
            connected.settimeout(max(self.timeout - (time.monotonic() - began), 0.001))
        return connected

    def connect(self) -> None:
        try:
            super().connect()
        except TimeoutError:  # not urllib3's, which it raises where there is no TCP connection
            if self.proxy is None:
                raise HandshakeTimeoutError(self, "no TLS handshake") from None
            raise urllib3.exceptions.ConnectTimeoutError(self, "no way by the proxy") from None


T = TypeVar("T")
R = TypeVar("R")

#: Seconds between two looks at whether the deadline was cancelled.
LOOK = 0.2


def uninterrupted(
    work: Callable[[], T],
    then: Callable[[T], R],
    *,
    undo: Callable[[T], None],
    deadline: Deadline,
    grace: float,
) -> R:
    """Return what `then` makes of the answer of `work`.

    An interrupt, or the deadline's end, is raised here as anywhere; but then the answer is still
    waited for, for a few seconds, and handed to `undo`. So a job is not left running because its id
    was on the way when somebody pressed Ctrl-C.

    Parameters
    ----------
    work : callable
        Runs in a thread of its own, which no interrupt reaches.
    then : callable
        Goes on with the answer. It is called from here, so that there is no moment between the two
        at which an interrupt would lose the answer. Its own errors undo nothing.
    undo : callable
        Is given the answer that nobody wants any more.
    deadline : Deadline
        Over `work` alone.
    grace : float
        Seconds for which the answer is still waited for.
    """
    answer: Future[T] = Future()

    def run() -> None:
        try:
            answer.set_result(work())
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            answer.set_exception(error)

    def give_up() -> None:
        wait([answer], timeout=grace)
        if answer.done() and answer.exception() is None:
            undo(answer.result())

    try:
        try:
            threading.Thread(target=run, name="watchframe-ask", daemon=True).start()
            while not wait([answer], timeout=LOOK).done:
                deadline.remaining()
        except Exception:
            give_up()
            raise
        return then(answer.result())
    except Exception:
        raise
    except BaseException:
        give_up()
        raise
