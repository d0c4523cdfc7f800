"""What runs the blocks of a page: a demo server of its own, an IPython shell, and a shell."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import socketserver
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import watchframe
from tests.integration.cli.conftest import CommandLine
from tests.integration.docs.pages import ADDRESS, PYTHON, fits, with_server
from watchframe.client import disconnect
from watchframe.demo import DemoServer

#: What stands for `watchframe` in a shell: it has the process of the tests run its words, which has
#: imported everything already, and is what that answers.
FORWARD = """#!{python} -SE
import json, socket, sys
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect({address!r})
    asked.sendall(json.dumps([sys.argv[1:], sys.stdin.read()]).encode())
    asked.shutdown(socket.SHUT_WR)
    code, out, err = json.load(asked.makefile())
sys.stderr.write(err)
sys.stdout.write(out)
sys.exit(code)
"""


class Terminal(io.StringIO):
    """Where a person is watching: errors are shown shortly."""

    def isatty(self):
        return True


class Page:
    """Runs the blocks of one page and holds what they print against what it says.

    Attributes
    ----------
    names : dict
        What the page's Python has defined.
    """

    def __init__(self, shell, server, folder):
        self._shell, self._server, self._folder = shell, server, folder
        self.names = shell.user_ns
        self.names["demo"] = server  # for what is run before a block
        environment = {
            "WATCHFRAME_URL": server.url,
            "WATCHFRAME_API_KEY": server.user_key,
            "WATCHFRAME_CACHE_DIR": str(folder / "cache"),
        }
        run = CommandLine(folder, **environment)
        run.environment["BROWSER_PATH"] = os.environ.get("BROWSER_PATH", "")
        self._command_line = ShellOfCommands(run, folder)

    def run(self, block):
        """Run a block; AssertionError says what is not as the page says."""
        for code in block.before:
            result, shown, _ = self._cell(
                with_server(code, self._server.url, self._server.user_key)
            )
            assert result.success, f"before line {block.line}: {code}\n{shown}"
        if block.language == PYTHON:
            self._run_python(block)
        else:
            self._run_in_shell(block)

    def close(self):
        self._command_line.close()
        disconnect()

    def _run_python(self, block):
        source = block.for_server(self._server.url, self._server.user_key)
        result, printed, warned = self._cell(source)
        where = f"line {block.line}:\n{block.source}"
        if block.printed is None:
            assert result.success, f"{where}\nfails, and the page does not show it:\n{printed}"
            assert "Warning" not in warned, (
                f"{where}\nwarns, and the page does not show it:\n{warned}"
            )
            return
        said = [printed, printed + warned, warned]
        is_shown = any(fits(block.printed, text, as_part=not result.success) for text in said)
        assert is_shown, (
            f"{where}\nprints:\n{printed}\n{warned}\nand the page says:\n{block.printed}"
        )

    def _cell(self, source):
        """Run a cell; return its result, what it printed, and what it warned."""
        printed, warned = io.StringIO(), Terminal()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(warned):
            result = self._shell.run_cell(source, store_history=True)
        return result, *(self._as_written(stream.getvalue()) for stream in (printed, warned))

    def _run_in_shell(self, block):
        source = block.for_server(self._server.url, self._server.user_key)
        code, printed, warned = self._command_line(source)
        _connect(self._server, self._folder)
        printed, warned = self._as_written(printed), self._as_written(warned)
        where = f"line {block.line}:\n{block.source}"
        if block.printed is None:
            assert code == 0, f"{where}\nfails, and the page does not show it:\n{warned}"
            return
        said = [printed, printed + warned, warned]
        is_shown = any(fits(block.printed, text, as_part=code != 0) for text in said)
        assert is_shown, (
            f"{where}\nprints:\n{printed}\n{warned}\nand the page says:\n{block.printed}"
        )

    def _as_written(self, text):
        assert self._server.user_key not in text, "a key was printed"
        return text.replace(self._server.url, ADDRESS)


class ShellOfCommands:
    """Runs blocks in bash, whose `watchframe` is run in this process."""

    def __init__(self, run, folder):
        self.run, self.folder = run, folder
        self._hidden = tempfile.TemporaryDirectory()
        address, command = f"{self._hidden.name}/asked", Path(self._hidden.name, "watchframe")
        self._server = socketserver.UnixStreamServer(address, self._answer)
        self._server.timeout = 0.02
        command.write_text(FORWARD.format(python=sys.executable, address=address))
        command.chmod(0o755)
        self.path = f"{command.parent}{os.pathsep}{run.environment['PATH']}"

    def __call__(self, block):
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(
                ["bash", "-eu", "-c", block],
                cwd=self.folder,
                env={**self.run.environment, "PATH": self.path},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
            while process.poll() is None:  # here, for some commands take signals
                self._server.handle_request()
            return process.returncode, *(_content(file) for file in (out, err))

    def close(self):
        self._server.server_close()
        self._hidden.cleanup()

    def _answer(self, asked, _address, _server):
        with asked.makefile("rw") as file:
            words, stdin = json.load(file)
            done = self.run(*words, stdin=stdin)
            json.dump([done.returncode, done.stdout, done.stderr], file)


def _content(file):
    file.seek(0)
    return file.read().decode()


def _connect(server, folder):
    watchframe.connect(
        server.url, server.user_key, cache_dir=folder / "cache", timezone="UTC", check=False
    )


@pytest.fixture(scope="session")
def database(tmp_path_factory):
    """The folder with what the SQL of all pages reads: it is made once, and nobody changes it."""
    return tmp_path_factory.mktemp("database")


@pytest.fixture
def page(tmp_path, monkeypatch, database):
    """Runs the blocks of a page, in a folder of its own, connected to a demo server of its own."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    browser = os.environ.get("WATCHFRAME_TEST_BROWSER") or shutil.which("chromium")
    if browser:
        monkeypatch.setenv("BROWSER_PATH", browser)
    folder = tmp_path / "page"
    folder.mkdir()
    monkeypatch.chdir(folder)
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    shell.run_line_magic("colors", "nocolor")
    shell.displayhook.write_output_prompt = lambda: None
    with DemoServer(database) as server, pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.displayhook", shell.displayhook)
        _connect(server, folder)
        shell.run_line_magic("load_ext", "watchframe")
        found = Page(shell, server, folder)
        yield found
        found.close()
    shell.restore_sys_module_state()
    InteractiveShell.clear_instance()
