"""A dashboard in the notebook: set values, and look at its tiles as their rows come."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import traitlets

from watchframe.cache import Mode
from watchframe.caller_warnings import silence_warnings, warn_caller
from watchframe.client import Client, Deadline
from watchframe.drawing import Drawing
from watchframe.drawing.board import Board, unknown_title
from watchframe.drawing.board_layout import places
from watchframe.drawing.board_tiles import Tile, board_html
from watchframe.drawing.documents import FramedPage
from watchframe.errors import JobCancelledError, ParameterError, WatchframeWarning
from watchframe.read.background import Background
from watchframe.read.board import drawn_board
from watchframe.read.documents import Documents
from watchframe.read.draw import Filters
from watchframe.read.options import (
    MaxAge,
    Params,
    ReadOptions,
    SharedDocuments,
)
from watchframe.read.side_by_side import CONCURRENCY, OnErrors
from watchframe.read.widget_queries import dashboard_words, given_values, widget_queries
from watchframe.references import DashboardReference
from watchframe.widgets.board_form import APPLY, BoardForm
from watchframe.widgets.board_view import BoardView
from watchframe.widgets.control import GUARD
from watchframe.widgets.runs import ENDED
from watchframe.widgets.static_twin import WidgetWithTwin
from watchframe.widgets.status import (
    board_outcome_html,
    board_progress_html,
    changed_names,
    ready_html,
    show_changed,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardReads:
    """How a dashboard is read each time, as of `show_watch_dashboard`."""

    reference: DashboardReference
    filters: Filters | None = None
    max_age: MaxAge = None
    cache: Mode = "use"
    timeout: float | None = 300.0
    concurrency: int = CONCURRENCY
    errors: OnErrors = "keep"
    progress: bool | None = None
    client: Client | None = None

    def options(self, *, is_refreshed: bool = False) -> ReadOptions:
        """Return the options of a read that begins now, and asks for the dashboard once."""
        max_age = 0 if is_refreshed else self.max_age
        options = ReadOptions.resolve(
            self.reference, self.client, max_age, self.cache, self.timeout, progress=self.progress
        )
        return replace(options, shared=SharedDocuments())

    def board(self, params: Params, options: ReadOptions, **given: Any) -> Board:
        """Return the dashboard, read and drawn; `given` are further arguments of `drawn_board`."""
        return drawn_board(
            self.reference,
            params,
            options,
            filters=self.filters,
            concurrency=self.concurrency,
            errors=self.errors,
            **given,
        )


class LiveBoard(WidgetWithTwin):
    """A dashboard with the controls of its parameters; made by `show_watch_dashboard`.

    ``board[title]`` is a widget's `Drawing`, as soon as that is read; iterating gives the titles.

    Attributes
    ----------
    dashboard : Dashboard
        The dashboard itself.
    params : dict
        The values that the tiles are read with, by name, as `read_watch_dashboard` takes them.
        Observable.
    status : {"running", "done", "failed", "cancelled"}
        Observable.
    error : Exception or None
        Why the last read as a whole failed; what went wrong with widgets is in `errors`.
    """

    params = traitlets.Dict(read_only=True)
    status = traitlets.Enum(("running", "done", "failed", "cancelled"), "running", read_only=True)

    _view: BoardView | None = None  # until __init__ is done, and in an unattended run

    def __init__(self, reads: BoardReads, params: Params, *, is_live: bool) -> None:
        options = reads.options()
        self.dashboard = Documents.of(options).dashboard(reads.reference)
        self.error: Exception | None = None
        self._reads = reads
        self._run: Background[Board] | None = None
        self._asked: dict[int, Mapping[str, object]] = {}  # of what is shown, by widget
        self._left: set[int] = set()  # widgets that the current read has not read yet
        self._parameters: Mapping[str, str] = {}
        shown = places(self.dashboard.widgets)
        self._numbers = {
            item.title: item.widget.id
            for item in widget_queries(self.dashboard, params, reads.reference.url_parameters)
            if item.widget.id in shown
        }
        if not is_live:
            super().__init__([])
            self._read_now(params, options)
            return
        form = BoardForm(self.dashboard, options.client)
        try:
            form.update(params, reads.reference.url_parameters)
            view = BoardView(self.dashboard, form, self.update_twin)
        except Exception:
            form.close()
            raise
        super().__init__(view.children)
        self._form, self._view = form, view
        self.add_class("wf-picker")
        for button in (view.apply_button, *form.apply_buttons):
            button.on_click(lambda _button: self._apply_clicked())
        view.refresh_button.on_click(lambda _button: self.apply(refresh=True))
        view.stop_button.on_click(lambda _button: self.stop())
        view.apply_button.layout.display = "" if form.controls else "none"
        form.observe(self._values_changed, ["params", "problems"])
        self._read(options)

    @property
    def board(self) -> Board:
        """What is shown now, without waiting: tiles that are still being read have no content."""
        with GUARD:
            if self._view is None:
                return self._board
            return Board(
                self.dashboard, self._view.shown, params=self.params, parameters=self._parameters
            )

    @property
    def errors(self) -> dict[str, Exception]:
        """By title, why widgets show nothing, once all are read."""
        return self._settled().errors

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """By title, the rows of each visualization, typed, once all are read."""
        return self._settled().frames

    def to_html(self, path: str | Path | None = None) -> str | None:
        """Return a page with the dashboard, once all is read; or write it, as of `Board.to_html`.

        Parameters
        ----------
        path : str or pathlib.Path, optional
            The file to write, ``.html`` or ``.htm``; then nothing is returned.
        """
        return self._settled().to_html(path)

    def __getitem__(self, title: str) -> Drawing:
        """Return a widget's drawing, once it is read, or raise its error.

        Raises
        ------
        KeyError
            The dashboard has no widget of that title.
        WatchframeError
            Why the widget shows nothing.
        """
        if title not in self._numbers:
            raise unknown_title(self.dashboard, title, self._numbers)
        number = self._numbers[title]
        with ENDED:
            ENDED.wait_for(lambda: self.status != "running" or number not in self._left)
            return self.board[title]

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __contains__(self, title: object) -> bool:
        return title in self._numbers

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    def __repr__(self) -> str:
        # A traceback may show the variables of __init__, of which this is one.
        is_made = self._view is not None or hasattr(self, "_board")
        return repr(self.board) if is_made else f"<{type(self).__name__}>"

    def update(self, values: Mapping[str, object]) -> None:
        """Set the values of some parameters; `apply` reads with them.

        Raises
        ------
        UnknownParameterError, ParameterValueError
            The dashboard has no parameter of such a name, or it fixes it.
        """
        if self._view is not None:
            self._form.update(values)
        else:
            self._values |= given_values(self.dashboard, values)

    def apply(self, *, refresh: bool = False) -> None:
        """Read what the changed values change, in the background; what runs is replaced.

        An unattended run has no controls: there, all is read before this returns.

        Parameters
        ----------
        refresh : bool
            Whether to run all queries again.

        Raises
        ------
        ParameterError
            A value has to be corrected first.
        """
        if self._view is None:
            self._read_now(self._values, self._reads.options(is_refreshed=refresh))
            return
        with GUARD:
            self._form.recheck()
            for name, problem in self._form.problems.items():
                raise ParameterError(
                    f"Parameter {name!r} of {dashboard_words(self.dashboard)} cannot be sent: "
                    f"{problem}",
                    name=name,
                )
            options = self._reads.options(is_refreshed=refresh)
            self._read(options, kept=() if refresh else self._view.shown)

    def stop(self) -> None:
        """Stop reading, also on the server; what was read stays."""
        with GUARD:
            if self._run is not None and self.status == "running":
                self._run.cancel()

    def wait(self, timeout: float | None = None) -> Board:
        """Return the board once all is read.

        Parameters
        ----------
        timeout : float or None
            Seconds to wait at most.

        Raises
        ------
        TimeoutError
            It takes longer than that; it goes on.
        WatchframeError, ExceptionGroup
            What the read as a whole raised, as of `show_watch_dashboard`.
        """
        board = self._settled(timeout)
        if self.error is not None:
            raise self.error.with_traceback(self._run.trace if self._run is not None else None)
        return board

    def close(self) -> None:
        """Stop reading, and remove the board and all its parts from the page."""
        view = self._view
        if view is not None:
            with GUARD:
                self.stop()
                self._board, self._values = self.board, dict(self.params)
                self._run = self._view = None
                self.set_trait("status", "cancelled" if self.status == "running" else self.status)
                view.close()
                self._form.close()
                ENDED.notify_all()
        super().close()

    def last_state(self) -> str:
        """Return what is shown as plain HTML."""
        board = self.board
        return (
            board_html(board.dashboard, board.tiles, parameters=board.parameters)
            + '<div class="wf-hint">As it was when the notebook was saved. Run the cell for the '
            "live dashboard.</div>"
        )

    def _ipython_display_(self) -> None:
        if self._view is not None:
            super()._ipython_display_()
            return
        from IPython.display import display  # noqa: PLC0415 - only notebooks display

        display(self._board)  # type: ignore[no-untyped-call]

    def _display_(self) -> FramedPage:
        return self._settled()._display_()

    def _repr_mimebundle_(
        self,
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
    ) -> dict[str, Any]:
        if self._view is None:
            return self._board._repr_mimebundle_(include, exclude)
        found: dict[str, Any] = super()._repr_mimebundle_()
        return found

    def _settled(self, timeout: float | None = None) -> Board:
        with ENDED:
            if not ENDED.wait_for(lambda: self.status != "running", timeout):
                raise TimeoutError(
                    f"{dashboard_words(self.dashboard)} is still being read after {timeout:g} s."
                )
            return self.board

    def _apply_clicked(self) -> None:
        with GUARD:
            self._form.recheck()
            if self._form.problems:
                self._form.mark()
            else:
                self.apply()

    def _values_changed(self, _change: object = None) -> None:
        view = self._view
        if view is None:
            return
        changed = changed_names(self.params, self._form.params)
        problems = self._form.problems
        is_wrong = len(problems) > len(self._form.needed)
        self._form.offer_to_apply([] if is_wrong else changed)
        titles = [item.title for name, item in self._form.controls.items() if name in changed]
        show_changed(view.apply_button, "Apply", APPLY, titles)
        is_over = self.status in ("failed", "cancelled")
        view.apply_button.disabled = is_wrong or not (changed or is_over)
        if problems and self.status != "running":
            view.status.value = ready_html(len(problems), needed=self._form.needed)

    def _read_now(self, params: Params, options: ReadOptions) -> None:
        """Read all, without controls."""
        self._board = board = self._reads.board(params, options)
        self.dashboard, self._values = board.dashboard, dict(board.params)
        self.set_trait("params", board.params)
        self.set_trait("status", "done")
        if board.errors:
            names = ", ".join(map(repr, board.errors))
            warn_caller(
                WatchframeWarning(
                    f"{dashboard_words(board.dashboard)} has widgets that could not be shown: "
                    f"{names}. Their places, and the board's .errors, say why."
                )
            )

    def _read(self, options: ReadOptions, kept: Sequence[Tile] = ()) -> None:
        """Start a read; of the tiles `kept`, those that show the same values stay as they are."""
        assert self._view is not None  # noqa: S101 - who reads here is being watched
        with GUARD:
            if self._run is not None:
                self._run.cancel()
            params = dict(self._form.params)
            shown = places(self.dashboard.widgets)
            asked = {
                item.widget.id: item.params
                for item in widget_queries(self.dashboard, params)
                if item.widget.id in shown
            }
            same = {
                tile.widget.id: tile
                for tile in kept
                if isinstance(tile.content, Drawing)
                and self._asked.get(tile.widget.id) == asked.get(tile.widget.id)
            }
            self._left = asked.keys() - same.keys()
            total = len(asked)

            def show(tile: Tile) -> None:
                self._show(run, tile, asked, total)

            def read(deadline: Deadline, _on_status: object) -> Board:
                silence_warnings()  # a tile shows its own error
                timed = replace(options, deadline=deadline, progress=False)
                return self._reads.board(params, timed, on_tile=show, kept=same)

            run = Background(read, timeout=self._reads.timeout, on_done=lambda: self._end(run))
            self._run, self.error = run, None
            self.set_trait("params", params)
            self.set_trait("status", "running")
            self._view.show_reading(is_reading=True)
            self._view.status.value = board_progress_html(total - len(self._left), total)
            self._values_changed()
            run.start()

    def _show(
        self,
        run: Background[Board],
        tile: Tile,
        asked: Mapping[int, Mapping[str, object]],
        total: int,
    ) -> None:
        view = self._view
        if view is None:
            return
        tile = view.as_chosen(tile)
        with ENDED:
            if run is not self._run:
                return  # a newer read has replaced it, or the board is closed
            number = tile.widget.id
            view.show(tile)
            if tile.content is not None and number in asked:
                self._asked[number] = asked[number]
                self._left.discard(number)
                view.status.value = board_progress_html(total - len(self._left), total)
                ENDED.notify_all()

    def _end(self, run: Background[Board]) -> None:
        with ENDED:
            view = self._view
            if run is not self._run or view is None:
                return
            self.error = run.error
            if run.result is not None:
                self.dashboard, self._parameters = run.result.dashboard, run.result.parameters
                view.arrange(run.result.tiles)
                status = "done"
            else:
                status = "cancelled" if isinstance(run.error, JobCancelledError) else "failed"
                for tile in view.shown:
                    if tile.widget.id in self._left:
                        view.show(replace(tile, content=run.error))
            self._left = set()
            view.show_reading(is_reading=False)
            view.status.value = board_outcome_html(view.shown, run.error, run.seconds)
            ENDED.notify_all()  # before an observer may raise; this lock is not free yet
            self.set_trait("status", status)
            self._values_changed()
        self.update_twin()
