"""Several saved queries under one bar: set values once, run all, look at each below."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import ipywidgets
import pandas as pd
import traitlets

from watchframe.client import Client
from watchframe.errors import ArgumentError, ParameterError
from watchframe.parameters import params_dict
from watchframe.parameters.normalize import definitions_of
from watchframe.parameters.page_url import values_of_url
from watchframe.references import QueryReference, parse_references, takes_queries
from watchframe.widgets.code import python_calls
from watchframe.widgets.control import GUARD, Control, close_tree
from watchframe.widgets.frontend import CopyButton
from watchframe.widgets.group_form import GroupForm, Member
from watchframe.widgets.layout import heading_html
from watchframe.widgets.parameter_picker import ParameterPicker
from watchframe.widgets.run_bar import RunBar
from watchframe.widgets.static_twin import WidgetWithTwin, last_state_html
from watchframe.widgets.status import show_changed
from watchframe.widgets.style import style_tag

_RUN = "Run the queries"


class QueryGroup(WidgetWithTwin):
    """Several saved queries under one bar of controls, with the result of each below it.

    A parameter that several queries have by the same name, with a type that agrees, stands once:
    with the first query's title and default. The others stand under their query's name. Types agree
    where they are the same and both take one value, or both several; ``enum`` and ``query`` agree.

    Parameters
    ----------
    queries : list of int, str or QueryReference
        Of each its id, its name, or the URL of its page, whose ``p_`` values are set.
    params : mapping of str to object, optional
        Initial values; the others begin with their saved defaults.
    max_age : float, str, timedelta or None
        How old the data may be, as of `read_watch_query`; it can be changed in the bar.
    run : bool or None
        Whether to run at once; by default those whose rows the local cache has, young enough.
    run_on_change : bool
        Whether to run queries whenever a value of theirs has changed.
    timeout : float or None
        Seconds for each run.
    client : Client, optional
        Instead of the one of `watchframe.connect`, or of the settings.

    Attributes
    ----------
    params : dict
        The values that are set, by name. Observable. Where types of the same name do not agree, the
        first query's has the plain name, and the others are called such as ``"42.period"``.
    status : {"ready", "invalid", "running", "done", "failed", "cancelled"}
        Of all of them: running while one is, else failed where one has, and so on. Observable.
    pickers : tuple of ParameterPicker
        Each query's own, in their order; ``group[42]`` and ``group["Borrows"]`` are these too.

    Raises
    ------
    ConfigurationError
        No server or no API key is known.
    QueryReferenceError
        One of the queries is no reference, or the name of none or of several.
    ArgumentError
        There is no query, or one is given twice; `max_age` is not an age, or `params` no mapping.
    UnknownParameterError
        `params` names one that no query has.
    ServerError
        A query's definition could not be read.
    """

    _is_made = False

    params = traitlets.Dict(read_only=True)
    status = traitlets.Enum(
        ("ready", "invalid", "running", "done", "failed", "cancelled"), "ready", read_only=True
    )

    @takes_queries
    def __init__(
        self,
        queries: Iterable[int | str | QueryReference],
        params: Mapping[str, object] | None = None,
        *,
        max_age: float | str | timedelta | None = None,
        run: bool | None = None,
        run_on_change: bool = False,
        timeout: float | None = 300.0,
        client: Client | None = None,
    ) -> None:
        values = params_dict(params)
        references = parse_references(queries)
        if not references:
            raise ArgumentError("There is no query.", hint="Give a list, such as [42, 43].")
        pickers: list[GroupedPicker] = []
        try:
            for reference in references:
                picker = GroupedPicker(reference, max_age=max_age, timeout=timeout, client=client)
                pickers.append(picker)
            _require_distinct(pickers)
            self._form = GroupForm([picker.member for picker in pickers], values)
        except Exception:
            for picker in pickers:
                picker.close()
            raise
        self.pickers = tuple(pickers)
        self._bar = RunBar(max_age, runs_on_change=run_on_change, run_tooltip=_RUN)
        self._copy_code = CopyButton(
            label="Copy code of all",
            hint="Copy the Python that reads all of them",
            layout={"margin": "0 0 0 12px"},
        )
        self._bar.widget.children += (self._copy_code,)
        results = ipywidgets.Box(pickers)
        results.add_class("wf-results")
        style = ipywidgets.HTML(style_tag())
        super().__init__([style, self._form.widget, self._bar.widget, results])
        self._is_made = True
        self.add_class("wf-picker")
        self.add_class("wf-group")
        self._bar.run_button.on_click(lambda _button: self._run_clicked())
        self._bar.cancel_button.on_click(lambda _button: self.cancel())
        for picker in pickers:
            picker.shown_in = self
            picker.follow(self._bar)
            picker.observe(self._gather, ["params", "status", "df"])
            picker.run_button.observe(self._gather, "disabled")
        self._form.observe(self._gather, ["params", "problems"])
        self._bar.ages.observe(self._gather, "value")
        self._gather()
        for picker in pickers:
            picker.begin(run=run)

    def __repr__(self) -> str:
        ids = [picker.query.id for picker in self.pickers]
        return f"QueryGroup({ids}, {self.params!r}, status={self.status!r})"

    def __getitem__(self, query: int | str) -> ParameterPicker:
        """Return the picker of a query, by its id or its name.

        Raises
        ------
        KeyError
            The group has no such query.
        """
        for picker in self.pickers:
            if query in (picker.query.id, picker.query.name):
                return picker
        names = ", ".join(f"{it.query.id} {it.query.name!r}" for it in self.pickers)
        raise KeyError(f"This group has no query {query!r}. It has: {names}.")

    def __iter__(self) -> Iterator[ParameterPicker]:
        return iter(self.pickers)

    def _ipython_key_completions_(self) -> list[str]:
        return [picker.query.name for picker in self.pickers]

    @property
    def controls(self) -> dict[str, Control]:
        """The control of each parameter, by name: ``group.controls["day"].set("d_yesterday")``."""
        return self._form.controls

    @property
    def problems(self) -> dict[str, str]:
        """Why values cannot be sent, by parameter; empty where all queries can run."""
        return dict(self._form.problems)

    @property
    def frames(self) -> list[pd.DataFrame | None]:
        """The rows of each query's last run that succeeded, in their order."""
        return [picker.df for picker in self.pickers]

    @property
    def code(self) -> str:
        """The Python that reads the same rows."""
        queries = [(picker.named, picker.params) for picker in self.pickers]
        return python_calls(queries, self._bar.max_age, server=self.pickers[0].server)

    def update(self, values: Mapping[str, object]) -> None:
        """Set the values of some parameters.

        Raises
        ------
        UnknownParameterError
            No query has a parameter of such a name.
        """
        self._form.update(values)

    def run(self) -> None:
        """Run all queries with the values that are set, side by side, in the background.

        Raises
        ------
        ParameterError
            A value has to be corrected first. The button *Run* runs the other queries.
        """
        with GUARD:
            self._form.recheck()
            for name, problem in self._form.problems.items():
                raise ParameterError(f"Parameter {name!r} cannot be sent: {problem}", name=name)
            for picker in self.pickers:
                picker.run()

    def cancel(self) -> None:
        """Cancel the current runs, if there are any, also on the server."""
        for picker in self.pickers:
            picker.cancel()

    def wait(self, timeout: float | None = None) -> list[pd.DataFrame]:
        """Return the frames of the current runs, or of the last ones; runs what never ran.

        Parameters
        ----------
        timeout : float or None
            Seconds to wait at most.

        Raises
        ------
        TimeoutError
            It takes longer than that; it goes on.
        ExceptionGroup
            Of what the runs raised, as of `read_watch_query`, once all have ended.
        """
        ends = None if timeout is None else time.monotonic() + timeout
        for picker in self.pickers:
            picker.start_first()
        found: list[pd.DataFrame | BaseException] = []
        for picker in self.pickers:
            left = None if ends is None else max(ends - time.monotonic(), 0.0)
            try:
                found.append(picker.wait(left))
            except Exception as error:
                if isinstance(error, TimeoutError) and picker.status == "running":
                    raise
                found.append(error)
        return _frames_of(found)

    async def result(self) -> list[pd.DataFrame]:
        """Return what `wait` returns, without blocking the event loop, as ``await group`` does."""
        results = (picker.result() for picker in self.pickers)
        return _frames_of(await asyncio.gather(*results, return_exceptions=True))

    def __await__(self) -> Generator[Any, None, list[pd.DataFrame]]:
        return self.result().__await__()

    def close(self) -> None:
        """Cancel the current runs, and remove the group and all its parts from the page.

        Where it was displayed, its last state stays as plain HTML.
        """
        if self._is_made:
            self._is_made = False
            with GUARD:
                for picker in self.pickers:
                    picker.close()
                self._form.close()
                close_tree(*self.children, self.layout)
        super().close()

    def last_state(self) -> str:
        """Return what the group shows as plain HTML: values, each query's rows, the code."""
        return last_state_html(
            heading="",
            params=self.params,
            titles={name: control.title for name, control in self._form.controls.items()},
            status="",
            shown="".join(picker.result_html() for picker in self.pickers),
            code=self.code,
        )

    def _run_clicked(self) -> None:
        for picker in self.pickers:
            picker.try_run()

    def _gather(self, _change: object = None) -> None:
        with GUARD:
            self.set_trait("params", dict(self._form.params))
            statuses = {picker.status for picker in self.pickers}
            self._bar.cancel_button.disabled = "running" not in statuses
            self._bar.run_button.disabled = all(it.run_button.disabled for it in self.pickers)
            changed = {
                (picker.query.id, name) for picker in self.pickers for name in picker.changed
            }
            titles = [
                slot.control.title
                for slot in self._form.slots.values()
                if any((member.query.id, slot.name) in changed for member in slot.members)
            ]
            show_changed(self._bar.run_button, "Run", _RUN, titles)
            self._copy_code.text = self.code
            order = ("running", "invalid", "failed", "cancelled", "ready", "done")
            self.set_trait("status", next(status for status in order if status in statuses))


