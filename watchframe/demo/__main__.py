"""``python -m watchframe.demo``: runs the demo server until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import sys

import duckdb

from watchframe.demo.dialects import DIALECTS, NEWEST
from watchframe.demo.server import DemoServer

#: It feeds a shared dashboard's dropdown, and has been run.
HAS_RESULT = 20


def main() -> None:
    """Start the server, say where it is, and serve."""
    parser = argparse.ArgumentParser(prog="python -m watchframe.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (default)")
    parser.add_argument("--state-dir", help="where the data are; a temporary folder by default")
    parser.add_argument(
        "--version",
        choices=DIALECTS,
        default=NEWEST,
        help="whose answers it gives; fork is Inverse Watch's own (default: %(default)s)",
    )
    options = parser.parse_args()
    try:
        server = DemoServer(options.state_dir, options.port, version=options.version)
        server.listen()  # before its address is printed: a reader may connect at once
    except (OSError, OverflowError, duckdb.IOException) as error:  # a port or a folder in use
        sys.exit(f"The demo server cannot start: {error}")
    # Of a query that has a result at the start: without one, scripts that fetch it get a 404.
    key = server.query_key(HAS_RESULT)
    address = f"{server.url}/api/queries/{HAS_RESULT}/results.json?api_key={key}"
    sys.stdout.write(
        f"A Watch demo server with invented lending data answers on {server.url}\n"
        f"  {_setting('WATCHFRAME_URL', server.url)}\n"
        f"  {_setting('WATCHFRAME_API_KEY', server.user_key)}\n"
        "or, with nothing set, in Python:\n"
        f'  watchframe.read_watch_query("{address}")\n'
        "Ctrl-C stops it.\n"
    )
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.stdout.write("stopped\n")


def _setting(name: str, value: str) -> str:
    """Return the command by which a shell sets a variable: PowerShell's on Windows."""
    return f'$env:{name} = "{value}"' if os.name == "nt" else f"export {name}={value}"


if __name__ == "__main__":
    main()
