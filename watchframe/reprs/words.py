"""Values as people read them: times, sizes, lists, choices."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import TypeVar

from watchframe.plain_text import plain_text

T = TypeVar("T")

#: The characters of a value that are shown in a table.
LONGEST = 160
_THOUSAND = 1000

_LABELS = {"retrieved_at": "run at", "runtime": "runtime (s)"}


def words(value: object) -> str:
    """Return a value in one line; a time in UTC, several values with commas between them."""
    match value:
        case None:
            text = ""
        case bool():
            text = "yes" if value else "no"
        case datetime(tzinfo=None):
            text = f"{value:%Y-%m-%d %H:%M}"
        case datetime():
            text = f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        case float():
            text = f"{value:,.3g}" if abs(value) < 1 else f"{value:,.1f}"
        case Enum():
            text = value.name.lower()
        case Mapping():
            text = json.dumps(dict(value), ensure_ascii=False, default=str)
        case tuple() | list() | set() | frozenset():
            text = ", ".join(map(words, value))
        case _:
            text = str(value)
    return plain_text(text, keep="")


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return `text`, cut where it is longer than that."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def first_few(items: Sequence[T], most: int, show: Callable[[T], str] = str) -> str:
    """Return the first items, with commas between them, and how many more there are."""
    more = len(items) - most
    return ", ".join(map(show, items[:most])) + (f" and {more:,} more" if more > 0 else "")


def noun_of(kind: type) -> str:
    """Return what things of a class are called: ``query snippet`` for ``QuerySnippet``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__).lower()


def counted(number: int, noun: str) -> str:
    """Return such as ``1 query`` and ``1,204 queries``."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def label_of(attribute: str) -> str:
    """Return the words for an attribute: ``updated`` for ``updated_at``."""
    found = _LABELS.get(attribute)
    return found or attribute.removeprefix("is_").removesuffix("_at").replace("_", " ")


def size_words(size: float) -> str:
    """Return a number of bytes in the unit that says enough, such as ``1.5 MB``."""
    unit = "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < _THOUSAND:
            break
        size, unit = size / _THOUSAND, larger
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
