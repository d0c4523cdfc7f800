"""Rows as `json` reads them, turned into columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any


def column_values(rows: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """Give the value that each row has for `name`; None where it has none."""
    try:
        return list(map(itemgetter(name), rows))
    except KeyError:
        return [row.get(name) for row in rows]
