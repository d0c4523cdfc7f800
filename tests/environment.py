"""Make the project's virtual environment where it is missing, and go on inside it.

`tests/run.py` and the scripts in `notebooks/` call `ensure_environment` before they import anything
that is not in the standard library::

    from environment import ensure_environment

    ensure_environment("test")

The first time, that makes `.venv` beside `pyproject.toml`, installs the project into it (editable,
with the extras asked for) and starts the calling script anew inside it. A stamp in `.venv` records
what was installed, from which `pyproject.toml` and C sources; while it still holds, the next run
starts at once.

Only the standard library is used, and nothing that a Python too old for the project could not
parse: it has to be told so in words.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "watchframe-environment.json"
OLDEST_PYTHON = (3, 11)
LINES_OF_A_FAILURE = 40


def ensure_environment(*extras: str) -> None:
    """Return inside the project's environment with `extras` installed, making it where needed.

    Outside of it, this starts the calling script anew, with the same arguments, in `.venv`, and
    does not return.

    Parameters
    ----------
    *extras : str
        Names under `[project.optional-dependencies]`, such as ``"demo"`` or ``"test"``.

    Raises
    ------
    SystemExit
        The running Python is too old, or the installation failed: with words that say so.
    """
    _refuse_an_old_python()
    if not _is_installed(extras):
        _install(extras)
    if Path(sys.prefix).resolve() != VENV.resolve():
        _start_anew_inside()


def _refuse_an_old_python() -> None:
    if sys.version_info[:2] >= OLDEST_PYTHON:
        return
    newer = [name for name in ("python3.13", "python3.12", "python3.11") if shutil.which(name)]
    what_to_do = (
        f"Run it with {newer[0]}, which is on your PATH."
        if newer
        else "Install a newer Python (https://www.python.org/downloads/) and run it with that."
    )
    sys.exit(
        f"watchframe needs Python {_dotted(OLDEST_PYTHON)} or newer; "
        f"this is {_dotted(sys.version_info[:3])} ({sys.executable}). {what_to_do}"
    )


def _is_installed(extras: tuple[str, ...]) -> bool:
    stamp = _read_stamp()
    return (
        stamp.get("build") == _build_digest()
        and stamp.get("python") == _dotted(sys.version_info[:2])
        and stamp.get("folder") == str(ROOT)
        and set(extras) <= set(stamp.get("extras", ()))
        and _venv_python().exists()
    )


def _install(extras: tuple[str, ...]) -> None:
    started = time.monotonic()
    # What an earlier run asked for stays: two commands with different extras do not take turns.
    wanted = sorted({*extras, *_read_stamp().get("extras", ())})
    _make_venv()
    STAMP.unlink(missing_ok=True)
    project = f"{ROOT}[{','.join(wanted)}]" if wanted else str(ROOT)
    _say(f"installing watchframe[{','.join(wanted)}] into .venv: a minute or two, once ...")
    _run_quietly(
        [_venv_python(), "-m", "pip", "install", "--disable-pip-version-check", "-e", project],
        "pip could not install the project",
    )
    _write_stamp(wanted)
    _say(f"ready after {time.monotonic() - started:.0f} s; the next run starts at once")


def _make_venv() -> None:
    if _venv_is_usable():
        return
    python = _dotted(sys.version_info[:3])
    if VENV.exists() and not STAMP.exists() and _venv_version() not in {None, python}:
        sys.exit(
            f".venv holds Python {_venv_version()} and was not made by this command, "
            f"which runs on {python}: remove .venv, or run the command with that Python."
        )
    _say(f"making .venv with Python {python} ({sys.executable})")
    _run_quietly(
        [sys.executable, "-m", "venv", "--clear", VENV],
        "The virtual environment could not be made. On Debian and Ubuntu the module stands in a "
        "package of its own: apt-get install python3-venv",
    )


def _venv_is_usable() -> bool:
    """Whether `.venv` has the running Python's version, a working pip, and was made here."""
    if _read_stamp().get("folder", str(ROOT)) != str(ROOT):
        return False  # a copy: its scripts still point to where it was made
    version = _venv_version()
    if version is None or version.split(".")[:2] != [str(n) for n in sys.version_info[:2]]:
        return False
    try:
        pip = subprocess.run([_venv_python(), "-c", "import pip"], capture_output=True, check=False)
    except OSError:
        return False
    return pip.returncode == 0


def _venv_version() -> str | None:
    try:
        lines = (VENV / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    for line in lines:
        name, _, value = line.partition("=")
        if name.strip() in {"version", "version_info"}:
            return ".".join(value.strip().split(".")[:3])
    return None


def _start_anew_inside() -> None:
    command = [str(_venv_python()), *sys.argv]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONHOME"}
    sys.stdout.flush()
    if os.name == "nt":  # there, exec gives the prompt back while the script still runs
        sys.exit(subprocess.run(command, env=environment, check=False).returncode)
    os.execve(command[0], command, environment)


def _venv_python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


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
        sys.exit(f"{failure} (exit code {done.returncode}; its last words stand above).")


def _build_digest() -> str:
    """Give a digest of what the installation is made from, besides files that are used in place."""
    made_from = [
        ROOT / "pyproject.toml",
        ROOT / "setup.py",
        *sorted(ROOT.glob("watchframe/**/*.[ch]")),
    ]
    return hashlib.sha256(b"".join(path.read_bytes() for path in made_from)).hexdigest()


def _read_stamp() -> dict[str, str | list[str]]:
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _write_stamp(extras: list[str]) -> None:
    stamp = {
        "extras": extras,
        "folder": str(ROOT),
        "build": _build_digest(),
        "python": _dotted(sys.version_info[:2]),
    }
    unfinished = STAMP.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    unfinished.replace(STAMP)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)


def _say(message: str) -> None:
    sys.stdout.write(f"{message}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    ensure_environment(*(sys.argv[1:] or ["test"]))
    _say(f"the environment is ready: {_venv_python()}")
