"""Kill processes while they freeze: ``python tests/benchmarks/freeze_kills.py [KILLS]``; POSIX.

Each process freezes a report over and over, into one file, with other reads each time, until it is
killed at a random moment. After each kill the file has to be the whole lock of one of the reports.
What is left of drafts is counted.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from watchframe import Client, freeze, read_watch_query, replay
from watchframe.demo import DemoServer
from watchframe.read.lock_file import parse_lock

KINDS = ("repay", "borrow", "liquidation")
LONGEST = 0.2  # seconds from the first freeze to the kill


def report(client: Client, reads: int) -> None:
    """Read from the local cache."""
    for kind in KINDS[:reads]:
        read_watch_query(13, {"kind": kind}, max_age="1d", client=client)


def freeze_forever(lock: Path, client: Client) -> None:
    """Freeze reports of one read, of two, of three, and so on."""
    number = 0
    while True:
        with freeze(lock):
            report(client, number % len(KINDS) + 1)
        number += 1


def main() -> None:
    """Kill as often as the command line says, and print what was found."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    chance = random.Random(18)
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        lock = Path(name) / "report.lock"
        with (
            DemoServer(events=500) as demo,
            Client(demo.url, demo.user_key, cache_dir=Path(name) / "cache") as client,
        ):
            report(client, len(KINDS))
        for _ in range(kills):
            child = os.fork()
            if not child:
                freeze_forever(lock, client)
            time.sleep(chance.random() * LONGEST)
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            assert os.WTERMSIG(status) == signal.SIGKILL, "it ended by itself"
            if not lock.exists():
                found["no lock yet"] += 1
                continue
            reads = parse_lock(lock.read_bytes(), lock.name).reads
            found[f"whole locks, of {len(reads)} reads"] += 1
        with replay(lock):
            report(client, 1)
        found["drafts left"] = len(list(lock.parent.glob(".*.part")))
    sys.stdout.writelines(f"{words}: {count}\n" for words, count in sorted(found.items()))


if __name__ == "__main__":
    main()
