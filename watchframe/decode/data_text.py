"""Results whose data are a text that holds JSON, as the fork sent them from May to July 2026."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from watchframe.decode.column_plan import parsed
from watchframe.decode.damage import error_of
from watchframe.errors import DecodeError

Result = TypeVar("Result")

#: The beginning of a text, as far as its letters and escapes are whole.
_WHOLE = re.compile(
    rb"(?:[\x00-\x21\x23-\x5b\x5d-\x7f]++|[\x80-\xbf]|[\xc0-\xdf].|[\xe0-\xef]..|[\xf0-\xff]..."
    rb"|\\[^u]|\\u.{4})*+",
    re.DOTALL,
)


class DataText:
    """The chunks of a body with its data themselves in the place of the text that holds them.

    Parameters
    ----------
    start : bytes
        The beginning of the body.
    opening : int
        Where in it the text's opening quote stands, as `find_data_text` returns it.
    chunks : iterable of bytes
        The rest of the body.
    """

    def __init__(self, start: bytes, opening: int, chunks: Iterable[bytes]) -> None:
        self._opening = opening
        self._head = start[:opening]
        self._chunks = itertools.chain([start[opening + 1 :]], chunks)
        #: The end of the text: its offset in the body, and in what was yielded.
        self._end: tuple[int, int] | None = None
        self._raised: DecodeError | None = None

    def read_by(self, decode: Callable[[Iterable[bytes]], Result]) -> Result:
        """Return what `decode` makes of the chunks.

        Raises
        ------
        DecodeError
            Of `decode`, with its offset in the body as it was sent. Within the text that is where
            the text begins.
        """
        try:
            return decode(self)
        except DecodeError as error:
            if error is not self._raised and error.offset is not None:
                raise error.replace(offset=self._place_of(error.offset)) from None
            raise

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield self._head
            yield from self._without_escapes()
            yield from self._chunks
        except DecodeError as error:  # of the body itself: its offset is one of the body
            self._raised = error
            raise

    def _without_escapes(self) -> Iterator[bytes]:
        """Yield the text's own bytes, and what follows it in its last chunk."""
        sent, given, waiting = self._opening + 1, self._opening, b""
        for chunk in self._chunks:
            waiting += chunk
            whole = _WHOLE.match(waiting)
            length = 0 if whole is None else whole.end()
            text = _unescaped(waiting[:length], sent)
            yield text
            sent, given, waiting = sent + length, given + len(text), waiting[length:]
            if waiting.startswith(b'"'):
                self._end = sent + 1, given
                yield waiting[1:]
                return

    def _place_of(self, offset: int) -> int:
        """Return where in the body stands what was yielded at `offset`."""
        if offset < self._opening:
            return offset
        if self._end is not None and offset >= self._end[1]:
            return offset - self._end[1] + self._end[0]
        return self._opening


def _unescaped(text: bytes, offset: int) -> bytes:
    """Return what a part of a JSON text says; `offset` is where it stands in the body."""
    quoted = b'"%b"' % text
    try:
        said: str = parsed(quoted)
    except ValueError as error:
        raise error_of(quoted, error, offset - 1) from None
    # Half a pair of surrogates is an escape in JSON as well; two of them are the pair again.
    return said.encode(errors="backslashreplace")
