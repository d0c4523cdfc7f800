"""Which other Pythons `tests/run.py --every-python` finds."""

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture
def folder(tmp_path):
    """A PATH with a pyenv that has Python 3.12, and the command that pyenv makes for it."""
    command(tmp_path / "pyenv", f"[ $1 = root ] && echo {tmp_path}/root")
    command(tmp_path / "python3.12", "echo 'pyenv: python3.12: command not found' >&2; exit 127")
    command(tmp_path / "root/versions/3.12.1/bin/python3.12", "echo 3.12")
    return tmp_path


def command(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)


def found(version, folder):
    code = "import run, sys; print(run.find_python(sys.argv[1]))"
    return subprocess.check_output(
        [sys.executable, "-c", code, version], cwd=TESTS, env={"PATH": str(folder)}, text=True
    ).strip()


def test_python_on_path_is_found(folder):
    command(folder / "python3.13", "echo 3.13")
    assert found("3.13", folder) == str(folder / "python3.13")


def test_python_of_pyenv_is_found_where_its_command_fails(folder):
    assert found("3.12", folder) == str(folder / "root/versions/3.12.1/bin/python3.12")


def test_python_that_is_missing_or_broken_is_none(folder):
    command(folder / "python3.13", "exit 1")
    assert found("3.13", folder) == "None"
    assert found("3.11", folder) == "None"
