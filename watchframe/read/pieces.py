"""A long range as consecutive pieces, which neither overlap nor leave a gap.

Pieces begin where the calendar does (a month on its first day, a week on Sunday), wherever the
range itself begins. So the pieces of "the last year" are the same ones tomorrow, but for the first
and the last, and the local cache finds them again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import MAXYEAR, datetime, timedelta
from typing import Literal

from watchframe.errors import ArgumentError

#: Which ends of a piece the query's SQL takes to be within it.
Closed = Literal["both", "left"]

#: The smallest step that each range type can tell.
_STEPS = {
    "date-range": timedelta(days=1),
    "datetime-range": timedelta(minutes=1),
    "datetime-range-with-seconds": timedelta(seconds=1),
}

#: pandas' offset words -> how many of which unit.
_MONTHS = {"M": 1, "MS": 1, "ME": 1, "Q": 3, "QS": 3, "QE": 3, "Y": 12, "YS": 12, "YE": 12}
_SPANS = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "D": timedelta(days=1),
    "W": timedelta(weeks=1),
}
#: A Sunday; weeks begin there, as the server's dynamic ranges have it.
_ANCHOR = datetime(2000, 1, 2)  # noqa: DTZ001 - the wire form has no zone
_WORD = re.compile(r"(\d*)\s*([A-Za-z]+)", re.ASCII)


def range_pieces(
    value: Mapping[str, str], type_: str, every: str, *, closed: Closed = "both"
) -> list[dict[str, str]]:
    """Give the pieces of a range, in order.

    Parameters
    ----------
    value : mapping
        ``{"start": ..., "end": ...}`` in wire form.
    type_ : str
        The parameter's type: ``date-range``, ``datetime-range`` or ``datetime-range-with-seconds``.
    every : str
        The length of a piece, in pandas' offset words: ``"1M"``, ``"7D"``, ``"W"``, ``"6h"``.
    closed : {"both", "left"}
        ``"both"``: a piece ends one step (a day, a minute, a second) before the next begins, for
        SQL that takes both ends in (``between``), as the server's own ranges have it. ``"left"``:
        it ends where the next begins, for SQL that leaves the end out (``>= start and < end``).

    Raises
    ------
    ArgumentError
        `every` is not such a word, or shorter than the type can tell; `type_` is not a range.
    """
    if type_ not in _STEPS:
        raise ArgumentError(
            f"A parameter of type {type_!r} cannot be split.", hint="Only ranges can."
        )
    step = _STEPS[type_]
    start, end = (datetime.fromisoformat(value[side]) for side in ("start", "end"))
    borders = list(_borders(start, end, every, step))
    gap = step if closed == "both" else timedelta()
    ends = [*(border - gap for border in borders), end]
    return [
        {"start": _wire(first, step), "end": _wire(last, step)}
        for first, last in zip([start, *borders], ends, strict=True)
    ]


def _wire(moment: datetime, step: timedelta) -> str:
    if step == _STEPS["date-range"]:
        return moment.date().isoformat()
    seconds = step == _STEPS["datetime-range-with-seconds"]
    return moment.isoformat(sep=" ", timespec="seconds" if seconds else "minutes")


def _borders(start: datetime, end: datetime, every: str, step: timedelta) -> Iterator[datetime]:
    """Give the calendar's borders after `start` and up to `end`."""
    match = _WORD.fullmatch(every.strip())
    count = int(match[1] or 1) if match else 0
    unit = match[2] if match else ""
    if count and unit in _MONTHS:
        months = count * _MONTHS[unit]
        index = (start.year * 12 + start.month - 1) // months * months
        while (border := _month(index + months)) is not None and border <= end:
            yield border
            index += months
        return
    if not count or unit not in _SPANS or count * _SPANS[unit] < step:
        raise ArgumentError(
            f"split has the length {every!r}.",
            hint=f'Give a number and one of {", ".join([*_SPANS, *_MONTHS])}, such as "1M" or '
            f'"7D", of at least {step}.',
        )
    span = count * _SPANS[unit]
    border = _ANCHOR + (start - _ANCHOR) // span * span + span
    while border <= end:
        yield border
        border += span


def _month(index: int) -> datetime | None:
    """Give the first day of the month with that number; None past the calendar's end."""
    year, month = divmod(index, 12)
    return datetime(year, month + 1, 1) if year <= MAXYEAR else None  # noqa: DTZ001 - as above
