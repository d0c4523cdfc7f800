"""A text searched for in a result's body, while it arrives."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


class BodySearch:
    """Finds a text in JSON, however JSON writes it, in capitals or not.

    Parameters
    ----------
    value : str
    """

    def __init__(self, value: str) -> None:
        forms = {
            change(form)
            for form in (unicodedata.normalize("NFC", value), unicodedata.normalize("NFD", value))
            for change in (str, str.lower, str.upper, str.casefold)
        }
        patterns = [b"".join(_ways(character) for character in form) for form in sorted(forms)]
        self._pattern = re.compile(b"|".join(patterns), re.IGNORECASE)
        # Twelve bytes are the most that a character takes: two escapes.
        self._overlap = 12 * max(len(form) for form in forms)

    def occurs_in(self, chunks: Iterable[bytes]) -> bool:
        """Whether it stands in the body; no more is read than until there, or kept than a chunk."""
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


_SHORT = {"\n": b"\\n", "\t": b"\\t", "\r": b"\\r", "\b": b"\\b", "\f": b"\\f"}
