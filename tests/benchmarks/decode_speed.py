"""Measure decoding: ``python tests/benchmarks/decode_speed.py [shape ...] [--repeat 5]``.

A process of its own serves the bodies over loopback, as they would stand in the server's cache.
Each way of reading runs in a process of its own, in turns; a number is the median of `--repeat`.
Wall time is that of the second read (the first one imports and warms up, on a result of ten rows);
for the small results, the median of many reads. Peak memory is the highest resident size during
the read, less that before it (Linux: `VmHWM`, reset by `/proc/self/clear_refs`).
"""

from __future__ import annotations

import argparse
import functools
import http.server
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import requests
from decode_shapes import QUERY, SHAPES

from watchframe import Client, read_watch_query
from watchframe.decode import decode_query_result, to_frame

WAYS = ("ours", "ours_nullable", "whole_read", "today", "read_csv")
SMALL_ROWS, SMALL_READS = 1000, 200
NAMES = list(SHAPES)


def ours(server: str, name: str, backend: str = "pyarrow") -> pd.DataFrame:
    """Read as this library does: stream, decode, make a frame."""
    with _client(server).query_results.open(NAMES.index(name) + 1) as body:
        return to_frame(decode_query_result(body).table, dtype_backend=backend)


@functools.cache
def _client(server: str) -> Client:
    """Return the one connection of this process, as the library's functions keep one."""
    return Client(server, "key")


def ours_nullable(server: str, name: str) -> pd.DataFrame:
    """Read as this library does by default."""
    return ours(server, name, "numpy_nullable")


def whole_read(server: str, name: str) -> pd.DataFrame:
    """Read as people call this library: with the query's definition, all checks, default types."""
    return read_watch_query(NAMES.index(name) + 1, cache="off", client=_client(server))


def today(server: str, name: str) -> pd.DataFrame:
    """Read as people write it by hand."""
    url = f"{server}/api/query_results/{NAMES.index(name) + 1}.json"
    response = requests.get(url, headers={"Authorization": "Key key"}, timeout=60)
    data = response.json()["query_result"]["data"]
    frame = pd.DataFrame(data["rows"], columns=[column["name"] for column in data["columns"]])
    for column in data["columns"]:
        if column["type"] in ("datetime", "date"):
            frame[column["name"]] = pd.to_datetime(frame[column["name"]])
    return frame


def read_csv(server: str, name: str) -> pd.DataFrame:
    """Read the ``.csv`` that the server also offers."""
    url = f"{server}/api/query_results/{NAMES.index(name) + 1}.csv"
    response = requests.get(url, headers={"Authorization": "Key key"}, timeout=60)
    return pd.read_csv(io.BytesIO(response.content))


def main() -> None:
    """Print a table: wall time, speed and peak memory of each way, and the ratios."""
    parser = argparse.ArgumentParser(description="Measure decoding.")
    parser.add_argument("shapes", nargs="*", default=NAMES, metavar="shape", help=str(NAMES))
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        sys.stdout.write(json.dumps(measured(*options.measure)))
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in {*options.shapes, "rows_10"}:
            SHAPES[name].write(Path(folder), name)
        server = subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(Path(__file__).parent), folder],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
            for name in options.shapes:
                report(url, Path(folder), name, options.repeat)
        finally:
            server.kill()


def report(server: str, folder: Path, name: str, repeat: int) -> None:
    """Measure one shape in all ways, in turns, and print its rows."""
    size = (folder / f"{name}.json").stat().st_size
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(repeat):
        for way in WAYS:
            runs[way].append(_in_its_own_process(way, server, name))
    middle = {
        way: {fact: statistics.median(run[fact] for run in found) for fact in found[0]}
        for way, found in runs.items()
    }
    sys.stdout.write(f"\n{SHAPES[name].title}: {size / 1e6:.2f} MB\n\n")
    sys.stdout.write("| way | ms | MB/s | today / this | peak / body | frame / body |\n")
    sys.stdout.write("| --- | --- | --- | --- | --- | --- |\n")
    for way, run in middle.items():
        sys.stdout.write(
            f"| {way} | {run['seconds'] * 1e3:.1f} | {size / run['seconds'] / 1e6:.0f} "
            f"| {middle['today']['seconds'] / run['seconds']:.2f} "
            f"| {run['peak'] / size:.2f} | {run['frame'] / size:.2f} |\n"
        )
    sys.stdout.flush()


def measured(way: str, server: str, name: str) -> dict[str, float]:
    """Return what one way takes for one shape, in this process."""
    read: Callable[[str, str], pd.DataFrame] = globals()[way]
    read(server, "rows_10")
    times = []
    reads = SMALL_READS if SHAPES[name].rows <= SMALL_ROWS else 1
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    for _ in range(reads):
        started = time.perf_counter()
        frame = read(server, name)
        times.append(time.perf_counter() - started)
    peak = _memory("VmHWM") - before
    if len(frame) != SHAPES[name].rows:
        raise AssertionError(f"{way} gave {len(frame)} rows")
    return {
        "seconds": statistics.median(times),
        "peak": peak,
        "frame": float(frame.memory_usage(deep=way != "ours").sum()),
    }


def serve(folder: Path) -> None:
    """Serve the bodies; say the port on the standard output."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            number, _, kind = self.path.rpartition("/")[2].partition(".")
            if "/queries/" in self.path:
                self._send_definition(int(number))
                return
            path = folder / f"{NAMES[int(number) - 1]}.{kind or 'json'}"
            size = path.stat().st_size
            head = "HTTP/1.1 200 OK\r\nContent-Type: "
            head += "text/csv" if kind == "csv" else "application/json"
            self.wfile.write(f"{head}\r\nContent-Length: {size}\r\n\r\n".encode())
            with path.open("rb") as file:
                self.connection.sendfile(file)

        def _send_definition(self, number: int) -> None:
            definition = {"id": number, "name": NAMES[number - 1], "query": QUERY, "options": {}}
            body = json.dumps(definition)
            head = (
                f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
            )
            self.wfile.write(f"{head}\r\n\r\n{body}".encode())

        def do_POST(self) -> None:
            """Answer an execution with the result that the server's cache holds."""
            self.rfile.read(int(self.headers["Content-Length"]))
            number = self.path.split("/")[3]
            self.path = f"/api/query_results/{number}.json"
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


_SERVE = """
import sys; sys.path.insert(0, sys.argv[1])
from pathlib import Path; from decode_speed import serve; serve(Path(sys.argv[2]))
"""


def _in_its_own_process(way: str, server: str, name: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, "--measure", way, server, name],
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(json.loads(done.stdout))


def _memory(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise AssertionError(field)


if __name__ == "__main__":
    main()
