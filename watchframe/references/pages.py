"""What references to queries and to dashboards have in common: ids, and how they are shown."""

from __future__ import annotations

import operator
import re
from typing import SupportsIndex

from watchframe.keys import without_keys

#: A text that was meant as an address but lacks ``https://``.
_BARE_ADDRESS = re.compile(
    r"\S*(?:/(?:queries|dashboards?|embed|api|public)/|api_key=)\S*"
    r"|(?:queries|dashboards?)/[0-9]\S*",
    re.IGNORECASE,
)
#: The key of an address that was copied with line ends, spaces or more in it.
_KEY_OF_ADDRESS = re.compile(r"(\bapi(?:_|%5F)?key=)[^&#]+", re.IGNORECASE)
#: The hint of an address whose key cannot be one.
COPY_AGAIN = "Copy the address again, as one word: a key has no spaces or line ends."
_SHOWN_CHARACTERS = 120
_ID = re.compile(r"[0-9]{1,18}")


def is_address(text: str) -> bool:
    """Return whether a text was meant as an address, also as one that cannot be read."""
    return "://" in text or _BARE_ADDRESS.fullmatch(text) is not None


def shown_reference(reference: object) -> str:
    """Return how a message shows a reference: without a key or password, and not too long."""
    if isinstance(reference, str):
        # A key that is none may have any characters.
        reference = _KEY_OF_ADDRESS.sub(r"\1***", reference)
    shown = without_keys(repr(reference))
    if len(shown) > _SHOWN_CHARACTERS:
        shown = f"{shown[:_SHOWN_CHARACTERS]}..."
    return shown


def id_of(value: object) -> int | None:
    """Return an id that was given as an integer or in digits, or None."""
    if isinstance(value, str):
        text = value.strip()
        number = int(text) if _ID.fullmatch(text) else 0
    # The protocol looks for its methods each time, so the usual kind goes first.
    elif isinstance(value, int | SupportsIndex) and not isinstance(value, bool):
        number = operator.index(value)
    else:
        return None
    return number if number > 0 else None
