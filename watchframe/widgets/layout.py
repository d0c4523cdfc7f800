"""The parts of a picker around its form, from the heading to the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from urllib.parse import quote

import ipywidgets

from watchframe.models import Query, Visualization
from watchframe.plain_text import html_text
from watchframe.reprs.markdown import markdown_html
from watchframe.widgets.code import code_html
from watchframe.widgets.control import GUARD, close_tree
from watchframe.widgets.drawing_tab import DrawingTab, tab_titles
from watchframe.widgets.frontend import CopyButton
from watchframe.widgets.quick_chart import QuickChart
from watchframe.widgets.run_bar import RunBar
from watchframe.widgets.style import style_tag
from watchframe.widgets.tab import Result, Tab
from watchframe.widgets.table_tab import TableTab

_TABLE, _CHART, _CODE = "Table", "Chart", "Code"


class PickerLayout:
    """The widgets of a picker around its form.

    Parameters
    ----------
    heading : str
        HTML.
    form : Widget
    visualizations : sequence of Visualization
        Of the query; most get a tab.
    max_age : float, str, timedelta or None
        The age that is chosen.
    runs_on_change : bool
    rows_per_page : int
    on_shown : callable
        Called when a tab shows something else, under the pickers' lock, maybe from a thread.
    """

    def __init__(
        self,
        *,
        heading: str,
        form: ipywidgets.Widget,
        visualizations: Sequence[Visualization],
        max_age: float | str | timedelta | None,
        runs_on_change: bool,
        rows_per_page: int,
        on_shown: Callable[[], object],
    ) -> None:
        self._result: Result | None = None
        self._on_shown = on_shown
        titles = tab_titles(visualizations, taken=(_TABLE, _CHART, _CODE))
        # A tab is made when it is looked at first: each has a dozen widgets.
        self._tabs: dict[str, Tab] = {}
        self._make: dict[str, Callable[[], Tab]] = {
            _TABLE: partial(TableTab, rows_per_page),
            **{title: partial(DrawingTab, item, on_shown) for title, item in titles.items()},
            _CHART: partial(QuickChart, on_shown),
        }
        self._has_seen: set[str] = set()  # titles of the tabs that show the result
        self.bar = RunBar(max_age, runs_on_change=runs_on_change)
        self.status = ipywidgets.HTML()
        self._views = ipywidgets.ToggleButtons(
            options=[*self._make, _CODE],
            value=_TABLE,
            tooltips=[
                "The rows",
                *(f"Saved with the query: {title}" for title in titles),
                "A chart of columns that you choose",
                "Code that reads the same rows",
            ],
            style={"button_width": "auto"},
            layout={"margin": "6px 0 0"},
        )
        self._views.add_class("wf-tabs")
        self._views.observe(self._looked, "value")
        self._python, self._magic = ipywidgets.HTML(), ipywidgets.HTML()
        self._copy_link = CopyButton(
            label="Copy link", icon="link", hint="Copy the address of the page with these values"
        )
        self._copy_code = CopyButton(label="Copy code", hint="Copy the Python code")
        self._copy_magic = CopyButton(label="Copy cell", hint="Copy the cell of the magic")
        self._code = ipywidgets.VBox([self._python, self._magic, self._copy_magic])
        self._nothing = ipywidgets.HTML('<div class="wf-hint">No rows yet.</div>')
        self._body = ipywidgets.VBox()
        # What sets values and runs the query, and what shows it; a group of queries has one bar.
        self.heading = ipywidgets.HTML(style_tag() + heading)
        self.asking = [form, self.bar.widget]
        said = ipywidgets.HBox([self.status, self._copy_link, self._copy_code])
        said.add_class("wf-said")
        self.answering = [said, self._views, self._body]
        self.children = [self.heading, *self.asking, *self.answering]
        self._arrange()

    def show_result(self, result: Result) -> None:
        """Show another result in the tab in front, and in each other once it is looked at."""
        self._result = result
        self._has_seen.clear()
        self._arrange()

    def show_code(self, python: str, magic: str, url: str) -> None:
        """Show the code for what is set, and offer it and the page's address to copy."""
        self._python.value = '<div class="wf-hint">In Python:</div>' + code_html(
            "Python code", python
        )
        self._magic.value = '<div class="wf-hint">Or as a cell of the magic:</div>' + code_html(
            "Magic cell", magic
        )
        self._copy_code.text, self._copy_magic.text, self._copy_link.text = python, magic, url

    def static_html(self) -> str:
        """Return what is in front, and of the code the rows; empty before there are any."""
        with GUARD:  # a run may end while a cell displays the picker
            if self._result is None:
                return ""
            rows = self._tab(_TABLE).static_html("")
            front = self._views.value
            return rows if front == _CODE else self._tab(front).static_html(rows)

    def close(self) -> None:
        """Close all parts, also those that are not shown at the moment."""
        for tab in self._tabs.values():
            tab.close()
        close_tree(*self.children, self._code, self._nothing)

    def _looked(self, _change: object) -> None:
        with GUARD:
            self._arrange()
            if self._result is not None:
                self._on_shown()

    def _arrange(self) -> None:
        with GUARD:
            view = self._views.value
            if view == _CODE:
                self._body.children = [self._code]
            elif self._result is None:
                self._body.children = [self._nothing]
            else:
                self._body.children = [self._tab(view).widget]

    def _tab(self, title: str) -> Tab:
        """Return a tab that shows the result."""
        if title not in self._tabs:
            self._tabs[title] = self._make[title]()
        if title not in self._has_seen and self._result is not None:
            self._has_seen.add(title)
            self._tabs[title].show(self._result)
        return self._tabs[title]


def heading_html(query: Query, server: str) -> str:
    """Return the query's name, with a link to its page, and its description."""
    is_page = server.startswith("http")
    page = html_text(f"{server}/queries/{quote(str(query.id))}") if is_page else ""
    link = f'<a href="{page}" target="_blank" rel="noopener noreferrer">query {query.id}</a>'
    about = f'<div class="wf-about">{markdown_html(query.description)}</div>'
    about = about if query.description else ""
    return f'<div class="wf-title">{html_text(query.name)}<small>{link}</small></div>{about}'
