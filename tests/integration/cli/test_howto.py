"""The script of ``docs/howto/command-line.md``, where no server answers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "command-line.md"


@pytest.mark.slow
def test_howto_script_without_server_says_try_again(run_unset):
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
