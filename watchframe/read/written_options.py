"""Options of a read as people write them, in a magic's line or on the command line."""

from __future__ import annotations

from watchframe.cache import parse_max_age
from watchframe.errors import ArgumentError

Duration = float | str | None

#: What is typed for None.
ANY_AGE, NO_TIMEOUT = "any", "none"


def seconds(value: Duration, nothing: str, name: str) -> float | None:
    """Give a duration in seconds; None for None and for the word `nothing`.

    Raises
    ------
    ArgumentError
        It is no duration.
    """
    if value is None or value == nothing:
        return None
    try:
        number = float(value)
    except ValueError:
        number = None
    try:
        return parse_max_age(value if number is None else number)
    except ArgumentError:
        raise ArgumentError(
            f"{name} cannot be {value!r}.",
            hint=f"Give seconds, or a number with a unit such as 90s, 15m, 1h, 7d, or {nothing!r}.",
        ) from None


def data_source(name: str) -> int | str:
    """Give a data source as the read functions take it: digits are an id."""
    return int(name) if name.isascii() and name.isdigit() else name
