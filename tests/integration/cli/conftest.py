"""The installed command in processes of its own, and the same program in this process."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from watchframe.cli.main import program
from watchframe.client import disconnect
from watchframe.demo import DemoServer

SCRIPT = Path(sys.executable).with_name("watchframe")
# tests/matrix.py runs the sources as they are, where nothing is installed.
COMMAND = [SCRIPT] if SCRIPT.exists() else [sys.executable, "-m", "watchframe"]


class CommandLine:
    """Runs ``watchframe`` as a shell does, with nothing of this machine's settings."""

    def __init__(self, folder, **settings):
        self.folder = folder
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        self.environment = {
            **kept,
            "HOME": str(folder / "home"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "PYTHONWARNINGS": "error",
            **settings,
        }

    def __call__(self, *words, stdin="", **settings):
        """Run a command line to its end, in this process: a new one takes a second to start."""
        names = [name for name in os.environ if name.startswith("WATCHFRAME_")]
        try:
            with contextlib.chdir(self.folder):
                done = CliRunner().invoke(
                    program,
                    list(map(str, words)),
                    input=stdin,
                    env={**dict.fromkeys(names), **self.environment, **settings},
                    prog_name="watchframe",
                )
        finally:
            disconnect()
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)

    def process(self, *words, stdin="", text=True, **settings):
        """Run a command line to its end, in a process of its own."""
        return subprocess.run(
            [*COMMAND, *map(str, words)],
            cwd=self.folder,
            env=self._with(settings),
            input=stdin if text else stdin.encode(),
            capture_output=True,
            text=text,
            timeout=120,
            check=False,
        )

    def start(self, *words, **options):
        """Start a command line; the process is the caller's."""
        settings = options.pop("settings", {})
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [*COMMAND, *map(str, words)],
            cwd=self.folder,
            env=self._with(settings),
            text=True,
            **{**pipes, **options},
        )

    def _with(self, settings):
        """Return the environment with these settings; None takes one away."""
        together = {**self.environment, **settings}
        return {name: value for name, value in together.items() if value is not None}


@pytest.fixture
def run(demo, tmp_path):
    """The command in a process, with the demo server's address and key in its environment."""
    return CommandLine(
        tmp_path,
        WATCHFRAME_URL=demo.url,
        WATCHFRAME_API_KEY=demo.user_key,
        WATCHFRAME_CACHE_DIR=str(tmp_path / "results"),
    )


@pytest.fixture
def own_server():
    """A demo server of this test's own, to change what is saved on it."""
    with DemoServer(events=500) as found:
        yield found


@pytest.fixture
def run_own(own_server, tmp_path):
    """The command in a process, with the address and key of the test's own server."""
    return CommandLine(
        tmp_path,
        WATCHFRAME_URL=own_server.url,
        WATCHFRAME_API_KEY=own_server.user_key,
        WATCHFRAME_CACHE_DIR=str(tmp_path / "results"),
    )


@pytest.fixture
def run_unset(demo, tmp_path):
    """The command in a process that knows no server."""
    return CommandLine(tmp_path)


@pytest.fixture
def invoke(demo, tmp_path, monkeypatch):
    """The program in this process, set up as `run` is."""
    settings = {
        "HOME": str(tmp_path / "home"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "WATCHFRAME_URL": demo.url,
        "WATCHFRAME_API_KEY": demo.user_key,
        "WATCHFRAME_CACHE_DIR": str(tmp_path / "results"),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def invoked(*words, **options):
        return CliRunner().invoke(program, list(map(str, words)), prog_name="watchframe", **options)

    return invoked
