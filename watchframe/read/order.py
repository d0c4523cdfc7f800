"""Whether SQL says in which order its rows come."""

from __future__ import annotations

import itertools
import re

#: Texts and comments, in which words mean nothing; brackets; words.
_PIECE = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/|(?P<bracket>[()])|(?P<word>\w+)""",
    re.DOTALL,
)


def has_order(sql: str) -> bool:
    """Whether the outermost statement has an ``ORDER BY``; without one, pages may overlap."""
    depth, words = 0, []
    for match in _PIECE.finditer(sql):
        if match["bracket"]:
            depth += 1 if match["bracket"] == "(" else -1
            words.append("")
        elif match["word"] and depth == 0:
            words.append(match["word"].lower())
    return any(pair == ("order", "by") for pair in itertools.pairwise(words))
