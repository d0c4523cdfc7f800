"""Write the generated parts of the pages in `docs/reference/`: `python docs/generate.py`.

With `--check` nothing is written: the pages that differ from the code are named, and the exit code
is 1. A page is prose with generated parts, each between two comments of Markdown::

    <!-- begin types: made by docs/generate.py -->
    <!-- end types -->
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from generators import api, gallery, reference, types_table

FOLDER = Path(__file__).parent / "reference"
PARTS = {**api.PARTS, **gallery.PARTS, **reference.PARTS, **types_table.PARTS}
_PART = re.compile(
    r"(?P<begin><!-- begin (?P<name>\S+): made by docs/generate\.py -->\n)"
    r".*?(?P<end><!-- end (?P=name) -->\n)",
    re.DOTALL,
)


def main(arguments: list[str] | None = None, folder: Path = FOLDER) -> int:
    """Write or check the pages of `folder`; return the exit code."""
    parser = argparse.ArgumentParser(description="Generate the parts of docs/reference/.")
    parser.add_argument("--check", action="store_true", help="write nothing, name what differs")
    is_check = parser.parse_args(arguments).check
    differing = differing_pages(folder)
    for path, text in differing.items():
        sys.stdout.write(f"{'differs' if is_check else 'written'}: {path.name}\n")
        if not is_check:
            path.write_text(text, encoding="utf-8")
    return 1 if is_check and differing else 0


def differing_pages(folder: Path = FOLDER) -> Mapping[Path, str]:
    """Return the pages of `folder` that the code makes differently, with the text they should have.

    Raises
    ------
    ValueError
        A page has a part that is not known.
    """
    found = {path: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))}
    made = {path: _PART.sub(_made, text) for path, text in found.items()}
    return {path: text for path, text in made.items() if text != found[path]}


def part_names(text: str) -> list[str]:
    """Return the names of a page's generated parts, in their order."""
    return [part["name"] for part in _PART.finditer(text)]


def _made(part: re.Match[str]) -> str:
    if part["name"] not in PARTS:
        raise ValueError(f"{part[0].splitlines()[0]}: no generator makes such a part")
    return f"{part['begin']}\n{PARTS[part['name']]().strip()}\n\n{part['end']}"


if __name__ == "__main__":
    sys.exit(main())
