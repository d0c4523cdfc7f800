"""Check that a tag can be released, and write its part of the changelog.

`python .github/scripts/check_release.py v0.2.0` ends with exit code 0 where the tag is ``v`` and
the version of the project, and `CHANGELOG.md` has a dated section of that version, which it writes
to standard output. It needs the standard library alone.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Versions that are released; those of work between two releases, such as 0.2.0.dev0, are not.
_RELEASED = re.compile(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", re.ASCII)
_HEAD = re.compile(r"## \[?(?P<version>[^\s\]]+)\]?(?P<rest>.*)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def project_version(root: Path) -> str:
    """Return the version that the project is built with.

    Raises
    ------
    ValueError
        pyproject.toml names a place where no version stands.
    """
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    if "version" in settings["project"]:
        return str(settings["project"]["version"])
    module, _, name = settings["tool"]["setuptools"]["dynamic"]["version"]["attr"].rpartition(".")
    place = root.joinpath(*module.split("."))
    path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if (
            isinstance(statement, ast.Assign)
            and isinstance(statement.value, ast.Constant)
            and [getattr(target, "id", None) for target in statement.targets] == [name]
        ):
            return str(statement.value.value)
    raise ValueError(f"{path.relative_to(root)} sets no {name} to a text.")


def release_notes(changelog: str, version: str) -> str:
    """Return the text of a version's section.

    Raises
    ------
    ValueError
        There is none, or it has no date or no text.
    """
    lines = iter(changelog.splitlines())
    for line in lines:
        head = _HEAD.fullmatch(line)
        if head is not None and head["version"] == version:
            break
    else:
        raise ValueError(f'CHANGELOG.md has no section "## {version} (the day)".')
    if not _DAY.search(head["rest"]):
        raise ValueError(f'The section "{head[0]}" of CHANGELOG.md has no day, such as 2026-11-30.')
    text = []
    for line in lines:
        if _HEAD.fullmatch(line):
            break
        text.append(line)
    # Links to other versions may stand below the last section.
    notes = re.sub(r"(?m)^\[[^\]]+\]: \S+\n?", "", "\n".join(text)).strip()
    if not notes:
        raise ValueError(f'The section "{head[0]}" of CHANGELOG.md is empty.')
    return notes


def check(tag: str, root: Path = ROOT) -> str:
    """Return what is told of the release `tag`.

    Raises
    ------
    ValueError
        It cannot be released.
    """
    version = project_version(root)
    if tag != f"v{version}":
        raise ValueError(f"The tag is {tag}, but the project's version is {version}: v{version}.")
    if not _RELEASED.fullmatch(version):
        raise ValueError(f"{version} is not a version to release, such as 0.2.0 or 0.2.0rc1.")
    return release_notes((root / "CHANGELOG.md").read_text(encoding="utf-8"), version)


def main(arguments: list[str]) -> int:
    """Check the tag that is the only argument; return the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: check_release.py TAG\n")
        return 2
    try:
        notes = check(arguments[0])
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a stream of text
    sys.stdout.write(f"{notes}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
