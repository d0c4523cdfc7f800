"""What it takes to understand one value: the circumstances, and how a refusal is said."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from enum import Enum
from typing import Any

from watchframe.models import ParameterDefinition

JSON = None | bool | int | float | str | list["JSON"] | dict[str, "JSON"]


_SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a value is understood by, beside its definition.

    Attributes
    ----------
    now : datetime
        Aware; the same for all parameters of one read.
    timezone : tzinfo
        Where dynamic dates and aware times are told.
    options : sequence of str or None
        The choices of a ``query`` parameter; None where they are not known.
    """

    now: datetime
    timezone: tzinfo
    options: Sequence[str] | None = None


class UnfitValueError(ValueError):
    """A value does not fit.

    Parameters
    ----------
    expected : str
        What would.
    hint : str or None
    """

    def __init__(self, expected: str, hint: str | None = None) -> None:
        super().__init__(expected)
        self.expected = expected
        self.hint = hint


Understand = Callable[[object, ParameterDefinition, Circumstances], JSON]


def shown(value: object) -> str:
    """Give a value's repr, of a length that fits a message."""
    text = " ".join(repr(value).split())
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."


def lasting(params: Mapping[str, object]) -> dict[str, object]:
    """Give the parameters with lists for generators and the like, which can be read only once."""
    return {
        name: list(value) if isinstance(value, Iterator) else value
        for name, value in params.items()
    }


def plain(value: Any) -> Any:
    """Give the Python value; one that is none of these comes back as it is."""
    if isinstance(value, Enum):
        value = value.value
    if hasattr(value, "as_py"):  # a pyarrow.Scalar
        return value.as_py()
    if _is_datetime64(value):
        # Other units than microseconds may give an integer, which is no moment any more.
        return value.astype("datetime64[us]").item()
    if hasattr(value, "item") and hasattr(value, "dtype") and getattr(value, "ndim", 0) == 0:
        return value.item()
    return value


def is_nothing(value: object) -> bool:
    """Whether `value` says that there is none: None, NaN, NaT, pandas.NA."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    if isinstance(value, Decimal):
        return value.is_nan()
    return isinstance(value, float) and math.isnan(value)


def _is_datetime64(value: object) -> bool:
    return type(value).__module__ == "numpy" and type(value).__name__ == "datetime64"


_AT_MOST = 3


def nearest(wrong: object, known: Iterable[str]) -> tuple[str, ...]:
    """Give up to three of `known`, best first; capitals and space around a name do not matter."""
    by_fold: dict[str, list[str]] = {}
    for name in known:
        by_fold.setdefault(_folded(name), []).append(name)
    close = difflib.get_close_matches(_folded(str(wrong)), by_fold, n=_AT_MOST)
    return tuple(name for fold in close for name in by_fold[fold])[:_AT_MOST]


def did_you_mean(names: Iterable[str]) -> str | None:
    """Give the question; None where there is nothing to ask."""
    said = " or ".join(map(repr, names))
    return f"Did you mean {said}?" if said else None


def _folded(name: str) -> str:
    return name.strip().casefold()
