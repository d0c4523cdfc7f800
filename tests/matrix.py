"""Test beside other versions of what the package needs: `python tests/matrix.py [names]`.

    (nothing)   each of CASES, such as pandas 2.2 beside the newest of the rest; then the oldest
    names       these pairs alone, by their packages: `python tests/matrix.py pandas plotly`
    --oldest    the oldest version of everything that pyproject.toml allows, together
    --newest    the newest of everything, together: what has been released since `.venv` was made

A pair is a folder with the other version, which stands before the packages of the running
environment. That is done only where the metadata of all packages agree to it; a pair that they
refuse fails. The oldest and the newest have environments of their own, `.venv-oldest` and
`.venv-newest`. Each runs the tests that depend on it, with warnings as errors, as always. Folders
are kept, so that a second run installs nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

sys.path.insert(0, str(Path(__file__).resolve().parent))
from environment import ROOT, install, python_of, run_command, say

OVERLAYS = ROOT / ".venv-matrix"
STAMP = "installed.json"
LINES_OF_A_FAILURE = 60

#: What depends on each, in tests/.
TESTS = {
    "pandas": ("unit/decode", "unit/file_formats", "integration/read/test_dtypes_of_reads.py"),
    "pyarrow": (
        *("unit/decode", "unit/file_formats", "unit/cache/test_entry_format.py"),
        *("unit/cache/test_format_v1.py", "unit/cache/test_store.py"),
    ),
    "ipywidgets": ("unit/widgets",),
    "ipython": (
        *("unit/magics", "unit/display", "integration/magics/test_cell.py"),
        *("integration/magics/test_completion.py", "integration/magics/test_tracebacks.py"),
    ),
    "plotly": ("unit/drawing", "integration/drawing/test_documents.py"),
    "duckdb": (
        *("unit/demo", "unit/local", "integration/demo/test_sql_engine.py"),
        "integration/demo/test_catalogue.py",
    ),
    "click": (
        *("integration/cli/test_commands.py", "integration/cli/test_query.py"),
        "integration/cli/test_words.py",
    ),
    "starlette": ("integration/demo/test_application.py", "integration/demo/test_server.py"),
}
#: The versions that are not the newest, which the tests as a whole run with.
CASES = (
    ("pandas", "2.2.*"),
    ("pandas", "3.0.*"),
    ("pyarrow", "17.*"),
    ("ipywidgets", "8.1.5"),
    ("ipython", "8.18.*"),
    ("plotly", "6.0.*"),
    ("duckdb", "1.5.*"),
    ("click", "8.2.*"),
    ("starlette", "0.40.*"),
)
#: What an older version needs, and the newest does not.
NEEDED_BEFORE = {"ipython": ("decorator",)}
#: Whose packages are tools of this clone: no older versions of them are tested.
NEEDS_A_KERNEL = {"integration/magics/test_tracebacks.py"}
#: All of these together, and what stands on the other packages: HTTP, parameters, models.
TOGETHER = (
    *sorted({path for paths in TESTS.values() for path in paths} - NEEDS_A_KERNEL),
    *("unit/parameters", "unit/models", "unit/http", "unit/admin", "unit/reprs", "unit/config"),
    *("integration/dask", "integration/read/test_output.py"),
    *("integration/cli/test_login.py", "integration/http/test_transport.py"),
)
#: Its Python writes what is found first of each package, and what watchframe and the packages that
#: it needs refuse; tools of this clone may need newer ones.
ASK = """
import importlib.metadata as metadata, json, sys
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
found = {}
for each in metadata.distributions():
    found.setdefault(canonicalize_name(each.name), each)
conflicts, waiting, seen = [], [("watchframe", "unit"), ("watchframe", "all")], set()
while waiting:
    name, extra = waiting.pop()
    each = found.get(name)
    if each is None or (name, extra) in seen:
        continue
    seen.add((name, extra))
    for requirement in map(Requirement, each.requires or ()):
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        key = canonicalize_name(requirement.name)
        waiting += [(key, extra) for extra in ("", *requirement.extras)]
        other = found.get(key)
        allowed = requirement.specifier
        if other is not None and not allowed.contains(other.version, prereleases=True):
            conflicts.append(f"{name} {each.version} needs {requirement}, not {other.version}")
versions = {name: each.version for name, each in found.items()}
json.dump({"versions": versions, "conflicts": conflicts}, sys.stdout)
"""


@dataclass(frozen=True)
class Row:
    """A line of the table that is printed at the end."""

    name: str
    versions: str
    tests: str
    result: str
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether all of its tests did."""
        return self.result == "passed"


