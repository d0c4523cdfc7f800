"""What a quick chart draws of a result: the columns to begin with, and a row for each point."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from watchframe.charts.filters import label_of
from watchframe.decode.typing_rules import ENCODING, INTEGER, encoding_of
from watchframe.widgets.table_columns import is_number

#: More series than this cannot be told apart, and more bars cannot be seen.
MOST_SERIES, MOST_BARS = 20, 240
#: Kinds with a bar or a slice for each x.
_BARS = frozenset({"column", "bar", "pie"})
#: What is drawn of rows that share a point: all of them.
EACH = "each"
_FEWEST_ROWS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is to be drawn of a table.

    Attributes
    ----------
    kind : str
        As of `new_chart`.
    x : str
    y : tuple of str
        Columns of numbers.
    series : str or None
        The column that distinguishes lines or bars.
    join : str
        What is made of rows that share a point: a name of `JOINS`, or `EACH`.
    """

    kind: str
    x: str
    y: tuple[str, ...]
    series: str | None = None
    join: str = "sum"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickPoints:
    """The rows that are drawn.

    Attributes
    ----------
    table : pyarrow.Table
        The columns x, series and y of the choice; a row for each point.
    choice : Choice
        By the names of the result's columns.
    drawn : Choice
        The same by the names of the table's: those of filters have lost their suffix, by which a
        chart would choose rows.
    rows : int
        Of how many rows of the result they are made.
    are_shared : bool
        Whether several rows of the result share a point.
    missing : int
        Rows that have no x, where x is no category.
    series : int
        How many series there were, where only the largest are drawn; else 0.
    """

    table: pa.Table
    choice: Choice
    drawn: Choice
    rows: int
    are_shared: bool
    missing: int = 0
    series: int = 0

    @property
    def are_joined(self) -> bool:
        """Whether rows that share a point were made one."""
        return self.are_shared and self.choice.join != EACH


class UndrawableError(ValueError):
    """Nothing can be drawn of a table; the message says why, for people."""


def number_columns(table: pa.Table) -> list[str]:
    """Return the columns that can be y."""
    return [field.name for field in table.schema if is_number(field)]


def default_choice(table: pa.Table) -> Choice:
    """Return what to draw of `table` before a person has chosen.

    The first column of times is x, else a category, else the first number. A series is chosen where
    it makes each row a point of its own.

    Raises
    ------
    UndrawableError
        A chart makes no sense.
    """
    if len(set(table.column_names)) < table.num_columns:
        raise UndrawableError("Two columns have the same name.")
    times = [field.name for field in table.schema if _is_time(field)]
    categories = [
        field.name
        for field in table.schema
        if pa.types.is_string(field.type) and encoding_of(field) is None
    ]
    numbers = number_columns(table)
    x = _first_x(table, times, categories, numbers)
    if x is None or table.num_rows < _FEWEST_ROWS:
        raise UndrawableError(
            "It takes two rows, a number, and a time, a category or another number."
        )
    y = (numbers[-1],)
    if x in numbers:
        return Choice(kind="scatter", x=x, y=y, join=EACH)
    flags = [field.name for field in table.schema if pa.types.is_boolean(field.type)]
    others = [name for name in (*categories, *flags) if name != x]
    series, joins_others = _series(table, x, others)
    if joins_others:
        return Choice(kind="scatter", x=x, y=y, join=EACH)
    return Choice(kind="line" if x in times else "column", x=x, y=y, series=series)


def points_of(table: pa.Table, choice: Choice) -> QuickPoints:
    """Return the rows to draw of `table`, those that share a point joined as was chosen.

    Raises
    ------
    UndrawableError
        It would be no picture that can be read.
    """
    keys = [choice.x] if choice.series is None else [choice.x, choice.series]
    if not choice.y:
        raise UndrawableError("Choose a number to draw.")
    if choice.series is not None and len(choice.y) > 1:
        raise UndrawableError("A series is of one number: choose one y, or no series.")
    field = table.schema.field(choice.x)
    is_scale = _is_time(field) or is_number(field)
    if choice.kind in _BARS and not is_scale and (bars := _count(table, choice.x)) > MOST_BARS:
        raise UndrawableError(f"{bars:,} different values of “{choice.x}” are too many to see.")
    known = table.select([*keys, *choice.y])
    if is_scale:
        known = known.filter(pc.is_valid(known.column(choice.x)))
    missing, series = table.num_rows - known.num_rows, 0
    if choice.series is not None and (found := _count(known, choice.series)) > MOST_SERIES:
        series, known = found, _largest_series(known, choice.series, choice.y[0])
    are_shared = _count(known, *keys) < known.num_rows
    joined = known
    if are_shared and choice.join != EACH:
        joined = _joined(known, keys, choice.y, JOINS[choice.join])
    names = {name: label_of(name) for name in joined.column_names}
    return QuickPoints(
        table=joined.rename_columns(list(names.values())),
        choice=choice,
        drawn=replace(
            choice,
            x=names[choice.x],
            y=tuple(names[name] for name in choice.y),
            series=None if choice.series is None else names[choice.series],
        ),
        rows=known.num_rows,
        are_shared=are_shared,
        missing=missing,
        series=series,
    )


