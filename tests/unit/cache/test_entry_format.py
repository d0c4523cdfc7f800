import zlib

import pyarrow as pa
import pytest

from watchframe.cache.entry_format import TRAILER_SIZE, open_envelope, seal
from watchframe.errors import CacheFormatError

BODY, HEADER = b"the rows of a result", b"what they are"


def sealed(body: bytes = BODY, header: bytes = HEADER, kind: str = "result") -> bytes:
    end = seal(kind, body_length=len(body), body_crc=zlib.crc32(body), header=header)
    return body + end


def read(data: bytes) -> tuple[str, bytes, bytes]:
    envelope = open_envelope(pa.py_buffer(data))
    return envelope.kind, envelope.header.to_pybytes(), envelope.checked_body().to_pybytes()


@pytest.mark.parametrize("kind", ["result", "document"])
@pytest.mark.parametrize("body", [b"", BODY])
def test_envelope_opened_gives_what_was_sealed(kind, body):
    assert read(sealed(body, kind=kind)) == (kind, HEADER, body)


def test_envelope_flipped_byte_is_refused():
    """Each of its bytes counts, the trailer's own too (but for its padding, which is checked)."""
    whole = sealed()
    for place in range(len(whole)):
        for flip in (0x01, 0x80):
            damaged = bytearray(whole)
            damaged[place] ^= flip
            with pytest.raises(CacheFormatError):
                read(bytes(damaged))


def test_envelope_cut_anywhere_is_refused():
    whole = sealed()
    for length in range(len(whole)):
        with pytest.raises(CacheFormatError):
            read(whole[:length])


@pytest.mark.parametrize("extra", [b"\0", b"x" * TRAILER_SIZE, sealed()])
def test_envelope_with_trailing_bytes_is_refused(extra):
    with pytest.raises(CacheFormatError):
        read(sealed()[:-1] + extra)


def test_envelope_of_another_format_version_says_so():
    whole = bytearray(sealed())
    whole[-TRAILER_SIZE + 8] = 2
    with pytest.raises(CacheFormatError, match="format 2, not 1"):
        read(bytes(whole))
