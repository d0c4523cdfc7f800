"""How long Tab takes in a `%watch` line: `python tests/benchmarks/completion_wait.py`.

With a server that answers, one that takes connections and says nothing, and none at all; with Jedi
and without. The bound is 200 ms.
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
)
ROUNDS = 10


def milliseconds(shell: InteractiveShell, url: str, key: str) -> list[float]:
    """Time each cell, with a connection of its own each round, so that nothing is known yet."""
    taken = []
    for _ in range(ROUNDS):
        with watchframe.connect(url, key, cache_dir=tempfile.mkdtemp(), max_retries=0):
            for cell in CELLS:
                began = time.perf_counter()
                with provisionalcompleter():
                    list(shell.Completer.completions(cell, len(cell)))
                taken.append((time.perf_counter() - began) * 1000)
    return taken


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
            "says nothing": (f"http://127.0.0.1:{silent.getsockname()[1]}", "key"),
            "is not there": (nobody, "key"),
        }
        for uses_jedi in (True, False):
            shell.Completer.use_jedi = uses_jedi
            for name, (url, key) in servers.items():
                taken = milliseconds(shell, url, key)
                sys.stdout.write(
                    f"the server {name}, {'with' if uses_jedi else 'without'} Jedi: median "
                    f"{statistics.median(taken):.1f} ms, longest {max(taken):.1f} ms\n"
                )


if __name__ == "__main__":
    main()
