"""A search for a saved query by name and tag, with the chosen query's own picker below it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TypedDict, Unpack

import ipywidgets
import traitlets

from watchframe.client import Client
from watchframe.errors import WatchframeError
from watchframe.hints import words_for
from watchframe.models import Query
from watchframe.plain_text import html_text, plain_text
from watchframe.read import search_queries
from watchframe.read.options import client_for
from watchframe.widgets.choice_controls import OptionList, on_enter
from watchframe.widgets.control import GUARD, Debounced, close_tree
from watchframe.widgets.parameter_picker import ParameterPicker
from watchframe.widgets.static_twin import WidgetWithTwin
from watchframe.widgets.style import style_tag

#: How many queries are listed.
LISTED = 50
#: Seconds without another keystroke before the server is asked.
DEBOUNCE = 0.4


class PickerArguments(TypedDict, total=False):
    """Keyword arguments of `ParameterPicker` that a search keeps for the query that is chosen."""

    params: Mapping[str, object] | None
    max_age: float | str | timedelta | None
    run: bool | None
    run_on_change: bool
    timeout: float | None


class QueryPicker(WidgetWithTwin):
    """A search among the server's saved queries; choosing one opens its `ParameterPicker`.

    Parameters
    ----------
    search : str
        The initial search: words, and tags such as ``#lending``.
    client : Client, optional
        Instead of the one of `watchframe.connect`, or of the settings.
    params, max_age, run, run_on_change, timeout
        Of the `ParameterPicker` of the query that is chosen.

    Attributes
    ----------
    picker : ParameterPicker or None
        The chosen query's. Observable.

    Raises
    ------
    ConfigurationError
        No server or no API key is known.
    """

    _is_closed = True  # until __init__ is done: where that fails, there is nothing to close

    picker = traitlets.Any(None, allow_none=True, read_only=True)

    def __init__(
        self,
        search: str = "",
        *,
        client: Client | None = None,
        **arguments: Unpack[PickerArguments],
    ) -> None:
        self._client = client_for(None, client)
        self._arguments = arguments
        self._ask_later = Debounced(self._ask)
        self._latest = 0
        self._wanted = ""
        self._listed_for: str | None = None
        self._opens_first = False
        self._search = ipywidgets.Text(
            value=search,
            description="Search queries",
            placeholder="words of the name, #tag",
            style={"description_width": "initial"},
            layout={"width": "36em"},
        )
        self._list = OptionList(LISTED, self._chosen, "Open")
        self._list.widget.layout.width = "36em"
        self._list.widget.layout.max_height = "180px"
        self._found: list[Query] = []
        self._status = ipywidgets.HTML()
        self._place = ipywidgets.VBox()
        style = ipywidgets.HTML(style_tag())
        super().__init__([style, self._search, self._list.widget, self._status, self._place])
        self._is_closed = False
        self.add_class("wf-search")
        self._search.observe(self._typed, "value")
        on_enter(self._search, self._entered)
        self._start(self._ask)

    def _typed(self, _change: object) -> None:
        self._opens_first = False
        self._ask_later.soon(DEBOUNCE)

    def _ask(self) -> None:
        with GUARD:
            self._latest += 1
            number, text = self._latest, self._search.value
        try:
            found = search_queries(self._client, text, limit=LISTED)
        except WatchframeError as error:
            self._show_error(error)
            return
        with GUARD:
            if number == self._latest and not self._is_closed:
                self._listed_for = text
                self._fill(found)

    def _fill(self, found: list[Query]) -> None:
        self._found = found
        self._show_list()
        words = {0: "No query fits.", LISTED: f"The first {LISTED}: add words to see others."}
        count = len(found)
        self._status.value = _hint(words.get(count, f"{count} fit."))
        if self._opens_first:
            self._open_first()

    def _show_list(self) -> None:
        chosen = str(self.picker.query.id) if self.picker is not None else None
        self._list.show([(_label(query), str(query.id)) for query in self._found], chosen)

    def _entered(self) -> None:
        """Open the first of the list, as soon as that is the list for what was typed."""
        with GUARD:
            if self._listed_for == self._search.value:
                self._open_first()
            else:
                self._opens_first = True
                self._ask_later.soon(0)

    def _open_first(self) -> None:
        self._opens_first = False
        if self._list.choices:
            self._list.choose(0)

    def _chosen(self, query_id: str) -> None:
        self._wanted = query_id
        self._status.value = _hint(f"Opening query {query_id} …")
        self._start(lambda: self._open(query_id))

    def _open(self, query_id: str) -> None:
        try:
            picker = ParameterPicker(int(query_id), client=self._client, **self._arguments)
        except WatchframeError as error:
            self._show_error(error)
            return
        with GUARD:
            if self._wanted != query_id or self._is_closed:
                picker.close()  # another one was chosen meanwhile
                return
            before = self.picker
            self._place.children = [picker]
            if before is not None:
                before.close()
            self.set_trait("picker", picker)
            self._show_list()
            self._status.value = ""
            picker.shown_in = self
            self.update_twin()

    def close(self) -> None:
        """Close the search, and the picker of the query that was chosen."""
        if not self._is_closed:
            with GUARD:
                self._is_closed = True
                self._ask_later.cancel()
                if self.picker is not None:
                    self.picker.close()
                self._list.close()
                close_tree(*self.children, self.layout)
        super().close()

    def __repr__(self) -> str:
        chosen = f", picker={self.picker!r}" if self.picker is not None else ""
        return f"QueryPicker({self._search.value!r}{chosen})"

    def last_state(self) -> str:
        """Return what the chosen query's picker shows, as plain HTML."""
        if self.picker is not None:
            return str(self.picker.last_state())
        return _hint("A search for a saved query; none was chosen. Run the cell to search.")

    def _show_error(self, error: WatchframeError) -> None:
        self._status.value = (
            f'<div class="wf-problem" role="alert">{html_text(error.message)}</div>'
            + _hint(words_for("picker", error.hint) or "")
        )

    def _start(self, work: Callable[[], object]) -> None:
        threading.Thread(target=work, name="watchframe-query-picker", daemon=True).start()


def _label(query: Query) -> str:
    tags = " ".join(f"#{tag}" for tag in query.tags)
    return plain_text(f"{query.id}  {query.name}" + (f"   {tags}" if tags else ""), keep="")


def _hint(words: str) -> str:
    return f'<div class="wf-hint">{html_text(words)}</div>'
