"""A dashboard, read and drawn: each tile as soon as its rows are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from watchframe.drawing.board import Board
from watchframe.drawing.board_tiles import Tile
from watchframe.read.answer import Answer
from watchframe.read.board_builder import BoardBuilder
from watchframe.read.dashboard_answers import answers_of, dashboard_questions
from watchframe.read.draw import Filters, check_filters
from watchframe.read.options import Params, ReadOptions
from watchframe.read.output import Output
from watchframe.read.side_by_side import CONCURRENCY, OnErrors, check_errors, with_keep_note
from watchframe.read.widget_queries import WidgetQuery
from watchframe.references import DashboardReference


def drawn_board(
    dashboard: DashboardReference,
    params: Params,
    options: ReadOptions,
    *,
    filters: Filters | None = None,
    on_tile: Callable[[Tile], None] | None = None,
    concurrency: int = CONCURRENCY,
    errors: OnErrors = "keep",
    kept: Mapping[int, Tile] | None = None,
) -> Board:
    """Return a dashboard, read side by side and drawn.

    Parameters
    ----------
    dashboard : DashboardReference
    params, concurrency
        As of `read_watch_dashboard`.
    options : ReadOptions
    filters : mapping of str to value or list of values, optional
        What is chosen of columns such as ``market::filter``, for all widgets that have them. They
        win over those of the dashboard's address.
    on_tile : callable, optional
        Called in this thread with each tile, row by row, once the dashboard is known: texts are
        complete then, others have no content. Called again with each of those when it is drawn or
        failed; the places of the board that is returned may be others, for some tiles are as high
        as their rows.
    errors : {"raise", "keep"}
        What to do where some widgets fail, once all others are read: raise their errors, or show
        them in their places.
    kept : mapping of int to Tile, optional
        By the widgets' ids, tiles that are shown as they are, and not read.

    Raises
    ------
    ArgumentError
        `filters` is not a mapping, or names no column of any widget.
    WatchframeError, ExceptionGroup
        As of `read_watch_dashboard`.
    """
    check_errors(errors)
    check_filters(filters)
    found, wanted, options = dashboard_questions(dashboard, params, options)
    builder = BoardBuilder(
        found, wanted, filters=filters, url_filters=dashboard.url_filters, on_tile=on_tile
    )
    for tile in (kept or {}).values():
        builder.keep(tile)
    unread = builder.shown - (kept or {}).keys()
    wanted = [item for item in wanted if item.widget.id in unread]

    def add(item: WidgetQuery, outcome: Answer | Exception) -> None:
        if isinstance(outcome, Exception):
            builder.add(item, outcome)
        else:
            builder.add(item, outcome.table, outcome.attributes)

    read = answers_of(
        found, wanted, options, shown=Output(), concurrency=concurrency, on_outcome=add
    )
    board = builder.board(params, dashboard.url_parameters)
    if board.errors and errors == "raise":
        undrawn = ExceptionGroup("Widgets could not be drawn", [*board.errors.values()])
        raise with_keep_note(read.failed or undrawn)
    return board
