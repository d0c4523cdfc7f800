"""Run every check and every test: `python3 tests/run.py [options] [arguments for pytest]`.

    --quick          leave out the tests that are slow or need a browser
    --every-python   first run unit and property tests with the other Pythons that are supported

It makes the environments that it needs (see `environment.py`). The main tests come last, so that
pytest's summary is the last thing on the screen. The exit code is 0 only where every step passed.
Tests that need a browser skip themselves, and say so, where none is installed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from environment import ROOT, ensure_environment, make_environment

STEPS = (
    ("lint", ["ruff", "check", "."]),
    ("format", ["ruff", "format", "--check", "."]),
    ("types", ["mypy"]),
    ("layers", ["lint-imports"]),
)
# Two workers on two cores; each keeps to neighbouring tests, which share their fixtures.
# Where this many fail, their cause is one, and the end of the run would tell nothing new.
PYTEST = ["pytest", "--numprocesses", "auto", "--dist", "worksteal", "--maxfail", "40"]
QUICK = ["-m", "not slow"]  # which tests in a browser are too
PYTHONS = ("3.11", "3.12", "3.13")


def main() -> int:
    """Run all steps, also after one that failed; return the exit code."""
    ensure_environment("test")
    parser = argparse.ArgumentParser(usage="%(prog)s [options] [arguments for pytest]")
    parser.add_argument("--quick", action="store_true", help="no slow tests and no browser")
    parser.add_argument("--every-python", action="store_true", help="the other Pythons too")
    options, arguments = parser.parse_known_args()

    running = "{}.{}".format(*sys.version_info)
    others = [version for version in PYTHONS if options.every_python and version != running]
    with ThreadPoolExecutor(max_workers=1) as background:  # one by one: they share the sources
        made = {version: background.submit(_make_environment, version) for version in others}
        failed = [name for name, command in STEPS if not _passes(name, command)]
    failed += [
        f"Python {version}"
        for version, environment in made.items()
        if not _passes_with(version, environment)
    ]
    if failed:
        _say(f"\n== failed before the tests: {', '.join(failed)} (see above)")
    tests_passed = _passes("tests", [*PYTEST, *(QUICK if options.quick else []), *arguments])
    return 0 if tests_passed and not failed else 1


def _make_environment(version: str) -> Path | None:
    """Return the Python of the environment for a version, made where needed; None without one."""
    python = find_python(version)
    if python is None:
        return None
    return make_environment(ROOT / f".venv-{version}", ("unit",), python=python, version=version)


def _passes_with(version: str, environment: Future[Path | None]) -> bool:
    """Run unit and property tests with another Python; one that is missing is no failure."""
    try:
        venv_python = environment.result()
    except SystemExit as failure:
        _say(f"\n== Python {version}: {failure}")
        return False
    if venv_python is None:
        _say(f"\n== Python {version} is missing, nothing is run with it")
        return True
    command = [*PYTEST, "--quiet", *QUICK, "tests/unit", "tests/property"]
    return _passes(f"tests with Python {version}", command, venv_python.parent)


def find_python(version: str) -> str | None:
    """Return the path of a Python on PATH or among pyenv's, or None."""
    found = [shutil.which(f"python{version}")]
    pyenv = shutil.which("pyenv")
    if pyenv:
        root = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=False)
        installed = Path(root.stdout.strip(), "versions").glob(f"{version}.*/bin/python{version}")
        found += sorted(map(str, installed))
    return next((path for path in found if path and _runs(path, version)), None)


def _runs(python: str, version: str) -> bool:
    # pyenv puts a command on PATH for each version, which fails where that one is not selected.
    code = "import ensurepip, sqlite3, ssl, sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip() == version


def _passes(name: str, command: list[str], folder: Path = Path(sys.executable).parent) -> bool:
    tool, *arguments = command
    _say(f"\n== {name}: {' '.join(command)}")
    started = time.monotonic()
    done = subprocess.run([folder / tool, *arguments], cwd=ROOT, check=False)
    if name != "tests":  # whose summary is to be the last thing on the screen
        outcome = "passed" if done.returncode == 0 else "FAILED"
        _say(f"== {name} {outcome} in {time.monotonic() - started:.1f} s")
    return done.returncode == 0


def _say(message: str) -> None:
    sys.stdout.write(f"{message}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
