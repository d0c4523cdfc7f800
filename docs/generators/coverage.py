"""The tables of `docs/reference/coverage.md`, read: what there is for each route and method.

The page is written by hand. Its calls are real ones: tests bind each of them to the function that
it names, make it, and see that it requests the route beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[1] / "reference" / "coverage.md"
_ROW = re.compile(r"\| `([^`]+)` \| (`[^`]+`(?:<br>`[^`]+`)*) \| (.*?) ?\|")


@dataclass(frozen=True, slots=True)
class Covered:
    """A row.

    Attributes
    ----------
    theirs : str
        A route, or the name of a method or an example of redash-toolbelt.
    ours : tuple of str
        The calls that do the same.
    note : str
        What differs; it begins with "instead" where the calls request another route.
    """

    theirs: str
    ours: tuple[str, ...]
    note: str

    @property
    def is_instead(self) -> bool:
        """Whether the calls do the same by another route."""
        return self.note.startswith("instead")


def _rows(heading: str) -> tuple[Covered, ...]:
    section = PAGE.read_text(encoding="utf-8").partition(f"\n## {heading}\n\n")[2]
    lines = section.partition("\n## ")[0].splitlines()[2:]  # below the table's head
    return tuple(_row(line) for line in lines if line)


def _row(line: str) -> Covered:
    found = _ROW.fullmatch(line)
    if found is None:
        raise ValueError(f"{PAGE.name}: not a row of its tables: {line}")
    theirs, calls, note = found.groups()
    return Covered(theirs, tuple(call.strip("`") for call in calls.split("<br>")), note)


DOCUMENTED_ROUTES = _rows("The public documentation of the API")
FURTHER_ROUTES = _rows("Further routes")
TOOLBELT_METHODS = _rows("Methods of redash-toolbelt")
TOOLBELT_EXAMPLES = _rows("Examples of redash-toolbelt")


def routes_of(name: str) -> list[str]:
    """Return the routes that a method such as ``client.queries.get`` requests, in table order."""
    return [
        row.theirs
        for row in (*DOCUMENTED_ROUTES, *FURTHER_ROUTES)
        if not row.is_instead and any(call.partition("(")[0] == name for call in row.ours)
    ]
