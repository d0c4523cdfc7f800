"""The known names that look most like a wrong one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_AT_MOST = 3


def nearest(wrong: object, known: Iterable[str]) -> tuple[str, ...]:
    """Give up to three of `known`, best first; capitals and space around a name do not matter."""
    by_fold: dict[str, list[str]] = {}
    for name in known:
        by_fold.setdefault(_folded(name), []).append(name)
    close = difflib.get_close_matches(_folded(str(wrong)), by_fold, n=_AT_MOST)
    return tuple(name for fold in close for name in by_fold[fold])[:_AT_MOST]


def did_you_mean(names: Iterable[str]) -> str | None:
    """Give the question; None where there is nothing to ask."""
    said = " or ".join(map(repr, names))
    return f"Did you mean {said}?" if said else None


def _folded(name: str) -> str:
    return name.strip().casefold()
