"""A body that leaves a copy of itself in a file, so that it is never asked for twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO


class Spooled:
    """The chunks of a body, which are also written to `spool` as they pass.

    Parameters
    ----------
    chunks : iterable of bytes
    spool : binary file
    """

    def __init__(self, chunks: Iterable[bytes], spool: IO[bytes]) -> None:
        self._chunks = iter(chunks)
        self.spool = spool

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.spool.write(chunk)
            yield chunk

    def read(self, start: int, end: int) -> bytes:
        """Give a part of what has passed."""
        here = self.spool.tell()
        self.spool.seek(start)
        part = self.spool.read(end - start)
        self.spool.seek(here)
        return part

    def whole(self) -> bytes:
        """Have the rest pass, and give all of it."""
        for _ in self:
            pass
        return self.read(0, self.spool.tell())
