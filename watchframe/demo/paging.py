"""Pages of lists, by the server's rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from watchframe.demo.call import Call
from watchframe.demo.refusal import message, not_found

MAX_PAGE_SIZE = 250

T = TypeVar("T")


def page_of(call: Call, items: Sequence[T], to_json: Callable[[T], Any]) -> dict[str, Any]:
    """Give the page that the query string asks for (recordings 005, 008, 009)."""
    page, size = int(call.first("page", "1")), int(call.first("page_size", "25"))
    if not 1 <= size <= MAX_PAGE_SIZE:
        raise message(400, f"Page size is out of range (1-{MAX_PAGE_SIZE}).")
    first = (page - 1) * size
    if page > 1 and not items:
        raise not_found()
    if page < 1 or (items and first >= len(items)):
        raise message(400, "Page is out of range.")
    return {
        "count": len(items),
        "page": page,
        "page_size": size,
        "results": [to_json(item) for item in items[first : first + size]],
    }
