"""The lines of a statement around the one that a data source complains about."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: How data sources name a line: ``LINE 3:``, ``at line 3``, ``line 3:8``, ``[3:8]``, ``(3, 8)``.
_LINE_NUMBER = re.compile(
    r"\bLINE\s+(?P<psql>\d+)\s*:|\bline:?\s+(?P<words>\d+)\b|\[(?P<brackets>\d+):\d+\]",
    re.IGNORECASE,
)
#: How those that name no line name the place, as SQLite does: ``near "form"``.
_NEAR = re.compile(
    r"""\bnear\s+(?:"([^"]+)"|'([^']+)')|\bno such (?:column|table|function): (\S+)""",
    re.IGNORECASE,
)

#: Lines shown before and after it.
AROUND = 2


def marked_sql(sql: str, reason: str) -> list[str]:
    """Give the lines around the one that `reason` names, that one marked with an arrow.

    Parameters
    ----------
    sql : str
        The statement as it was sent.
    reason : str
        The data source's own words.

    Returns
    -------
    list of str
        Empty when no line is named, or one that the statement does not have.
    """
    lines = sql.splitlines()
    number = line_number(reason) or _line_of_word(lines, reason)
    if number is None or not 1 <= number <= len(lines):
        return []
    first, last = max(number - AROUND, 1), min(number + AROUND, len(lines))
    width = len(str(last))
    return [
        f"{'-->' if at == number else '   '} {at:>{width}} | {lines[at - 1]}"
        for at in range(first, last + 1)
    ]


def line_number(reason: str) -> int | None:
    """Give the line that a data source's message names first; None where it names none."""
    found = _LINE_NUMBER.search(reason)
    return None if found is None else int(next(group for group in found.groups() if group))


def _line_of_word(lines: Sequence[str], reason: str) -> int | None:
    """Give the line of the word that the message names, where one line alone has it."""
    found = _NEAR.search(reason)
    if found is None:
        return None
    word = next(group for group in found.groups() if group)
    place = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    numbers = [number for number, line in enumerate(lines, 1) if place.search(line)]
    return numbers[0] if len(numbers) == 1 else None
