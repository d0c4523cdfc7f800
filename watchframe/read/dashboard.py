"""All queries of a dashboard, as typed frames by their widgets' titles."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack, overload

import pandas as pd
import pyarrow as pa

from watchframe.cache import Mode
from watchframe.caller_warnings import warn_caller
from watchframe.client import Client
from watchframe.decode import DtypeBackend
from watchframe.drawing.board import Board
from watchframe.drawing.notebook_output import PLAIN, is_wanted
from watchframe.errors import (
    ArgumentError,
    WatchframeWarning,
)
from watchframe.interactive import is_ipython_terminal
from watchframe.parameters.values import did_you_mean, nearest
from watchframe.read.board_builder import BoardBuilder
from watchframe.read.dashboard_answers import DashboardRead, dashboard_answers
from watchframe.read.options import DashboardLike, MaxAge, Params, ReadOptions, of_dashboard
from watchframe.read.output import Output, OutputKind, Rows
from watchframe.read.side_by_side import (
    CONCURRENCY,
    OnErrors,
    check_errors,
    with_keep_note,
)
from watchframe.read.widget_queries import dashboard_words
from watchframe.references import DashboardReference, parse_dashboard_reference

if TYPE_CHECKING:
    import polars as pl


class DashboardFrames(Mapping[str, Rows]):
    """The frames of a dashboard by their widgets' titles, row by row.

    Where several widgets have the same title, the second one is ``"<title> (2)"``, and so on.

    Attributes
    ----------
    dashboard : Dashboard
        The dashboard itself.
    errors : mapping of str to Exception
        By title, why widgets have no frame here; empty unless it was read with ``errors="keep"``.
    """

    def __init__(
        self,
        read: DashboardRead,
        frames: Mapping[str, Rows],
        params: Params,
        reference: DashboardReference,
    ) -> None:
        self.dashboard = read.dashboard
        self.errors = read.errors
        self._wanted = read.wanted
        self._frames: dict[str, Any] = dict(frames)
        self._attributes = {title: it.attributes for title, it in read.answers.items()}
        # Not the whole reference: that of a shared dashboard holds its token.
        self._params, self._url_parameters = params, reference.url_parameters
        self._url_filters = reference.url_filters

    @functools.cached_property
    def board(self) -> Board:
        """The dashboard, drawn of these frames as its page shows it; a notebook shows this."""
        builder = BoardBuilder(self.dashboard, self._wanted, url_filters=self._url_filters)
        for item in self._wanted:
            if item.widget.id in builder.shown:
                rows = self.errors.get(item.title) or _drawable(self._frames[item.title])
                builder.add(item, rows, self._attributes.get(item.title))
        return builder.board(self._params, self._url_parameters)

    def __getitem__(self, title: str) -> Rows:
        found: Rows = self._frames[title]
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    def __repr__(self) -> str:
        lines = [
            f"  {title!r}: {len(frame):,} rows, {len(frame.columns):,} columns"
            for title, frame in self._frames.items()
        ]
        lines += [f"  {title!r}: {type(error).__name__}" for title, error in self.errors.items()]
        return "\n".join([f"<DashboardFrames of {self.dashboard.name!r}", *lines]) + ">"

    def _repr_mimebundle_(
        self,
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
    ) -> dict[str, Any]:
        shown = {} if is_ipython_terminal() else self.board._repr_mimebundle_(include, exclude)
        bundle = {**shown, PLAIN: repr(self)}
        return {kind: it for kind, it in bundle.items() if is_wanted(kind, include, exclude)}


class DashboardTableArguments(TypedDict, total=False):
    """Keyword arguments of `read_watch_dashboard`."""

    max_age: MaxAge
    cache: Mode
    timeout: float | None
    concurrency: int
    errors: OnErrors
    progress: bool | None
    client: Client | None


class DashboardArguments(DashboardTableArguments, total=False):
    """Those, with the ones that are for pandas alone."""

    dtype: object
    parse_dates: object
    dtype_backend: DtypeBackend


@overload
def read_watch_dashboard(
    dashboard: DashboardLike,
    params: Params = None,
    *,
    output: Literal["pandas"] = ...,
    **arguments: Unpack[DashboardArguments],
) -> DashboardFrames[pd.DataFrame]: ...
@overload
def read_watch_dashboard(
    dashboard: DashboardLike,
    params: Params = None,
    *,
    output: Literal["arrow"],
    **arguments: Unpack[DashboardTableArguments],
) -> DashboardFrames[pa.Table]: ...
@overload
def read_watch_dashboard(
    dashboard: DashboardLike,
    params: Params = None,
    *,
    output: Literal["polars"],
    **arguments: Unpack[DashboardTableArguments],
) -> DashboardFrames[pl.DataFrame]: ...
@of_dashboard
def read_watch_dashboard(
    dashboard: DashboardLike,
    params: Params = None,
    *,
    max_age: MaxAge = None,
    cache: Mode = "use",
    output: OutputKind = "pandas",
    dtype: object = None,
    parse_dates: object = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    timeout: float | None = 300.0,
    concurrency: int = CONCURRENCY,
    errors: OnErrors = "raise",
    progress: bool | None = None,
    client: Client | None = None,
) -> DashboardFrames[Any]:
    """Return every widget's query of a dashboard as a typed DataFrame, read side by side.

    Widgets of one query with the same values are read once. Texts are left out.

    Parameters
    ----------
    dashboard : int, str or DashboardReference
        Its id, its slug, its name, or the URL of its page; the ``p_`` values of a URL are
        parameters, and `params` win over them; its values of filters (``market::filter``) choose
        what is shown of the frames. The page of a shared dashboard
        (``/public/dashboards/<token>``) needs no key: its token is one, and no other is used.
    params : mapping of str to object, optional
        Values of the dashboard's parameters by their names on the dashboard, each for all widgets
        that share it. The parameter of a single widget is called ``w<widget id>_<name>``, as in the
        page's URL, or ``<name>`` where nothing else is called so. Those that are left out take the
        saved defaults, as on the page: a shared one that of the first widget that has it.
    max_age, cache, output, dtype_backend, client
        As of `read_watch_query`; they hold for the dashboard itself too.
    dtype, parse_dates : optional
        As of `read_watch_query`, for every widget that has such a column.
    timeout : float or None
        Seconds for each query, from when its turn comes.
    concurrency : int
        How many run at the same time.
    errors : {"raise", "keep"}
        What to do where some widgets fail, once all others are read: raise their errors, or return
        the others with a warning, and the errors in ``.errors``.
    progress : bool or None
        Whether to show one bar for all; None shows it where a person is watching.

    Returns
    -------
    DashboardFrames
        A mapping of titles to frames, each as `read_watch_query` returns it, with ``.dashboard``
        and ``.errors``. A notebook shows it as its page does, drawn of these frames: ``.board``.

    Raises
    ------
    UnknownParameterError
        The dashboard has no parameter of that name.
    ParameterValueError
        A value is given for a parameter that the dashboard fixes.
    ArgumentError, ConfigurationError, NotFoundError
        `dashboard` is not one, or one of another server; the server does not have it, or has
        several of that name. Or no widget has a column that `dtype` or `parse_dates` name, or a
        value in it does not become what they ask for.
    AuthenticationError
        The dashboard is not shared under this address, or not any more.
    ExceptionGroup
        Of the errors of `read_watch_query`, once all other queries have finished; each has a note
        that names the widget. What was read is in the local cache.

    Warns
    -----
    WatchframeWarning
        Widgets are left out because the key may not see their data source, or, with
        ``errors="keep"``, because they could not be read.

    Examples
    --------
    >>> from watchframe.demo import DemoServer
    >>> with DemoServer() as demo, Client(demo.url, demo.user_key) as client:
    ...     frames = read_watch_dashboard("recent-activity", cache="off", client=client)
    >>> list(frames)
    ['Events of the last 30 days', 'Events by month']
    """
    dashboard = parse_dashboard_reference(dashboard)
    options = ReadOptions.resolve(
        dashboard,
        client=client,
        max_age=max_age,
        cache=cache,
        timeout=timeout,
        progress=progress,
    )
    check_errors(errors)
    shown = Output(output, None, None, dtype, parse_dates, dtype_backend)
    read = dashboard_answers(dashboard, params, options, shown=shown, concurrency=concurrency)
    if read.failed is not None and errors == "raise":
        raise with_keep_note(read.failed)
    _check_columns(shown, read)
    if read.errors:
        warn_caller(
            WatchframeWarning(
                f"{dashboard_words(read.dashboard)} has widgets that could not be read, and are "
                f"left out: {', '.join(map(repr, read.errors))}. The frames' .errors says why."
            )
        )
    frames = {
        title: shown.without_other_columns(answer).rows(answer)
        for title, answer in read.answers.items()
    }
    return DashboardFrames(read, frames, params, dashboard)


def _drawable(rows: Any) -> pd.DataFrame | pa.Table:
    """Return rows as `watchframe.drawing.draw` takes them."""
    return rows if isinstance(rows, pd.DataFrame | pa.Table) else rows.to_arrow()


def _check_columns(shown: Output, read: DashboardRead) -> None:
    """Raise ArgumentError for a column to convert that no widget has.

    A result without rows may lack columns that others of its query have.
    """
    tables = [answer.table for answer in read.answers.values()]
    known = {name for table in tables for name in table.column_names}
    wrong = sorted(shown.converted - known)
    if wrong and not read.errors and all(table.num_rows for table in tables):
        near = nearest(wrong[0], known)
        raise ArgumentError(
            f"No widget has a column {wrong[0]!r}.",
            hint=did_you_mean(near) or f"They have: {', '.join(map(repr, sorted(known)))}.",
        )
