"""Text from elsewhere, made safe to show on a terminal."""

from __future__ import annotations

import unicodedata

#: What an escape sequence is made of, and what turns the order of the signs around.
_CATEGORIES = frozenset({"Cc", "Cs"})
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain_text(text: str, *, keep: str = "\n\t") -> str:
    r"""Give `text` with control characters written as escapes, such as ``\x1b``.

    A terminal would obey them, and names and values come from whoever wrote them.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        _escaped(sign)
        if sign not in keep and (unicodedata.category(sign) in _CATEGORIES or sign in _TURNING)
        else sign
        for sign in text
    )


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")
