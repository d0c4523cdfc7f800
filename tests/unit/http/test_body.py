"""Bodies are inflated in bounds; damaged ones are one clear error."""

import gzip
import zlib

import pytest

from watchframe.errors import DecodeError
from watchframe.http.body import inflate

GOOD = b'{"a": 1, "b": "x"}, ' * 80


@pytest.mark.parametrize("size", [1, 10, 10_000])
@pytest.mark.parametrize(
    ("encoding", "compressed"),
    [
        ("gzip", gzip.compress(GOOD, mtime=0)),
        ("gzip", gzip.compress(GOOD[:9], mtime=0) + gzip.compress(GOOD[9:], mtime=0)),
        ("deflate", zlib.compress(GOOD)),
        ("deflate", zlib.compress(GOOD)[2:-4]),
        ("identity", GOOD),
        (None, GOOD),
    ],
)
def test_body_is_inflated(encoding, compressed, size):
    chunks = [compressed[start : start + size] for start in range(0, len(compressed), size)]
    assert b"".join(inflate(chunks, encoding, max_bytes=None)) == GOOD


@pytest.mark.parametrize("body", [gzip.compress(GOOD, mtime=0)[:-9], b"\x1f\x8b\x08junkjunkjunk"])
def test_body_of_damaged_compression_is_a_decode_error(body):
    with pytest.raises(DecodeError, match=r"cut off|damaged"):
        list(inflate([body], "gzip", max_bytes=None))


def test_body_inflated_past_the_bound_is_refused_early():
    bomb = gzip.compress(b" " * 200_000_000)
    received = []
    with pytest.raises(DecodeError, match="larger than 1,000,000 bytes") as caught:
        received.extend(len(block) for block in inflate([bomb], "gzip", max_bytes=1_000_000))
    assert sum(received) <= 1_000_000
    assert "max_body_bytes" in caught.value.hint


def test_body_of_unrequested_encoding_is_refused():
    with pytest.raises(DecodeError, match="br") as caught:
        list(inflate([b""], "br", max_bytes=None))
    assert caught.value.offset == 0
