"""In which order SQL says that its rows come."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

#: Texts and comments, in which words mean nothing; quoted names; brackets, commas, words, the rest.
_PIECE = re.compile(
    r"""(?P<text>'(?:[^']|'')*')|(?P<name>"(?:[^"]|"")*"|`[^`]*`|\[[A-Za-z_][^\]]*\])"""
    r"""|--[^\n]*|/\*.*?\*/|(?P<other>[()]|\w+|[^\s\w])""",
    re.DOTALL,
)
#: What stands behind an ORDER BY.
_ENDS = frozenset({"limit", "offset", "fetch", "for", "union", "settings", "format", "option", ";"})
#: What stands behind a column there.
_DIRECTIONS = frozenset({"asc", "desc", "nulls", "first", "last"})
#: Functions that have another value in every run.
_RANDOM = frozenset(
    {"random", "rand", "rand32", "rand64", "newid", "uuid", "gen_random_uuid", "generateuuidv4"}
)
#: What has the same value in every row.
_CONSTANTS = frozenset({"null", "true", "false", "select"})
_QUOTES = '"`[]'


def order_terms(sql: str) -> list[list[str]]:
    """Give the terms of the outermost ``ORDER BY``, each as its words; none where there is none.

    That of the last statement: an ``ORDER BY`` within brackets is somebody else's.
    """
    words = list(_words(sql))
    start = None
    for place, ((one, depth), (two, _)) in enumerate(itertools.pairwise(words)):
        if depth == 0 and one == ";":
            start = None
        elif depth == 0 and (one.lower(), two.lower()) == ("order", "by"):
            start = place + 2
    return [] if start is None else _terms(words[start:])


def is_moving(terms: Sequence[Sequence[str]]) -> bool:
    """Whether these terms order nothing: a random number, or what is the same for every row."""
    return any(map(_is_random, terms)) or all(map(_is_constant, terms))


def _is_random(term: Sequence[str]) -> bool:
    return any(
        one.lower() in _RANDOM and two == "(" for one, two in itertools.pairwise([*term, ""])
    )


def _is_constant(term: Sequence[str]) -> bool:
    first = next((word.lower() for word in term if word != "("), "")
    return first in _CONSTANTS or first.startswith("'")


def order_columns(terms: Sequence[Sequence[str]], columns: Sequence[str]) -> list[str] | None:
    """Give the columns of a result that the terms name; None where one is anything else.

    A number is a column's place. A name with a table before it may be another thing than the
    result's column of that name.
    """
    found = []
    for term in terms:
        words = [word for word in term if word.lower() not in _DIRECTIONS]
        if len(words) != 1:
            return None
        word = words[0]
        if word.isdigit():
            same = list(columns[int(word) - 1 : int(word)]) if int(word) else []
        else:
            name = word.strip(_QUOTES).lower()
            same = [column for column in columns if column.lower() == name]
        if len(same) != 1:
            return None
        found += same
    return found


def _words(sql: str) -> Iterator[tuple[str, int]]:
    """Give words and signs, and within how many brackets each stands."""
    depth = 0
    for match in _PIECE.finditer(sql):
        word = match["text"] or match["name"] or match["other"]
        if word is not None:
            depth -= word == ")"
            yield word, depth
            depth += word == "("


def _terms(words: Sequence[tuple[str, int]]) -> list[list[str]]:
    terms: list[list[str]] = [[]]
    for word, depth in words:
        if depth == 0 and word.lower() in _ENDS:
            break
        if depth == 0 and word == ",":
            terms.append([])
        else:
            terms[-1].append(word)
    return [term for term in terms if term]
