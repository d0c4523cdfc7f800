"""A numpydoc docstring, taken apart."""

from __future__ import annotations

import inspect
import itertools
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_HEADING = re.compile(r"^([A-Z][A-Za-z ]+)\n-{3,}\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A parameter, an attribute, a returned value, or an error.

    Attributes
    ----------
    name : str
        May be several, with commas.
    type : str
        Empty where there is none.
    text : str
        What it is, in reStructuredText; may be empty.
    """

    name: str
    type: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Docstring:
    """What a docstring says.

    Attributes
    ----------
    text : str
        Everything before the first section, in reStructuredText.
    sections : mapping of str to str
        The others by their headings, in their order.
    """

    text: str
    sections: Mapping[str, str]

    @classmethod
    def of(cls, thing: object) -> Docstring:
        """Take apart the docstring of something; one without a docstring says nothing."""
        parts = _HEADING.split(inspect.getdoc(thing) or "")
        sections = dict(zip(parts[1::2], (part.strip("\n") for part in parts[2::2]), strict=True))
        return cls(text=parts[0].strip(), sections=sections)

    def items(self, section: str) -> list[Item]:
        """Give what a section lists; none where it is not there."""
        return [*_items(self.sections.get(section, ""))]


def _items(text: str) -> Iterator[Item]:
    lines = text.splitlines()
    starts = [at for at, line in enumerate(lines) if line[:1].strip()]
    for start, end in itertools.pairwise([*starts, len(lines)]):
        name, _, type_ = lines[start].partition(" : ")
        words = textwrap.dedent("\n".join(lines[start + 1 : end])).strip()
        yield Item(name=name.strip(), type=type_.strip(), text=words)
