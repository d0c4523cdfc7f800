"""SQL cut into pieces as DuckDB cuts it, with the tags of parameters and the sets of a query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

#: Other than the server's, DuckDB's texts know no backslash, and its comments no ``#``.
_PIECE: Final = re.compile(
    r"""
      (?P<comment>--[^\r\n]*)
    | (?P<block>/\*)
    | (?P<space>\s+)
    | (?P<escaped>\b[eE]'(?:''|\\.|[^'\\])*')
    | (?P<string>'(?:''|[^'])*')
    | (?P<dollars>(?<![\w$])(?P<sign>\$(?:[^\W\d]\w*)?\$).*?(?P=sign))
    | (?P<name>"(?:""|[^"])*")
    | (?P<tag>\{\{.*?\}\})
    | (?P<parameterised>\bparam_query_\d+_\{(?:\{\{[^{}]*\}\}|[^{}])*\})
    | (?P<word>[^\W\d][\w$]*)
    | (?P<number>\d+)
    | (?P<other>.)
    """,
    re.DOTALL | re.VERBOSE | re.IGNORECASE,
)
_COMMENT_EDGE: Final = re.compile(r"/\*|\*/")
#: The kinds of pieces that are no code.
BLANK: Final = frozenset({"comment", "space"})


def duckdb_pieces(sql: str) -> Iterator[tuple[str, str]]:
    """Yield the kind and the text of each piece in order; the texts, joined, are `sql` again.

    The kinds are ``comment``, ``space``, ``escaped`` (``E'...'``), ``string``, ``dollars``,
    ``name`` (in double quotes), ``tag`` (``{{ name }}``), ``parameterised``
    (``param_query_42_{...}``), ``word``, ``number`` and ``other``, which is one character.
    """
    at = 0
    while at < len(sql):
        found = _PIECE.match(sql, at)
        if found is None:  # no text is without a piece at each place
            break
        kind, end = _kind(found), found.end()
        if kind == "block":
            kind, end = "comment", _end_of_comment(sql, end)
        yield kind, sql[at:end]
        at = end


def _kind(found: re.Match[str]) -> str:
    return next(name for name, text in found.groupdict().items() if text is not None)


def _end_of_comment(sql: str, at: int) -> int:
    """Return where a comment ends that has begun before `at`: comments stand within comments."""
    depth = 1
    for edge in _COMMENT_EDGE.finditer(sql, at):
        depth += 1 if edge[0] == "/*" else -1
        if not depth:
            return edge.end()
    return len(sql)


def quoted(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def unquoted(text: str) -> str:
    """Return what stands in a piece in quotes."""
    return text[1:-1].replace(text[0] * 2, text[0])
