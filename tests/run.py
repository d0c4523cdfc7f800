"""Run every check and every test: `python3 tests/run.py [options] [arguments for pytest]`.

    --quick          the checks, and the tests that need neither server nor browser; fewer examples
                     of each property
    --every-python   add unit and property tests with the other Pythons that are supported, and with
                     the oldest and the newest versions of dependencies

It makes the environments that it needs (see `environment.py`). Checks run side by side, one on each
core, and each shows its output when it ends. The main tests come last, so that pytest's summary is
the last thing on the screen. The exit code is 0 only where every step passed. Tests that need a
browser skip themselves, and say so, where none is installed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from environment import PYTHONS, ROOT, ensure_environment, make_environment

QUICK_STEPS = {
    "types": ["mypy"],
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "layers": ["lint-imports"],
    "spelling": ["codespell"],
    "workflows": ["python", "tests/workflows/check.py"],
}
SLOW_STEPS = {
    "wheel": ["python", "tests/packaging/check_wheel.py"],
    "site": ["python", "docs/build.py"],
}
EVERY_PYTHON_STEPS = {"dependencies": ["python", "tests/matrix.py"]}
EXTRAS = ("test", "docs", "packaging")  # of all steps: while one runs, nothing is installed
# Two workers on two cores; each keeps to neighbouring tests, which share their fixtures.
# Where this many fail, their cause is one, and the end of the run would tell nothing new.
PYTEST = [
    *("pytest", "--numprocesses", "auto", "--dist", "worksteal", "--maxfail", "40"),
    *("--durations", "20", "--durations-min", "5"),  # what makes a run slow is seen in its log
]
NOT_SLOW = ["-m", "not slow"]  # which tests in a browser are too
# A few examples of a property show what differs between Pythons, and most of what an edit broke.
FEW_EXAMPLES = ["--hypothesis-profile", "few"]
WITHOUT_SERVER = ["tests/unit", "tests/property"]
PYTEST_OF_ANOTHER = [
    *("pytest", "--numprocesses", "0", "--quiet", *FEW_EXAMPLES, *NOT_SLOW, *WITHOUT_SERVER),
]
# Coverage costs little from 3.12 on (see there), and is measured with the newest other Python.
COVERAGE = ["python", "tests/measure_coverage.py"]
COVERAGE_SINCE = "3.12"
# A run that continuous integration cuts off says nothing of what failed: it ends by itself before.
STEP_ENDS_WITHIN = 25 * 60
RUN_ENDS_WITHIN = 75 * 60
SUMMARY_WITHIN = 60

_printing = threading.Lock()


def main() -> int:
    """Run all steps, also after one that failed; return the exit code."""
    started = time.monotonic()
    parser = argparse.ArgumentParser(usage="%(prog)s [options] [arguments for pytest]")
    parser.add_argument("--quick", action="store_true", help="no server, no browser")
    parser.add_argument("--every-python", action="store_true", help="other versions too")
    options, arguments = parser.parse_known_args()
    ensure_environment(*(EXTRAS[:1] if options.quick else EXTRAS))

    steps = dict(QUICK_STEPS) if options.quick else {**SLOW_STEPS, **QUICK_STEPS}
    longest: dict[str, list[str]] = {}
    others: dict[str, Path | str | None] = {}
    if options.every_python:
        running = "{}.{}".format(*sys.version_info)
        longest = EVERY_PYTHON_STEPS
        others = _environments([version for version in PYTHONS if version != running])
    # The longest come first, so that no core is idle at the end.
    passed: dict[str, Future[bool]] = {}
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as cores:
        for name, command in longest.items():
            passed[name] = cores.submit(_passes, name, command)
        for version, python, command in _with_commands(others):
            passed[f"Python {version}"] = cores.submit(_passes_with, version, python, command)
        for name, command in steps.items():
            passed[name] = cores.submit(_passes, name, command)
    failed = [name for name, has_passed in passed.items() if not has_passed.result()]
    if failed:
        _say(f"\n== failed before the tests: {', '.join(failed)} (see above)")
    command = [*PYTEST, *(_quick(arguments) if options.quick else []), *arguments]
    tests_passed = _tests_pass(command, started + RUN_ENDS_WITHIN)
    return 0 if tests_passed and not failed else 1


def _quick(arguments: list[str]) -> list[str]:
    """Return what makes the main tests quick; those that the arguments name are run in any case."""
    names_tests = any(Path(ROOT, each.partition("::")[0]).exists() for each in arguments)
    return [*FEW_EXAMPLES, *NOT_SLOW, *([] if names_tests else WITHOUT_SERVER)]


def _environments(versions: list[str]) -> dict[str, Path | str | None]:
    """Make each one's environment; give its Python, what failed, or None where it is missing.

    One by one: they build in the same folder of sources.
    """
    found: dict[str, Path | str | None] = {}
    for version in versions:
        python = find_python(version)
        try:
            found[version] = python and make_environment(
                ROOT / f".venv-{version}", ("unit",), python=python, version=version
            )
        except SystemExit as failure:
            found[version] = str(failure)
    return found


def _with_commands(
    found: dict[str, Path | str | None],
) -> list[tuple[str, Path | str | None, list[str]]]:
    """Return each Python with the command that runs its tests."""
    measured = max(
        (name for name, at in found.items() if isinstance(at, Path) and name >= COVERAGE_SINCE),
        default=None,
    )
    commands = {measured: COVERAGE}
    return [(name, at, commands.get(name, PYTEST_OF_ANOTHER)) for name, at in found.items()]


def _passes_with(version: str, python: Path | str | None, command: list[str]) -> bool:
    """Run the tests of another Python; one that is missing is no failure."""
    if python is None:
        _say(f"\n== Python {version} is missing, nothing is run with it")
        return True
    if isinstance(python, str):
        _say(f"\n== Python {version}: {python}")
        return False
    return _passes(f"tests with Python {version}", command, python.parent)


def find_python(version: str) -> str | None:
    """Return the path of a Python on PATH or among pyenv's, or None."""
    found = [sys.executable] if version == "{}.{}".format(*sys.version_info) else []
    found.append(shutil.which(f"python{version}"))
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
    """Run a step beside others; show its output as a whole."""
    tool, *arguments = command
    started = time.monotonic()
    try:
        done = subprocess.run(
            [folder / tool, *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=STEP_ENDS_WITHIN,
            check=False,
        )
        has_passed, output = done.returncode == 0, done.stdout
    except subprocess.TimeoutExpired as cut:
        has_passed, output = False, (cut.stdout or b"").decode(errors="replace")
        output += f"\nended after {STEP_ENDS_WITHIN} s"
    except OSError as failure:
        has_passed, output = False, str(failure)
    outcome = "passed" if has_passed else "FAILED"
    _say(
        f"\n== {name}: {' '.join(command)}\n{output.rstrip()}\n"
        f"== {name} {outcome} in {time.monotonic() - started:.1f} s"
    )
    return has_passed


def _tests_pass(command: list[str], ends_at: float) -> bool:
    """Run the main tests, whose summary is the last thing on the screen, also of a cut-off run."""
    tool, *arguments = command
    _say(f"\n== tests: {' '.join(command)}")
    # Who starts this in the background has it, and what it starts, take no interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    running = subprocess.Popen([Path(sys.executable).parent / tool, *arguments], cwd=ROOT)
    try:
        return running.wait(timeout=max(ends_at - time.monotonic(), 0)) == 0
    except subprocess.TimeoutExpired:
        _say(f"\n== the tests are ended, {RUN_ENDS_WITHIN // 60} minutes after the run began")
    if os.name != "nt":  # where nothing but the end of a process can be asked for
        running.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(timeout=SUMMARY_WITHIN)
    running.kill()
    running.wait()
    return False


def _say(message: str) -> None:
    with _printing:
        sys.stdout.write(f"{message}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
