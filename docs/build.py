"""Build the site of these pages into `docs/_build`: `python docs/build.py`.

It makes the environment that it needs. A warning is an error. Other arguments are sphinx-build's.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent / "tests"))

from environment import ensure_environment  # type: ignore[import-not-found] # beside the tests


def main(arguments: list[str]) -> int:
    """Build the site; return the exit code."""
    ensure_environment("docs")
    target = DOCS / "_build" / "html"
    _say(f"building the site into {target.relative_to(DOCS.parent)}: a minute or two ...")
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--quiet"]
    kept = ["--doctree-dir", str(DOCS / "_build" / "doctrees")]
    done = subprocess.run([*command, *kept, *arguments, str(DOCS), str(target)], check=False)
    if done.returncode == 0:
        _say(f"the site is in {(target / 'index.html').relative_to(DOCS.parent)}")
    return done.returncode


def _say(message: str) -> None:
    sys.stdout.write(f"{message}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
