"""A table of Markdown."""

from __future__ import annotations

from collections.abc import Iterable


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of Markdown; an empty text where there are no rows."""
    names = list(headings)
    lines = [f"| {' | '.join(row)} |" for row in rows]
    head = [f"| {' | '.join(names)} |", "|" + " --- |" * len(names)]
    return "\n".join([*head, *lines]) + "\n" if lines else ""
