"""All queries of a dashboard, as typed frames by their widgets' titles."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pandas as pd

from watchframe.cache import Mode
from watchframe.client import Client
from watchframe.decode import DtypeBackend
from watchframe.display import page_of
from watchframe.errors import (
    AccessDeniedError,
    ArgumentError,
    AuthenticationError,
    ParameterValueError,
    UnknownParameterError,
    WatchframeError,
    WatchframeWarning,
    warn_caller,
)
from watchframe.hints import Hint, Kind
from watchframe.http.error_responses import IDENTITY_PROXY_HINT
from watchframe.models import Dashboard, ParameterDefinition, ParameterMapping, Query, Widget
from watchframe.parameters import normalize_parameters, params_dict
from watchframe.parameters.normalize import default_of, definitions_of
from watchframe.parameters.page_url import values_of_url
from watchframe.parameters.values import did_you_mean, nearest
from watchframe.read.answer import ATTRIBUTE, Answer
from watchframe.read.documents import Documents
from watchframe.read.options import DashboardLike, MaxAge, Params, ReadOptions, of_dashboard
from watchframe.read.output import Output
from watchframe.read.side_by_side import CONCURRENCY, ReadRequest, answers_side_by_side
from watchframe.references import (
    DashboardReference,
    parse_dashboard_reference,
    parse_reference,
)
from watchframe.reprs import Card, Link, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class WidgetQuery:
    """What a widget asks.

    Attributes
    ----------
    title : str
        The widget's; where several have the same one, the second has " (2)" behind it, and so on.
    widget : Widget
    query : Query
        Its query, as it stands on the dashboard.
    params : mapping
        Values for the query's parameters. Those that are left out take the query's defaults.
    """

    title: str
    widget: Widget
    query: Query
    params: Mapping[str, object]


def widget_queries(
    dashboard: Dashboard,
    params: Mapping[str, object] | None,
    url_parameters: Mapping[str, str] | None = None,
) -> list[WidgetQuery]:
    """Return what each widget asks, in the order of the page: row by row; texts ask nothing.

    A parameter of the dashboard has one value, for all that are mapped to it: the caller's, or the
    default of the first. A parameter of one widget is called ``w<widget id>_<name>``, as in the
    page's address, or by its name alone where no other one is called so.

    Raises
    ------
    UnknownParameterError
        The dashboard has no such parameter.
    ParameterValueError
        A value is given for a parameter that the dashboard fixes.
    ArgumentError
        `params` is not a mapping, or names one parameter in two ways.
    """
    # The server sends them in any order. The order decides which default is the first one.
    widgets = sorted(dashboard.widgets, key=lambda widget: widget.place)
    shown = [(widget, query) for widget in widgets if (query := widget.query)]
    slots = [slot for widget, query in shown for slot in _slots(widget, query)]
    addresses = _Addresses(dashboard, slots)
    from_url = values_of_url(
        url_parameters or {}, {slot.address: slot.definition for slot in reversed(slots)}
    )
    given = {**addresses.resolved(from_url), **addresses.resolved(params_dict(params))}
    chosen: dict[int, dict[str, object]] = {}
    for slot in slots:
        values = chosen.setdefault(slot.widget.id, {})
        if slot.mapping.type == "static-value":
            values[slot.definition.name] = slot.mapping.value
        elif slot.address in given:
            values[slot.definition.name] = given[slot.address]
        elif slot.mapping.type == "dashboard-level":
            default = default_of(addresses.first[slot.address].definition)
            if default is not None:
                values[slot.definition.name] = default
    titles = _unique(widget.title for widget, _ in shown)
    return [
        WidgetQuery(title=title, widget=widget, query=query, params=chosen.get(widget.id, {}))
        for title, (widget, query) in zip(titles, shown, strict=True)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    """A parameter of a widget's query, and where its value comes from."""

    widget: Widget
    query: Query
    definition: ParameterDefinition
    mapping: ParameterMapping

    @property
    def address(self) -> str:
        """Under which name a caller gives its value."""
        if self.mapping.type == "dashboard-level":
            return self.mapping.map_to
        return f"w{self.widget.id}_{self.definition.name}"


def _slots(widget: Widget, query: Query) -> list[_Slot]:
    mappings = widget.parameter_mappings
    return [
        _Slot(
            widget=widget,
            query=query,
            definition=item,
            mapping=mappings.get(item.name)
            or ParameterMapping(name=item.name, type="widget-level", map_to=item.name),
        )
        for item in definitions_of(query, used_only=True)
    ]


