"""A compressed body, inflated while it arrives, within a bound."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from watchframe.errors import DecodeError

#: Bytes that are inflated at once: a hostile block can grow a thousandfold.
BLOCK = 1 << 20

_GZIP, _ZLIB, _RAW = 31, 15, -15


def inflate(
    chunks: Iterable[bytes], content_encoding: str | None, *, max_bytes: int | None
) -> Iterator[bytes]:
    """Give the plain bytes of a body.

    Parameters
    ----------
    chunks : iterable of bytes
        As they come off the wire.
    content_encoding : str or None
        The header: ``gzip``, ``deflate``, ``identity`` or nothing.
    max_bytes : int or None
        How many plain bytes there may be; None for any number.

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
    """Give what `data` inflates to, never more than a block at once."""
    while data and not member.eof:
        yield member.decompress(data, BLOCK)
        data = member.unconsumed_tail
    while not member.eof and (block := member.decompress(b"", BLOCK)):
        yield block


def _window(encoding: str, start: bytes) -> int:
    """Give zlib's window bits; what is called deflate comes with and without zlib's header."""
    if encoding != "deflate":
        return _GZIP
    return _ZLIB if start[0] & 0x0F == 8 else _RAW  # noqa: PLR2004 - RFC 1950: method 8
