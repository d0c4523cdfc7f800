"""First look: a saved query with parameters, called like a function, gives a typed DataFrame.

    python3 notebooks/quickstart.py

Needs Python 3.11 or newer and nothing else: it makes the project's `.venv` where that is missing,
and starts a demo server on this machine (invented lending data). All that it writes besides goes to
a temporary folder, which it removes: your own cache is not touched.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from environment import ensure_environment

ensure_environment("demo")

import pandas as pd

import watchframe
from watchframe.demo import DemoServer
from watchframe.display import provenance_line

BORROWS_BY_MARKET = 1
PARAMETERS = {
    "markets": ["WETH", "INV"],  # an enum list
    "period": ("2026-01-01", "2026-03-31"),  # a date range
    "min_amount": 10,  # a number
}


def main() -> None:
    """Read the demo's first query twice: from the server, then from the local cache."""
    with TemporaryDirectory() as folder, DemoServer(state_dir=Path(folder, "server")) as demo:
        print(f"A demo server answers on {demo.url}: read its saved query {BORROWS_BY_MARKET}.\n")
        with watchframe.connect(demo.url, demo.user_key, cache_dir=Path(folder, "cache")):
            show(watchframe.read_watch_query(BORROWS_BY_MARKET, PARAMETERS, max_age="1d"))

            print("\nThe same call again:")
            again = watchframe.read_watch_query(BORROWS_BY_MARKET, PARAMETERS, max_age="1d")
            print(origin(again))


def show(frame: pd.DataFrame) -> None:
    """Print a frame's dtypes, its first rows, and where it came from."""
    print(frame.dtypes.to_string(), end="\n\n")
    print(frame.head().to_string(max_colwidth=26), end="\n\n")
    print(origin(frame))


def origin(frame: pd.DataFrame) -> str:
    """Return one line on where a frame came from."""
    return provenance_line(frame.shape, frame.attrs["watchframe"])


if __name__ == "__main__":
    main()
