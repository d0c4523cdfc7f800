"""``docs/howto/command-line.md`` and that of ``charts.md``, run by a shell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from watchframe.client import Client
from watchframe.demo import DemoServer

pytestmark = pytest.mark.slow

HOWTO = Path(__file__).parents[3] / "docs" / "howto"
PAGE, CHARTS = HOWTO / "command-line.md", HOWTO / "charts.md"


def test_howto_commands_in_a_shell(run_unset, tmp_path):
    environment = run_unset.environment
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    with DemoServer() as server:
        text = PAGE.read_text().replace("https://app.inverse.watch", server.url)
        blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        (tmp_path / "file-with-the-key").write_text(f"{server.user_key}\n")
        said = ""
        for block in blocks:
            done = subprocess.run(
                ["bash", "-eu", "-c", block],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=200,
                check=False,
            )
            assert done.returncode == 0, f"{block}\n{done.stderr}"
            assert server.user_key not in done.stdout + done.stderr
            said += done.stdout
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
