"""What references to queries and to dashboards have in common: ids, and how they are shown."""

from __future__ import annotations

import operator
import re
from typing import SupportsIndex

#: A text that was meant as an address but lacks ``https://``.
_BARE_ADDRESS = re.compile(
    r"\S*(?:/(?:queries|dashboards?|embed|api|public)/|api_key=)\S*"
    r"|(?:queries|dashboards?)/[0-9]\S*",
    re.IGNORECASE,
)
#: The rest of a word: what ends it may stand behind an address in a text or in code.
_REST = r"[^&#\s\"'\\()\[\]<>\x1b]+"
#: What an address, or a line of code or of a command, may hold that is not for other eyes.
_SECRET = re.compile(
    r"(?P<before>"
    # A name and a value, also percent-encoded; in code, the value is in quotes.
    r"\bapi(?:_|-|%5F|%2D)?key=[\"']?|[?&;](?!p_)[^=&#\s\"']*(?:key|token|secret|password)="
    r"|(?<![\w-])--?[\w-]*(?:key|token|secret|password)[ =][\"']?(?!-)"
    r"|/+public/+dashboards?/+(?=[^/])|/dashboards/+public/+(?=[^/])"
    rf")(?:(?<=/)[^&#?/;\s\"'\\()\[\]<>\x1b]+|(?<!/){_REST})"
    r"|(?P<slashes>//)[^/@\s\"']*@"
    r"|(?<![A-Za-z0-9])[A-Za-z0-9]{40}(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_SHOWN_CHARACTERS = 120
_ID = re.compile(r"[0-9]{1,18}")


def is_address(text: str) -> bool:
    """Return whether a text was meant as an address, also as one that cannot be read."""
    return "://" in text or _BARE_ADDRESS.fullmatch(text) is not None


def shown_reference(reference: object) -> str:
    """Return how a message shows a reference: without a key or password, and not too long."""
    shown = without_keys(repr(reference))
    if len(shown) > _SHOWN_CHARACTERS:
        shown = f"{shown[:_SHOWN_CHARACTERS]}..."
    return shown


def without_keys(text: str) -> str:
    """Return a text with the keys and passwords in it hidden: of addresses, and of options.

    So is a word that looks like a key of a server: 40 letters and digits.
    """
    return _SECRET.sub(lambda found: f"{found['before'] or found['slashes'] or ''}***", text)


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
