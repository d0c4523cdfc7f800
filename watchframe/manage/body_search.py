"""A text searched for in a result's body, while it arrives."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal


class BodySearch:
    """Finds texts in JSON, however JSON writes them, in capitals or not.

    Parameters
    ----------
    *values : str
        One of them is enough.
    """

    def __init__(self, *values: str) -> None:
        forms = {
            change(unicodedata.normalize(form, value))
            for value in values
            for form in _FORMS
            for change in (str, str.lower, str.upper, str.casefold)
        }
        patterns = [b"".join(_ways(character) for character in form) for form in sorted(forms)]
        self._pattern = re.compile(b"|".join(patterns), re.IGNORECASE)
        # Twelve bytes are the most that a character takes: two escapes.
        self._overlap = 12 * max(len(form) for form in forms)

    def occurs_in(self, chunks: Iterable[bytes]) -> bool:
        """Whether one stands in the body; no more is read than until there, or kept at once."""
        rest = b""
        for chunk in chunks:
            window = rest + chunk
            if self._pattern.search(window):
                return True
            rest = window[-self._overlap :]
        return False


def is_in(value: str, text: str) -> bool:
    """Whether `value` stands in `text`, in capitals or not, however its accents are written."""
    return _plain(value) in _plain(text)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _ways(character: str) -> bytes:
    """Give a pattern for the ways in which JSON may write a character, in either case."""
    same = {character, character.lower(), character.upper()}
    ways = {re.escape(item.encode()) for item in same}
    for item in same:
        units = item.encode("utf-16-be")
        pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
        ways.add(b"".join(b"\\\\u" + pair.encode() for pair in pairs))
    ways |= {re.escape(b"\\" + item.encode()) for item in same if item in '"\\/'}
    ways |= {re.escape(short) for item in same if (short := _SHORT.get(item))}
    return b"(?:" + b"|".join(sorted(ways, reverse=True)) + b")"


#: Accents within a letter, or beside it.
_FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")
_SHORT = {"\n": b"\\n", "\t": b"\\t", "\r": b"\\r", "\b": b"\\b", "\f": b"\\f"}
