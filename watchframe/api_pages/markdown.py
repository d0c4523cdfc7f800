"""Docstrings' reStructuredText, of which they use little, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable

_EXAMPLE = re.compile(r"^(>>> .*(?:\n(?!\n).*)*)", re.MULTILINE)
_LITERAL = re.compile(r"(?<!`)``(?!`)(.+?)(?<!`)``(?!`)", re.DOTALL)
_ROLE = re.compile(r":[a-z]+:`~?(?:[\w.]*\.)?(\w+)`")
_BLOCK = re.compile(r"::\n\n((?:    .*\n?|\n)+)")


def markdown(text: str) -> str:
    """Give a text as Markdown: names in code, examples and literal blocks as code blocks."""
    text = _BLOCK.sub(lambda found: f":\n\n```\n{_dedented(found[1])}\n```\n", text)
    text = _EXAMPLE.sub(lambda found: f"```python\n{found[1].rstrip()}\n```", text)
    return inline(text)


def inline(text: str) -> str:
    """Give a text's names and literals in code as Markdown has it."""
    return _LITERAL.sub(r"`\1`", _ROLE.sub(r"`\1`", text))


def cell(text: str) -> str:
    """Give a text as the cell of a table: one line, paragraphs apart."""
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return "<br>".join(inline(part) for part in paragraphs).replace("|", "\\|")


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Give a table; nothing where it has no rows."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    if not lines:
        return ""
    names = list(headings)
    head = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    return "\n".join([*head, *lines]) + "\n"


def anchor(name: str) -> str:
    """Give the anchor that a heading of this name has, as GitHub makes it."""
    return "".join(letter for letter in name.lower() if letter.isalnum() or letter in "_-")


def _dedented(block: str) -> str:
    return "\n".join(line.removeprefix("    ") for line in block.rstrip().splitlines())
