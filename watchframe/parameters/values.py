"""One value of a parameter: what decides its meaning, and how it is refused."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from enum import Enum
from typing import Any

from watchframe.models import ParameterDefinition

JSON = None | bool | int | float | str | list["JSON"] | dict[str, "JSON"]

_MOST_SHOWN = 80
_MOST_SUGGESTED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What decides the meaning of a value, beside the parameter's definition.

    Attributes
    ----------
    now : datetime
        Aware; the same for all parameters of one read.
    timezone : tzinfo
        In which dynamic dates and aware times are written.
    options : sequence of str or None
        The choices of a ``query`` parameter; None where they are not known.
    """

    now: datetime
    timezone: tzinfo
    options: Sequence[str] | None = None


class UnfitValueError(ValueError):
    """A value does not fit; `expected` says what would."""

    def __init__(self, expected: str, hint: str | None = None) -> None:
        super().__init__(expected)
        self.expected = expected
        self.hint = hint


#: Returns the wire form of a value, or raises UnfitValueError.
Convert = Callable[[object, ParameterDefinition, Context], JSON]


def to_python(value: Any) -> Any:
    """Return the Python value of an enum's member, a numpy or an Arrow scalar; others as is."""
    if isinstance(value, Enum):
        value = value.value
    if hasattr(value, "as_py"):  # a pyarrow.Scalar
        return value.as_py()
    if type(value).__module__ == "numpy" and type(value).__name__ == "datetime64":
        # Other units than microseconds may give an integer, which is no moment any more.
        return value.astype("datetime64[us]").item()
    if hasattr(value, "item") and hasattr(value, "dtype") and getattr(value, "ndim", 0) == 0:
        return value.item()
    return value


def is_null(value: object) -> bool:
    """Return whether `value` is None, NaN, NaT or pandas.NA."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    if isinstance(value, Decimal):
        return value.is_nan()
    return isinstance(value, float) and math.isnan(value)


def short_repr(value: object) -> str:
    """Return a value's repr, cut to a length that fits into a message."""
    return shortened(repr(value))


def shortened(text: str) -> str:
    """Return a text in one line, cut to a length that fits into a message."""
    text = " ".join(text.split())
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."


def nearest(wrong: object, known: Iterable[str]) -> tuple[str, ...]:
    """Return up to three of `known`, best first, ignoring case and white space around a name."""
    by_fold: dict[str, list[str]] = {}
    for name in known:
        by_fold.setdefault(_folded(name), []).append(name)
    close = difflib.get_close_matches(_folded(str(wrong)), by_fold, n=_MOST_SUGGESTED)
    return tuple(name for fold in close for name in by_fold[fold])[:_MOST_SUGGESTED]


def did_you_mean(names: Iterable[str]) -> str | None:
    """Return the question that suggests `names`; None where there are none."""
    suggested = " or ".join(map(repr, names))
    return f"Did you mean {suggested}?" if suggested else None


def _folded(name: str) -> str:
    return name.strip().casefold()
