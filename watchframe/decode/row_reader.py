"""How the rows of one result are read: settled from declared types and first rows, then learned."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from watchframe.decode.block import BlockDecoder, exact_rows
from watchframe.decode.by_column import column_values, is_unicode, keys_of
from watchframe.decode.column_names import chosen_columns, undeclared
from watchframe.decode.framing import find_tail, row_cuts
from watchframe.decode.laid_out import LayoutReader, RowLayout
from watchframe.decode.plan import ColumnPlan, Kind, plan_column
from watchframe.decode.settle import learned_plan
from watchframe.models import Column

#: Rows from which the plans are made.
SAMPLE_ROWS = 100


class NotFramedError(Exception):
    """The body is not as servers write it, or damaged: the exact path is to judge."""


class RowReader:
    """Decoders for blocks of rows, by what is known of them so far.

    Parameters
    ----------
    start : bytes
        Where the rows begin: some whole rows, or all there is.
    declared : sequence of Column
        Empty where the server declares them after the rows.
    wanted : sequence of str or None
        Columns to be read; None for all.

    Raises
    ------
    NotFramedError
        `start` does not begin with rows.
    """

    def __init__(
        self, start: bytes, declared: Sequence[Column], wanted: Sequence[str] | None
    ) -> None:
        first, between, rows = _sample(start)
        self._takes_all = wanted is None
        # A key that is wanted may first appear in a later row.
        keys = keys_of(rows) if wanted is None else wanted
        columns = chosen_columns(declared, keys, wanted)
        if not columns or not all(is_unicode(item.name) for item in columns):
            raise NotFramedError
        plans = {item.name: _plan(item, rows) for item in columns}
        self.plans: tuple[ColumnPlan, ...] = tuple(plans.values())
        self._layout: RowLayout | None = None
        self._keys: dict[str, Kind] = {}
        if all(row.keys() == rows[0].keys() for row in rows):
            self._layout = RowLayout.of_row(first, list(rows[0]), between)
            self._keys = {
                name: (plans.get(name) or _plan(undeclared(name), rows)).kind for name in rows[0]
            }
        self.decoder = self._made_decoder()

    def add_columns(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Have columns for those keys of `rows` that were not seen before, where all are wanted.

        Raises
        ------
        NotFramedError
            Arrow cannot have such a name.
        """
        known = {plan.column.name for plan in self.plans}
        added = [key for key in keys_of(rows) if key not in known] if self._takes_all else []
        if not all(map(is_unicode, added)):
            raise NotFramedError
        self.plans += tuple(_plan(undeclared(key), []) for key in added)

    def learn(self, found: Iterable[ColumnPlan]) -> None:
        """Take what the columns of a block were found to be."""
        self.plans = tuple(
            learned_plan(plan, new) for plan, new in zip(self.plans, found, strict=True)
        )
        self.decoder = self._made_decoder()

    def _made_decoder(self) -> BlockDecoder:
        laid_out = None
        if self._layout is not None:
            laid_out = LayoutReader(self._layout, self._keys, self.plans)
        try:
            return BlockDecoder(self.plans, laid_out, takes_all=self._takes_all)
        except ValueError:  # a column's name that msgspec cannot have in a struct, such as 'a"b'
            raise NotFramedError from None


def _plan(column: Column, rows: Sequence[dict[str, Any]]) -> ColumnPlan:
    return plan_column(column, column_values(rows, column.name))[0]


def _sample(start: bytes) -> tuple[bytes, bytes, list[dict[str, Any]]]:
    """Return the first row as it is written, what follows it, and the first rows as read."""
    cuts = list(itertools.islice(row_cuts(start), SAMPLE_ROWS))
    if not cuts:
        try:
            end = find_tail(start)[0]
        except (ValueError, RecursionError):
            raise NotFramedError from None
        cuts = [(end, end)]  # the only row
    rows = exact_rows(start[: cuts[-1][0]])
    if not rows or not all(map(is_unicode, rows[0])):
        raise NotFramedError
    end, following = cuts[0]
    return start[:end].strip(), start[end:following], rows
