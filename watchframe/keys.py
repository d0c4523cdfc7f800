"""API keys: held so that nothing shows them, checked, and hidden in texts that are shown.

A token of a shared dashboard, and a header that a proxy in front of the server wants, are keys too.
Facts (``error.reason``, ``error.server_message``, rows) stay as they are, but for known keys.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Mapping
from typing import Any, NoReturn


class Secret:
    """Holds a text that no repr, message, log line or pickle shows.

    Parameters
    ----------
    value : str
        The text; `reveal` alone gives it back.
    """

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        _alive[id(self)] = self

    def reveal(self) -> str:
        """Return the text."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __deepcopy__(self, memo: object) -> Secret:
        return self  # it does not change

    def __reduce__(self) -> NoReturn:
        raise TypeError("A Secret is not pickled: the pickle would hold the key.")


def as_secret(key: Any) -> Secret | None:
    """Return a key, given as a text or as a Secret, as a Secret.

    Each function that takes a key begins with this: a traceback may show the variables of its
    frame, and then they do not hold the text.
    """
    if key is None or isinstance(key, Secret):
        return key
    # What is no text is refused where settings are read: a key has no space.
    return Secret(key.strip() if isinstance(key, str) else f"no key: {key!r}")


def as_secrets(keys: Any) -> Any:
    """Return a mapping's values, given as texts or as Secrets, as Secrets.

    What is no mapping becomes a Secret itself, which is refused where settings are read.
    """
    if not isinstance(keys, Mapping):
        return as_secret(keys)
    return {name: as_secret(key) or Secret("") for name, key in keys.items()}


def is_key(key: Secret) -> bool:
    """Return whether it can be a key: it goes into a header, and into an address."""
    return bool(key.reveal()) and " " not in key.reveal() and is_header_value(key)


def is_header_value(value: Secret) -> bool:
    """Return whether it can be sent in a header as it is."""
    return value.reveal().isascii() and value.reveal().isprintable()


#: What stands in place of a key that is in use.
HIDDEN = "[API key]"
#: What is shorter is no key: the servers' have 40 characters.
_SHORTEST = 8
#: Every Secret that is in use, so that a text can be searched for them before it is shown.
_alive: weakref.WeakValueDictionary[int, Secret] = weakref.WeakValueDictionary()

#: The rest of a word: what ends it may stand behind an address in a text or in code.
_REST = r"[^&#\s\"'\\()\[\]<>\x1b]+"
#: What an address, or a line of code or of a command, may hold that is not for other eyes.
_SECRET = re.compile(
    r"(?P<before>"
    # A name and a value, also percent-encoded; in code, the value is in quotes.
    r"\bapi(?:_|-|%5F|%2D)?key(?:=|%3D)[\"']?(?!\.{3})|[?&;](?!p_)[^=&#\s\"']*(?:key|token|secret|password)="
    r"|(?<![\w-])--?[\w-]*(?:key|token|secret|password)[ =][\"']?(?!-)"
    r"|/+public/+dashboards?/+(?=[^/])|/dashboards/+public/+(?=[^/])"
    rf")(?:(?<=/)[^&#?/;\s\"'\\()\[\]<>\x1b]+|(?<!/){_REST})"
    r"|(?P<slashes>//)[^/@\s\"']*@"
    r"|(?<![A-Za-z0-9])[A-Za-z0-9]{40}(?![A-Za-z0-9])",
    re.IGNORECASE,
)


def without_keys(text: str) -> str:
    """Return a text as it may be shown: with the keys and passwords in it hidden.

    They are those in use; those of addresses, options and arguments by their places; and each word
    that looks like a key of a server: 40 letters and digits.
    """
    text = without_secrets(text)
    return _SECRET.sub(lambda found: f"{found['before'] or found['slashes'] or ''}***", text)


def without_secrets(text: str) -> str:
    """Return a text, else as it is, with the keys hidden that this process uses."""
    found = {secret.reveal() for secret in list(_alive.values())}
    # A header may be no secret at all: to hide "v2" would hide words. Nor is a URL that was given
    # in place of a key.
    chosen = (it for it in found if len(it) >= _SHORTEST and "://" not in it)
    for secret in sorted(chosen, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text
