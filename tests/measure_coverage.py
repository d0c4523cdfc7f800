"""Measure which lines tests run: `python tests/measure_coverage.py [arguments]`.

Those that take little time are chosen: unit and property tests, and those of reading, which run the
most of the package in this process.

It fails where a test does, and where fewer lines are run than `[tool.coverage.report]` in
`pyproject.toml` asks for. Arguments are pytest's; with any, only what they choose is run, and no
floor is asked for.

From Python 3.12 on the interpreter tells coverage of each line once, which costs little; on 3.11
it takes twice as long as without, so there the tests run unmeasured elsewhere.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHOSEN = [
    *("tests/unit", "tests/property"),
    *("tests/integration/local", "tests/integration/read"),
]


def main() -> int:
    """Run the tests, then report; return the exit code of the first that failed."""
    arguments = sys.argv[1:]
    # One process: several would each have to be told to measure, and their results joined.
    pytest = ["-m", "pytest", "-n", "0", "-q", "-m", "not slow", *(arguments or CHOSEN)]
    environment = {**os.environ}
    if sys.version_info >= (3, 12):
        environment.setdefault("COVERAGE_CORE", "sysmon")
    coverage = [sys.executable, "-m", "coverage"]
    tests = subprocess.run([*coverage, "run", *pytest], cwd=ROOT, env=environment, check=False)
    report = [*coverage, "report", *(["--fail-under", "0"] if arguments else [])]
    shown = subprocess.run(report, cwd=ROOT, env=environment, check=False)
    return tests.returncode or shown.returncode


if __name__ == "__main__":
    sys.exit(main())
