"""Check the workflows, which cannot run here: `python tests/workflows/check.py`.

Each file is held to the schema of its kind; then zizmor looks for what is unsafe in them, and
actionlint, where it is installed, for expressions and names that GitHub would refuse. None of them
asks the network. The exit code is 0 only where all of them passed.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from environment import ensure_environment  # noqa: E402 - found by the line above

#: The schemas that come with check-jsonschema, and the files that they are for.
SCHEMAS = (
    ("vendor.github-workflows", ".github/workflows/*.yml"),
    ("custom.github-workflows-require-timeout", ".github/workflows/*.yml"),
    ("vendor.dependabot", ".github/dependabot.yml"),
    ("vendor.readthedocs", ".readthedocs.yaml"),
)


def failures(root: Path = ROOT) -> int:
    """Run all checks, also after one that failed; return how many did.

    Raises
    ------
    FileNotFoundError
        There are no files for a schema.
    """
    failed = 0
    for schema, pattern in SCHEMAS:
        files = sorted(map(str, root.glob(pattern)))
        if not files:
            raise FileNotFoundError(f"There is no {pattern}.")
        failed += not _fits(schema, files)
    for command in _commands(root):
        done = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=False)
        if done.returncode != 0:
            failed += 1
            _say(f"== {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return failed


def _fits(schema: str, files: list[str]) -> bool:
    from check_jsonschema import main  # noqa: PLC0415 - not before there is an environment

    # In this process: to start takes it longer than its work.
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
        code = main.main(["--builtin-schema", schema, *files], standalone_mode=False)
    if code:
        _say(f"== {schema}\n{shown.getvalue()}")
    return not code


def _commands(root: Path) -> Iterator[list[str | Path]]:
    yield [_program("zizmor"), "--offline", "--no-progress", "--quiet", root / ".github"]
    # No part of the environment: its package on PyPI loads the program from elsewhere.
    actionlint = shutil.which("actionlint")
    if actionlint is not None:
        yield [actionlint, *sorted(root.glob(".github/workflows/*.yml"))]
    else:
        _say("actionlint is not installed, and was not run")


def _program(name: str) -> Path:
    """Return a program of this environment."""
    return Path(sys.executable).with_name(f"{name}.exe" if sys.platform == "win32" else name)


def _say(message: str) -> None:
    sys.stdout.write(f"{message}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    ensure_environment("test")
    sys.exit(min(failures(), 1))
