"""The answers of a dashboard's widgets, of which those that ask the same are read once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from watchframe.caller_warnings import warn_caller
from watchframe.errors import (
    AccessDeniedError,
    AuthenticationError,
    WatchframeError,
    WatchframeWarning,
)
from watchframe.http.error_responses import IDENTITY_PROXY_HINT
from watchframe.models import Dashboard
from watchframe.parameters import normalize_parameters
from watchframe.read.answer import Answer
from watchframe.read.documents import Documents
from watchframe.read.options import Params, ReadOptions
from watchframe.read.output import Output
from watchframe.read.side_by_side import (
    CONCURRENCY,
    ReadRequest,
    failure_of,
    outcomes_side_by_side,
)
from watchframe.read.widget_queries import WidgetQuery, dashboard_words, widget_queries
from watchframe.references import DashboardReference, parse_reference
from watchframe.reprs.words import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardRead:
    """What came of reading a dashboard's widgets.

    Attributes
    ----------
    dashboard : Dashboard
    wanted : sequence of WidgetQuery
        What its widgets asked.
    answers, errors : mapping
        By title; of each widget one of both.
    failed : ExceptionGroup or None
        The errors as one.
    """

    dashboard: Dashboard
    wanted: Sequence[WidgetQuery]
    answers: Mapping[str, Answer]
    errors: Mapping[str, Exception]
    failed: ExceptionGroup[Exception] | None


def dashboard_answers(
    dashboard: DashboardReference,
    params: Params,
    options: ReadOptions,
    *,
    shown: Output,
    concurrency: int = CONCURRENCY,
) -> DashboardRead:
    """Return a dashboard with its widgets' answers and errors, as of `read_watch_dashboard`.

    `shown` is how the rows will be returned, for what is warned of.
    """
    found, wanted, options = dashboard_questions(dashboard, params, options)
    _warn_of_hidden(found)
    return answers_of(found, wanted, options, shown=shown, concurrency=concurrency)


def dashboard_questions(
    dashboard: DashboardReference, params: Params, options: ReadOptions
) -> tuple[Dashboard, list[WidgetQuery], ReadOptions]:
    """Return a dashboard, what its widgets ask, and the options to read them with."""
    found = Documents.of(options).dashboard(dashboard)
    wanted = widget_queries(found, params, dashboard.url_parameters)
    if dashboard.is_shared:
        options = replace(options, definitions={item.query.id: item.query for item in wanted})
    return found, wanted, options


def answers_of(
    dashboard: Dashboard,
    wanted: Sequence[WidgetQuery],
    options: ReadOptions,
    *,
    shown: Output,
    concurrency: int = CONCURRENCY,
    on_outcome: Callable[[WidgetQuery, Answer | Exception], None] | None = None,
) -> DashboardRead:
    """Return the answers and the errors of a dashboard's widgets, as of `dashboard_questions`.

    `on_outcome` is called in this thread with each of them as it comes, once for each widget.
    """
    requests, places = _requests(wanted, options)
    is_shared = bool(options.definitions)

    def known(outcome: Answer | Exception) -> Answer | Exception:
        return _of_token(outcome) if is_shared and isinstance(outcome, Exception) else outcome

    def tell(number: int, outcome: Answer | Exception) -> None:
        for item, place in zip(wanted, places, strict=True):
            if place == number and on_outcome is not None:
                on_outcome(item, known(outcome))

    outcomes = [
        known(outcome)
        for outcome in outcomes_side_by_side(
            requests, concurrency=concurrency, progress=options.progress, on_outcome=tell
        )
    ]
    by_title = {item.title: outcomes[place] for item, place in zip(wanted, places, strict=True)}
    answers = {title: it for title, it in by_title.items() if isinstance(it, Answer)}
    shown.warn(*answers.values())
    return DashboardRead(
        dashboard=dashboard,
        wanted=wanted,
        answers=answers,
        errors={title: it for title, it in by_title.items() if not isinstance(it, Answer)},
        failed=failure_of(outcomes),
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
                f"{dashboard_words(dashboard)} is read without {counted(len(hidden), 'widget')} "
                "that this key may not see."
            )
        )
