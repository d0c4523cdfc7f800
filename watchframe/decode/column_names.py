"""The columns of a result: those that the server declares, and those that only its rows have."""

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


def undeclared(name: str) -> Column:
    """Return a column that the server does not declare."""
    return Column(name=name, type=None, friendly_name=name)


def chosen_columns(
    declared: Sequence[Column],
    keys: Iterable[str],
    wanted: Sequence[str] | None,
    *,
    has_rows: bool = True,
) -> list[Column]:
    """Return the columns that a table gets: the declared ones, then the rows' other keys.

    Parameters
    ----------
    declared : sequence of Column
    keys : iterable of str
        Those of the rows, in the order of their first appearance.
    wanted : sequence of str or None
        Only these, the undeclared ones among them in this order; None for all.
    has_rows : bool
        A result without rows declares fewer columns than others of its query, or none: whatever is
        wanted of it is there, empty.

    Raises
    ------
    ArgumentError
        One that is wanted is neither declared nor among the keys.
    """
    names = {column.name for column in declared}
    others = [key for key in keys if key not in names]
    if wanted is not None:
        if has_rows:
            check_names([*(column.name for column in declared), *others], wanted)
        others = [name for name in dict.fromkeys(wanted) if name not in names]
    shown = [column for column in declared if wanted is None or column.name in wanted]
    return [*shown, *map(undeclared, others)]
