"""Kill processes that append to a file, and look at the file after each: ``append_kills.py 200``.

A process reads the days of a range, one after the other, and writes the file after each. It is
killed at a random moment, and the next one goes on. The file has to be whole at every moment, and
no piece that was in it may be gone.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import watchframe
from watchframe.read import append
from watchframe.read.append_file import FileRows, read_note

FIRST = date(2020, 1, 1)
QUERY = 33
SERVER = """
import sys
from watchframe.demo import DemoServer
with DemoServer() as demo:
    print(demo.url, demo.user_key, flush=True)
    sys.stdin.read()
"""


def append_days(path: Path, days: int) -> None:
    append._EVERY, append._SHARE = 0.0, 0  # the file is written after each piece
    watchframe.read_watch_sweep(
        QUERY,
        {"period": (FIRST, FIRST + timedelta(days=days - 1))},
        split={"period": "1D"},
        append_to=path,
        again=1,
        cache="off",
        concurrency=2,
    )


def killed(path: Path, days: int) -> bool:
    """Append in a process of its own that is killed; return whether it was killed in its work."""
    process = os.fork()
    if not process:
        try:
            append_days(path, days)
        finally:
            os._exit(0)
    time.sleep(random.uniform(0.1, 1.2))
    os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    return os.WIFSIGNALED(status)


def main(count: int) -> None:
    folder = Path(tempfile.mkdtemp())
    path = folder / "rows.parquet"
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    url, key = server.stdout.readline().split()
    watchframe.connect(url, key, cache_dir=folder / "cache")
    before, kills, in_work, left = set(), 0, 0, 0
    days = 6
    while kills < count:
        in_work += killed(path, days)
        kills += 1
        # The next call removes what this one has left: there is never more than one.
        parts = len(list(folder.glob(".rows*.part")))
        assert parts <= 1, parts
        left += parts
        note = read_note(path)
        if note is not None:
            with FileRows(path) as rows:
                table = rows.pieces(note.keys)
            assert table.num_rows == note.rows, (table.num_rows, note.rows)
            assert len(set(note.keys)) == len(note.keys)
            found = {piece.start for piece in note.pieces}
            assert found >= before, before - found
            before = found
            days = max(days, len(found) + 6)
    append_days(path, days)
    whole = watchframe.read_watch_sweep(
        QUERY,
        {"period": (FIRST, FIRST + timedelta(days=days - 1))},
        split={"period": "1D"},
        output="arrow",
        cache="off",
    )
    with FileRows(path) as rows:
        table = rows.pieces(rows.note.keys)
    assert table.equals(whole)
    assert list(folder.glob(".rows*")) == []
    server.communicate("")
    print(  # noqa: T201 - its report
        f"{kills} kills, {in_work} of them at work, {left} while the new file was written; "
        f"{len(before)} days in the file before the last call, {days} after it: all whole"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
