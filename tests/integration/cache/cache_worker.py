"""What the processes of these tests do: ``cache_worker.py <what> <folder> <arguments>``.

A result says itself what it must be: its rows follow from its key and version, which its provenance
repeats. So every process can judge every result, whoever wrote it.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from watchframe.cache import Policy, Provenance, ResultCache, decide
from watchframe.errors import CacheWarning

KEYS = [f"{number:064x}" for number in range(40)]
LARGE = 60_000


def make_table(key: str, version: int) -> pa.Table:
    # Every third key is large enough for a file of its own; its length changes with its version.
    rows = LARGE + version % 1000 if int(key, 16) % 3 == 0 else 1 + version % 50
    return pa.table({"n": pa.array(range(rows)), "version": pa.array([version] * rows)})


def make_provenance(key: str, version: int) -> Provenance:
    now = datetime.now(UTC)
    return Provenance(
        server="s", parameters={"key": key, "version": version}, retrieved_at=now, stored_at=now
    )


def put(cache: ResultCache, key: str, version: int, *, streaming: bool) -> bool:
    table = make_table(key, version)
    if not streaming:
        return cache.put(key, table, make_provenance(key, version))
    with cache.open_writer(key) as writer:
        for batch in table.to_batches(max_chunksize=7_000):
            writer.write(batch)
        return writer.finish(make_provenance(key, version))


def is_right(cache: ResultCache, key: str) -> bool | None:
    """Judge the result under `key`; None where there is none."""
    entry = cache.get(key)
    if entry is None:
        return None
    parameters = entry.provenance.parameters
    expected = make_table(key, parameters["version"])
    return parameters["key"] == key and entry.table.equals(expected)


def is_right_past(cache: ResultCache, key: str) -> int:
    """Judge all results under `key`, each read whole; return how many past ones there are."""
    heads = cache.results_under(key)
    for head in heads:
        entry = cache.get_past(key, head.provenance.retrieved_at)
        assert entry is not None, "a lost past result"
        parameters = entry.provenance.parameters
        assert parameters["key"] == key, "another key's result"
        assert entry.table.equals(make_table(key, parameters["version"])), "other rows"
    return max(len(heads) - 1, 0)


def mixed(cache: ResultCache, seed: str, count: str, may_miss: str) -> None:
    """Read and write at random; every read must give a right result."""
    choose = random.Random(seed)
    for number in range(int(count)):
        key = choose.choice(KEYS)
        if choose.random() < 0.3:
            stored = put(cache, key, choose.randrange(10**6), streaming=choose.random() < 0.5)
            assert stored or may_miss == "True", f"{number}: not stored"
        else:
            right = is_right(cache, key)
            assert right is not False, f"{number}: a wrong result"
            assert right is not None or may_miss == "True", f"{number}: a lost result"


def be_killed(cache: ResultCache, seed: str, count: str, history: str = "") -> None:
    """Fork writers that are killed at random points; say how many left something behind."""
    cache = ResultCache(cache.directory, history=history or None)
    import watchframe.cache.index  # noqa: F401, PLC0415 - once, not in every child

    make_table(KEYS[0], 1)  # likewise: pyarrow loads pandas here
    choose = random.Random(seed)
    for _ in range(int(count)):
        begun, begins = os.pipe()
        child = os.fork()
        if child == 0:
            cache.size()  # opens the index
            os.write(begins, b"x")
            write_for_ever(cache, choose.random())
        os.read(begun, 1)
        time.sleep(choose.random() * 0.04)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(begun)
        os.close(begins)
    print(len(list((cache.directory / "v1").glob("staging/*.part"))))  # noqa: T201 - the test reads it


def put_versions(cache: ResultCache, seed: str, count: str) -> None:
    """Store results under few keys, each of which is kept."""
    cache = ResultCache(cache.directory, history="30d")
    for number in range(int(count)):
        key = KEYS[number % 4]
        assert put(cache, key, int(seed) * 1000 + number, streaming=number % 3 == 0)
        is_right_past(cache, key)


def write_for_ever(cache: ResultCache, seed: float) -> None:
    choose = random.Random(seed)
    while True:
        key = choose.choice(KEYS)
        put(cache, key, choose.randrange(10**6), streaming=choose.random() < 0.7)
        cache.put_document(f"document {key}", [key] * choose.choice([1, 2000]))


def hold(cache: ResultCache, key: str, with_child: str = "") -> None:
    """Take the turn and never give it back."""
    with cache.single_flight(key):
        if with_child and os.fork() == 0:
            os.closerange(0, 3)  # the test waits for the end of what its parent says
            time.sleep(20)
            os._exit(0)
        print("held", flush=True)  # noqa: T201 - likewise
        time.sleep(600)


def fly(cache: ResultCache, key: str, runs: str, start: str) -> None:
    """Ask for one result, as the read pipeline does; note in `runs` when it had to be run."""
    while time.time() < float(start):
        time.sleep(0.001)
    with cache.single_flight(key, timeout=60) as flight:
        entry = cache.get(key)
        decision = decide(
            entry.provenance if entry else None,
            Policy(max_age=60),
            now=datetime.now(UTC),
            waited_since=flight.waited_since,
        )
        if decision.action != "use":
            with Path(runs).open("a") as file:
                file.write("run\n")
            time.sleep(0.3)
            put(cache, key, 7, streaming=True)
    assert is_right(cache, key)


def use_after_fork(cache: ResultCache, count: str) -> None:
    """Use the cache, fork, and use it on both sides at once."""
    put(cache, KEYS[0], 1, streaming=False)
    cache.get(KEYS[0])
    parents = cache._access._index._con
    child = os.fork()
    # SQLite: a connection must not be carried across a fork.
    assert (cache._access._index._con is parents) == (child != 0)
    mixed(cache, f"side {child == 0}", count, "True")
    if child == 0:
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status == 0


def fill(cache: ResultCache, kilobytes: str) -> None:
    """Write until the disk refuses; what was there must stay right, and the rest go on."""
    assert put(cache, KEYS[1], 1, streaming=False)
    too_large = pa.table({"n": pa.array(range(int(kilobytes) * 128))})
    refused = []
    for streaming in (True, False):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            refused.append(store_any(cache, too_large, streaming=streaming))
        messages = [str(w.message) for w in caught if issubclass(w.category, CacheWarning)]
        assert len(messages) == (1 if streaming else 0), messages
    assert refused == [False, False]
    assert is_right(cache, KEYS[1])
    assert not list((cache.directory / "v1").glob("staging/*.part"))
    assert put(cache, KEYS[2], 1, streaming=True)
    assert is_right(cache, KEYS[2])


def store_any(cache: ResultCache, table: pa.Table, *, streaming: bool) -> bool:
    if not streaming:
        return cache.put("f" * 64, table, make_provenance("f", 1))
    with cache.open_writer("f" * 64) as writer:
        for batch in table.to_batches(max_chunksize=5_000):
            writer.write(batch)
        return writer.finish(make_provenance("f", 1), table=table)


def fill_files(cache: ResultCache) -> None:
    """Let the system refuse files beyond 600 kB, as a full disk does."""
    import resource  # noqa: PLC0415 - POSIX only

    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
    fill(cache, "2000")


def use_read_only(cache: ResultCache) -> None:
    """Use a folder on a disk that was made read-only after it had been filled."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert not put(cache, KEYS[1], 2, streaming=False)
        assert is_right(cache, KEYS[0]) is not False
        assert not put(cache, KEYS[0], 2, streaming=True)
        assert not cache.put_document("name", [1])
        with cache.single_flight(KEYS[0], timeout=1):
            pass
        cache.prune()
        cache.entries()
    assert len([w for w in caught if issubclass(w.category, CacheWarning)]) == 1


