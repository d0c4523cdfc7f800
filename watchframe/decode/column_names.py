"""The names of a result's columns that a caller asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from watchframe.errors import ArgumentError
from watchframe.models import Column


def check_names(known: Sequence[str], wanted: Iterable[str]) -> None:
    """Raise ArgumentError where one of the `wanted` is not among the `known`."""
    for name in wanted:
        if name not in known:
            raise ArgumentError(
                f"The result has no column {name!r}.", hint=f"It has: {', '.join(known)}."
            )


def chosen_columns(declared: Sequence[Column], wanted: Sequence[str] | None) -> list[Column]:
    """Give those of the `declared` columns that are `wanted`, or all; as `check_names`."""
    if wanted is None:
        return list(declared)
    check_names([column.name for column in declared], wanted)
    return [column for column in declared if column.name in wanted]