def _is_time(field: pa.Field) -> bool:
    return bool(pa.types.is_date(field.type) or pa.types.is_timestamp(field.type))


def _first_x(
    table: pa.Table, times: Sequence[str], categories: Sequence[str], numbers: Sequence[str]
) -> str | None:
    if not numbers:
        return None
    if times:
        return times[0]
    counts = {name: _count(table, name) for name in categories}
    each = [name for name, count in counts.items() if count == table.num_rows <= MOST_BARS]
    several = [name for name, count in counts.items() if 1 < count <= MOST_BARS]
    others = numbers[:1] if len(numbers) > 1 else []
    return next(iter([*each, *several, *categories, *others]), None)


def _series(table: pa.Table, x: str, categories: Sequence[str]) -> tuple[str | None, bool]:
    """Return the column that distinguishes lines, and whether a line would join different things.

    A category that differs in every row only names the row, and one that is the same in all rows
    distinguishes nothing. Where no x repeats, each line has at least two rows on average.
    """
    known = table.select([x, *categories]).filter(pc.is_valid(table.column(x)))
    is_one_line = _count(known, x) == known.num_rows
    most = known.num_rows // 2 if is_one_line else known.num_rows - 1
    groups = [name for name in categories if 1 < _count(known, name) <= most]
    for name in groups:
        others = [other for other in groups if other != name]
        if _count(known, x, name) == known.num_rows and all(
            _count(known, name, other) == _count(known, name) for other in others
        ):
            return name, False
    return None, is_one_line and len(groups) > 1


def _count(table: pa.Table, *names: str) -> int:
    """Return how many different values the columns have together."""
    groups: int = table.group_by(list(names)).aggregate([]).num_rows
    return groups


def _largest_series(table: pa.Table, series: str, number: str) -> pa.Table:
    """Return the rows of the series whose numbers are the largest together."""
    sizes = pc.abs(pc.cast(table.column(number), pa.float64(), safe=False))
    grouped = pa.table({"name": table.column(series), "size": sizes}).group_by(
        "name", use_threads=False
    )
    totals = grouped.aggregate([("size", "sum")]).sort_by([("size_sum", "descending")])
    names = totals.column("name").slice(0, MOST_SERIES).combine_chunks()
    return table.filter(pc.is_in(table.column(series), value_set=names))


def _joined(
    table: pa.Table,
    keys: Sequence[str],
    numbers: Sequence[str],
    join: Callable[[list[Any]], int | float | None],
) -> pa.Table:
    """Return a row for each point, in the order of their first rows; every sum is exact."""
    # Columns by their places: no name of the data can be that of a list.
    columns = [table.column(name) for name in (*keys, *numbers)]
    places = [str(place) for place in range(len(columns))]
    key_places, number_places = places[: len(keys)], places[len(keys) :]
    grouped = (
        pa.table(columns, names=places)
        .group_by(key_places, use_threads=False)
        .aggregate([(place, "list") for place in number_places])
    )
    fields = [table.schema.field(name) for name in keys]
    found = [grouped.column(place) for place in key_places]
    for name, place in zip(numbers, number_places, strict=True):
        is_text = encoding_of(table.schema.field(name)) == INTEGER
        read: Callable[[Any], Any] = int if is_text else lambda value: value
        lists = grouped.column(f"{place}_list").to_pylist()
        values = [join([read(v) for v in some if v is not None]) for some in lists]
        field, array = _number_column(name, values)
        fields.append(field)
        found.append(array)
    return pa.table(found, schema=pa.schema(fields))


def _number_column(name: str, values: Sequence[int | float | None]) -> tuple[pa.Field, pa.Array]:
    """Return a column as a result has it: integers that no type can hold are texts."""
    known = [value for value in values if value is not None]
    if any(isinstance(value, float) for value in known):
        return pa.field(name, pa.float64()), pa.array(values, pa.float64(), from_pandas=False)
    if all(-(2**63) <= value < 2**63 for value in known):
        return pa.field(name, pa.int64()), pa.array(values, pa.int64())
    texts = [None if value is None else str(value) for value in values]
    return pa.field(name, pa.string(), metadata={ENCODING: INTEGER}), pa.array(texts, pa.string())


def _sum(values: list[Any]) -> int | float | None:
    if not values:
        return None
    if isinstance(values[0], int):
        return int(sum(values))
    try:
        return math.fsum(values)
    except (OverflowError, ValueError):  # beyond all floats, or infinities of both signs
        return float(sum(values))


def _mean(values: list[Any]) -> float | None:
    total = _sum(values)
    try:
        return None if total is None else total / len(values)
    except OverflowError:  # an integer that is beyond all floats
        return math.inf if total > 0 else -math.inf  # type: ignore[operator] # a total is no None


#: What can be made of several rows that share a point.
JOINS: dict[str, Callable[[list[Any]], int | float | None]] = {
    "sum": _sum,
    "mean": _mean,
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
    "count": len,
}
