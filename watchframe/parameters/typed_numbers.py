"""Numbers as people type them into a field: with separators between groups of digits."""

from __future__ import annotations

import re

#: Groups of three digits with one separator between them, whichever it is.
_GROUPED = re.compile(
    r"(?P<whole>[+-]?[1-9]\d{0,2}(?P<gap>[, \u00a0\u2009\u202f])\d{3}(?:(?P=gap)\d{3})*)"
    r"(?P<rest>(?:\.\d*)?(?:[eE][+-]?\d+)?)",
    re.ASCII,
)
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+", re.ASCII)


def without_grouping(text: str) -> str:
    """Return a typed number without what only groups its digits: ``1,000`` is ``1000``.

    Commas, spaces and underscores are taken where they can mean nothing else; a text that is not
    such a number stays as it is.
    """
    text = text.strip()
    if found := _GROUPED.fullmatch(text):
        return found["whole"].replace(found["gap"], "") + found["rest"]
    return re.sub(r"(?<=[0-9])_(?=[0-9])", "", text)


def comma_problem(text: str) -> str:
    """Return how to write a number whose comma may mean two things; empty where there is none."""
    if _DECIMAL_COMMA.fullmatch(text):
        meant = text.replace(",", ".")
        return f"A comma only groups thousands, as in 1,000: write {meant} for decimals."
    return "A comma only groups thousands, as in 1,000." if "," in text else ""
