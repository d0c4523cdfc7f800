"""Cache, files and locks where POSIX is missing, as on Windows: simulated, in other processes."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="it looks into Linux's /proc"),
]


def run_as_on_windows(*arguments):
    """Run tests in a process that `like_windows` has changed; return how many passed."""
    command = [sys.executable, "-m", "pytest", "-p", "like_windows", "-n", "0", "-m", "not slow"]
    places = [str(HERE), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [*command, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, places))},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-6000:]}{done.stderr[-2000:]}"
    assert "as on Windows" in done.stdout
    return int(re.search(r"(\d+) passed", done.stdout)[1])


def test_windows_has_its_way():
    assert run_as_on_windows("tests/integration/windows/cases.py") >= 13


def test_tests_of_the_cache_pass_without_posix():
    subjects = ("damage", "eviction", "listing", "single_flight", "store", "writer")
    files = [f"tests/unit/cache/test_{name}.py" for name in subjects]
    assert run_as_on_windows(*files) > 80


def test_tests_of_settings_pass_without_posix():
    assert run_as_on_windows("tests/unit/config", "tests/unit/test_keys.py") > 50
