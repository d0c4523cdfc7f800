"""Run every check and every test: `python3 tests/run.py [arguments for pytest]`.

Sets up what it needs (see `environment.py`). The tests come last, so that pytest's summary is the
last thing on the screen. The exit code is 0 only where every step passed. Tests that need a browser
skip themselves, and say so, where none is installed.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from environment import ROOT, ensure_environment

STEPS = (
    ("lint", ["ruff", "check", "."]),
    ("format", ["ruff", "format", "--check", "."]),
    ("types", ["mypy"]),
    ("layers", ["lint-imports"]),
)
# Two workers on two cores; each keeps to neighbouring tests, which share their fixtures.
PYTEST = ["pytest", "--numprocesses", "auto", "--dist", "worksteal"]


def main() -> int:
    """Run all steps, also after one that failed; give the exit code."""
    ensure_environment("test")
    failed = [name for name, command in STEPS if not _passes(name, command)]
    if failed:
        sys.stdout.write(f"\n== failed before the tests: {', '.join(failed)} (see above)\n")
    tests_passed = _passes("tests", [*PYTEST, *sys.argv[1:]])
    return 0 if tests_passed and not failed else 1


def _passes(name: str, command: list[str]) -> bool:
    tool, *arguments = command
    executable = Path(sys.executable).with_name(tool)
    sys.stdout.write(f"\n== {name}: {' '.join(command)}\n")
    sys.stdout.flush()
    started = time.monotonic()
    done = subprocess.run([executable, *arguments], cwd=ROOT, check=False)
    if tool != "pytest":  # whose summary is to be the last thing on the screen
        outcome = "passed" if done.returncode == 0 else "FAILED"
        sys.stdout.write(f"== {name} {outcome} in {time.monotonic() - started:.1f} s\n")
        sys.stdout.flush()
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
