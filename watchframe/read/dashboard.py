"""All queries of a dashboard, as typed frames by their widgets' titles."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from watchframe.cache import Mode
from watchframe.client import Client
from watchframe.decode import DtypeBackend
from watchframe.errors import WatchframeError, WatchframeWarning
from watchframe.models import Dashboard
from watchframe.parameters import normalise_parameters
from watchframe.read.answer import Answer
from watchframe.read.ask import MaxAge, Params, ReadOptions, dashboard_of
from watchframe.read.dashboard_parameters import WidgetQuery, widget_queries
from watchframe.read.frame_of import frame_of
from watchframe.read.server import client_for
from watchframe.read.side_by_side import CONCURRENCY, ReadRequest, answers_side_by_side
from watchframe.read.warn import users_level, warn_of_answer
from watchframe.reference import parse_dashboard_reference

if TYPE_CHECKING:
    import pandas as pd


class DashboardFrames(Mapping[str, "pd.DataFrame"]):
    """The frames of a dashboard by their widgets' titles, row by row.

    Where several widgets have the same title, the second one is ``"<title> (2)"``, and so on.

    Attributes
    ----------
    dashboard : Dashboard
        The dashboard itself.
    """

    def __init__(self, dashboard: Dashboard, frames: Mapping[str, pd.DataFrame]) -> None:
        self.dashboard = dashboard
        self._frames = dict(frames)

    def __getitem__(self, title: str) -> pd.DataFrame:
        return self._frames[title]

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)

    def __repr__(self) -> str:
        shapes = [
            f"  {title!r}: {len(frame):,} rows, {len(frame.columns):,} columns"
            for title, frame in self._frames.items()
        ]
        return "\n".join([f"<DashboardFrames of {self.dashboard.name!r}", *shapes]) + ">"


def read_watch_dashboard(
    dashboard: int | str,
    params: Params = None,
    *,
    max_age: MaxAge = None,
    cache: Mode = "use",
    dtype_backend: DtypeBackend = "numpy_nullable",
    timeout: float | None = 300.0,
    concurrency: int = CONCURRENCY,
    progress: bool | None = None,
    client: Client | None = None,
) -> DashboardFrames:
    """Give every widget's query of a dashboard as a typed DataFrame, read side by side.

    Widgets of one query with the same values are read once. Texts are left out.

    Parameters
    ----------
    dashboard : int or str
        Its id, its slug, or the URL of its page; the ``p_`` values of a URL are parameters, and
        `params` win over them.
    params : mapping of str to object, optional
        Values of the dashboard's parameters by their names on the dashboard, each for all widgets
        that share it. The parameter of a single widget is called ``w<widget id>_<name>``, as in the
        page's URL, or ``<name>`` where nothing else is called so. Those that are left out take the
        saved defaults, as on the page: a shared one that of the first widget that has it.
    max_age, cache, dtype_backend, client
        As of `read_watch_query`; they hold for the dashboard itself too.
    timeout : float or None
        Seconds for each query, from when its turn comes.
    concurrency : int
        How many run at the same time.
    progress : bool or None
        Whether to show one bar for all; None shows it where a person is watching.

    Returns
    -------
    DashboardFrames
        A mapping of titles to frames, each as `read_watch_query` gives it, and ``.dashboard``.

    Raises
    ------
    UnknownParameterError
        The dashboard has no parameter of that name.
    ParameterValueError
        A value is given for a parameter that the dashboard fixes.
    ArgumentError, ConfigurationError, NotFoundError
        `dashboard` is not one, or one of another server; or the server does not have it.
    ExceptionGroup
        Of the errors of `read_watch_query`, once all other queries have finished; each has a note
        that names the widget. What was read is in the local cache.

    Warns
    -----
    WatchframeWarning
        Widgets are left out because the key may not see their data source.

    Examples
    --------
    >>> from watchframe.demo import DemoServer
    >>> with DemoServer() as demo, Client(demo.url, demo.user_key) as client:
    ...     frames = read_watch_dashboard("recent-activity", cache="off", client=client)
    >>> list(frames)
    ['Events of the last 30 days', 'Events by month']
    """
    options = ReadOptions(
        max_age=max_age, cache=cache, timeout=timeout, progress=progress, client=client
    )
    found, answers = dashboard_answers(dashboard, params, options, concurrency=concurrency)
    frames = {
        title: frame_of(answer, dtype_backend=dtype_backend) for title, answer in answers.items()
    }
    return DashboardFrames(found, frames)


def dashboard_answers(
    dashboard: int | str, params: Params, options: ReadOptions, *, concurrency: int = CONCURRENCY
) -> tuple[Dashboard, dict[str, Answer]]:
    """Give a dashboard and its widgets' answers by title, as of `read_watch_dashboard`."""
    reference = parse_dashboard_reference(dashboard)
    options = replace(options, client=client_for(reference, options.client))
    found = dashboard_of(dashboard, options)
    wanted = widget_queries(found, params, reference.url_parameters)
    _warn_of_hidden(found)
    requests, places = _requests(wanted, options)
    answers = answers_side_by_side(requests, concurrency=concurrency, progress=options.progress)
    for answer in answers:
        warn_of_answer(answer)
    return found, {item.title: answers[place] for item, place in zip(wanted, places, strict=True)}


def _requests(
    wanted: Sequence[WidgetQuery], options: ReadOptions
) -> tuple[list[ReadRequest], list[int]]:
    """Give one request for each different question, and which one each widget has."""
    now = options.now or datetime.now(UTC)
    timezone = client_for(None, options.client).settings.timezone
    requests: list[ReadRequest] = []
    numbers: dict[str, int] = {}
    places: list[int] = []
    for item in wanted:
        params = item.params
        try:
            params = normalise_parameters(item.query, params, now=now, timezone=timezone)
            question = json.dumps([item.query.id, params], sort_keys=True)
        except WatchframeError:
            # Its own read says so, beside the errors of the others.
            question = f"widget {item.widget.id}"
        if question not in numbers:
            numbers[question] = len(requests)
            requests.append(
                ReadRequest(
                    query=item.query.id, params=params, options=options, label=repr(item.title)
                )
            )
        places.append(numbers[question])
    return requests, places


def _warn_of_hidden(dashboard: Dashboard) -> None:
    hidden = [item.id for item in dashboard.widgets if item.query is None and not item.text]
    if hidden:
        warnings.warn(
            WatchframeWarning(
                f"Dashboard {dashboard.id} {dashboard.name!r} has {len(hidden)} widgets that this "
                "key may not see; they are left out."
            ),
            stacklevel=users_level(),
        )