@dataclass(slots=True)
class _Addresses:
    """The names by which a caller may give values."""

    dashboard: Dashboard
    slots: list[_Slot]
    first: dict[str, _Slot] = field(init=False)

    def __post_init__(self) -> None:
        self.first = {slot.address: slot for slot in reversed(self.slots)}

    def resolved(self, given: Mapping[str, object]) -> dict[str, object]:
        """Return the values by address, each checked to be one that may be given."""
        found: dict[str, object] = {}
        for name, value in given.items():
            slot = self._slot(name)
            if slot.mapping.type == "static-value":
                raise self._fixed(slot, value)
            if slot.address in found:
                raise ArgumentError(f"Parameter {slot.address!r} is given by two names.")
            found[slot.address] = value
        return found

    def _slot(self, name: str) -> _Slot:
        if name in self.first:
            return self.first[name]
        same = [
            slot
            for slot in self.slots
            if slot.definition.name == name and slot.mapping.type != "dashboard-level"
        ]
        if len(same) == 1:
            return same[0]
        known = tuple(
            address
            for address, slot in sorted(self.first.items())
            if slot.mapping.type != "static-value"
        )
        near = tuple(slot.address for slot in same) or nearest(name, known)
        has = f"It has: {', '.join(map(repr, known)) or 'none'}."
        raise UnknownParameterError(
            f"{_words(self.dashboard)} has no parameter {name!r}.",
            name=name,
            known=known,
            suggestions=near,
            hint=f"{len(same)} widgets have one: {', '.join(map(repr, near))}."
            if same
            else did_you_mean(near) or has,
        )

    def _fixed(self, slot: _Slot, value: object) -> ParameterValueError:
        name, query = slot.definition.name, slot.query
        return ParameterValueError(
            f"{_words(self.dashboard)} fixes the parameter {name!r} of {slot.widget.title!r} at "
            f"{slot.mapping.value!r}.",
            name=name,
            value=value,
            expected=repr(slot.mapping.value),
            query_id=query.id,
            query_name=query.name,
            hint=Hint(Kind.QUERY_ITSELF, query_id=query.id, name=name),
        )


def _unique(titles: Iterable[str]) -> list[str]:
    """Return the titles, with a number behind each that was there before."""
    found: list[str] = []
    for title in titles:
        number, label = 1, title
        while label in found:
            number += 1
            label = f"{title} ({number})"
        found.append(label)
    return found


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

    def _repr_html_(self) -> str:
        rows = [
            (Link(title, page_of(frame.attrs[ATTRIBUTE])), len(frame), len(frame.columns))
            for title, frame in self._frames.items()
        ]
        return Card(
            noun="Frames of dashboard",
            name=self.dashboard.name,
            url=self.dashboard.url,
            tables=[Table(columns=("title", "rows", "columns"), rows=rows)],
            note="frames[title] is the frame of a widget.",
        ).html()


