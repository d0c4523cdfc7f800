"""A demo server, and a real IPython shell that is connected to it."""

from __future__ import annotations

import time

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

import watchframe
from watchframe.demo import DemoServer

PATIENT = 60


class Shell:
    """Runs cells in a real shell and tells what they showed."""

    def __init__(self, shell):
        self.shell = shell

    @property
    def names(self):
        return self.shell.user_ns

    def run(self, cell):
        """Run a cell as a user does; `.shown` has the texts that it showed, `.errors` stderr's."""
        with capture_output() as captured:
            result = self.shell.run_cell(cell, store_history=True)
        texts = [item.data.get("text/plain", "") for item in captured.outputs]
        result.texts = texts
        result.shown = "\n".join([captured.stdout, *texts])
        result.errors = captured.stderr
        return result

    def value(self, cell):
        """Run a cell that must succeed, and give its value."""
        result = self.run(cell)
        result.raise_error()
        return result.result

    def complete(self, cell):
        """Return the completions at the mark ``|`` of a cell."""
        before = cell[: cell.index("|")]
        with provisionalcompleter():
            found = self.shell.Completer.completions(cell.replace("|", "", 1), len(before))
            return [before[: item.start] + item.text for item in found]

    def offers(self, cell):
        """Return what is offered at the mark ``|`` at the end of a cell, once it answered."""
        typed = cell.replace("|", "")
        end = time.monotonic() + PATIENT
        while (found := self.complete(cell)) == [typed] and time.monotonic() < end:
            pass
        return found


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    with DemoServer(state_dir=tmp_path_factory.mktemp("demo")) as server:
        yield server


@pytest.fixture
def own_home(tmp_path, monkeypatch):
    """A home of its own, without a config file or an IPython profile."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    (tmp_path / "home").mkdir()


@pytest.fixture
def plain_shell(own_home):
    """A shell that has not loaded the extension."""
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    yield Shell(shell)
    shell.restore_sys_module_state()
    InteractiveShell.clear_instance()


@pytest.fixture
def shell(plain_shell, demo, tmp_path):
    """A shell that is connected and has the magic."""
    with watchframe.connect(demo.url, demo.user_key, cache_dir=tmp_path / "cache"):
        plain_shell.run("%load_ext watchframe").raise_error()
        yield plain_shell
