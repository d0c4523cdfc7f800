"""The code blocks of a page of the documentation, and what stands with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"

#: The languages of blocks that are run.
PYTHON, SHELL = "python", "sh"
#: That of what the block before it prints.
PRINTED = "text"

#: What stands in pages for the demo server's address and its user's key.
ADDRESS, KEY = "https://app.inverse.watch", "KEY"

_BEFORE = re.compile(r"<!-- before:(.*?)-->", re.DOTALL)
_KEY = re.compile(rf'(?<=["\'=]){KEY}\b')
#: Stands for anything in what is printed.
_ANYTHING = "..."


@dataclass
class Block:
    """A block that is run.

    Attributes
    ----------
    language : str
    source : str
    line : int
        Where it begins in the page's file, from 1.
    before : list of str
        Code that is run silently before it.
    printed : str or None
        What stands below it as its output.
    """

    language: str
    source: str
    line: int
    before: list[str]
    printed: str | None = None

    def for_server(self, url: str, key: str) -> str:
        """Return the source with the address and the key of a server."""
        return with_server(self.source, url, key)


def with_server(source: str, url: str, key: str) -> str:
    """Replace what stands in pages for the address of the server and for the key."""
    return _KEY.sub(key, source.replace(ADDRESS, url))


def pages() -> list[Path]:
    """Return every page that is written by hand, with the project's own at its top."""
    found = [path for path in DOCS.rglob("*.md") if "_build" not in path.parts]
    return sorted([*ROOT.glob("*.md"), *found])


def blocks_of(text: str) -> list[Block]:
    """Return the blocks of a page that are run, in their order.

    Raises
    ------
    ValueError
        A block of text follows none that is run: nobody would notice that it is wrong.
    """
    found: list[Block] = []
    before: list[str] = []
    was_run = False
    for token in _tokens(text):
        if token.type == "html_block":
            before += [code.strip() for code in _BEFORE.findall(token.content)]
            continue
        language = token.info.strip()
        line = (token.map or [0])[0] + 1
        if language in {PYTHON, SHELL}:
            found.append(Block(language, token.content, line, before))
            before = []
        elif language == PRINTED:
            if not was_run:
                raise ValueError(f"line {line}: the text follows no block that prints it")
            found[-1].printed = token.content
        was_run = language in {PYTHON, SHELL}
    if before:
        raise ValueError(f"no block follows `before: {before[0]}`")
    return found


def _tokens(text: str) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").parse(text):
        if token.type in {"fence", "html_block"}:
            yield token


def fits(expected: str, shown: str, *, as_part: bool = False) -> bool:
    """Return whether `shown` is what a page says; ``...`` in the page stands for anything.

    Parameters
    ----------
    expected, shown : str
    as_part : bool
        Whether the page may show some of the lines only, as of an error.
    """
    words = ".*?".join(map(re.escape, _trimmed(expected).split(_ANYTHING)))
    if as_part:
        return re.search(rf"(?:^|\n){words}(?:\n|$)", _trimmed(shown), re.DOTALL) is not None
    return re.fullmatch(words, _trimmed(shown), re.DOTALL) is not None


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines()).strip()