class GroupedPicker(ParameterPicker):
    """The picker of one query of a group: its form and its buttons are the group's."""

    def __init__(
        self,
        query: QueryReference,
        *,
        max_age: float | str | timedelta | None,
        timeout: float | None,
        client: Client | None,
    ) -> None:
        super().__init__(query, max_age=max_age, run=False, timeout=timeout, client=client)
        names = {item.name: item for item in definitions_of(self.query)}
        in_address = values_of_url(query.url_parameters, names)
        self.member = Member(query=self.query, form=self._form, in_address=in_address)
        self.children = [self._layout.heading, *self._layout.answering]
        self.add_class("wf-grouped")

    @property
    def named(self) -> int | str:
        """What code calls the query: its id, or the address of its page."""
        return self._named

    @property
    def server(self) -> str:
        """The server's base URL."""
        return self._server

    @property
    def run_button(self) -> ipywidgets.Button:
        """Its own button, which is not shown: disabled where it cannot be pressed."""
        return self._layout.bar.run_button

    def follow(self, bar: RunBar) -> None:
        """Take the settings of a run from the group's bar."""
        own = self._layout.bar
        traitlets.dlink((bar.ages, "value"), (own.ages, "value"))
        traitlets.dlink((bar.on_change, "value"), (own.on_change, "value"))

    def begin(self, *, run: bool | None) -> None:
        """Run at once, if that is wanted or costs nothing."""
        self._begin(run=False if self.problems else run)

    def try_run(self) -> None:
        """Run, unless a value has to be corrected first."""
        self._run_clicked()

    def start_first(self) -> None:
        """Run if nothing has run yet."""
        if self.status == "ready":
            self.run()

    def result_html(self) -> str:
        """Return the heading, the status and the rows as plain HTML."""
        heading = heading_html(self.query, self._server)
        return f"{heading}{self._layout.status.value}{self._layout.static_html()}"


def _require_distinct(pickers: Sequence[GroupedPicker]) -> None:
    """Raise ArgumentError where two of the queries have one id."""
    for number, count in Counter(picker.query.id for picker in pickers).items():
        if count > 1:
            raise ArgumentError(
                f"{count} of the queries have the id {number}.",
                hint="A group has each query once: its values are the same for all.",
            )


def _frames_of(found: list[pd.DataFrame | BaseException]) -> list[pd.DataFrame]:
    frames = [it for it in found if not isinstance(it, BaseException)]
    errors = [it for it in found if isinstance(it, Exception)]
    if errors:
        raise ExceptionGroup(f"{len(errors)} of {len(found)} queries failed", errors)
    return frames
