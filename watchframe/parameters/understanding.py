"""What it takes to understand one value: the circumstances, and how a refusal is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from watchframe.models import ParameterDefinition
from watchframe.parameters.json_type import JSON

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
