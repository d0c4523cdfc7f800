"""``max_age`` as people write it, in seconds."""

from __future__ import annotations

import math
import re
from datetime import timedelta

from watchframe.errors import ArgumentError

_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_TEXT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([smhdw])\s*", re.ASCII | re.IGNORECASE)


def parse_max_age(value: float | str | timedelta | None) -> float | None:
    """Give `value` in seconds; None, the server's own default, stays None.

    Parameters
    ----------
    value : number, timedelta, str or None
        Seconds, a duration, or a number with a unit: ``"90s"``, ``"15m"``, ``"1.5h"``, ``"7d"``,
        ``"2w"``.

    Raises
    ------
    ArgumentError
        It is not one of these, it is negative, or it is not finite.

    Examples
    --------
    >>> parse_max_age("15m")
    900.0
    """
    if value is None:
        return None
    seconds = _seconds(value)
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        raise ArgumentError(
            f"max_age is {value!r}, which is not an age.",
            hint='Give seconds (900), a timedelta, a text such as "15m", "1h" or "7d", or None.',
        )
    return seconds


def _seconds(value: object) -> float | None:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, str):
        match = _TEXT.fullmatch(value)
        return float(match[1]) * _UNIT_SECONDS[match[2].lower()] if match else None
    if isinstance(value, bool):
        return None
    try:
        return float(value)  # type: ignore[arg-type]  # numpy's numbers have no common type
    except (TypeError, ValueError, OverflowError):
        return None
