"""Measure the local cache: ``python tests/benchmarks/cache_speed.py [--rows 1000000]``.

Every number stands beside what one would do without the cache, taken in the same run, in turns; a
number is the median of several. Two baselines: a whole read from the demo server's own cache over
loopback, and decoding the server's answer from memory, without server and network.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from watchframe import Client, read_watch_query, read_watch_sql
from watchframe.cache import (
    KeyParts,
    Policy,
    Provenance,
    ResultCache,
    ServerState,
    cache_key,
    decide,
)
from watchframe.cache.index import EntryIndex
from watchframe.decode import decode_query_result, to_frame
from watchframe.demo import DemoServer

CHUNK = 1 << 20
LARGEST_EVENTS = 12  # the demo's query of 100 rows
LARGE_SQL = """
select i as id, timestamp '2024-01-01' + to_seconds(i * 12) as block_time, i / 7.0 as amount,
       i % 1000 / 100.0 as price, ['WETH', 'USDC', 'DAI', 'WBTC'][i % 4 + 1] as market
from range({rows}) as numbers(i)
"""
SEED = 20261124


def main() -> None:
    """Print the tables of docs/explanation/performance.md, and more."""
    parser = argparse.ArgumentParser(description="Measure the local cache.")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the large result")
    parser.add_argument("--repeat", type=int, default=5, help="times that each thing is done")
    parser.add_argument("--reads", action="store_true", help="only whole reads")
    parser.add_argument("--peak", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve()
        return
    if options.peak:
        say(json.dumps(peak_of_hit(options.peak)))
        return
    say(f"Python {platform.python_version()}, pandas {pd.__version__}, pyarrow {pa.__version__}")
    with tempfile.TemporaryDirectory() as folder:
        measure_reads(Path(folder, "reads"), options.rows, options.repeat)
        if options.reads:
            return
        measure_small(Path(folder, "small"), options.repeat * 40)
        measure_large(Path(folder, "large"), options.rows, options.repeat)
        measure_compression(Path(folder), options.rows, options.repeat)


def measure_reads(folder: Path, rows: int, repeat: int) -> None:
    """Whole reads through the public functions, with a demo server in a process of its own."""
    with demo_server() as (url, key), Client(url, key, cache_dir=folder) as client:
        small = partial(read_watch_query, LARGEST_EVENTS, client=client)
        say(f"whole reads of {small().shape[0]} rows")
        parts: dict[str, Callable[[], object]] = {
            "server's cache": lambda: small(cache="off"),
            "hit, after one request": small,
            "hit": lambda: small(max_age="1h"),
            "hit, pyarrow": lambda: small(max_age="1h", dtype_backend="pyarrow"),
        }
        report(parts, repeat * 40, base="server's cache")
        report_storing(small, folder, repeat * 40)
        measure_large_reads(client, folder, rows, repeat)


def measure_large_reads(client: Client, folder: Path, rows: int, repeat: int) -> None:
    """The large result; beside it, the same frame from a Parquet file."""
    large = partial(
        read_watch_sql,
        LARGE_SQL.format(rows=rows),
        "Lending (DuckDB)",
        client=client,
        dtype_backend="pyarrow",
    )
    frame = large()
    say(f"whole reads of {frame.shape[0]:,} rows, pyarrow")
    parquet = folder.with_suffix(".parquet")
    frame.to_parquet(parquet)
    del frame
    parts: dict[str, Callable[[], object]] = {
        "server's cache": lambda: large(cache="off"),
        "hit": large,
        "hit, and read every value": lambda: touch(large()),
        "pd.read_parquet": lambda: pd.read_parquet(parquet, dtype_backend="pyarrow"),
    }
    report(parts, repeat, base="server's cache")
    report_storing(large, folder, repeat)


def report_storing(read: Callable[..., object], folder: Path, repeat: int) -> None:
    """What storing adds to a read whose result the server has: each after the same preparation."""
    with ResultCache(folder) as other:

        def after_drop(**options: str) -> float:
            drop_all(other)
            return seconds_of(partial(read, **options))

        parts: dict[str, Callable[[], object]] = {
            "read, not stored": lambda: after_drop(cache="off"),
            "read, stored": after_drop,
        }
        report(parts, repeat, base="read, not stored")


def drop_all(cache: ResultCache) -> None:
    """Take away the results, and nothing else: `clear` would also give the disk its space back."""
    for key in cache.entries()["key"]:
        cache._access.attempt(partial(EntryIndex.drop_key, key=key), otherwise=False)


def seconds_of(part: Callable[[], object]) -> float:
    start = time.perf_counter()
    part()
    return time.perf_counter() - start


@contextlib.contextmanager
def demo_server() -> Iterator[list[str]]:
    """Run a demo server in a process of its own: in this one, the two would take turns."""
    command = [sys.executable, __file__, "--serve"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        yield server.stdout.readline().split()
        server.stdin.close()


def serve() -> None:
    """Serve until standard input ends."""
    with DemoServer() as server:
        say(f"{server.url} {server.user_key}")
        sys.stdin.read()


def measure_small(folder: Path, repeat: int) -> None:
    """A hit of 100 rows against decoding them, and what it is made of."""
    body = make_body(100)
    table = decode(body).table
    with ResultCache(folder) as cache:
        key = make_key(cache)
        cache.put(key, table, make_provenance())
        parts = {
            "100 rows: decode again": lambda: to_frame(decode(body).table),
            "100 rows: hit": lambda: to_frame(hit(cache)),
            "  of which: key": lambda: make_key(cache),
            "  of which: look up, check": lambda: cache.get(key),
            "  of which: table to frame": lambda: to_frame(table),
            "100 rows: store": lambda: cache.put(key, table, make_provenance()),
        }
        report(parts, repeat, base="100 rows: decode again")


def measure_large(folder: Path, rows: int, repeat: int) -> None:
    """A hit of a large result against decoding it and against Parquet; storing it; its memory."""
    body = make_body(rows)
    table = decode(body).table
    say(f"\n{rows:,} x 5: body {len(body) / 1e6:.0f} MB, table {table.nbytes / 1e6:.0f} MB")
    parquet = folder.with_suffix(".parquet")
    arrow_frame(table).to_parquet(parquet)
    with ResultCache(folder) as cache:
        key = make_key(cache)

        def store_while_decoding() -> None:
            with cache.open_writer(key) as writer:
                done = decode(body, writer.write)
                writer.finish(make_provenance(), table=done.table)

        store_while_decoding()
        parts = {
            "decode again": lambda: arrow_frame(decode(body).table),
            "decode and store": store_while_decoding,
            "store alone": lambda: cache.put(key, table, make_provenance()),
            "hit": lambda: arrow_frame(hit(cache)),
            "hit, and read every value": lambda: touch(arrow_frame(hit(cache))),
            "pd.read_parquet": lambda: pd.read_parquet(parquet, dtype_backend="pyarrow"),
        }
        report(parts, repeat, base="decode again")
    command = [sys.executable, __file__, "--peak", str(folder)]
    peak = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    say(
        f"memory of a hit whose every value is read: {peak['grown'] / 1e6:.0f} MB, "
        f"{peak['grown'] / table.nbytes:.2f} times the table; "
        f"of it not shared with other processes: {peak['own'] / 1e6:.0f} MB"
    )


def measure_compression(folder: Path, rows: int, repeat: int) -> None:
    """What compressing the rows would cost and save."""
    table = decode(make_body(rows)).table
    say("\ncompression: write, read, size")
    for compression in (None, "lz4", "zstd"):
        path = folder / f"{compression}.arrow"
        times = take_turns(
            {
                "write": lambda path=path, how=compression: write_arrow(table, path, how),
                "read": lambda path=path: touch(arrow_frame(read_arrow(path))),
            },
            repeat,
        )
        say(
            f"{compression or 'none':6} {times['write'] * 1e3:8.1f} ms {times['read'] * 1e3:8.1f}"
            f" ms {path.stat().st_size / 1e6:8.1f} MB"
        )


def hit(cache: ResultCache) -> pa.Table:
    """Do all that a read does when the cache answers."""
    entry = cache.get(make_key(cache))
    state = ServerState(latest_result_id=7, tells_latest=False)
    provenance = entry and entry.provenance
    decision = decide(provenance, Policy(max_age=3600), now=datetime.now(UTC), server_state=state)
    if entry is None or decision.action != "use":
        raise SystemExit(f"This was to be a hit: {decision}")
    return entry.table


def peak_of_hit(folder: Path) -> dict[str, int]:
    """Return how much memory a process needs that takes the large result and reads every value."""
    touch(arrow_frame(pa.table({"n": [1], "text": ["x"]})))
    with ResultCache(folder) as cache:
        make_key(cache)
        before, own_before = memory("VmRSS"), memory("RssAnon")
        frame = arrow_frame(hit(cache))
        touch(frame)
        grown = memory("VmHWM") - before
        return {"grown": grown, "own": memory("RssAnon") - own_before}


def memory(what: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1]) * 1024
    raise SystemExit("The memory of a process is read from /proc, as Linux has it.")


def touch(frame: pd.DataFrame) -> None:
    """Read every value, without making new ones."""
    for name in frame.columns:
        for chunk in frame[name].array._pa_array.chunks:
            for buffer in chunk.buffers():
                if buffer is not None:
                    np.frombuffer(buffer, np.uint8).max(initial=0)


def arrow_frame(table: pa.Table) -> pd.DataFrame:
    return to_frame(table, dtype_backend="pyarrow")


def decode(body: bytes, on_batch: Callable[[pa.RecordBatch], None] | None = None):
    chunks = (body[start : start + CHUNK] for start in range(0, len(body), CHUNK))
    return decode_query_result(chunks, on_batch=on_batch)


def make_body(rows: int) -> bytes:
    """Return what the server would answer: lending events."""
    chance = np.random.default_rng(SEED)
    times = np.datetime64("2024-01-01", "ms") + np.arange(rows) * np.timedelta64(12_345, "ms")
    frame = pd.DataFrame(
        {
            "id": np.arange(rows),
            "block_time": np.datetime_as_string(times, unit="ms"),
            "amount": chance.random(rows) * 1e6,
            "price": chance.integers(1, 10**6, rows) / 100,
            "market": np.array(["WETH", "USDC", "DAI", "WBTC"])[chance.integers(0, 4, rows)],
        }
    )
    types = ["integer", "datetime", "float", "float", "string"]
    columns = [
        {"name": name, "friendly_name": name, "type": kind}
        for name, kind in zip(frame.columns, types, strict=True)
    ]
    buffer = io.StringIO()
    buffer.write('{"query_result": {"id": 7, "query": "select 1", "data": {"columns": ')
    buffer.write(json.dumps(columns) + ', "rows": ')
    buffer.write(frame.to_json(orient="records", double_precision=15).replace("},{", "}, {"))
    buffer.write('}, "data_source_id": 1, "runtime": 0.1, "retrieved_at": ')
    buffer.write(json.dumps(datetime.now(UTC).isoformat()) + "}}")
    return buffer.getvalue().encode()


def make_key(cache: ResultCache) -> str:
    return cache_key(
        KeyParts(
            server="https://watch.example",
            principal=cache.principal("a key"),
            query_id=42,
            data_source_id=1,
            text_hash="ab" * 32,
            parameters={"market": ["WETH", "DAI"], "period": {"start": "2024-01-01", "end": "x"}},
        )
    )


def make_provenance() -> Provenance:
    now = datetime.now(UTC)
    return Provenance(
        server="https://watch.example",
        parameters={"market": ["WETH", "DAI"], "period": {"start": "2024-01-01", "end": "x"}},
        retrieved_at=now,
        stored_at=now,
        query_id=42,
        query_result_id=7,
        query_text="select * from borrows where market in ('WETH', 'DAI')",
    )


def write_arrow(table: pa.Table, path: Path, compression: str | None) -> None:
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with pa.ipc.new_stream(str(path), table.schema, options=options) as stream:
        stream.write_table(table)


def read_arrow(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_stream(file).read_all()


def take_turns(parts: dict[str, Callable[[], object]], repeat: int) -> dict[str, float]:
    """Return the median seconds of each; in turns, so that a busy moment strikes all alike.

    A part that gives a number has measured itself.
    """
    taken: dict[str, list[float]] = {name: [] for name in parts}
    for _ in range(repeat):
        for name, part in parts.items():
            start = time.perf_counter()
            own = part()
            taken[name].append(own if isinstance(own, float) else time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in taken.items()}


def report(parts: dict[str, Callable[[], object]], repeat: int, *, base: str) -> None:
    times = take_turns(parts, repeat)
    for name, seconds in times.items():
        say(f"{name:28} {seconds * 1e3:10.2f} ms   {times[base] / seconds:8.1f} x")


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is what the script is for


if __name__ == "__main__":
    main()
