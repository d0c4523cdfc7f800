"""``watchframe demo``: a server to try things on."""

from __future__ import annotations

import importlib.util
import runpy
import sys

import click

from watchframe.errors import ConfigurationError

#: What the extra ``demo`` brings. The server is started by name: nothing here knows its code.
_NEEDED = ("duckdb", "starlette", "uvicorn", "xlsxwriter")
_MODULE = "watchframe.demo"


@click.command(short_help="Run a server with invented data to try things on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="0 takes a free one."
)
@click.option(
    "--state-dir",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="Where its data lie; a temporary folder by default.",
)
def demo(*, port: int, state_dir: str | None) -> None:
    """Run a Watch server with invented lending data on this machine, until Ctrl-C.

    It prints its address and its key. pip install 'watchframe[demo]' brings what it needs.
    """
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigurationError(
            f"The demo server needs {', '.join(missing)}.",
            hint="pip install 'watchframe[demo]'",
        )
    words = [_MODULE, "--port", str(port)]
    if state_dir is not None:
        words += ["--state-dir", state_dir]
    before, sys.argv = sys.argv, words
    try:
        runpy.run_module(_MODULE, run_name="__main__")
    finally:
        sys.argv = before
