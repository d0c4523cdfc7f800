"""What stands at the cursor: an option, a query, a parameter's name or its value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from watchframe.magics.options import OPTIONS, Option
from watchframe.magics.words import Word, split_words, without_remark
from watchframe.parameters.written_brackets import BRACKETS

Kind = Literal["query", "option", "option value", "parameter", "value"]

_LINE_MAGIC = re.compile(r"\s*(?:[^=%#'\"]+=\s*)?%watch\s(.*)", re.DOTALL)
_CELL_MAGIC = re.compile(r"\s*%%watch\b[ \t]*(.*)")
_BODY_NAME = re.compile(r"""\s*["']?([^:"']+?)["']?\s*:(.*)""")
_FLAGS = {flag: option for option in OPTIONS for flag in option.flags}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where the cursor is in a ``%watch`` line or a ``%%watch`` cell.

    Attributes
    ----------
    kind : str
        What can stand there.
    fragment : str
        What of it is typed, as it stands in the text; a completion takes its place.
    typed : str
        The same as it is read: without quotes, and without backslashes that escape something.
    open_quote : str
        The quote that was opened before the fragment, around the parameter's name; or empty.
    query : str or None
        The query that the line names.
    option : Option or None
        The option whose value it is.
    parameter : str or None
        The parameter whose value it is.
    given : frozenset of str
        The flags or the parameters' names that are there already.
    is_body : bool
        Whether it is in the cell's body.
    is_bracketed : bool
        Whether it is within brackets, where a line's quotes are those of a body.
    """

    kind: Kind
    fragment: str
    typed: str = ""
    open_quote: str = ""
    query: str | None = None
    option: Option | None = None
    parameter: str | None = None
    given: frozenset[str] = frozenset()
    is_body: bool = False
    is_bracketed: bool = False


def find_cursor(text: str, line: int, column: int) -> Cursor | None:
    """Give what stands at a place of a cell; None where the magic has no say.

    Parameters
    ----------
    text : str
        The whole cell.
    line, column : int
        The cursor's, counted from 0.
    """
    lines = text.split("\n")
    first = next((at for at, item in enumerate(lines) if item.strip()), 0)
    before = lines[line][:column] if line < len(lines) else ""
    cell = _CELL_MAGIC.match(lines[first])
    if cell is not None and line > first:
        return _in_body(cell[1], lines[first + 1 : line], before)
    found = _CELL_MAGIC.match(before) if line == first else None
    if found is not None and not before[found.start(1) - 1].isspace():
        return None
    found = found or _LINE_MAGIC.match(before)
    if found is None or len(without_remark(found[1])) < len(found[1].rstrip()):
        return None  # elsewhere, or in a remark
    return _in_line(found[1])


def _in_line(typed: str) -> Cursor:
    words, last = _words(typed)
    fragment = typed[last.start :]
    query, option, given, names = _scan(words)
    if option is not None and option.kind == "parameters":
        return _parameter(fragment, last.text, query, names)
    if option is not None:
        return Cursor(kind="option value", fragment=fragment, typed=last.text, option=option)
    if fragment.startswith("-"):
        flag, equals, value = fragment.partition("=")
        known = _FLAGS.get(flag)
        if equals and known is not None and known.kind == "text":
            read = last.text.partition("=")[2]
            return Cursor(kind="option value", fragment=value, typed=read, option=known)
        return Cursor(kind="option", fragment=fragment, given=given)
    if query is None and "source" not in given and "help" not in given:
        return Cursor(kind="query", fragment=fragment)
    return Cursor(kind="option", fragment=fragment, given=given)


def _scan(
    words: Sequence[str],
) -> tuple[str | None, Option | None, frozenset[str], frozenset[str]]:
    """Give the query, the option that waits for its value, the options and parameters there are."""
    query: str | None = None
    waiting: Option | None = None
    given, names = set[str](), set[str]()
    for word in words:
        if waiting is not None:
            if waiting.kind == "parameters":
                names.add(word.partition("=")[0].strip())
            waiting = None
        elif word.startswith("-"):
            flag, equals, _ = word.partition("=")
            option = _FLAGS.get(flag)
            if option is not None:
                given.add(option.name)
                waiting = None if equals or option.kind == "switch" else option
        elif query is None:
            query = word
    return query, waiting, frozenset(given), frozenset(names)


def _parameter(fragment: str, typed: str, query: str | None, given: frozenset[str]) -> Cursor:
    name, equals, read = typed.partition("=")
    if not equals:
        return Cursor(kind="parameter", fragment=fragment, typed=typed, query=query, given=given)
    before, _, value = fragment.partition("=")
    around_name = split_words(before)
    item = _last_item(value)
    return Cursor(
        kind="value",
        fragment=item,
        typed=read if item == value else item,
        open_quote=around_name[-1].open_quote if around_name else "",
        query=query,
        parameter=name.strip(),
        is_bracketed=value[:1] in BRACKETS,
    )


def _in_body(line: str, above: Sequence[str], before: str) -> Cursor | None:
    query, *_ = _scan([word.text for word in split_words(line)])
    if query is None or before.lstrip().startswith(("#", "{")):
        return None
    named = _BODY_NAME.match(before)
    if named is not None:
        item = _last_item(named[2].lstrip())
        return Cursor(
            kind="value",
            fragment=item,
            typed=item,
            query=query,
            parameter=named[1].strip(),
            is_body=True,
        )
    names = [found[1].strip() for item in above if (found := _BODY_NAME.match(item))]
    if before.lstrip().startswith("-"):
        item = before.lstrip()[1:].lstrip()
        return Cursor(
            kind="value",
            fragment=item,
            typed=item,
            query=query,
            parameter=names[-1] if names else None,
            is_body=True,
        )
    return Cursor(
        kind="parameter",
        fragment=before.lstrip(),
        typed=before.lstrip(),
        query=query,
        given=frozenset(names),
        is_body=True,
    )


def _words(typed: str) -> tuple[list[str], Word]:
    """Return the finished words of a line as they are read, and the one that the cursor is in."""
    words = split_words(typed)
    if words and words[-1].end == len(typed):
        return [word.text for word in words[:-1]], words[-1]
    return [word.text for word in words], Word(text="", start=len(typed), end=len(typed))


def _last_item(value: str) -> str:
    """Give what is typed of the last item of a list, or of the second end of a range."""
    text = value.lstrip("'\"") if value[:2] in ("'[", '"[') else value
    if text.startswith(("[", "(")):
        return re.split(r"[\[(,]\s*", text)[-1]
    return value
