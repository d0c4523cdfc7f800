"""Numpydoc docstrings, taken apart, and their reStructuredText as Markdown."""

from __future__ import annotations

import inspect
import itertools
import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_HEADING = re.compile(r"^([A-Z][A-Za-z ]+)\n-{3,}\n?", re.MULTILINE)
_EXAMPLE = re.compile(r"^(>>> .*(?:\n(?!\n).*)*)", re.MULTILINE)
_LITERAL = re.compile(r"(?<!`)``(?!`)(.+?)(?<!`)``(?!`)", re.DOTALL)
_ROLE = re.compile(r":[a-z]+:`~?(?:[\w.]*\.)?(\w+)`")
_BLOCK = re.compile(r"::\n\n((?:    .*\n?|\n)+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A parameter, an attribute, a returned value, or an error.

    Attributes
    ----------
    name : str
        Several names are separated by commas.
    type : str
        Empty where there is none.
    text : str
        The description, in reStructuredText; may be empty.
    """

    name: str
    type: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Docstring:
    """The text and the sections of a docstring.

    Attributes
    ----------
    text : str
        Everything before the first section, in reStructuredText.
    sections : mapping of str to str
        The sections by their headings, in their order.
    """

    text: str
    sections: Mapping[str, str]

    @classmethod
    def of(cls, thing: object) -> Docstring:
        """Take apart the docstring of `thing`; without one, the text is empty."""
        parts = _HEADING.split(inspect.getdoc(thing) or "")
        sections = dict(zip(parts[1::2], (part.strip("\n") for part in parts[2::2]), strict=True))
        return cls(text=parts[0].strip(), sections=sections)

    def items(self, section: str) -> list[Item]:
        """Return what a section lists; nothing where there is no such section."""
        lines = self.sections.get(section, "").splitlines()
        starts = [at for at, line in enumerate(lines) if line[:1].strip()]
        return [_item(lines[start:end]) for start, end in itertools.pairwise([*starts, len(lines)])]


def _item(lines: list[str]) -> Item:
    name, _, type_ = lines[0].partition(" : ")
    text = textwrap.dedent("\n".join(lines[1:])).strip()
    return Item(name=name.strip(), type=type_.strip(), text=text)


def markdown(text: str) -> str:
    """Return a docstring's text as Markdown, examples and literal blocks as code blocks."""
    text = _BLOCK.sub(lambda found: f":\n\n```\n{textwrap.dedent(found[1]).strip()}\n```\n", text)
    text = _EXAMPLE.sub(lambda found: f"```python\n{found[1].rstrip()}\n```", text)
    return inline(text)


def inline(text: str) -> str:
    """Return a text with its names and literals as Markdown's code."""
    return _LITERAL.sub(r"`\1`", _ROLE.sub(r"`\1`", text))


def cell(text: str) -> str:
    """Return a text as a cell of a table: on one line, paragraphs separated by breaks."""
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return "<br>".join(inline(part) for part in paragraphs).replace("|", "\\|")


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of Markdown; an empty text where there are no rows."""
    names = list(headings)
    lines = [f"| {' | '.join(row)} |" for row in rows]
    head = [f"| {' | '.join(names)} |", "|" + " --- |" * len(names)]
    return "\n".join([*head, *lines]) + "\n" if lines else ""


def anchor(name: str) -> str:
    """Return the anchor of a heading, as GitHub makes it."""
    return "".join(letter for letter in name.lower() if letter.isalnum() or letter in "_-")
