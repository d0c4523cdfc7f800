"""Fuzz the decoder: ``python tests/benchmarks/decode_fuzz.py [seconds]``.

Mutates the recorded results and generated ones, and asks both paths. Whatever is not a table and
not a DecodeError, and whatever one path takes and the other refuses or reads otherwise, is written
to ``tests/data/decode_corpus/`` (where the tests find it) and ends the run.
"""

from __future__ import annotations

import json
import random
import sys
import time
from hashlib import sha256
from pathlib import Path

from watchframe.decode import to_frame
from watchframe.decode.exact import decode_exactly
from watchframe.decode.streaming import decode_streaming
from watchframe.errors import DecodeError

DATA = Path(__file__).parents[1] / "data"
CORPUS = DATA / "decode_corpus"
TOKENS = [
    b"}, {", b"]", b"}", b"{", b"[", b'"', b"null", b"NaN", b"-Infinity", b"1e400", b"1.0", b"\\",
    b"\\ud800", b"\xff", b"\xe9", b",", b":", b"true", b'"rows": [', b'"columns": []', b"\x00",
    b"9223372036854775808", b"-0", b"0.1", b" ", b"\n", b"2024-01-01T00:00:00Z", b'{"a": 1}',
]  # fmt: skip


def seeds() -> list[bytes]:
    """Give the recorded results and a larger one of each kind of column."""
    found = []
    for path in sorted((DATA / "wire").glob("*.json")):
        body = json.loads(path.read_text())["response"].get("body")
        if isinstance(body, dict) and "query_result" in body:
            found.append(json.dumps(body).encode())
    rows = [
        {"i": n, "w": n * 10**70, "f": n / 7, "s": f"}}, {{ {n}", "d": "2024-01-02", "j": [n]}
        for n in range(60)
    ]
    types = {"i": "integer", "w": "integer", "f": "float", "s": "string", "d": "date", "j": None}
    columns = [
        {"name": name, "friendly_name": name, "type": type_} for name, type_ in types.items()
    ]
    data = {"columns": columns, "rows": rows}
    return [*found, json.dumps({"query_result": {"id": 1, "data": data}}).encode()]


def mutated(body: bytes, source: random.Random) -> bytes:
    """Give the body with a few changes."""
    changed = bytearray(body)
    for _ in range(source.choice([1, 1, 1, 2, 5])):
        at = source.randrange(len(changed) + 1)
        match source.randrange(5):
            case 0:
                changed[at : at + source.randrange(1, 9)] = b""
            case 1:
                changed[at:at] = source.choice(TOKENS)
            case 2:
                changed[at : at + 1] = bytes([source.randrange(256)])
            case 3:
                del changed[at:]
            case _:
                here = source.randrange(len(changed) + 1)
                changed[at:at] = changed[here : here + source.randrange(40)]
    return bytes(changed)


def outcome(decode) -> tuple[str, object]:
    """Give a table's form and values, or that it was refused; any other error is a finding."""
    try:
        decoded = decode()
    except DecodeError as error:
        return "refused", error.offset is None
    for backend in ("numpy_nullable", "pyarrow"):
        to_frame(decoded.table, dtype_backend=backend)
    return str(decoded.table.schema), decoded.table.num_rows


def main(seconds: float, seed: int) -> int:
    """Fuzz for so long; give 1 if anything was found."""
    source, bodies = random.Random(seed), seeds()
    deadline, runs, refused = time.monotonic() + seconds, 0, 0
    while time.monotonic() < deadline:
        body = mutated(source.choice(bodies), source)
        chunk, block = source.choice([1, 13, 4096]), source.randrange(1, 600)
        chunks = [body[start : start + chunk] for start in range(0, len(body), chunk)]
        try:
            exact = outcome(lambda: decode_exactly(body))  # noqa: B023 - called at once
            fast = outcome(lambda: decode_streaming(chunks, block_size=block))  # noqa: B023 - as above
            agreed = exact[0] == fast[0] and (exact[0] == "refused" or exact == fast)
            trouble = None if agreed else f"{exact} against {fast}"
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            trouble = repr(error)
        runs, refused = runs + 1, refused + (exact[0] == "refused")
        if trouble is not None:
            CORPUS.mkdir(exist_ok=True)
            path = CORPUS / f"{sha256(body).hexdigest()[:16]}.bin"
            path.write_bytes(body)
            sys.stdout.write(f"{path.name}: {trouble}\n")
            return 1
    sys.stdout.write(f"{runs:,} bodies, {refused:,} refused, nothing found\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 600, seed=int(time.time())))
