"""``docs/howto/command-line.md`` and that of ``charts.md``, run by a shell."""

from __future__ import annotations

import json
import os
import re
import socketserver
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from watchframe.client import Client
from watchframe.demo import DemoServer

pytestmark = pytest.mark.slow

HOWTO = Path(__file__).parents[3] / "docs" / "howto"
PAGE, CHARTS = HOWTO / "command-line.md", HOWTO / "charts.md"


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


class Shell:
    """Runs blocks in bash, whose `watchframe` is run in this process."""

    def __init__(self, run, folder):
        self.run, self.folder = run, folder
        self._server = socketserver.UnixStreamServer(str(folder / "asked"), self._answer)
        self._server.timeout = 0.02
        command = folder / "bin" / "watchframe"
        command.parent.mkdir()
        command.write_text(
            FORWARD.format(python=sys.executable, address=self._server.server_address)
        )
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

    def _answer(self, asked, _address, _server):
        with asked.makefile("rw") as file:
            words, stdin = json.load(file)
            done = self.run(*words, stdin=stdin)
            json.dump([done.returncode, done.stdout, done.stderr], file)


def _content(file):
    file.seek(0)
    return file.read().decode()


@pytest.fixture
def shell(run_unset, tmp_path):
    found = Shell(run_unset, tmp_path)
    yield found
    found.close()


def test_howto_commands_in_a_shell(shell, tmp_path):
    with DemoServer() as server:
        text = PAGE.read_text().replace("https://app.inverse.watch", server.url)
        blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        (tmp_path / "file-with-the-key").write_text(f"{server.user_key}\n")
        said = ""
        for block in blocks:
            code, out, err = shell(block)
            assert code == 0, f"{block}\n{err}"
            assert server.user_key not in out + err
            said += out
        with Client(server.url, server.user_key) as client:
            assert client.queries.get(1).text.startswith("-- reviewed\n")
            assert client.dashboards.list(search="Lending, for the report").count() == 1
    assert len(blocks) >= 9
    assert pq.read_table(tmp_path / "kinds.parquet").column_names[0] == "kind"
    assert pq.read_table(tmp_path / "days.parquet").num_rows == 396
    assert len(list((tmp_path / "overview").iterdir())) == 4
    assert said.count("+-- reviewed\n") == 2
    assert "would disable" in said


def test_howto_script_without_server_says_try_again(run_unset, tmp_path):
    script = next(
        block
        for block in re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
        if "case $?" in block
    )
    environment = {
        **run_unset.environment,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{run_unset.environment['PATH']}",
        "WATCHFRAME_URL": "http://127.0.0.1:9",
        "WATCHFRAME_API_KEY": "no-key",
        "WATCHFRAME_MAX_RETRIES": "0",
    }
    words = ["bash", "-eu", "-c", script]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "try again later\n")
    environment["WATCHFRAME_MAX_RETRIES"] = "many"
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")


def test_howto_charts_in_a_shell(run, tmp_path, chromium):
    (block,) = re.findall(r"^```sh\n(.*?)^```", CHARTS.read_text(), re.MULTILINE | re.DOTALL)
    path = f"{Path(sys.executable).parent}{os.pathsep}{run.environment['PATH']}"
    words = ["bash", "-eu", "-c", block]
    environment = {**run.environment, "PATH": path, "BROWSER_PATH": chromium}
    done = subprocess.run(
        words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "\n240000\n" in done.stdout
    assert {"borrows.html", "borrows.svg", "figure.json"} <= {it.name for it in tmp_path.iterdir()}