def read_whole(cache: ResultCache) -> None:
    """Read results that are larger than the disk: whole, with one warning, and again as whole."""
    from watchframe import Client, read_watch_sql  # noqa: PLC0415 - the others need no server
    from watchframe.demo import DemoServer  # noqa: PLC0415

    sql = "select i, i / 7.0 as x from range(300000) as numbers(i)"
    with (
        DemoServer(events=100) as server,
        Client(server.url, server.user_key, cache_dir=cache.directory) as client,
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        for _ in range(2):
            frame = read_watch_sql(sql, "Lending (DuckDB)", client=client)
            assert frame["i"].tolist() == list(range(300_000))
            assert frame.attrs["watchframe"]["source"] != "local cache"
        small = [read_watch_sql("select 1 as x", 1, client=client) for _ in range(2)]
    assert small[1].attrs["watchframe"]["source"] == "local cache"
    messages = [str(w.message) for w in caught if issubclass(w.category, CacheWarning)]
    assert len(messages) == 1, messages
    assert not list((cache.directory / "v1").glob("staging/*.part"))


TASKS: dict[str, Callable[..., None]] = {
    "mixed": mixed,
    "put_versions": put_versions,
    "be_killed": be_killed,
    "hold": hold,
    "fly": fly,
    "use_after_fork": use_after_fork,
    "fill": fill,
    "fill_files": fill_files,
    "use_read_only": use_read_only,
    "read_whole": read_whole,
}

if __name__ == "__main__":
    warnings.simplefilter("error")
    TASKS[sys.argv[1]](ResultCache(sys.argv[2]), *sys.argv[3:])
