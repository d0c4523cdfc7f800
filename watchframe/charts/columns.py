"""A result's values by column: each column is converted once, when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, TypeVar

from watchframe.charts.typed import Coded, Lazy, Typed
from watchframe.charts.values import Row, Value, page_value, page_values

_Item = TypeVar("_Item")

#: A result's rows: a list of them, or the values of all by column.
Rows = Sequence[Mapping[str, Any]] | Mapping[str, Sequence[Any]]


class Columns:
    """The columns of a result's rows, and the rows.

    Attributes
    ----------
    names : list of str
        The names that any row has, in the order in which they come first.
    """

    def __init__(
        self, given: Mapping[str, Sequence[object]], rows: Sequence[Row] | None = None
    ) -> None:
        self.names = list(given)
        self._given = given
        self._values: dict[str, Sequence[Value]] = {}
        self._rows = rows
        self._length = len(next(iter(given.values()), ()) if rows is None else rows)

    @classmethod
    def of(cls, rows: Rows) -> Columns:
        """Return the columns of rows, of which each may have names of its own."""
        if isinstance(rows, Mapping):
            return cls(rows)
        names = list(rows[0]) if rows else []
        # Of one name, `itemgetter` gives no tuple.
        if (
            len(names) > 1
            and set(map(len, rows)) == {len(names)}
            and set(map(type, names)) == {str}
        ):
            try:
                values = list(chain.from_iterable(map(itemgetter(*names), rows)))
            except KeyError:  # One of the names is another one.
                pass
            else:
                return cls({name: values[place :: len(names)] for place, name in enumerate(names)})
        page_rows = [{str(name): page_value(value) for name, value in row.items()} for row in rows]
        return cls._of_page_rows(page_rows)

    @classmethod
    def _of_page_rows(cls, rows: Sequence[Row]) -> Columns:
        columns = cls({}, rows)
        columns.names = list(dict.fromkeys(chain.from_iterable(rows)))
        return columns

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self._length

    def values(self, name: str) -> Sequence[Value]:
        """Return a column's values: None where a row has none."""
        values = self.typed(name)
        return values.plain if isinstance(values, Lazy) else values

    def typed(self, name: str) -> Sequence[Value]:
        """Return a column's values, as an array if they were given as one."""
        if name not in self._values:
            self._values[name] = (
                _page_values(self._given[name])
                if name in self._given
                else [row.get(name) for row in self._rows or ()] or [None] * len(self)
            )
        return self._values[name]

    def rows(self) -> Sequence[Row]:
        """Return the rows, each with the names that it has."""
        if self._rows is None:
            values = zip(*map(self.values, self.names), strict=True)
            self._rows = [dict(zip(self.names, row, strict=True)) for row in values]
        return self._rows

    def at(self, places: Sequence[int]) -> Columns:
        """Return the columns of some of the rows, in this order."""
        if not self._given:
            return self._of_page_rows([self.rows()[place] for place in places])
        return Columns({name: at(values, places) for name, values in self._given.items()})


def _page_values(values: Sequence[object]) -> Sequence[Value]:
    if isinstance(values, Coded):
        return Coded(values.codes, page_values(values.distinct))
    return values if isinstance(values, Typed) else page_values(values)


def at(values: Sequence[_Item], places: Sequence[int]) -> Sequence[_Item]:
    """Return the values at places; a range from 0 on has all of them."""
    if isinstance(places, range):
        return values
    if isinstance(values, Typed | Coded):
        return values.at(places)
    return [values[place] for place in places]
