"""`Difference`: what `diff` found, as frames, as a card, and applied to the older rows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from watchframe.differences.exact_column import Mask
from watchframe.differences.matching import (
    check_unique,
    differing,
    match_keys,
    match_rows,
    row_codes,
)
from watchframe.differences.rows import Positions, Rows, concatenated, rows_of
from watchframe.errors import ArgumentError
from watchframe.reprs import Card, Shown, Table, counted
from watchframe.reprs.words import first_few

#: The rows and the columns of each table on a card.
_ROWS_SHOWN, _COLUMNS_SHOWN = 10, 8
_NAMES_SHOWN = 8


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Difference(Shown):
    """What differs between two results, as `diff` returns it; true where anything does.

    Attributes
    ----------
    on : tuple of str
        The columns of the key; empty where whole rows were compared.
    added : DataFrame
        The rows that only the newer one has: all its columns, in their own dtypes.
    removed : DataFrame
        The rows that only the older one has: all its columns, in their own dtypes.
    before, after : DataFrame
        The changed rows, whole, as the older and as the newer one has them; row by row the same
        keys, in the order of the older one.
    columns_added, columns_removed : tuple of str
        The columns that one of them has alone. Their values are not compared.
    types_changed : dict of str to tuple of str
        By column, the kinds of its values before and after, where they differ: ``integer``,
        ``float``, ``decimal``, ``boolean``, ``string``, ``date``, ``datetime``,
        ``datetime with zone``, ``objects``. A column without values has none.
    unchanged : int
        How many rows are the same on both sides.
    columns : tuple of str
        All columns of the newer one.
    differs : dict of str to numpy.ndarray
        The columns that changed in any row, each with a bool for each of the changed rows.
    """

    on: tuple[Hashable, ...]
    added: pd.DataFrame
    removed: pd.DataFrame
    before: pd.DataFrame
    after: pd.DataFrame
    columns_added: tuple[Hashable, ...]
    columns_removed: tuple[Hashable, ...]
    types_changed: Mapping[Hashable, tuple[str, str]]
    unchanged: int
    columns: tuple[Hashable, ...]
    differs: Mapping[Hashable, Mask] = field(default_factory=dict)

    def __bool__(self) -> bool:
        counts = len(self.added), len(self.removed), len(self.before)
        return any((*counts, self.columns_added, self.columns_removed, self.types_changed))

    @cached_property
    def changed(self) -> pd.DataFrame:
        """The changed rows: their keys, and each column that changed in any of them, twice.

        For a column ``amount`` these are ``amount_before`` and ``amount_after``, in their own
        dtypes. A row in which that column did not change has the same value in both.
        """
        columns: dict[Hashable, pd.Series[Any]] = {name: self.before[name] for name in self.on}
        for name in self.differs:
            for side, frame in (("before", self.before), ("after", self.after)):
                columns[_free_name(f"{name}_{side}", columns)] = frame[name]
        return pd.DataFrame(columns, index=pd.RangeIndex(len(self.before)))

    @cached_property
    def changed_values(self) -> pd.DataFrame:
        """The changed values, one a row: the key, ``column``, ``before`` and ``after``.

        The values are Python's own objects, because those of several columns stand in one.
        """
        masks = np.column_stack([*self.differs.values()]) if self.differs else None
        at, which = (np.empty(0, np.int64),) * 2 if masks is None else np.nonzero(masks)
        names = list(self.differs)
        columns: dict[Hashable, Any] = {}
        for name in self.on:
            columns[name] = self.before[name].take(at).reset_index(drop=True)
        columns[_free_name("column", columns)] = pd.Series([names[i] for i in which], dtype=object)
        for side, frame in (("before", self.before), ("after", self.after)):
            values = pd.Series([None] * len(at), dtype=object)
            for i, name in enumerate(names):
                here = np.flatnonzero(which == i)
                found = frame[name].astype(object).take(at[here])
                values.iloc[here] = found.to_numpy(dtype=object)
            columns[_free_name(side, columns)] = values
        return pd.DataFrame(columns, index=pd.RangeIndex(len(at)))

    @property
    def summary(self) -> str:
        """What differs, in one line: ``1 row added, 2 changed (amount); 1,201 unchanged``."""
        if not self:
            return f"nothing differs; {counted(self.unchanged, 'row')}"
        names = first_few(list(map(str, self.differs)), _NAMES_SHOWN)
        counts = [(len(self.added), "added"), (len(self.removed), "removed"),
                  (len(self.before), f"changed ({names})")]  # fmt: skip
        parts = [f"{number:,} {word}" for number, word in counts if number]
        if parts:
            number, word = next(count for count in counts if count[0])
            parts[0] = f"{counted(number, 'row')} {word}"
        for names_of, word in ((self.columns_added, "added"), (self.columns_removed, "removed")):
            if names_of:
                noun = "column" if len(names_of) == 1 else "columns"
                parts.append(f"{noun} {word}: {first_few(list(map(str, names_of)), _NAMES_SHOWN)}")
        if self.types_changed:
            parts.append(f"types changed: {first_few(self._type_words(), _NAMES_SHOWN)}")
        return f"{', '.join(parts)}; {self.unchanged:,} unchanged"

    def _type_words(self) -> list[str]:
        return [f"{name} {old} -> {new}" for name, (old, new) in self.types_changed.items()]

    def to_frame(self) -> pd.DataFrame:
        """Return every row that differs, whole, after a column ``change``.

        That says ``removed``, ``before``, ``after`` or ``added``; a changed row is there twice. A
        column of another dtype on one side is of Python's objects, and one that a side does not
        have is null there.
        """
        names = [*self.columns, *self.columns_removed]
        parts = {"removed": self.removed, "before": self.before, "after": self.after,
                 "added": self.added}  # fmt: skip
        columns: dict[Hashable, Any] = {}
        words = [word for word, part in parts.items() for _ in range(len(part))]
        columns[_free_name("change", names)] = pd.Series(words, dtype="string")
        for name in names:
            found = [
                part[name] if name in part.columns else pd.Series([None] * len(part), dtype=object)
                for part in parts.values()
            ]
            dtypes = [part.dtype for part in found if len(part)] or [found[0].dtype]
            is_one = all(dtype == dtypes[0] for dtype in dtypes)
            found = [it.astype(dtypes[0] if is_one else object) for it in found if len(it)] or [
                found[0]
            ]
            columns[name] = pd.concat(found, ignore_index=True)
        frame = pd.DataFrame(columns, index=pd.RangeIndex(len(words)))
        # A changed row's two lines stand together.
        order = np.concatenate([
            np.arange(len(self.removed)),
            len(self.removed) + np.arange(2 * len(self.before)).reshape(2, -1).T.ravel(),
            np.arange(len(words) - len(self.added), len(words)),
        ])  # fmt: skip
        return frame.take(order).reset_index(drop=True)

    def apply(self, a: Any) -> pd.DataFrame:
        """Return the newer rows, made of the older ones.

        Parameters
        ----------
        a : DataFrame of pandas or polars, or pyarrow.Table
            The older rows, in any order.

        Returns
        -------
        DataFrame
            With the columns of the newer one. Rows stand where their key stood in `a`, and those
            that were added at the end.

        Raises
        ------
        ArgumentError
            `a` does not hold the rows that this difference removes or changes, or holds one that
            it adds; or the newer one has columns whose values are not known here.
        """
        if self.columns_added:
            shown = first_few(list(map(str, self.columns_added)), _NAMES_SHOWN)
            raise ArgumentError(
                f"The difference does not hold the values of the added columns: {shown}.",
                hint="Leave these columns out before the comparison.",
            )
        rows = rows_of(a, "a")
        old = rows_of(concatenated([self.removed, self.before], self.removed), "the difference")
        _check_columns(rows, old)
        if not self.on:
            pairs = [(rows.column(name), old.column(name)) for name in old.names]
            whole = match_rows(*row_codes(pairs, rows.count, old.count))
            if len(whole.only_b):
                raise _other_rows(len(whole.only_b))
            return concatenated([rows.frame(whole.only_a), self.added], self.added)
        kept, places = self._kept(rows, old)
        order = np.argsort(np.concatenate([kept, places, rows.count + np.arange(len(self.added))]))
        found = concatenated([rows.frame(kept), self.after, self.added], self.added)
        return found.take(order).reset_index(drop=True)

    def _kept(self, rows: Rows, old: Rows) -> tuple[Positions, Positions]:
        """Return which rows stay as they are, and where those stand that change."""
        pairs = {name: (rows.column(name), old.column(name)) for name in old.names}
        keys = [pairs[name] for name in self.on]
        codes = row_codes(keys, rows.count, old.count)
        check_unique(rows, codes[0], self.on, pairs, 0)
        matched = match_keys(*codes)
        is_other = np.zeros(len(matched.in_a), np.bool_)
        for pair in pairs.values():
            is_other |= differing(pair, matched)
        new = rows_of(self.added, "the difference")
        new_keys = [(rows.column(name), new.column(name)) for name in self.on]
        is_there = match_keys(*row_codes(new_keys, rows.count, new.count)).in_b
        wrong = len(matched.only_b) + int(is_other.sum()) + len(is_there)
        if wrong:
            raise _other_rows(wrong)
        places = np.empty(old.count, np.int64)
        places[matched.in_b] = matched.in_a
        return matched.only_a, places[len(self.removed) :]

    def card(self) -> Card:
        """Return what is shown of it."""
        facts = {
            "compared by": ", ".join(map(str, self.on)) or "whole rows",
            "rows added": f"{len(self.added):,}",
            "rows removed": f"{len(self.removed):,}",
            "rows changed": f"{len(self.before):,}" if self.on else "",
            "rows unchanged": f"{self.unchanged:,}",
            "columns added": ", ".join(map(str, self.columns_added)),
            "columns removed": ", ".join(map(str, self.columns_removed)),
            "types changed": ", ".join(self._type_words()),
        }
        found = {"Changed": self.changed_values, "Added": self.added, "Removed": self.removed}
        tables = [_table(title, frame) for title, frame in found.items() if len(frame)]
        return Card(noun="Difference", summary=self.summary, facts=facts, tables=tables)


def _check_columns(rows: Rows, old: Rows) -> None:
    missing = [name for name in old.names if name not in rows.names]
    others = [name for name in rows.names if name not in old.names]
    if missing or others:
        words = f"no column {missing[0]!r}" if missing else f"a column {others[0]!r} more"
        raise ArgumentError(
            f"a has {words}: it is not what was compared.", hint="Give the older rows of the two."
        )


def _other_rows(number: int) -> ArgumentError:
    rows = counted(number, "row")
    return ArgumentError(
        f"a is not what was compared: {rows} of the difference {'does' if number == 1 else 'do'} "
        "not fit it.",
        hint="Give the older rows of the two.",
    )


def _free_name(name: str, taken: Any) -> str:
    """Return a name for a column that no other one has."""
    while name in taken:
        name += "_"
    return name


def _table(title: str, frame: pd.DataFrame) -> Table:
    shown = frame.iloc[:_ROWS_SHOWN, :_COLUMNS_SHOWN].astype(object)
    notes = []
    if len(frame) > _ROWS_SHOWN:
        notes.append(f"the first {_ROWS_SHOWN} of {len(frame):,} rows")
    if len(frame.columns) > _COLUMNS_SHOWN:
        notes.append(f"the first {_COLUMNS_SHOWN} of {len(frame.columns):,} columns")
    return Table(
        columns=list(map(str, frame.columns)),
        rows=[list(map(exact_value, row)) for row in shown.itertuples(index=False, name=None)],
        title=title,
        note=", ".join(notes),
    )


def exact_value(value: Any) -> object:
    """Return a value for a cell of a table: with all its digits, and null by its name."""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return "null"
    return value if type(value) is int else str(value)
