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


def chosen_columns(
    declared: Sequence[Column], wanted: Sequence[str] | None, *, has_rows: bool = True
) -> list[Column]:
    """Return those of the `declared` columns that are `wanted`, or all; as `check_names`.

    A result without rows declares fewer columns than others of its query, or none: those that it
    lacks are made up, of no type.
    """
    if wanted is None:
        return list(declared)
    known = [column.name for column in declared]
    if has_rows:
        check_names(known, wanted)
        absent = []
    else:
        absent = [
            Column(name=name, type=None, friendly_name=name) for name in wanted if name not in known
        ]
    return [column for column in declared if column.name in wanted] + absent
