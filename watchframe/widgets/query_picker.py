"""A search for a saved query by name, tag and kind, with the chosen query's picker below it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypedDict, Unpack

import ipywidgets
import traitlets

from watchframe.client import Client
from watchframe.display import ago_words, duration_words
from watchframe.errors import NotFoundError, WatchframeError
from watchframe.hints import words_for
from watchframe.models import Query
from watchframe.plain_text import html_text, plain_text
from watchframe.read import search_queries
from watchframe.read.options import client_for
from watchframe.reprs.words import counted, shortened
from watchframe.widgets.choice_controls import OptionList, on_enter
from watchframe.widgets.control import GUARD, Debounced, close_tree
from watchframe.widgets.parameter_picker import ParameterPicker
from watchframe.widgets.static_twin import WidgetWithTwin
from watchframe.widgets.style import style_tag

#: How many queries are listed, and how many tags.
LISTED, TAGS = 50, 12
#: The lists of the server.
ALL, FAVORITES, RECENT, MINE = "All", "Favorites", "Recent", "Mine"
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
        self._listed_for: tuple[str, str] | None = None
        self._opens_first = False
        self._has_tags = False
        self._kinds = ipywidgets.ToggleButtons(
            options=[ALL, FAVORITES, RECENT, MINE],
            tooltips=[
                "All queries of the server",
                "Those that you marked",
                "Those that were edited last",
                "Those that you made",
            ],
            style={"button_width": "auto"},
        )
        self._kinds.add_class("wf-tabs")
        self._search = ipywidgets.Text(
            value=search,
            description="Search queries",
            placeholder="words of the name, #tag",
            style={"description_width": "initial"},
            layout={"width": "36em", "max_width": "calc(100% - 4px)"},
        )
        self._tags = ipywidgets.Box()
        self._tags.add_class("wf-query-tags")
        self._list = OptionList(LISTED, self._chosen, "Open")
        self._list.widget.add_class("wf-queries")
        self._list.widget.layout.max_height = "320px"
        self._found: list[Query] = []
        self._status = ipywidgets.HTML()
        self._place = ipywidgets.VBox()
        style = ipywidgets.HTML(style_tag())
        super().__init__(
            [
                style,
                self._kinds,
                self._search,
                self._tags,
                self._list.widget,
                self._status,
                self._place,
            ]
        )
        self._is_closed = False
        self.add_class("wf-search")
        self._search.observe(self._typed, "value")
        self._kinds.observe(self._kind_chosen, "value")
        on_enter(self._search, self._entered)
        self._start(self._ask)

    def _typed(self, _change: object) -> None:
        self._opens_first = False
        self._show_tags()
        self._ask_later.soon(DEBOUNCE)

    def _kind_chosen(self, _change: object) -> None:
        self._opens_first = False
        self._ask_later.soon(0)

    @property
    def _asked(self) -> tuple[str, str]:
        """What is searched for, and in which list."""
        return self._search.value, self._kinds.value

    def _ask(self) -> None:
        with GUARD:
            self._latest += 1
            number, asked = self._latest, self._asked
        text, kind = asked
        try:
            found = search_queries(
                self._client,
                text,
                favorites=kind == FAVORITES,
                recent=kind == RECENT,
                mine=kind == MINE,
                limit=LISTED,
            )
            self._ask_for_tags()
        except WatchframeError as error:
            with GUARD:
                if number == self._latest and not self._is_closed:
                    self._show_refusal(kind, error)
            return
        with GUARD:
            if number == self._latest and not self._is_closed:
                self._listed_for = asked
                self._fill(found)

    def _show_refusal(self, kind: str, error: WatchframeError) -> None:
        """Show an error; a list that the server does not have is offered no longer."""
        if isinstance(error, NotFoundError) and kind != ALL:
            self._kinds.tooltips = ()
            self._kinds.options = [name for name in self._kinds.options if name != kind]
            self._kinds.value = ALL
        else:
            self._show_error(error)

    def _ask_for_tags(self) -> None:
        if not self._has_tags:
            counts = self._client.queries.tags()
            usual = sorted(counts, key=lambda tag: (-counts[tag], tag))
            # One with a space would be two words in the search field.
            names = [tag for tag in usual if len(tag.split()) == 1][:TAGS]
            with GUARD:
                if not self._is_closed and not self._has_tags:
                    self._has_tags = True
                    self._tags.children = [self._tag_button(name, counts[name]) for name in names]
                    self._show_tags()

    def _tag_button(self, tag: str, count: int) -> ipywidgets.Button:
        button = ipywidgets.Button(
            description=f"#{plain_text(tag, keep='')}",
            tooltip=f"{counted(count, 'query')}; press again for all",
            layout={"width": "auto"},
        )
        button.on_click(lambda _button: self._toggle(f"#{tag}"))
        return button

    def _toggle(self, word: str) -> None:
        """Search for a tag too, or no longer."""
        words = self._search.value.split()
        kept = [other for other in words if other != word]
        self._search.value = " ".join(kept if len(kept) < len(words) else [*words, word])

    def _show_tags(self) -> None:
        words = self._search.value.split()
        for button in self._tags.children:
            is_on = button.description in words
            (button.add_class if is_on else button.remove_class)("wf-chosen")

    def _fill(self, found: list[Query]) -> None:
        self._found = found
        self._show_list()
        words = {
            0: "No query fits. Try fewer words.",
            LISTED: f"The first {LISTED}: add words to see others.",
        }
        count = len(found)
        self._status.value = _hint(words.get(count, f"{count} fit."))
        if self._opens_first:
            self._open_first()

    def _show_list(self) -> None:
        chosen = str(self.picker.query.id) if self.picker is not None else None
        now = datetime.now(UTC)
        self._list.show([(entry_text(query, now), str(query.id)) for query in self._found], chosen)

    def _entered(self) -> None:
        """Open the first of the list, as soon as that is the list for what was typed."""
        with GUARD:
            if self._listed_for == self._asked:
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
            for listed in self._found:
                if listed.id == picker.query.id:
                    picker.tell_last_run(listed)
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


def entry_text(query: Query, now: datetime) -> str:
    """Return what the list says of a query: a line of its name, one of facts, and one about it."""
    flags = {"draft": query.is_draft, "archived": query.is_archived, "favorite": query.is_favorite}
    marks = [word for word, is_so in flags.items() if is_so]
    facts = [
        query.owner,
        f"updated {ago_words(query.updated_at, now)}" if query.updated_at else "",
        _run_words(query, now),
        " ".join(f"#{tag}" for tag in query.tags),
    ]
    about = next((line for line in query.description.splitlines() if line.strip()), "")
    lines = [
        f"{query.id}  {query.name}" + (f"  ({', '.join(marks)})" if marks else ""),
        " · ".join(fact for fact in facts if fact),
        shortened(about.lstrip("# ").strip()),
    ]
    return "\n".join(plain_text(line, keep="") for line in lines if line)


def _run_words(query: Query, now: datetime) -> str:
    if query.retrieved_at is not None:
        took = "" if query.runtime is None else f" in {duration_words(query.runtime)}"
        return f"run {ago_words(query.retrieved_at, now)}{took}"
    # Of other values than the saved ones, and in the list of recent ones, the server does not say.
    is_known = not query.parameters and query.latest_result_id is None
    return "never run as it stands" if is_known else ""


def _hint(words: str) -> str:
    return f'<div class="wf-hint">{html_text(words)}</div>'
