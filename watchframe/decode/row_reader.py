"""How the rows of one result are read: settled from declared types and first rows, then learned."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from watchframe.decode.block import BlockDecoder, exact_rows
from watchframe.decode.by_column import column_values
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
    columns : sequence of Column or None
        As declared; None where the server says that behind the rows.
    wanted : sequence of str or None
        Columns to be read; None for all.

    Raises
    ------
    NotFramedError
        `start` does not begin with rows.
    """

    def __init__(
        self, start: bytes, columns: Sequence[Column] | None, wanted: Sequence[str] | None
    ) -> None:
        first, between, rows = _sample(start)
        if columns is None:
            names = dict.fromkeys(itertools.chain(*rows))
            columns = [undeclared(name) for name in names if _is_unicode(name)]
        plans = {item.name: _plan(item, rows) for item in columns}
        self.plans: tuple[ColumnPlan, ...] = tuple(
            plan for name, plan in plans.items() if wanted is None or name in wanted
        )
        if not self.plans:
            raise NotFramedError
        self._layout: RowLayout | None = None
        self._keys: dict[str, Kind] = {}
        if all(row.keys() == rows[0].keys() for row in rows):
            self._layout = RowLayout.of_row(first, list(rows[0]), between)
            self._keys = {
                name: (plans.get(name) or _plan(undeclared(name), rows)).kind for name in rows[0]
            }
        self.decoder = self._made_decoder()

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
            return BlockDecoder(self.plans, laid_out)
        except ValueError:  # a column's name that msgspec cannot have in a struct, such as 'a"b'
            raise NotFramedError from None


def undeclared(name: str) -> Column:
    """Give a column of which the server has not said anything."""
    return Column(name=name, type=None, friendly_name=name)


def _plan(column: Column, rows: Sequence[dict[str, Any]]) -> ColumnPlan:
    return plan_column(column, column_values(rows, column.name))[0]


def _sample(start: bytes) -> tuple[bytes, bytes, list[dict[str, Any]]]:
    """Give the first row as it is written, what follows it, and the first rows as read."""
    cuts = list(itertools.islice(row_cuts(start), SAMPLE_ROWS))
    if not cuts:
        try:
            end = find_tail(start)[0]
        except (ValueError, RecursionError):
            raise NotFramedError from None
        cuts = [(end, end)]  # the only row
    rows = exact_rows(start[: cuts[-1][0]])
    if not rows or not all(_is_unicode(key) for key in rows[0]):
        raise NotFramedError
    end, following = cuts[0]
    return start[:end].strip(), start[end:following], rows


def _is_unicode(name: str) -> bool:
    """Whether it has no lone surrogates: Arrow can have no such name."""
    return name.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in name)