@of_dashboard
def read_watch_dashboard(
    dashboard: DashboardLike,
    params: Params = None,
    *,
    max_age: MaxAge = None,
    cache: Mode = "use",
    dtype: object = None,
    parse_dates: object = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    timeout: float | None = 300.0,
    concurrency: int = CONCURRENCY,
    progress: bool | None = None,
    client: Client | None = None,
) -> DashboardFrames:
    """Return every widget's query of a dashboard as a typed DataFrame, read side by side.

    Widgets of one query with the same values are read once. Texts are left out.

    Parameters
    ----------
    dashboard : int, str or DashboardReference
        Its id, its slug, its name, or the URL of its page; the ``p_`` values of a URL are
        parameters, and `params` win over them. The page of a shared dashboard
        (``/public/dashboards/<token>``) needs no key: its token is one, and no other is used.
    params : mapping of str to object, optional
        Values of the dashboard's parameters by their names on the dashboard, each for all widgets
        that share it. The parameter of a single widget is called ``w<widget id>_<name>``, as in the
        page's URL, or ``<name>`` where nothing else is called so. Those that are left out take the
        saved defaults, as on the page: a shared one that of the first widget that has it.
    max_age, cache, dtype_backend, client
        As of `read_watch_query`; they hold for the dashboard itself too.
    dtype, parse_dates : optional
        As of `read_watch_query`, for every widget that has such a column.
    timeout : float or None
        Seconds for each query, from when its turn comes.
    concurrency : int
        How many run at the same time.
    progress : bool or None
        Whether to show one bar for all; None shows it where a person is watching.

    Returns
    -------
    DashboardFrames
        A mapping of titles to frames, each as `read_watch_query` returns it, and ``.dashboard``.

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
        Widgets are left out because the key may not see their data source.

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
    shown = Output(dtype=dtype, parse_dates=parse_dates, dtype_backend=dtype_backend)
    found, answers = dashboard_answers(
        dashboard, params, options, shown=shown, concurrency=concurrency
    )
    _check_columns(shown, answers)
    frames = {
        title: shown.without_other_columns(answer).frame(answer)
        for title, answer in answers.items()
    }
    return DashboardFrames(found, frames)


def dashboard_answers(
    dashboard: DashboardReference,
    params: Params,
    options: ReadOptions,
    *,
    shown: Output,
    concurrency: int = CONCURRENCY,
) -> tuple[Dashboard, dict[str, Answer]]:
    """Return a dashboard and its widgets' answers by title, as of `read_watch_dashboard`.

    `shown` is how the rows will be returned, for what is warned of.
    """
    found = Documents.of(options).dashboard(dashboard)
    wanted = widget_queries(found, params, dashboard.url_parameters)
    _warn_of_hidden(found)
    if dashboard.is_shared:
        options = replace(options, definitions={item.query.id: item.query for item in wanted})
    requests, places = _requests(wanted, options)
    try:
        answers = answers_side_by_side(requests, concurrency=concurrency, progress=options.progress)
    except ExceptionGroup as failed:
        if not dashboard.is_shared:
            raise
        raise failed.derive([_of_token(error) for error in failed.exceptions]) from None
    shown.warn(*answers)
    return found, {item.title: answers[place] for item, place in zip(wanted, places, strict=True)}


def _check_columns(shown: Output, answers: Mapping[str, Answer]) -> None:
    """Raise ArgumentError for a column to convert that no widget has.

    A result without rows may lack columns that others of its query have.
    """
    tables = [answer.table for answer in answers.values()]
    known = {name for table in tables for name in table.column_names}
    wrong = sorted(shown.converted - known)
    if wrong and all(table.num_rows for table in tables):
        near = nearest(wrong[0], known)
        raise ArgumentError(
            f"No widget has a column {wrong[0]!r}.",
            hint=did_you_mean(near) or f"They have: {', '.join(map(repr, sorted(known)))}.",
        )


def _of_token(error: Exception) -> Exception:
    """Return an error of a read under the token of a shared dashboard, with what that may do."""
    if not isinstance(error, AccessDeniedError | AuthenticationError):
        return error
    if error.hint == IDENTITY_PROXY_HINT:
        return error
    return error.replace(
        hint="The address of a shared dashboard runs the queries on it, but none with a text "
        "parameter, and nothing else. With a key of your own, read the dashboard by its id."
    )


def _requests(
    wanted: Sequence[WidgetQuery], options: ReadOptions
) -> tuple[list[ReadRequest], list[int]]:
    """Return one request for each different question, and which one each widget has."""
    now = options.now or datetime.now(UTC)
    timezone = options.client.settings.timezone
    requests: list[ReadRequest] = []
    numbers: dict[str, int] = {}
    places: list[int] = []
    for item in wanted:
        params = item.params
        try:
            params = normalize_parameters(item.query, params, now=now, timezone=timezone)
            question = json.dumps([item.query.id, params], sort_keys=True)
        except WatchframeError:
            # Its own read says so, beside the errors of the others.
            question = f"widget {item.widget.id}"
        if question not in numbers:
            numbers[question] = len(requests)
            requests.append(
                ReadRequest(
                    query=parse_reference(item.query.id),
                    params=params,
                    options=options,
                    label=repr(item.title),
                )
            )
        places.append(numbers[question])
    return requests, places


def _warn_of_hidden(dashboard: Dashboard) -> None:
    hidden = [item.id for item in dashboard.widgets if item.query is None and not item.text]
    if hidden:
        warn_caller(
            WatchframeWarning(
                f"{_words(dashboard)} has {len(hidden)} widgets that this key may not see; they "
                "are left out."
            )
        )


def _words(dashboard: Dashboard) -> str:
    """Return what begins a sentence about a dashboard."""
    number = f"Dashboard {dashboard.id}" if dashboard.id else "The shared dashboard"
    return f"{number} {dashboard.name!r}"
