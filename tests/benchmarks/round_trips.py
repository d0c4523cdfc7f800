"""Count and time the round trips of reads: ``python tests/benchmarks/round_trips.py``.

First with a proxy before the demo server that adds 80 ms to each round trip: requests, and the time
by the time of a trip. Then over loopback beside what one would write by hand, `requests` + `json` +
`pd.DataFrame`, in turns, each of a result that the server has: medians, and the quickest. By hand
also with the definition beside it, which tells whether the rows are those of the query as it is:
what reads by two requests cannot be quicker than.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import queue
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Self

import pandas as pd
import requests

from watchframe import Client, read_watch_query, read_watch_sql
from watchframe.demo import DemoServer
from watchframe.errors import CacheMissError

TRIP = 0.08
EVENTS = 12  # the demo's query of 100 rows, with one parameter
BY_KIND, BY_MARKET, TOTALS = 13, 23, 2
SMALLEST = 5_000_000


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description="Count and time round trips.")
    parser.add_argument("--repeat", type=int, default=100, help="reads of each kind over loopback")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve()
        return
    with demo_server() as (url, user_key, query_key):
        warm(url, user_key, options.repeat)
        measure_trips(url, user_key, query_key)
        measure_loopback(url, user_key, options.repeat)


def warm(url: str, key: str, repeat: int) -> None:
    """Have the server run everything that is read below, and import what reads need."""
    with Client(url, key, cache_dir=tempfile.mkdtemp()) as client:
        for number in range(repeat):
            read_watch_query(EVENTS, {"min_usd": SMALLEST + number}, client=client)
        for market in ("WETH", "INV"):
            read_watch_query(BY_MARKET, {"market": market}, client=client)
        for kind in ("deposit", "repay"):
            read_watch_query(BY_KIND, {"kind": kind}, client=client)
        read_watch_query(BY_KIND, client=client)
        read_watch_query(TOTALS, client=client)
        for number in range(2):
            read_watch_sql(f"select {number}", "Lending (DuckDB)", client=client)


def measure_trips(url: str, user_key: str, query_key: str) -> None:
    """Read in every way through a proxy that delays, by a client whose connections are open."""
    with DelayingProxy(url) as proxy:
        for words, key in (("a user's key", user_key), ("a query's key", query_key)):
            say(f"\n{TRIP * 1e3:.0f} ms a round trip, {words:14} requests   trips")
            with Client(proxy.url, key, cache_dir=tempfile.mkdtemp()) as client:
                read = partial(read_watch_query, client=client)
                open_connections(client)
                for name, way in ways(read, client, is_user=key == user_key).items():
                    proxy.requests = 0
                    began = time.perf_counter()
                    way()
                    trips = (time.perf_counter() - began) / TRIP
                    say(f"  {name:45} {proxy.requests:4} {trips:9.2f}")


def ways(
    read: Callable[..., object], client: Client, *, is_user: bool
) -> dict[str, Callable[[], object]]:
    """Return the reads in their order: what one has read, the next ones know."""
    found: dict[str, Callable[[], object]] = {
        "first read": partial(read, BY_KIND, {"kind": "repay"}),
        "known, every value given": partial(read, BY_KIND, {"kind": "deposit"}),
        "known, a default left out": partial(read, BY_KIND),
        "stored, confirmed by the definition": partial(read, BY_KIND, {"kind": "repay"}),
        'hit, max_age="1h"': partial(read, BY_KIND, {"kind": "repay"}, max_age="1h"),
    }
    if is_user:
        found |= {
            "first read, with a dropdown": partial(read, BY_MARKET, {"market": "WETH"}),
            "known, with a dropdown": partial(read, BY_MARKET, {"market": "INV"}),
            "first read, no parameters": partial(read, TOTALS),
            "stored, no parameters": partial(read, TOTALS),
            "SQL, first read, source by name": partial(
                read_watch_sql, "select 0", "Lending (DuckDB)", client=client
            ),
            "SQL, source known": partial(
                read_watch_sql, "select 1", "Lending (DuckDB)", client=client
            ),
        }
    for words in ("first", "known"):
        found[f"{words}, cache=off"] = partial(read, BY_KIND, {"kind": "repay"}, cache="off")
    return found


def open_connections(client: Client) -> None:
    """Open two connections, which are then kept alive, and the cache's index.

    To open a connection is a trip of its own.
    """
    with contextlib.suppress(CacheMissError):
        read_watch_query(BY_KIND, cache="only", client=client)
    threads = [threading.Thread(target=client.queries.get, args=(BY_KIND,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class DelayingProxy:
    """Passes bytes on to the server at once, and back to the client `TRIP` seconds later.

    Attributes
    ----------
    url : str
    requests : int
        How often a client has sent something after it was answered.
    """

    def __init__(self, server: str) -> None:
        host, port = server.removeprefix("http://").split(":")
        self._server = host, int(port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        time.sleep(TRIP)  # the handshake
        _Connection(self, client, socket.create_connection(self._server)).start()


class _Connection:
    """One connection through the proxy."""

    def __init__(self, proxy: DelayingProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        for side in (client, server):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._late: queue.Queue[tuple[float, bytes]] = queue.Queue()
        self._is_answered = True

    def start(self) -> None:
        """Pass on what comes, in threads that end with the connection."""
        for work in (self._pass_on, self._read_back, self._send_back):
            threading.Thread(target=_until_closed, args=(work,), daemon=True).start()

    def _pass_on(self) -> None:
        while data := self._client.recv(1 << 16):
            self._proxy.requests += self._is_answered
            self._is_answered = False
            self._server.sendall(data)
        self._server.close()

    def _read_back(self) -> None:
        data = b"-"
        while data:
            data = self._server.recv(1 << 16)
            self._late.put((time.perf_counter() + TRIP, data))

    def _send_back(self) -> None:
        data = b"-"
        while data:
            due, data = self._late.get()
            time.sleep(max(due - time.perf_counter(), 0))
            self._is_answered = True
            self._client.sendall(data)
        self._client.close()


def _until_closed(work: Callable[[], None]) -> None:
    with contextlib.suppress(OSError):
        work()


def measure_loopback(url: str, key: str, repeat: int) -> None:
    """Read 100 rows that the server has, in turns with what one would write by hand."""
    address, headers = f"{url}/api/queries/{EVENTS}/results", {"Authorization": f"Key {key}"}
    with (
        requests.Session() as session,
        requests.Session() as other,
        ThreadPoolExecutor(1) as others,
        Client(url, key, cache_dir=tempfile.mkdtemp()) as client,
    ):
        read = partial(read_watch_query, EVENTS, client=client)

        def by_hand(sender: requests.Session | object, number: int) -> pd.DataFrame:
            sent = {"parameters": {"min_usd": number}, "max_age": -1}
            answer = sender.post(address, json=sent, headers=headers)  # type: ignore[attr-defined]
            return pd.DataFrame(answer.json()["query_result"]["data"]["rows"])

        def both_by_hand(number: int) -> pd.DataFrame:
            definition = others.submit(other.get, f"{url}/api/queries/{EVENTS}", headers=headers)
            frame = by_hand(session, number)
            definition.result().json()
            return frame

        parts: dict[str, Callable[[int], object]] = {
            "requests.post": partial(by_hand, requests),
            "the same, by a kept Session": partial(by_hand, session),
            "and the definition beside it": both_by_hand,
            "read, known": lambda number: read({"min_usd": number}),
            'read, known, cache="off"': lambda number: read({"min_usd": number}, cache="off"),
            'hit, max_age="1h"': lambda number: read({"min_usd": number}, max_age="1h"),
        }
        taken: dict[str, list[float]] = {name: [] for name in parts}
        read({"min_usd": SMALLEST}, max_age="1h")
        for number in itertools.islice(itertools.count(SMALLEST), 1, repeat):
            for name, part in parts.items():
                began = time.perf_counter()
                part(number)
                taken[name].append(time.perf_counter() - began)
    say(f"\n100 rows over loopback{'':12} median  ratio  quickest  ratio")
    median = statistics.median(taken["requests.post"])
    quickest = min(taken["requests.post"])
    for name, times in taken.items():
        middle, least = statistics.median(times), min(times)
        say(
            f"  {name:29} {middle * 1e3:6.2f} ms {middle / median:5.2f} {least * 1e3:6.2f} ms "
            f"{least / quickest:5.2f}"
        )


@contextlib.contextmanager
def demo_server() -> Iterator[list[str]]:
    """Run a demo server in a process of its own: in this one, the two would take turns."""
    command = [sys.executable, __file__, "--serve"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        yield json.loads(server.stdout.readline())
        server.stdin.close()


def serve() -> None:
    """Serve until standard input ends."""
    with DemoServer() as server:
        say(json.dumps([server.url, server.user_key, server.query_key(BY_KIND)]))
        sys.stdin.read()


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is what the script is for


if __name__ == "__main__":
    main()
