"""Make the project's virtual environment and go on inside it, with the standard library alone.

`tests/run.py` and the scripts in `notebooks/` begin with::

    from environment import ensure_environment

    ensure_environment("test")

The syntax is that of Python 3.7, so that an older Python than the project needs is refused in
words, not by a SyntaxError.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
#: In an environment: what was installed into it, from what.
STAMP = "watchframe-environment.json"
OLDEST_PYTHON = (3, 11)
LINES_OF_A_FAILURE = 40


def ensure_environment(*extras: str) -> None:
    """Return inside of `.venv` with `extras` installed, making it where needed.

    Outside of it, this restarts the calling script in `.venv` and does not return.

    Parameters
    ----------
    *extras : str
        Names under `[project.optional-dependencies]`, such as ``"demo"`` or ``"test"``.

    Raises
    ------
    SystemExit
        The running Python is too old, or the installation failed; the message says which.
    """
    if sys.version_info[:2] < OLDEST_PYTHON:
        sys.exit(
            f"watchframe needs Python {_dotted(OLDEST_PYTHON)} or newer; this is "
            f"{_dotted(sys.version_info[:3])} ({sys.executable}). Use a newer one, "
            "such as python3.13 (https://www.python.org/downloads/)."
        )
    version = _dotted(sys.version_info[:2])
    python = make_environment(VENV, extras, python=sys.executable, version=version)
    if Path(sys.prefix).resolve() == VENV.resolve():
        return
    sys.stdout.flush()
    os.environ.pop("PYTHONHOME", None)
    command = [str(python), *sys.argv]
    if os.name == "nt":  # where exec returns to the prompt while the script still runs
        sys.exit(subprocess.run(command, check=False).returncode)
    os.execv(command[0], command)


def make_environment(venv: Path, extras: tuple[str, ...], *, python: str, version: str) -> Path:
    """Make or complete an environment with the project installed; return its Python.

    Parameters
    ----------
    venv : Path
        Its folder. Extras that were installed into it earlier are kept.
    extras : tuple of str
    python, version : str
        The Python to make it with, and its version such as "3.11".

    Raises
    ------
    SystemExit
        The installation failed, or the folder holds another environment.
    """
    venv_python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = _read_stamp(venv)
    made_from = {"folder": str(venv), "python": version, "build": _build_digest()}
    installed = stamp.pop("extras", [])
    if stamp == made_from and set(extras) <= set(installed) and venv_python.exists():
        return venv_python

    found = _version(venv_python)
    if found != version and found is not None and not stamp:
        sys.exit(
            f"{venv.name} has Python {found} and was not made by this command, which runs on "
            f"{version}: remove {venv.name}, or run the command with that Python."
        )
    # A copied environment runs the original's Python: it is made again.
    if found != version or stamp.get("folder", str(venv)) != str(venv):
        _say(f"making {venv.name} with Python {version} ({python})")
        _run_quietly(
            [python, "-m", "venv", "--clear", venv],
            "The virtual environment could not be made. Debian and Ubuntu have the module in a "
            "package of its own: apt-get install python3-venv",
        )
    (venv / STAMP).unlink(missing_ok=True)
    # Two commands with different extras share the environment.
    wanted = sorted({*extras, *installed})
    names = f"[{','.join(wanted)}]"
    _say(f"installing watchframe{names} into {venv.name}: a minute or two, once ...")
    pip = [venv_python, "-m", "pip", "install", "--disable-pip-version-check"]
    _run_quietly([*pip, "-e", f"{ROOT}{names}"], "pip could not install the project")
    (venv / STAMP).write_text(json.dumps({**made_from, "extras": wanted}), encoding="utf-8")
    return venv_python


def _read_stamp(venv: Path) -> dict:
    try:
        stamp = json.loads((venv / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _version(python: Path) -> str | None:
    """Return the version of an environment's Python; None where it does not run or has no pip."""
    code = "import pip, sys; print('%d.%d' % sys.version_info[:2])"
    command = [str(python), "-c", code]
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    except OSError:
        return None
    return done.stdout.strip() or None


def _build_digest() -> str:
    """Return a digest of what the installation is made from, besides files used in place."""
    sources = [
        ROOT / "pyproject.toml",
        ROOT / "setup.py",
        *sorted(ROOT.glob("watchframe/**/*.[ch]")),
    ]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def _run_quietly(command: list[str | Path], failure: str) -> None:
    """Run `command`; show the end of its output, and stop, only where it fails."""
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        _say("\n".join(done.stdout.splitlines()[-LINES_OF_A_FAILURE:]))
        sys.exit(f"{failure} (exit code {done.returncode}; the end of its output is above).")


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)


def _say(message: str) -> None:
    sys.stdout.write(f"{message}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    ensure_environment(*(sys.argv[1:] or ["test"]))
