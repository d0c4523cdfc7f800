"""An error in a few lines for people: the message, the data source's words, and what to do."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence

from watchframe.errors import JobFailedError
from watchframe.hints import Face, words_for
from watchframe.keys import without_keys
from watchframe.plain_text import plain_text

#: Lines of SQL shown before and after the one that failed.
AROUND = 2

#: How data sources name a line: ``LINE 3:``, ``at line 3``, ``line 3:8``, ``[3:8]``.
_LINE_NUMBER = re.compile(
    r"\bLINE\s+(?P<psql>\d+)\s*:|\bline:?\s+(?P<words>\d+)\b|\[(?P<brackets>\d+):\d+\]",
    re.IGNORECASE,
)
#: How those that name no line name the place, as SQLite does: ``near "form"``.
_NEAR = re.compile(
    r"""\bnear\s+(?:"([^"]+)"|'([^']+)')|\bno such (?:column|table|function): (\S+)""",
    re.IGNORECASE,
)


def error_lines(error: BaseException, face: Face) -> list[str]:
    """Return the lines that say what happened and what to do; the message comes first.

    Control characters are written out, and keys hidden, also in the data source's words and in the
    statement.

    Parameters
    ----------
    error : BaseException
    face : {"python", "cell", "terminal", "picker"}
        Where the lines are shown.
    """
    lines = [words_for(face, getattr(error, "message", None) or str(error))]
    if isinstance(error, JobFailedError):
        reason = plain_text(error.reason).rstrip()
        if reason.strip() not in lines[0]:
            lines.append(reason)
        lines += marked_sql(error.sql, error.reason) if error.sql is not None else []
    hint = words_for(face, getattr(error, "hint", None))
    if hint:
        lines.append(f"Hint: {hint}")
    return [without_keys(plain_text(line)) for line in lines]


def group_lines(
    group: BaseExceptionGroup[BaseException],
    lines_of: Callable[[BaseException], Sequence[str]],
    most: int | None = None,
) -> Iterator[str]:
    """Yield the lines of each error of a group; its notes say which read or file it is of.

    Parameters
    ----------
    group : BaseExceptionGroup
    lines_of : callable
        Returns the lines of one error.
    most : int, optional
        Of how many errors at most.
    """
    for error in group.exceptions[:most]:
        first, *more = lines_of(error)
        yield f"  - {textwrap.indent(first, '    ')[4:]}"
        yield from (textwrap.indent(line, "    ") for line in [*notes_of(error), *more])
    left = len(group.exceptions[most:]) if most is not None else 0
    if left:
        yield f"  and {left:,} more: the error's .exceptions has them all."


def notes_of(error: BaseException) -> list[str]:
    """Return what was noted about an error after it was raised."""
    return [without_keys(plain_text(str(words))) for words in getattr(error, "__notes__", ())]


def marked_sql(sql: str, reason: str) -> list[str]:
    """Return the lines around the one that `reason` names, that one marked with an arrow.

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
    """Return the line that a data source's message names first; None where it names none."""
    found = _LINE_NUMBER.search(reason)
    return None if found is None else int(next(group for group in found.groups() if group))


def _line_of_word(lines: Sequence[str], reason: str) -> int | None:
    """Return the line of the word that the message names, where only one line has it."""
    found = _NEAR.search(reason)
    if found is None:
        return None
    word = next(group for group in found.groups() if group)
    place = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    numbers = [number for number, line in enumerate(lines, 1) if place.search(line)]
    return numbers[0] if len(numbers) == 1 else None
