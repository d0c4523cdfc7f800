"""Which query? A search by name and tag, and then the query's own picker below it."""

from __future__ import annotations

import itertools
import threading
from html import escape
from typing import Any

import ipywidgets
import traitlets

from watchframe.client import Client
from watchframe.errors import WatchframeError
from watchframe.models import Query
from watchframe.read.server import client_for
from watchframe.widgets.control import GUARD
from watchframe.widgets.parameter_picker import ParameterPicker
from watchframe.widgets.style import style_tag

#: As many are listed; a search by tag looks through so many.
LISTED, LOOKED_THROUGH = 50, 2000
#: Seconds without another keystroke before the server is asked.
DEBOUNCE = 0.4


def search_queries(client: Client, text: str, limit: int = LISTED) -> list[Query]:
    """Give the saved queries that fit, newest first.

    Parameters
    ----------
    client : Client
    text : str
        Words that the server finds in the name or the description; a word such as ``#lending`` is
        a tag that the query must have (the beginning of the tag will do).
    limit : int
        How many at most.
    """
    words = text.split()
    tags = [word[1:].casefold() for word in words if word.startswith("#") and len(word) > 1]
    search = " ".join(word for word in words if not word.startswith("#"))
    found = iter(client.queries.list(search=search or None))
    if tags:
        found = (
            query
            for query in itertools.islice(found, LOOKED_THROUGH)
            if all(any(own.casefold().startswith(tag) for own in query.tags) for tag in tags)
        )
    return list(itertools.islice(found, limit))


class QueryPicker(ipywidgets.VBox):  # type: ignore[misc] # ipywidgets has no types
    """A search among the server's saved queries; choosing one opens its `ParameterPicker`.

    Parameters
    ----------
    search : str
        What to begin with: words, and tags such as ``#lending``.
    client : Client, optional
        Instead of the one of `watchframe.connect`, or of the settings.

    Attributes
    ----------
    picker : ParameterPicker or None
        The chosen query's. Observable.

    Raises
    ------
    ConfigurationError
        No server or no API key is known.
    """

    picker = traitlets.Any(None, allow_none=True, read_only=True)

    def __init__(self, search: str = "", *, client: Client | None = None) -> None:
        self._client = client_for(None, client)
        self._timer: threading.Timer | None = None
        self._latest = 0
        self._is_filling = False
        self._search = ipywidgets.Text(
            value=search,
            description="Search queries",
            placeholder="words of the name, #tag",
            style={"description_width": "initial"},
            layout={"width": "36em"},
        )
        self._list = ipywidgets.Select(
            description="Queries",
            rows=7,
            style={"description_width": "initial"},
            layout={"width": "36em"},
        )
        self._says = ipywidgets.HTML()
        self._place = ipywidgets.VBox()
        super().__init__(
            children=[
                ipywidgets.HTML(style_tag()),
                self._search,
                self._list,
                self._says,
                self._place,
            ]
        )
        self._search.observe(self._search_soon, "value")
        self._list.observe(self._chosen, "value")
        self._begin(self._ask)

    def _search_soon(self, _change: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(DEBOUNCE, self._ask)
        self._timer.daemon = True
        self._timer.start()

    def _ask(self) -> None:
        with GUARD:
            self._latest += 1
            turn = self._latest
        try:
            found = search_queries(self._client, self._search.value)
        except WatchframeError as error:
            self._complain(error)
            return
        with GUARD:
            if turn == self._latest:
                self._fill(found)

    def _fill(self, found: list[Query]) -> None:
        self._is_filling = True
        self._list.options = [(_label(query), query.id) for query in found]
        self._list.index = None
        self._is_filling = False
        words = {0: "No query fits.", LISTED: f"The first {LISTED}: add words to see others."}
        count = len(found)
        self._says.value = _hint(words.get(count, f"{count} fit."))

    def _chosen(self, change: Any) -> None:
        if not self._is_filling and change.new is not None:
            self._begin(lambda: self._open(change.new))

    def _open(self, query_id: int) -> None:
        try:
            picker = ParameterPicker(query_id, client=self._client)
        except WatchframeError as error:
            self._complain(error)
            return
        with GUARD:
            if self._list.value == query_id:
                self._place.children = [picker]
                self.set_trait("picker", picker)

    def _complain(self, error: WatchframeError) -> None:
        self._says.value = (
            f'<div class="wf-problem" role="alert">{escape(error.message)}</div>'
            + _hint(error.hint or "")
        )

    def _begin(self, work: Any) -> None:
        threading.Thread(target=work, name="watchframe-query-picker", daemon=True).start()


def _label(query: Query) -> str:
    tags = " ".join(f"#{tag}" for tag in query.tags)
    return f"{query.id}  {query.name}" + (f"   {tags}" if tags else "")


def _hint(words: str) -> str:
    return f'<div class="wf-hint">{escape(words)}</div>'
