"""Measure a sweep of many small reads: ``python tests/benchmarks/sweep_speed.py [--sets 1000]``.

The demo server runs in a process of its own. Each workload is done three ways:

``serial``  bare requests on one kept connection, one execution after the other: POST, ask after the
            job every 5 ms, fetch the result, parse its JSON
``bare``    the same on four connections at once: what this server gives four callers at best
``sweep``   `read_watch_sweep` with concurrency 4, an empty local cache, ``max_age=0``

The ideal of four at once is a quarter of ``serial``. Beside the seconds stand those of the
processor, of the server and of this process: where they reach the seconds of the clock, a process
is at its limit, and no client can be faster.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from watchframe import Client, read_watch_sweep

CONCURRENCY = 4
POLL = 0.005
SLOW, LARGEST_EVENTS = 50, 12
TARGET = 1.15

ParamSet = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a phase took, in seconds."""

    clock: float
    server: float
    client: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """One query and its parameter sets; no set is ever given twice."""

    words: str
    query: int
    sets: Callable[[int, int], list[ParamSet]]


WORKLOADS = (
    Workload(
        words="an execution of 0.2 s, one row",
        query=SLOW,
        sets=lambda count, turn: [
            {"seconds": 0.2 + (turn * count + n) / 1e9} for n in range(count)
        ],
    ),
    Workload(
        words="an execution of a few ms, up to 100 rows",
        query=LARGEST_EVENTS,
        sets=lambda count, turn: [{"min_usd": 5e6 + turn * count + n} for n in range(count)],
    ),
)


def main() -> None:
    """Print one table for each workload."""
    parser = argparse.ArgumentParser(description="Measure a sweep of many small reads.")
    parser.add_argument("--sets", type=int, default=1000, help="parameter sets of a sweep")
    options = parser.parse_args()
    say(f"Python {platform.python_version()}, {os.cpu_count()} cores, {options.sets} sets")
    for workload in WORKLOADS:
        measure(workload, options.sets)


def measure(workload: Workload, count: int) -> None:
    """Do a workload all three ways, on a server of its own."""
    with demo_server() as (server, url, key), tempfile.TemporaryDirectory() as folder:
        for warm_up in workload.sets(5, 9):
            execute(url, key, workload.query, [warm_up])
        serial = spend(server, lambda: execute(url, key, workload.query, workload.sets(count, 0)))
        bare = spend(
            server, lambda: execute_at_once(url, key, workload.query, workload.sets(count, 1))
        )
        with Client(url, key, cache_dir=Path(folder)) as client:
            sets = workload.sets(count, 2)
            before = peak_memory(anew=True)
            sweep = spend(
                server,
                lambda: read_watch_sweep(
                    workload.query,
                    sets,
                    max_age=0,
                    concurrency=CONCURRENCY,
                    progress=False,
                    client=client,
                ),
            )
            growth = peak_memory() - before
    ideal = serial.clock / CONCURRENCY
    say(f"\n{workload.words}")
    say("| way | s | CPU of the server | CPU of the client | against a quarter of serial |")
    say("| --- | --- | --- | --- | --- |")
    for name, spent in (("serial", serial), ("bare", bare), ("sweep", sweep)):
        say(
            f"| {name} | {spent.clock:.1f} | {spent.server:.1f} | {spent.client:.1f} "
            f"| {spent.clock / ideal:.2f} |"
        )
    say(f"sweep against bare: {sweep.clock / bare.clock:.2f}; target {TARGET} against a quarter")
    say(f"peak memory of the sweep: {growth / 2**20:.1f} MiB above the start")


@contextmanager
def demo_server() -> Iterator[tuple[int, str, str]]:
    """Return the process id, address and key of a demo server."""
    process = subprocess.Popen(
        [sys.executable, "-m", "watchframe.demo"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        said = ""
        while "WATCHFRAME_API_KEY" not in said:
            said += process.stdout.readline()
        url, key = re.findall(r"WATCHFRAME_\w+=(\S+)", said)
        yield process.pid, url, key
    finally:
        process.terminate()
        process.wait()


def execute(url: str, key: str, query: int, sets: Sequence[ParamSet]) -> None:
    """Execute and fetch one after the other, with nothing between us and the server."""
    with requests.Session() as session:
        session.headers["Authorization"] = f"Key {key}"
        for params in sets:
            asked = {"parameters": params, "max_age": 0}
            job = session.post(f"{url}/api/queries/{query}/results", json=asked).json()["job"]
            while job["status"] < 3:
                time.sleep(POLL)
                job = session.get(f"{url}/api/jobs/{job['id']}").json()["job"]
            result = job["query_result_id"]
            session.get(f"{url}/api/query_results/{result}.json").json()["query_result"]


def execute_at_once(url: str, key: str, query: int, sets: Sequence[ParamSet]) -> None:
    """As `execute`, on several connections."""
    parts = [sets[n::CONCURRENCY] for n in range(CONCURRENCY)]
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        list(pool.map(lambda part: execute(url, key, query, part), parts))


def spend(server: int, work: Callable[[], object]) -> Spent:
    """Return what `work` takes."""
    clock, cpu, of_server = time.monotonic(), time.process_time(), cpu_seconds(server)
    work()
    return Spent(
        clock=time.monotonic() - clock,
        client=time.process_time() - cpu,
        server=cpu_seconds(server) - of_server,
    )


def cpu_seconds(process: int) -> float:
    """Return the processor's seconds of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_memory(*, anew: bool = False) -> int:
    """Return the largest resident memory in bytes; `anew` counts from now on."""
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024 if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
