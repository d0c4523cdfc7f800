"""Rows as `json` reads them, turned into columns."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any


def column_values(rows: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """Give the value that each row has for `name`; None where it has none."""
    try:
        return list(map(itemgetter(name), rows))
    except KeyError:
        return [row.get(name) for row in rows]


def whole_columns(
    rows: Sequence[Mapping[str, Any]], names: Sequence[str]
) -> list[list[Any]] | None:
    """Return the values for each of `names`; None where a row lacks one or has another key."""
    if sum(map(len, rows)) != len(rows) * len(names):
        return None
    try:
        return [list(map(itemgetter(name), rows)) for name in names]
    except KeyError:
        return None


def keys_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, None]:
    """Return the keys of all rows, in the order of their first appearance."""
    return dict.fromkeys(itertools.chain.from_iterable(rows))


def is_unicode(name: str) -> bool:
    """Whether it has no lone surrogates: Arrow can have no such name."""
    return name.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in name)
