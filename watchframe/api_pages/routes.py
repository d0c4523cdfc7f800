"""Which routes of the server a method asks."""

from __future__ import annotations

from watchframe.client.coverage import DOCUMENTED_ROUTES, FURTHER_ROUTES


def routes_of(name: str) -> list[str]:
    """Give the routes of a method, such as ``client.queries.get``, in the table's order."""
    return [
        row.theirs
        for row in (*DOCUMENTED_ROUTES, *FURTHER_ROUTES)
        if not row.is_instead and any(call.partition("(")[0] == name for call in row.ours)
    ]
