"""The words of a magic's line: as a shell reads them, with three exceptions.

A bracketed value is one word, a lone ``#`` begins a remark, and a backslash that escapes nothing is
kept: Windows paths and regular expressions need no quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from watchframe.errors import ArgumentError
from watchframe.parameters.written_brackets import BRACKETS, closing_bracket

_REMARK = re.compile(r"#(?=\s|$)")
#: An unquoted word that an escaped space joins to what looks like an option.
_JOINED_OPTION = re.compile(r"([^'\"\[({]*?\\)\s+(--?[A-Za-z][\w-]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of a line.

    Attributes
    ----------
    text : str
        Without the quotes, and without the backslashes that escape something.
    start, end : int
        Its place in the line.
    open_quote : str
        The quote that is not closed; empty where all are.
    """

    text: str
    start: int
    end: int
    open_quote: str = ""


def split_words(line: str) -> list[Word]:
    """Give the words of a line; a lone ``#`` begins a remark.

    Behind an equals sign a bracket keeps its spaces and quotes up to the one that closes it, so
    that ``-p markets=["New York", INV]`` needs no quotes around it.
    """
    words = list[Word]()
    at = 0
    while at < len(line):
        if line[at].isspace():
            at += 1
        elif _REMARK.match(line, at):
            break
        else:
            words.append(_word(line, at))
            at = words[-1].end
    return words


def read_words(line: str) -> list[str]:
    """Return the texts of the words of a line.

    Raises
    ------
    ArgumentError
        A quote is not closed.
    """
    words = split_words(line)
    if words and words[-1].open_quote:
        rest = line[words[-1].start :]
        is_escaped = re.search(r"\\['\"]", rest) is not None
        raise ArgumentError(
            f"A quote in the line is not closed: {rest}",
            hint="A backslash before a quote escapes it; '...' keeps every backslash."
            if is_escaped
            else "A lone ' goes into \"...\", a lone \" into '...'.",
        )
    return [word.text for word in words]


def without_remark(line: str) -> str:
    """Give a line without the remark at its end."""
    words = split_words(line)
    return line[: words[-1].end] if words else ""


def joined_option(line: str, word: Word) -> tuple[str, str] | None:
    r"""Return a value and the option that the backslash at the value's end made a part of it.

    They are ``dir=C:\data\`` and ``--refresh`` in ``dir=C:\data\ --refresh``; None where no option
    is joined.
    """
    found = _JOINED_OPTION.match(line[word.start : word.end])
    return None if found is None else (found[1], found[2])


def _is_escapable(char: str) -> bool:
    return char in ("'", '"', "\\") or char.isspace()


def _word(line: str, start: int) -> Word:
    text, quote, at = "", "", start
    while at < len(line) and (quote or not line[at].isspace()):
        char = line[at]
        if quote:
            if char == quote:
                quote = ""
            elif quote == '"' and char == "\\" and line[at + 1 : at + 2] in ('"', "\\"):
                at += 1
                text += line[at]
            else:
                text += char
        elif char in "'\"":
            quote = char
        elif char == "\\" and _is_escapable(line[at + 1 : at + 2]):
            at += 1
            text += line[at]
        elif char in BRACKETS and line[at - 1 : at] == "=" and at > start:
            length = closing_bracket(line[at:])
            within = line[at:] if length is None else line[at : at + length + 1]
            text += within
            at += len(within) - 1
        else:
            text += char
        at += 1
    return Word(text=text, start=start, end=at, open_quote=quote)
