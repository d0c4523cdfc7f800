"""Fuzz the decoder: ``python tests/benchmarks/decode_fuzz.py [seconds] [--coverage]``.

Mutates the recorded results and generated ones, and asks both paths, the fast one with and without
the compiled reader. Whatever is not a table and
not a DecodeError with an offset, what takes more than a minute, and whatever one path takes and the
other refuses or reads otherwise, is written to ``tests/data/decode_corpus/`` (where the tests find
it) and ends the run. With ``--coverage`` bodies that reach new lines are kept and mutated further
(``pip install atheris``).
"""

from __future__ import annotations

import functools
import json
import random
import signal
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

try:
    import atheris
except ImportError:  # only asked for by --coverage
    from watchframe.decode import blocks, compiled, to_frame
    from watchframe.decode.data_text import DataText
    from watchframe.decode.exact import DecodedResult, decode_exactly
    from watchframe.decode.framing import find_data_text
    from watchframe.decode.streaming import decode_streaming
else:
    with atheris.instrument_imports(include=["watchframe.decode"]):
        from watchframe.decode import blocks, compiled, to_frame
        from watchframe.decode.data_text import DataText
        from watchframe.decode.exact import DecodedResult, decode_exactly
        from watchframe.decode.framing import find_data_text
        from watchframe.decode.streaming import decode_streaming
from watchframe.errors import DecodeError

DATA = Path(__file__).parents[1] / "data"
CORPUS = DATA / "decode_corpus"
#: The compiled reader of rows, and an installation without it.
READERS = (compiled.rows, None)
#: Seconds after which a body counts as one that hangs.
HANG = 60
TOKENS = [
    b"}, {", b"]", b"}", b"{", b"[", b'"', b"null", b"NaN", b"-Infinity", b"1e400", b"1.0", b"\\",
    b"\\ud800", b"\xff", b"\xe9", b",", b":", b"true", b'"rows": [', b'"columns": []', b"\x00",
    b"9223372036854775808", b"-0", b"0.1", b" ", b"\n", b"2024-01-01T00:00:00Z", b'{"a": 1}',
]  # fmt: skip


def seeds() -> list[bytes]:
    """Return the recorded results and a larger one of each kind of column."""
    found = []
    for path in sorted((DATA / "wire").glob("*.json")):
        body = json.loads(path.read_text())["response"].get("body")
        if isinstance(body, dict) and "query_result" in body:
            found.append(json.dumps(body).encode())
    plain = [
        {
            "i": n, "w": n * 10**70, "f": n / 7, "s": f"}}, {{ {n}", "d": "2024-01-02",
            "t": None if n % 3 else "2024-01-02T03:04:05", "b": n % 2 == 0,
            "e": f'"é\\\n{n}\U0001f600',
        }
        for n in range(60)
    ]  # fmt: skip
    nested = [{"i": n, "f": -n / 3, "j": [n], "s": f'"{n}"'} for n in range(60)]
    types = {
        "i": "integer", "w": "integer", "f": "float", "s": "string", "d": "date", "j": None,
        "t": "datetime", "b": "boolean", "e": None,
    }  # fmt: skip
    for rows in (plain, nested, [*plain, *nested]):
        columns = [{"name": key, "friendly_name": key, "type": types[key]} for key in rows[0]]
        for said in (columns, columns[:2]):  # and keys that nobody declares
            data = {"columns": said, "rows": rows}
            found.append(json.dumps({"query_result": {"id": 1, "data": data}}).encode())
        text = json.dumps(dict(reversed(data.items())))
        found.append(json.dumps({"query_result": {"id": 1, "data": text}}).encode())
    return found


def mutated(body: bytes, source: random.Random) -> bytes:
    """Return the body with a few changes."""
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