def main() -> int:
    """Run what is asked for; print the table; return the exit code."""
    parser = argparse.ArgumentParser(usage="%(prog)s [--oldest] [--newest] [names]")
    parser.add_argument("names", nargs="*", choices=[[], *TESTS], metavar="names")
    parser.add_argument("--oldest", action="store_true")
    parser.add_argument("--newest", action="store_true")
    options = parser.parse_args()
    whole = not (options.names or options.oldest or options.newest)

    rows = []
    for name, version in CASES:
        if whole or name in options.names:
            rows.append(_row(f"{name} {version}", lambda n=name, v=version: _beside(n, v)))
    if whole or options.oldest:
        rows.append(_row("oldest", lambda: _together("oldest", floors())))
    if options.newest:
        rows.append(_row("newest", lambda: _together("newest", requirements())))

    width = max(len(row.name) for row in rows)
    say("")
    for row in rows:
        outcome = f"{row.result:9}  {row.tests:>16}  {row.seconds:5.0f} s"
        say(f"{row.name:{width}}  {outcome}  {row.versions}")
    return 0 if all(row.passed for row in rows) else 1


def floors() -> list[str]:
    """Return pyproject's requirements with each lowest version as the only one.

    Of the package and of its extra "unit", with the extras that this names; of tools of this clone
    no older versions are tested.
    """
    found = {}
    for text in requirements():
        requirement = Requirement(text)
        lowest = [each.version for each in requirement.specifier if each.operator in (">=", "==")]
        if len(lowest) != 1:
            raise ValueError(f"pyproject.toml names no lowest version: {text}")
        extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
        key = canonicalize_name(requirement.name)
        found[key] = f"{requirement.name}{extras}=={lowest[0]}"
    return list(found.values())


def requirements() -> list[str]:
    """Return what the package and its extra "unit" need here, without the package itself."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    found, waiting = list(project["dependencies"]), list(extras["unit"])
    while waiting:
        text = waiting.pop()
        requirement = Requirement(text)
        if requirement.name == project["name"]:
            waiting += [each for extra in requirement.extras for each in extras[extra]]
        else:
            found.append(text)
    needed = {text: Requirement(text).marker for text in found}
    return [text for text, marker in needed.items() if marker is None or marker.evaluate()]


def _row(name: str, run: Callable[[], tuple[str, str, str]]) -> Row:
    """Return what one case gave; an installation that failed is a failure of its row."""
    say(f"== {name}")
    started = time.monotonic()
    try:
        versions, tests, result = run()
    except SystemExit as failure:
        say(str(failure))
        versions, tests, result = "", "none", "FAILED"
    return Row(name, versions, tests, result, time.monotonic() - started)


def _beside(name: str, version: str) -> tuple[str, str, str]:
    """Run the tests of a package with another version of it."""
    folder = OVERLAYS / f"{name}-{version.replace('.*', '')}"
    requirements = [f"{name}=={version}", *NEEDED_BEFORE.get(name, ())]
    if not _is_made(folder, requirements):
        shutil.rmtree(folder, ignore_errors=True)
        _install(Path(sys.executable), "--no-deps", "--target", str(folder), *requirements)
        _stamp(folder, requirements)
    return _tested(sys.executable, [folder], TESTS[name], [name])


def _together(name: str, requirements: list[str]) -> tuple[str, str, str]:
    """Run tests of everything in an environment that has just these requirements."""
    venv = ROOT / f".venv-{name}"
    python = python_of(venv)
    if name == "newest" or not _is_made(venv, requirements):  # there may be something newer
        subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", venv], check=True)
        _install(python, *requirements)
        # The sources and what is compiled of them are those of the clone: nothing is built again.
        ask = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
        packages = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
        Path(packages, "watchframe.pth").write_text(f"{ROOT}\n", encoding="utf-8")
        _stamp(venv, requirements)
    return _tested(python, [], TOGETHER, list(TESTS))


def _tested(
    python: str | Path, folders: list[Path], tests: Iterable[str], names: list[str]
) -> tuple[str, str, str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))}
    asked = subprocess.run(
        [python, "-c", ASK], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    answer = json.loads(asked.stdout)
    versions = ", ".join(f"{name} {answer['versions'][name]}" for name in names)
    if answer["conflicts"]:
        say("\n".join(answer["conflicts"]))
        return versions, "none", "CONFLICT"
    command = [python, "-m", "pytest", "-n", "0", "-q", "-m", "not slow", "-p", "no:cacheprovider"]
    command += ["--maxfail", "20", "--tb", "short", *(f"tests/{path}" for path in tests)]
    done = run_command(command, environment, cwd=ROOT)
    lines = done.stdout.splitlines()
    counts = re.findall(r"\d+ (?:passed|failed|errors?)\b", lines[-1] if lines else "")
    if done.returncode:
        say("\n".join(lines[-LINES_OF_A_FAILURE:]))
    return versions, ", ".join(counts) or "none", "FAILED" if done.returncode else "passed"


def _is_made(folder: Path, requirements: list[str]) -> bool:
    try:
        return json.loads((folder / STAMP).read_text(encoding="utf-8")) == _made_of(requirements)
    except (OSError, ValueError):
        return False


def _stamp(folder: Path, requirements: list[str]) -> None:
    (folder / STAMP).write_text(json.dumps(_made_of(requirements)), encoding="utf-8")


def _made_of(requirements: list[str]) -> list[str]:
    return ["{}.{}".format(*sys.version_info), *requirements]


def _install(python: Path, *requirements: str) -> None:
    install([*requirements], python, [sys.executable, "-m", "pip", "--python", str(python)])


if __name__ == "__main__":
    sys.exit(main())
