"""The server's open connections, so that a fault can break one off."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

_open: dict[tuple[str, int], asyncio.Transport] = {}


class TrackedProtocol(H11Protocol):
    """HTTP as uvicorn speaks it, remembering which connection is whose."""

    def connection_made(self, transport: Any) -> None:
        """Remember the connection by the address of its other end."""
        super().connection_made(transport)
        self._peer = tuple(transport.get_extra_info("peername"))
        _open[self._peer] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        _open.pop(self._peer, None)
        super().connection_lost(exc)


def break_off(peer: tuple[str, int]) -> None:
    """End the connection from that address at once, with whatever it was sending."""
    transport = _open.get(peer)
    if transport is not None:
        transport.abort()
