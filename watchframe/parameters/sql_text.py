"""SQL cut into pieces: comments, strings, quoted names, words and signs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

#: As ``sqlparse`` cuts it, with which the server splits statements: its quotes know ``\'`` and its
#: comments ``# `` (but not ``{{# name }}``, the head of a section in a query's text).
_PIECE = re.compile(
    r"""
      (?P<line_comment>(?:--|(?<!\{)\#[ ])[^\r\n]*(?:\r\n|\r|\n|\Z))
    | (?P<block_comment>/\*.*?\*/)
    | (?P<newline>\r\n|\r|\n)
    | (?P<space>\s)
    | (?P<string>
          '(?:''|\\'|[^'])*'
        | (?<![\w"$])(?P<dollars>\$(?:[^\W\d]\w*)?\$).*?(?P=dollars)
      )
    | (?P<name>"(?:""|\\"|[^"])*" | `(?:``|[^`])*` | (?<![\w\])])\[[^\]\[]+\])
    | (?P<word>[^\W\d][$\#\w]*)
    | (?P<number>\d+)
    | (?P<open>\() | (?P<close>\))
    | (?P<semicolon>;)
    | (?P<other>.)
    """,
    re.DOTALL | re.VERBOSE,
)
COMMENTS = frozenset({"line_comment", "block_comment"})
#: The kinds of pieces that are no code.
BLANK = COMMENTS | {"newline", "space"}


class SqlPiece(NamedTuple):
    """A piece of SQL; `kind` is the name of a group of the pattern."""

    kind: str
    text: str


def sql_pieces(sql: str) -> Iterator[SqlPiece]:
    """Yield the pieces of `sql` in order; joined, they are `sql` again."""
    for match in _PIECE.finditer(sql):
        yield SqlPiece(match.lastgroup or "other", match[0])


def without_comments(sql: str) -> str:
    """Return `sql` with a space in place of each comment."""
    return "".join(" " if kind in COMMENTS else text for kind, text in sql_pieces(sql))
