"""How long Tab takes, in `%watch` and in calls: `python tests/benchmarks/completion_wait.py`.

With a server that answers, the same one where each answer takes 150 ms, one that takes connections
and says nothing, and none at all; with Jedi and without. The bound is 600 ms. The share is that of
the cells for which the first Tab offers something.
"""

from __future__ import annotations

import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path

from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import watchframe
from watchframe.demo import DemoServer

CELLS = (
    "%watch ",
    "%watch bor",
    "%watch 1 -p ",
    "%watch 1 -p markets=[WETH, ",
    "%%watch 1\nmin",
    "%%watch --source ",
    "%watch 1 --",
    "read_watch_query('bor",
    "read_watch_query(1, {'",
)
ROUNDS = 10


def milliseconds(shell: InteractiveShell, url: str, key: str) -> tuple[list[float], float]:
    """Time each cell, with a connection of its own each time, so that nothing is known yet."""
    taken, offered = [], 0
    for _ in range(ROUNDS):
        for cell in CELLS:
            with watchframe.connect(url, key, cache_dir=tempfile.mkdtemp(), max_retries=0):
                began = time.perf_counter()
                with provisionalcompleter():
                    found = list(shell.Completer.completions(cell, len(cell)))
                taken.append((time.perf_counter() - began) * 1000)
                offered += any(item.end - item.start < len(item.text) for item in found)
    return taken, offered / len(taken)


def main() -> None:
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    shell.run_line_magic("load_ext", "watchframe")
    with (
        DemoServer(state_dir=Path(tempfile.mkdtemp())) as demo,
        socket.create_server(("127.0.0.1", 0), backlog=1000) as silent,
        socket.create_server(("127.0.0.1", 0)) as closed,
    ):
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
        closed.close()
        servers = {
            "answers": (demo.url, demo.user_key),
            "answers slowly": (demo.url, demo.user_key),
            "says nothing": (f"http://127.0.0.1:{silent.getsockname()[1]}", "key"),
            "is not there": (nobody, "key"),
        }
        for uses_jedi in (True, False):
            shell.Completer.use_jedi = uses_jedi
            for name, (url, key) in servers.items():
                if name == "answers slowly":
                    demo.faults.add("GET ", times=10_000, delay=0.15)
                taken, share = milliseconds(shell, url, key)
                demo.faults.clear()
                sys.stdout.write(
                    f"the server {name}, {'with' if uses_jedi else 'without'} Jedi: median "
                    f"{statistics.median(taken):.1f} ms, longest {max(taken):.1f} ms, offered "
                    f"{share:.0%}\n"
                )


if __name__ == "__main__":
    main()