def outcome(decode) -> list[object] | None:
    """Return a table's form and all its values, or None where it was refused with an offset."""
    try:
        decoded = decode()
    except DecodeError as error:
        if error.offset is None or error.offset < 0:
            raise AssertionError(f"no offset: {error}") from error
        return None
    for backend in ("numpy_nullable", "pyarrow"):
        to_frame(decoded.table, dtype_backend=backend)
    decoded.table.validate(full=True)
    values = []
    for field, column in zip(decoded.table.schema, decoded.table.columns, strict=True):
        found = column.to_pylist()
        if (field.metadata or {}).get(b"watchframe.encoding") == b"json":
            found = [text if text is None else repr(json.loads(text)) for text in found]
        values.append([repr(value) for value in found])
    return [[(f.name, str(f.type), f.metadata) for f in decoded.table.schema], values, decoded.info]


def check(body: bytes) -> bool:
    """Ask both paths; say whether it was refused. Anything but agreement is raised."""
    source = random.Random(body[:4096])
    chunk, block = source.choice([1, 13, 4096]), source.randrange(1, 600)
    blocks.SAMPLE_ROWS = source.choice([1, 10, 100])
    signal.alarm(HANG)
    exact = outcome(lambda: decode_exactly(body))
    for compiled.rows in READERS:
        fast = outcome(lambda: by_blocks(body, chunk, block))
        if exact != fast:
            raise AssertionError(f"{exact} against {fast}, compiled: {compiled.rows}")
    signal.alarm(0)
    return exact is None


def by_blocks(body: bytes, chunk: int, block: int) -> DecodedResult:
    """Decode as `decode_query_result` does with large bodies."""
    opening = find_data_text(body)
    behind = 0 if opening is None else opening + 1
    chunks = [body[start : start + chunk] for start in range(behind, len(body), chunk)]
    decode = functools.partial(decode_streaming, block_size=block)
    if opening is None:
        return decode(chunks)
    return DataText(body[:behind], opening, chunks).read_by(decode)


def keep(body: bytes, error: BaseException) -> None:
    """Write what was found where the tests look for it."""
    CORPUS.mkdir(exist_ok=True)
    path = CORPUS / f"{sha256(body).hexdigest()[:16]}.bin"
    path.write_bytes(body)
    sys.stdout.write(f"{path.name}: {error!r:.600}\n")


def by_chance(seconds: float, seed: int) -> int:
    """Fuzz for so long; give 1 if anything was found."""
    source, bodies = random.Random(seed), seeds()
    deadline, runs, refused = time.monotonic() + seconds, 0, 0
    while time.monotonic() < deadline:
        body = mutated(source.choice(bodies), source)
        try:
            refused += check(body)
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            keep(body, error)
            return 1
        runs += 1
    sys.stdout.write(f"{runs:,} bodies, {refused:,} refused, nothing found\n")
    return 0


def by_coverage(seconds: float, seed: int) -> None:
    """Fuzz for so long with atheris, which keeps what reaches new lines and mutates that."""
    counts = {"runs": 0, "refused": 0}

    def one(body: bytes) -> None:
        try:
            counts["refused"] += check(body)
        except Exception as error:
            keep(body, error)
            raise
        counts["runs"] += 1
        if counts["runs"] % 1000 == 0:
            sys.stdout.write(f"{counts}\n")
            sys.stdout.flush()

    def changed(body: bytes, size: int, number: int) -> bytes:
        source = random.Random(number)
        if source.random() < 0.3:
            body = atheris.Mutate(body, size)
        return mutated(body, source)[:size]

    with tempfile.TemporaryDirectory() as folder:
        for number, body in enumerate(seeds()):
            (Path(folder) / str(number)).write_bytes(body)
        options = [f"-max_total_time={seconds:.0f}", f"-seed={seed}", "-max_len=60000"]
        atheris.Setup([sys.argv[0], *options, folder], one, custom_mutator=changed)
        atheris.Fuzz()


if __name__ == "__main__":
    duration = float(sys.argv[1]) if len(sys.argv) > 1 else 600
    if "--coverage" in sys.argv:
        by_coverage(duration, int(time.time()))
    sys.exit(by_chance(duration, int(time.time())))
