"""A saved query's parameter bar in the notebook: set values, run, look, and copy the code."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pandas as pd
import pyarrow as pa
import traitlets

from watchframe.client import Client
from watchframe.drawing.documents import FramedPage
from watchframe.errors import ParameterError, WatchframeError
from watchframe.models import Query
from watchframe.parameters import JSON, params_dict
from watchframe.parameters.normalize import definitions_of
from watchframe.parameters.page_url import query_url, values_of_url
from watchframe.read import ReadOptions
from watchframe.read.documents import knowing
from watchframe.read.options import client_for
from watchframe.references import QueryReference, parse_reference, takes_query
from watchframe.widgets.code import magic_cell, python_call
from watchframe.widgets.control import GUARD, Control, Debounced
from watchframe.widgets.cost import Cost, cost_of
from watchframe.widgets.form import ParameterForm
from watchframe.widgets.layout import PickerLayout, heading_html
from watchframe.widgets.runs import Outcome, Progress, Runs
from watchframe.widgets.static_twin import WidgetWithTwin, last_state_html
from watchframe.widgets.status import (
    changed_names,
    outcome_html,
    progress_html,
    ready_html,
    show_changed,
)
from watchframe.widgets.tab import Result

#: Seconds without another change before a changed value runs the query by itself.
DEBOUNCE = 0.8
#: Seconds for which a new picker waits for rows of the cache.
OPENS_WITHIN = 5.0


class ParameterPicker(WidgetWithTwin):
    """Inputs for a saved query's parameters, with its result below them.

    Parameters
    ----------
    query : int, str or QueryReference
        Its id, its name, or the URL of its page, whose ``p_`` values are set.
    params : mapping of str to object, optional
        Initial values; the others begin with their saved defaults.
    max_age : float, str, timedelta or None
        How old the data may be, as of `read_watch_query`; it can be changed in the picker.
    run : bool or None
        Whether to run at once; by default where the local cache has the rows, young enough.
    run_on_change : bool
        Whether to run whenever a value has changed.
    timeout : float or None
        Seconds for a run.
    rows_per_page : int
        Of the preview.
    client : Client, optional
        Instead of the one of `watchframe.connect`, or of the settings.

    Attributes
    ----------
    params : dict
        The values that are set, by name, as `read_watch_query` takes them; dynamic names such as
        ``"d_last_7_days"`` stay names. Observable.
    df : pandas.DataFrame or None
        The rows of the last run that succeeded. Observable.
    status : {"ready", "invalid", "running", "done", "failed", "cancelled"}
        Observable.
    table : pyarrow.Table or None
        The same rows as `df`, with their provenance in the schema's metadata.
    error : Exception or None
        Why the last run failed.

    Raises
    ------
    ConfigurationError
        No server or no API key is known.
    QueryReferenceError
        `query` is none of these, or the name of none or of several.
    ArgumentError
        `max_age` is not an age, or `params` not a mapping.
    UnknownParameterError
        `params` names one that the query does not have.
    ServerError
        The query's definition could not be read.
    """

    _is_made = False

    params = traitlets.Dict(read_only=True)
    df = traitlets.Any(None, allow_none=True, read_only=True)
    status = traitlets.Enum(
        ("ready", "invalid", "running", "done", "failed", "cancelled"), "ready", read_only=True
    )

    @takes_query
    def __init__(
        self,
        query: int | str | QueryReference,
        params: Mapping[str, object] | None = None,
        *,
        max_age: float | str | timedelta | None = None,
        run: bool | None = None,
        run_on_change: bool = False,
        timeout: float | None = 300.0,
        rows_per_page: int = 10,
        client: Client | None = None,
    ) -> None:
        values = params_dict(params)
        query = parse_reference(query)
        client = client_for(query, client)
        self.query: Query = client.queries.get(query)
        names = {item.name: item for item in definitions_of(self.query)}
        from_url = values_of_url(query.url_parameters, names)
        self.table: pa.Table | None = None
        self.error: Exception | None = None
        self._client, self._timeout = client, timeout
        self._server = client.server
        # By the page where the picker was made by an address: its server need not be connected.
        page = query_url(client.server, self.query.id, {})
        self._named: int | str = self.query.id if query.server_url is None else page
        self._cost = Cost(query=self.query)
        self._has_only_opened = False  # with the rows of the cache
        self._shown: Mapping[str, object] | None = None  # the values of the rows that are shown
        self._run_later = Debounced(self._run_clicked)
        self._runs = Runs(
            self.query.id,
            start=self.run,
            on_progress=self._on_progress,
            on_done=self._on_done,
        )
        self._form = ParameterForm(self.query, client)
        try:
            self._form.update({**from_url, **values})
            self._layout = PickerLayout(
                heading=heading_html(self.query, self._server),
                form=self._form.widget,
                visualizations=self.query.visualizations,
                max_age=max_age,
                runs_on_change=run_on_change,
                rows_per_page=rows_per_page,
                on_shown=self.update_twin,
            )
        except Exception:
            self._form.close()
            raise
        super().__init__(self._layout.children)
        self._is_made = True
        self.add_class("wf-picker")
        self._connect()
        self._begin(run=run)

    def __repr__(self) -> str:
        return f"ParameterPicker({self.query.id}, {self.params!r}, status={self.status!r})"

    @property
    def controls(self) -> dict[str, Control]:
        """The control of each parameter, by name: ``picker.controls["day"].set("d_yesterday")``."""
        return dict(self._form.controls)

    @property
    def problems(self) -> dict[str, str]:
        """Why values cannot be sent, by parameter; empty where the query can run."""
        return dict(self._form.problems)

    @property
    def code(self) -> str:
        """The Python that reads the same rows."""
        return self._code_of(self.params)

    @property
    def url(self) -> str:
        """The address of the query's page with these values, without a key."""
        values = {name: _wire(value) for name, value in self.params.items()}
        fit = {name: value for name, value in values.items() if name not in self.problems}
        return query_url(self._server, self.query.id, fit)

    @property
    def changed(self) -> list[str]:
        """The parameters whose values are others than those of the rows that are shown."""
        shown = self._runs.params if self.status == "running" else self._shown
        return [] if shown is None else changed_names(shown, self.params)

    @property
    def magic(self) -> str:
        """The ``%%watch`` cell that reads the same rows."""
        return magic_cell(self._named, self.params, self._layout.bar.max_age)

    def update(self, values: Mapping[str, object]) -> None:
        """Set the values of some parameters."""
        self._form.update(values)

    def run(self) -> None:
        """Run the query with the values that are set, in the background.

        A current run with the same values goes on; one with others is cancelled and replaced. The
        kernel stays free; `wait` and `result` return the frame.

        Raises
        ------
        ParameterError
            A value has to be corrected first.
        """
        with GUARD:
            self._form.recheck()
            for name, problem in self._form.problems.items():
                raise ParameterError(
                    f"Parameter {name!r} of query {self.query.id} cannot be sent: {problem}",
                    name=name,
                    query_id=self.query.id,
                    query_name=self.query.name,
                )
            self._run_later.cancel()
            self.error = None
            self._has_only_opened = False
            self._start(self._options())

    def tell_last_run(self, listed: Query) -> None:
        """Say how long the last run on the server took, where this machine has no result.

        Parameters
        ----------
        listed : Query
            As a list of the server's queries has it: only lists tell that.
        """
        with GUARD:
            self._cost = replace(self._cost, query=listed)
            self._runs.took = self._runs.took or self._cost.seconds
            if self.status == "ready":
                self._show_idle()

    def cancel(self) -> None:
        """Cancel the current run, if there is one, also on the server."""
        with GUARD:
            self._run_later.cancel()
            progress = self._runs.cancel()
            if progress is not None:
                self._layout.status.value = progress_html(progress)
                self._layout.bar.cancel_button.disabled = True

    def close(self) -> None:
        """Cancel the current run, and remove the picker and all its parts from the page.

        ipywidgets keep every widget until it is closed. Where a picker was displayed, its last
        state stays as plain HTML.
        """
        if self._is_made:  # one whose __init__ failed is closed as well, when it is deleted
            self._is_made = False
            self.cancel()
            with GUARD:
                self._form.close()
                self._layout.close()
                self.layout.close()
        super().close()

    def wait(self, timeout: float | None = None) -> pd.DataFrame:
        """Return the frame of the current run, or of the last one; runs the query if none did.

        Rows that were shown because the local cache had them are of the first values: where those
        were changed since, the query runs.

        Where another run replaces the current one, its frame is awaited.

        Parameters
        ----------
        timeout : float or None
            Seconds to wait at most.

        Raises
        ------
        TimeoutError
            It takes longer than that; it goes on.
        WatchframeError
            What the run raised, as of `read_watch_query`.
        """
        self._run_if_only_opened()
        return self._runs.wait(timeout)

    async def result(self) -> pd.DataFrame:
        """Return what `wait` returns, without blocking the event loop, as ``await picker`` does.

        If the task that awaits it is cancelled, the run goes on: it is the picker's, where it shows
        its progress, and `cancel` ends it.
        """
        self._run_if_only_opened()
        return await self._runs.result()

    def __await__(self) -> Generator[Any, None, pd.DataFrame]:
        return self.result().__await__()

    def _options(self) -> ReadOptions:
        """Return the options of a run that begins now."""
        return ReadOptions.resolve(
            QueryReference(query_id=self.query.id),
            client=self._client,
            max_age=self._layout.bar.max_age,
            timeout=self._timeout,
        )

    def _start(self, options: ReadOptions) -> None:
        progress = self._runs.start_with(self.params, options)
        if progress is not None:
            self._show_status("running", progress_html(progress))

    def _begin(self, *, run: bool | None) -> None:
        """Run at once, if that is wanted or costs nothing; else say what it would take."""
        with GUARD:
            options = knowing(self._options(), self.query)
            self._cost = cost_of(self.query, self.params, options)
            self._runs.took = self._cost.seconds
            if run:
                self.run()
            elif run is None and self._cost.is_cached and not self._form.problems:
                self._has_only_opened = True
                self._start(options)
                self._runs.settle(OPENS_WITHIN)  # it is displayed with its rows
            else:
                self._show_idle()

    def _run_if_only_opened(self) -> None:
        """Run where the rows shown are those of the opening, and other values are set by now."""
        if self._has_only_opened and self.changed:
            self.run()

    def _code_of(self, params: Mapping[str, object], imports: Sequence[str] = ()) -> str:
        age = self._layout.bar.max_age
        return python_call(self._named, params, age, server=self._server, imports=imports)

    def _connect(self) -> None:
        layout = self._layout
        layout.bar.run_button.on_click(lambda _button: self._run_clicked())
        layout.bar.cancel_button.on_click(lambda _button: self.cancel())
        layout.bar.ages.observe(lambda _change: self._show_code(), "value")
        self._form.observe(self._values_changed, ["params", "problems"])
        self._values_changed()

    def _values_changed(self, _change: object = None) -> None:
        has_changed = self.params != self._form.params
        self.set_trait("params", dict(self._form.params))
        is_wrong = len(self._form.problems) > len(self._form.needed)
        self._layout.bar.run_button.disabled = is_wrong
        self._show_code()
        if self.status != "running":
            self._show_idle()
        self._show_changed()
        if has_changed and self._layout.bar.runs_on_change and not self._form.problems:
            self._run_later.soon(DEBOUNCE)

    def _show_code(self) -> None:
        self._layout.show_code(self.code, self.magic, self.url)

    def _show_changed(self) -> None:
        titles = [self._form.controls[name].title for name in self.changed]
        show_changed(self._layout.bar.run_button, "Run", "Run the query", titles)

    def _show_idle(self) -> None:
        """Show what has to be corrected, or else how the last run ended."""
        outcome = self._runs.outcome
        if self._form.problems:
            self._show_status(
                "invalid", ready_html(len(self._form.problems), needed=self._form.needed)
            )
        elif outcome is None:
            self._show_status("ready", ready_html(0, self._cost.words))
        elif self.status == "invalid":
            self._show_status(outcome.status, outcome_html(outcome))

    def _run_clicked(self) -> None:
        with GUARD:
            if not self._is_made:  # it was closed while this was on its way
                return
            self._form.recheck()
            if self._form.problems:
                self._form.mark()
            else:
                self.run()

    def _on_progress(self, progress: Progress) -> None:
        self._layout.status.value = progress_html(progress)

    def _on_done(self, outcome: Outcome) -> None:
        self.error = outcome.error
        try:
            if outcome.answer is not None and outcome.frame is not None:
                self.table = outcome.answer.labelled_table
                result = Result(
                    table=outcome.answer.table,
                    frame=outcome.frame,
                    query=self._named,
                    code=self._code_of(self._runs.params, ("draw_frame",)),
                )
                self._shown = self._runs.params
                self._layout.show_result(result)
                self.set_trait("df", outcome.frame)
        finally:  # also where somebody's observer of `df` raises: the run has ended
            self._show_status(outcome.status, outcome_html(outcome))

    def _show_status(self, status: str, html: str) -> None:
        self._layout.status.value = html
        self._layout.bar.cancel_button.disabled = status != "running"
        self.set_trait("status", status)
        self._show_changed()
        if status != "running":
            self.update_twin()

    def _display_(self) -> FramedPage:
        if self.status == "running":
            with contextlib.suppress(WatchframeError):  # which the status shows
                self.wait()
        return super()._display_()

    def last_state(self) -> str:
        """Return what the picker shows as plain HTML: values, status, the rows shown, the code."""
        return last_state_html(
            heading=heading_html(self.query, self._server),
            params=self.params,
            titles={name: control.title for name, control in self._form.controls.items()},
            status=self._layout.status.value,
            shown=self._layout.static_html(),
            code=self.code,
        )


def _wire(value: object) -> JSON:
    """Return a value in wire form, as the page's address has it: a range is kept as a pair."""
    if isinstance(value, tuple):
        return {"start": value[0], "end": value[1]}
    return cast("JSON", value)
