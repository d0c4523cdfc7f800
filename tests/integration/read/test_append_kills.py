"""Processes that append to a file and are killed: the file is whole after each."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "append_kills.py"


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="fork and kill -9 are POSIX")
def test_killed_calls_leave_a_whole_file():
    done = subprocess.run(
        [sys.executable, SCRIPT, "12"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("12 kills, ")
    assert done.stdout.endswith("all whole\n")
