"""Misbehaviour on demand, so that clients can be tested against it, and a log of what was asked."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field


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
        How many requests it meets.
    status : int or None
        Answer with this status instead.
    body : bytes
        And this body.
    headers : mapping
        And these headers.
    delay : float
        Seconds to wait before answering.
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
        """Have the next requests to `path` go wrong; see `Fault`."""
        fault = Fault(path=path, **what)  # type: ignore[arg-type]  # a wrong one is a TypeError
        with self._lock:
            self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Forget those that still wait."""
        with self._lock:
            self._waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Give the fault that meets this request, if there is one."""
        with self._lock:
            for fault in self._waiting:
                if re.search(fault.path, f"{method} {path}"):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._waiting.remove(fault)
                    return fault
        return None
