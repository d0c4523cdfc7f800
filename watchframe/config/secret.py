"""An API key that does not show itself."""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """Holds a text that no repr, message, log line or pickle shows.

    Parameters
    ----------
    value : str
        The text; `reveal` alone gives it back.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the text."""
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


def as_secret(key: str | Secret | None) -> Secret | None:
    """Return a key, given as a text or as a Secret, as a Secret.

    What takes a key begins with this, so that its frame, which a traceback may show with its
    variables, does not hold the text.
    """
    return Secret(key.strip()) if isinstance(key, str) else key
