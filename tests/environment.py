"""Make the project's virtual environment and go on inside it, with the standard library alone.

uv installs the packages, in a third of the time that pip takes; where uv cannot be had, or fails,
pip does. Nothing of uv is needed before: pip installs it into the environment.

`tests/run.py` and the scripts in `notebooks/` begin with::

    from environment import ensure_environment

    ensure_environment("test")

The syntax is that of Python 3.7, so that an older Python than the project needs is refused in
words, not by a SyntaxError.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
#: In an environment: what was installed into it, from what.
STAMP = "watchframe-environment.json"
OLDEST_PYTHON = (3, 11)
#: All on which the project runs.
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
#: The oldest pip that installs into another environment. Ubuntu 22.04 has an older one.
PIP_FOR_OTHERS = (22, 3)
LINES_OF_A_FAILURE = 40
#: pip's settings, the names under which uv has them, and what stands between uv's values.
UV_SETTINGS = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "constraint": ("UV_CONSTRAINT", " "),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
}


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
    # uv leaves compiling to the first import, which would else happen anew in each process.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    version = _dotted(sys.version_info[:2])
    is_inside = Path(sys.prefix).resolve() == VENV.resolve()
    # The one that made it has a pip, where it has none.
    running = sys._base_executable if is_inside else sys.executable
    python = make_environment(VENV, extras, python=running, version=version)
    if is_inside:
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
    venv_python = python_of(venv)
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
    pip = _pip(python, venv_python)
    # A copied environment runs the original's Python: it is made again.
    if found != version or stamp.get("folder", str(venv)) != str(venv) or pip is None:
        say(f"making {venv.name} with Python {version} ({python})")
        # A pip of its own takes longer than all else here, and another one can stand in for it.
        without_pip = ["--without-pip"] if _has_pip(python, PIP_FOR_OTHERS) else []
        _run_quietly(
            [python, "-m", "venv", "--clear", *without_pip, venv],
            "The virtual environment could not be made. Debian and Ubuntu have the module in a "
            "package of its own: apt-get install python3-venv",
        )
        pip = _pip(python, venv_python)
    (venv / STAMP).unlink(missing_ok=True)
    # Two commands with different extras share the environment.
    wanted = sorted({*extras, *installed})
    names = f"[{','.join(wanted)}]"
    say(f"installing watchframe{names} into {venv.name}: up to a minute, once ...")
    install(["pip", "-e", f"{ROOT}{names}"], venv_python, pip)
    (venv / STAMP).write_text(json.dumps({**made_from, "extras": wanted}), encoding="utf-8")
    return venv_python


def _pip(python: str, venv_python: Path) -> list[str] | None:
    """Return the command of a pip that installs into the environment; None where there is none."""
    if _has_pip(venv_python):
        return [str(venv_python), "-m", "pip"]
    stands_in = _has_pip(python, PIP_FOR_OTHERS)
    return [python, "-m", "pip", "--python", str(venv_python)] if stands_in else None


def _has_pip(python: str | Path, oldest: tuple[int, int] = (0, 0)) -> bool:
    code = (
        "import pip, re, sys\n"
        f"sys.exit(tuple(map(int, re.findall('[0-9]+', pip.__version__)[:2])) < {oldest})"
    )
    try:
        return run_command([python, "-c", code]).returncode == 0
    except OSError:
        return False


def install(requirements: list[str], venv_python: Path, pip: list[str]) -> None:
    """Install by uv, or by `pip` where uv cannot; raise SystemExit where neither does."""
    uv = _uv(venv_python, pip)
    if uv is not None:
        command = [uv, "pip", "install", "--python", venv_python, *requirements]
        if run_command(command, {**_uv_settings(pip), **os.environ}).returncode == 0:
            return
        say("uv could not install the packages, pip begins anew ...")
    command = [*pip, "install", "--disable-pip-version-check", *requirements]
    _run_quietly(command, "The packages could not be installed")


def _uv(venv_python: Path, pip: list[str]) -> str | None:
    """Return the path of uv: the machine's, or else an environment's, put there where needed."""
    own = str(venv_python.with_name("uv"))
    beside = str(Path(sys.executable).with_name("uv"))
    found = shutil.which("uv") or shutil.which(own) or shutil.which(beside)
    if found is None:
        # Where no wheel fits the machine, compiling uv would take far longer than pip does.
        run_command([*pip, "install", "--only-binary", ":all:", "--retries", "1", "uv"])
        found = shutil.which(own)
    return found


def _uv_settings(pip: list[str]) -> dict[str, str]:
    """Return pip's settings of where packages are, as the environment variables that uv reads."""
    # Where an index lacks a version, pip looks into the others, and uv only if told so.
    found = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
    listed = run_command([*pip, "config", "list"]).stdout.splitlines()
    for section in ("global.", "install.", ":env:."):  # the last one counts
        for line in listed:
            name, _, value = line.partition("=")
            variable, separator = UV_SETTINGS.get(name[len(section) :], ("", ""))
            if name.startswith(section) and variable:
                found[variable] = separator.join(str(ast.literal_eval(value)).split())
    return found


def python_of(venv: Path) -> Path:
    """Return the path of an environment's Python."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _read_stamp(venv: Path) -> dict:
    try:
        stamp = json.loads((venv / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _version(python: Path) -> str | None:
    """Return the version of an environment's Python; None where it does not run."""
    try:
        done = run_command([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


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
    done = run_command(command)
    if done.returncode != 0:
        say("\n".join(done.stdout.splitlines()[-LINES_OF_A_FAILURE:]))
        sys.exit(f"{failure} (exit code {done.returncode}; the end of its output is above).")


def run_command(command: list[str | Path], env: dict[str, str] | None = None, **others: object):
    """Run a command to its end; `stdout` of what is returned holds its errors too."""
    return subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env=env,
        check=False,
        **others,
    )


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)


def say(message: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{message}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    ensure_environment(*(sys.argv[1:] or ["test"]))
