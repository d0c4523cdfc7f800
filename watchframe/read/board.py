"""A dashboard, read and drawn: each tile as soon as its rows are there."""

from __future__ import annotations

from collections.abc import Callable

from watchframe.drawing.board import Board, Tile
from watchframe.read.draw import Filters
from watchframe.read.options import Params, ReadOptions
from watchframe.read.side_by_side import CONCURRENCY, OnErrors
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
) -> Board:
    """Return a dashboard, read side by side and drawn.

    `on_tile` is called in this thread with each tile of the page, row by row, once the dashboard
    is known: texts are complete then, and others have no content. It is called again with each of
    those when it is drawn, or failed. Their places may change, for some are as high as their rows.

    With ``errors="keep"`` a warning names the widgets that failed; with ``"raise"`` their errors
    are raised, once all others are read.
    """
    raise NotImplementedError
