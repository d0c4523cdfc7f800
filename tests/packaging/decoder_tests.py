"""Run the decoder's tests against the installed package, not the clone's.

    python tests/packaging/decoder_tests.py [--without-compiled] [arguments for pytest]

The tests are copied to a temporary folder, from where the clone's package cannot be imported. The
running Python needs the package, pytest, pytest-timeout and Hypothesis. The tests must find the
parts in C, or none with `--without-compiled`: a skipped test would hide that they are missing.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ("tests/unit/decode", "tests/property/test_decode.py")
BESIDE_THEM = (
    "pyproject.toml",  # pytest's settings
    "docs/generators",
    "tests/data/decode_corpus",
    "tests/data/wire",
    "tests/data/wire_versions",
    "tests/property/decode_strategies.py",
    "tests/property/example_counts.py",
)
# The clone's own needs the demo server, whose packages are not there for every system.
CONFTEST = """\
from hypothesis import settings

settings.register_profile("installed", deadline=None, derandomize=True)
settings.load_profile("installed")
"""
# A build for every Python is named `.abi3.so`; on Windows names do not tell.
CHECK = """\
import pathlib, sys, watchframe
from watchframe.decode import compiled

clone, wanted = pathlib.Path(sys.argv[1]), sys.argv[2] == "compiled"
if clone in pathlib.Path(watchframe.__file__).resolve().parents:
    sys.exit(f"watchframe is imported from the clone: {watchframe.__file__}")
for module in (compiled.rows, compiled.integers):
    if (module is not None) != wanted:
        sys.exit(f"of the parts in C there is {module}")
    if wanted and not module.__file__.endswith((".abi3.so", ".pyd")):
        sys.exit(f"a part in C is for one Python alone: {module.__file__}")
print(f"Python {sys.version.split()[0]}, watchframe {watchframe.__version__}, {sys.argv[2]}")
"""


def main() -> int:
    """Check what is installed, then run the tests; return the exit code."""
    parser = argparse.ArgumentParser(usage="%(prog)s [--without-compiled] [arguments for pytest]")
    parser.add_argument("--without-compiled", action="store_true")
    options, arguments = parser.parse_known_args()
    wanted = "not compiled" if options.without_compiled else "compiled"
    # Resolved: where the temporary folder is a link, pytest would name its tests by two paths.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for path in (*TESTS, *BESIDE_THEM):
            copy(ROOT / path, folder / path)
        (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
        for command in (
            [sys.executable, "-c", CHECK, str(ROOT), wanted],
            [sys.executable, "-m", "pytest", "--quiet", *arguments, *TESTS],
        ):
            code = subprocess.run(command, cwd=folder, check=False).returncode
            if code != 0:
                return code
    return 0


def copy(source: Path, target: Path) -> None:
    """Copy a file or a folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


if __name__ == "__main__":
    sys.exit(main())
