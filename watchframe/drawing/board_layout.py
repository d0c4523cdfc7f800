"""Where the tiles of a dashboard are: its grid, as the page lays it out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from watchframe.models import Widget

#: Columns of the grid; up to version 10.1 of the server it has half of them.
COLUMNS = 12
#: CSS pixels of a row with the margin below it, and of a margin.
ROW, MARGIN = 50, 15
#: CSS pixels of width up to which the tiles stand one below the other.
NARROW = 800
#: Rows at most, as on the page.
_MOST_ROWS = 1_000
#: Columns and rows of a widget that has no size, by the type of its visualization.
_SIZES = {
    "CHART": (6, 8),
    "COUNTER": (4, 5),
    "DETAILS": (4, 2),
    "FUNNEL": (6, 10),
    "PIVOT": (6, 10),
    "SANKEY": (6, 7),
    "SUNBURST_SEQUENCE": (6, 7),
    "TABLE": (6, 14),
}
_SIZE = 6, 3
#: Rows of a widget whose size is to be found out, as long as it is not: these, or as many as the
#: highest of the others has, and some more.
_UNKNOWN_ROWS, _MORE_ROWS = 20, 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tile is on the grid of `COLUMNS` columns.

    Attributes
    ----------
    column, row : int
        Of its upper left corner, from 0.
    columns, rows : int
        How many of them it takes.
    auto_height : bool
        Whether it is as high as what it shows; `rows` is then what was saved, or measured.
    """

    column: int
    row: int
    columns: int
    rows: int
    auto_height: bool = False

    @property
    def height(self) -> int:
        """Its height in CSS pixels."""
        return self.rows * ROW - MARGIN


def places(widgets: Sequence[Widget], heights: Mapping[int, int] | None = None) -> dict[int, Place]:
    """Return where the widgets are, by their ids, row by row; those that are hidden are nowhere.

    What has no position goes below the others. No two tiles overlap, and each is as far up as those
    above it allow.

    Parameters
    ----------
    widgets : sequence of Widget
    heights : mapping of int to int, optional
        By the ids of widgets of automatic height, how many rows they take; those that are left out
        are as high as they were when the dashboard was saved.
    """
    shown = [widget for widget in widgets if widget.options.get("isHidden") is not True]
    scale = _scale(shown)
    wanted = {widget.id: _Wanted.of(widget, scale) for widget in shown}
    highest = max([_UNKNOWN_ROWS, *(item.rows for item in wanted.values())])
    unknown = min(highest + _MORE_ROWS, _MOST_ROWS)
    heights = heights or {}
    found: dict[int, Place] = {}
    # Those of a later row are below all of an earlier one before they move up. So what overlaps on
    # paper stands in the order of the rows; within a row, from left to right.
    order = sorted(wanted, key=lambda number: (wanted[number].row, wanted[number].column))
    within = {number: wanted[number].place(unknown) for number in order}
    for number in sorted(order, key=lambda number: (wanted[number].row, within[number].column)):
        place = within[number]
        if place.auto_height and number in heights:
            place = replace(place, rows=min(max(1, heights[number]), _MOST_ROWS))
        found[number] = replace(place, row=_first_free_row(place, found.values()))
    return dict(sorted(found.items(), key=lambda item: (item[1].row, item[1].column)))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The position of a widget as it was saved, in columns of `COLUMNS`; `row` may be infinite."""

    column: float
    row: float
    columns: float
    rows: float
    auto_height: bool

    @classmethod
    def of(cls, widget: Widget, scale: int) -> _Wanted:
        sent = _position(widget)
        kind = widget.visualization.type if widget.visualization is not None else ""
        columns, rows = _SIZES.get(kind, _SIZE)
        width, height = _number(sent.get("sizeX")), _number(sent.get("sizeY"))
        automatic = sent.get("autoHeight")
        return cls(
            column=_number(sent.get("col"), 0) * scale,
            row=_number(sent.get("row"), math.inf),
            columns=columns if math.isnan(width) else width * scale,
            rows=rows if math.isnan(height) else height,
            auto_height=(automatic if isinstance(automatic, bool) else kind == "TABLE")
            or height < 0,
        )

    def place(self, unknown: float) -> Place:
        """Return it within the grid, in its first row."""
        rows = unknown if self.rows < 1 else min(self.rows, _MOST_ROWS)
        columns = min(max(1, self.columns), COLUMNS)
        column = min(self.column, COLUMNS - columns)
        if column < 0:
            column, columns = 0, COLUMNS
        return Place(int(column), 0, int(columns), int(rows), self.auto_height)


def _first_free_row(place: Place, above: Iterable[Place]) -> int:
    """Return the row of a place below all those that share a column with it."""
    left, right = place.column, place.column + place.columns
    return max(
        (
            other.row + other.rows
            for other in above
            if other.column < right and left < other.column + other.columns
        ),
        default=0,
    )


def _scale(widgets: Sequence[Widget]) -> int:
    """Return how many columns of `COLUMNS` one of the dashboard's is.

    No answer tells it. A dashboard of six columns has nothing that goes beyond the sixth.
    """
    half = COLUMNS // 2
    for widget in widgets:
        sent = _position(widget)
        end = _number(sent.get("col"), 0) + _number(sent.get("sizeX"), 0)
        if end > half or _number(sent.get("maxSizeX"), 0) > half:
            return 1
    return 2


def _position(widget: Widget) -> Mapping[str, object]:
    sent = widget.options.get("position")
    return sent if isinstance(sent, Mapping) else {}


def _number(value: object, default: float = math.nan) -> float:
    """Return a number of a position; where it is none, `default`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return default
    return float(max(-_LARGEST, min(value, _LARGEST))) if value == value else default  # noqa: PLR0124 - NaN


_LARGEST = 10**6
