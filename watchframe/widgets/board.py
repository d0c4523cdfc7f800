"""Looking at a dashboard: in an open notebook, or in an unattended run."""

from __future__ import annotations

from watchframe.cache import Mode
from watchframe.client import Client
from watchframe.interactive import ipython_kernel, is_interactive
from watchframe.read.draw import Filters, check_filters
from watchframe.read.options import DashboardLike, MaxAge, Params, of_dashboard
from watchframe.read.side_by_side import CONCURRENCY, OnErrors, check_errors
from watchframe.references import parse_dashboard_reference
from watchframe.widgets.live_board import BoardReads, LiveBoard


@of_dashboard
def show_watch_dashboard(
    dashboard: DashboardLike,
    params: Params = None,
    *,
    filters: Filters | None = None,
    max_age: MaxAge = None,
    cache: Mode = "use",
    timeout: float | None = 300.0,
    concurrency: int = CONCURRENCY,
    errors: OnErrors = "keep",
    progress: bool | None = None,
    client: Client | None = None,
) -> LiveBoard:
    """Return a dashboard as its page shows it: parameters on top, the tiles on their grid.

    In a notebook that a person has open, the tiles are read in the background and appear as they
    come; elsewhere (nbconvert, papermill, scripts, terminals) all are read before this returns.

    Parameters
    ----------
    dashboard, params
        As of `read_watch_dashboard`; `params` are set in the controls, and can be changed there.
    filters : mapping of str to value or list of values, optional
        What is chosen of columns such as ``market::filter``, for all widgets that have them. They
        win over those of the dashboard's address.
    max_age, cache, timeout, concurrency, client
        As of `read_watch_dashboard`.
    errors : {"keep", "raise"}
        What to do where some widgets fail: show the error in the widget's place, or raise all
        errors once the others are read, for which this waits.
    progress : bool or None
        Whether to show a bar where this waits for all; None shows it where a person is watching.

    Returns
    -------
    LiveBoard
        Show it by leaving it in a cell's last line. ``board["TVL"]`` is a widget's `Drawing`, with
        ``.value``, ``.figure`` and ``.frame``; ``board.to_html("monday.html")`` writes a page.

    Raises
    ------
    UnknownParameterError, ParameterValueError, ArgumentError, ConfigurationError, NotFoundError
        As of `read_watch_dashboard`.
    AuthenticationError
        As of `read_watch_dashboard`.
    ExceptionGroup
        With ``errors="raise"``, as of `read_watch_dashboard`.

    Warns
    -----
    WatchframeWarning
        Where this waits for all: widgets could not be shown, which it names.

    Examples
    --------
    >>> from watchframe.demo import DemoServer
    >>> with DemoServer() as demo, Client(demo.url, demo.user_key) as client:
    ...     board = show_watch_dashboard("recent-activity", cache="off", client=client)
    >>> list(board)
    ['Events of the last 30 days', 'Events by month']
    """
    check_errors(errors)
    check_filters(filters)
    reads = BoardReads(
        reference=parse_dashboard_reference(dashboard),
        filters=filters,
        max_age=max_age,
        cache=cache,
        timeout=timeout,
        concurrency=concurrency,
        errors=errors,
        progress=progress,
        client=client,
    )
    is_live = ipython_kernel() is not None and is_interactive()
    board = LiveBoard(reads, params, is_live=is_live)
    if errors == "raise":
        try:
            board.wait()
        except BaseException:
            board.close()  # the caller has none that could be stopped
            raise
    return board
