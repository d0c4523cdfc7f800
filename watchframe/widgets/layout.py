"""How a picker looks: its parts from heading to result, and the CSS of all pickers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from urllib.parse import quote

import ipywidgets

from watchframe.cache import parse_max_age
from watchframe.models import Query, Visualization
from watchframe.plain_text import html_text
from watchframe.widgets.code import code_html
from watchframe.widgets.control import GUARD, LABEL_WIDTH, close_tree
from watchframe.widgets.drawing_tab import DrawingTab, tab_titles
from watchframe.widgets.quick_chart import QuickChart
from watchframe.widgets.tab import Result, Tab
from watchframe.widgets.table_tab import TableTab

_TEXT = "var(--jp-ui-font-color1, currentColor)"
_MUTED = "var(--jp-ui-font-color2, GrayText)"
_LINE = "var(--jp-border-color2, #bdbdbd)"
_ERROR = "var(--jp-error-color1, #d32f2f)"

#: What stands above a picker in the dark themes of JupyterLab and Notebook 7, VS Code and Colab.
_DARK = ('[data-jp-theme-light="false"]', ".vscode-dark", 'html[theme="dark"]')
_ARROW = (
    "url(\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 18 18'%3E"
    "%3Cpath fill='none' stroke='%23bdbdbd' d='M5 7l4 4 4-4'/%3E%3C/svg%3E\")"
)

#: In a narrow window, or beside another picker: each label above its field, the fields below each
#: other. ipywidgets writes widths into the elements, which only `!important` overrules.
_NARROW = """
@container (max-width: 54em) {
  .wf-control > .widget-hbox > :first-child { flex: 1 1 0 !important; min-width: 0; }
  .wf-control > .widget-hbox .widget-box:not(.widget-vbox) { flex-wrap: wrap; }
  .wf-control :is(.widget-text, .widget-dropdown) {
    flex-wrap: wrap; width: auto !important; max-width: 100%; height: auto;
  }
  .wf-control :is(.widget-text, .widget-dropdown) > :is(input, select) {
    flex: 1 1 100%; height: var(--jp-widgets-inline-height, 28px);
  }
  .wf-control :is(.widget-text > .widget-label, .widget-dropdown > .widget-label, .wf-labeled > *) {
    flex: 0 0 100% !important; width: 100% !important; margin: 0 !important;
  }
  .wf-control :is(.wf-label, .widget-inline-hbox > .widget-label) { text-align: left; }
  .wf-control .widget-timepicker > .widget-label { width: 2.6em !important; }
  .wf-control :is(.widget-checkbox, .wf-chip) { max-width: 100%; height: auto; }
  .wf-control .widget-checkbox > label { white-space: normal; min-height: 28px; line-height: 1.3; }
  .wf-control .wf-options { width: auto !important; margin: 2px !important; }
  .wf-control .wf-below { margin-left: 2px; }
}
"""

_STYLE = f"""
.wf-picker, .wf-search {{ color: {_TEXT}; font-family: var(--jp-ui-font-family, system-ui); }}
.wf-picker {{
  border: 1px solid {_LINE}; border-radius: 6px; padding: 10px 14px 12px; max-width: 66em;
}}
.wf-picker:has(> .wf-board) {{ border: 0; padding: 0; max-width: none; }}
{", ".join(f"{dark} :is(.wf-picker, .wf-search)" for dark in _DARK)} {{
  color-scheme: dark; --jp-widgets-dropdown-arrow: {_ARROW};
}}
:is(.wf-picker, .wf-search) :is(input, select, button) {{ font-family: inherit; }}
.wf-picker .widget-html-content, .wf-picker .jupyter-widget-html-content {{
  line-height: 1.45; color: {_TEXT};
}}
.wf-title {{ font-size: 1.25em; font-weight: 600; }}
.wf-title small {{ font-size: 0.7em; font-weight: 400; color: {_MUTED}; margin-left: 0.6em; }}
.wf-about {{ color: {_MUTED}; }}
.wf-hint {{ color: {_MUTED}; font-size: 0.92em; overflow-wrap: anywhere; }}
.wf-problem {{ color: {_ERROR}; font-size: 0.92em; font-weight: 600; }}
.wf-problem::before {{ content: "\\26A0\\00A0"; }}
.wf-control {{ margin: 3px 0; container-type: inline-size; }}
.wf-label {{
  text-align: right; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  line-height: 28px;
}}
.wf-below {{ margin-left: calc({LABEL_WIDTH} + 8px); }}
.wf-control button.wf-reset {{ font-size: 0; padding: 0; }}
.wf-control button.wf-reset > i {{ font-size: 13px; margin: 0; }}
.wf-control.wf-wrong input, .wf-control.wf-wrong select {{
  border-color: {_ERROR}; box-shadow: 0 0 0 1px {_ERROR};
}}
.wf-picker .widget-label {{ color: {_TEXT}; }}
.wf-picker input[type=date], .wf-picker input[type=time] {{
  border: 1px solid {_LINE}; border-radius: 0; padding: 2px 8px; height: 28px;
  box-sizing: border-box; font: inherit; font-variant-numeric: tabular-nums;
  background: var(--jp-layout-color1, inherit); color: {_TEXT};
}}
.wf-picker input:disabled, .wf-picker select:disabled {{ opacity: 0.65; }}
.wf-picker .wf-chip {{ border-radius: 11px; height: 22px; line-height: 20px; padding: 0 9px; }}
.wf-picker .widget-checkbox input[type=checkbox] {{ margin: 0 6px 0 0; vertical-align: middle; }}
.wf-picker .widget-checkbox label {{ display: inline-flex; align-items: center; }}
.wf-options {{ border: 1px solid {_LINE}; }}
.wf-options button {{
  text-align: left; background: transparent; color: {_TEXT}; box-shadow: none; flex: 0 0 auto;
}}
.wf-options button:is(:hover, :focus) {{ background: var(--jp-layout-color2, #8882); }}
.wf-options button.wf-chosen {{ font-weight: 600; background: var(--jp-layout-color3, #8884); }}
.wf-picker .wf-bar {{ display: block; width: 24em; max-width: 100%; height: 6px; margin: 4px 0; }}
.wf-status {{ min-height: 1.45em; }}
.wf-status b {{ font-weight: 600; }}
.wf-running::before {{
  content: ""; display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.5em;
  border: 2px solid {_MUTED}; border-top-color: transparent; border-radius: 50%;
  vertical-align: -0.08em; animation: wf-turn 0.9s linear infinite;
}}
@keyframes wf-turn {{ to {{ transform: rotate(360deg); }} }}
@media (prefers-reduced-motion: reduce) {{ .wf-running::before {{ animation: none; }} }}
.wf-reason {{
  margin: 4px 0 0; padding: 6px 10px; border-left: 3px solid {_ERROR}; white-space: pre-wrap;
  font-family: var(--jp-code-font-family, monospace); font-size: 0.95em; overflow-wrap: anywhere;
}}
.wf-scroll {{ overflow-x: auto; }}
.wf-table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; }}
.wf-table th, .wf-table td {{
  padding: 3px 10px; border-bottom: 1px solid {_LINE}; text-align: left; white-space: nowrap;
  max-width: 28em; overflow: hidden; text-overflow: ellipsis; vertical-align: top;
}}
.wf-table thead th {{ border-bottom-width: 2px; font-weight: 600; }}
.wf-table .wf-dtype {{ display: block; font-weight: 400; font-size: 0.85em; color: {_MUTED}; }}
.wf-table .wf-number {{ text-align: right; }}
.wf-table .wf-null {{ color: {_MUTED}; font-style: italic; }}
.wf-picker .wf-code {{
  margin: 2px 0 6px; padding: 8px 10px; overflow-x: auto; white-space: pre; user-select: all;
  display: block; width: 100%; box-sizing: border-box; resize: none; line-height: 1.45;
  border: 1px solid {_LINE}; border-radius: 4px; color: {_TEXT};
  background: var(--jp-cell-editor-background, transparent);
  font-family: var(--jp-code-font-family, monospace); font-size: 0.95em;
}}
.wf-tabs {{ max-width: 100%; overflow-x: auto; scrollbar-width: thin; height: auto; }}
.wf-tabs > div {{ display: flex; flex-wrap: nowrap; }}
.wf-tabs button {{
  flex: 0 0 auto; min-width: 5em; max-width: 16em; overflow: hidden; text-overflow: ellipsis;
}}
.wf-drawing .js-plotly-plot :is(
  .xtick, .ytick, .x2tick, .y2tick, .legendtext, .xtitle, .ytitle, .x2title, .y2title, .gtitle
) :is(text, tspan), .wf-drawing .js-plotly-plot :is(
  .legendtext, .xtitle, .ytitle, .x2title, .y2title, .gtitle
) {{ fill: {_MUTED} !important; }}
.wf-quick .wf-labeled > :first-child {{ width: auto !important; }}
.wf-drawing .widget-output, .wf-drawing .jupyter-widget-output {{ overflow-x: auto; }}
{_NARROW}
.wf-values {{ border-collapse: collapse; margin: 4px 0 8px; }}
.wf-values th, .wf-values td {{ padding: 2px 14px 2px 0; text-align: left; font-weight: 400; }}
.wf-values th {{ color: {_MUTED}; }}
"""


def style_tag() -> str:
    """Return the CSS as an element of the picker's own output."""
    return f"<style>{_STYLE}</style>"


_ANY = "any"
#: What is shown, and what is passed to `read_watch_query`.
MAX_AGES: tuple[tuple[str, float | str], ...] = (
    ("any", _ANY),
    ("5 minutes", "5m"),
    ("1 hour", "1h"),
    ("1 day", "1d"),
    ("7 days", "7d"),
    ("run now", 0),
)
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
        self.run_button = ipywidgets.Button(
            description="Run", icon="play", button_style="primary", tooltip="Run the query"
        )
        self.cancel_button = ipywidgets.Button(
            description="Cancel", icon="stop", tooltip="Cancel the run", disabled=True
        )
        ages, age = _ages(max_age)
        self._ages = ipywidgets.Dropdown(
            options=ages,
            value=age,
            description="Max age",
            tooltip="How old the rows may be",
            style={"description_width": "initial"},
            layout={"width": "14em", "margin": "2px 2px 2px 12px"},
        )
        self._on_change = ipywidgets.Checkbox(
            value=runs_on_change,
            description="Run when a value changes",
            indent=False,
            layout={"width": "auto", "margin": "2px 2px 2px 12px"},
        )
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
        self._code = ipywidgets.HTML()
        self._nothing = ipywidgets.HTML('<div class="wf-hint">No rows yet.</div>')
        self._body = ipywidgets.VBox()
        buttons = ipywidgets.HBox(
            [self.run_button, self.cancel_button, self._ages, self._on_change],
            layout={"flex_flow": "row wrap", "align_items": "center", "margin": "8px 0 2px"},
        )
        self.children = [
            ipywidgets.HTML(style_tag() + heading),
            form,
            buttons,
            self.status,
            self._views,
            self._body,
        ]
        self._arrange()

    @property
    def max_age(self) -> float | str | None:
        """The chosen age."""
        age: float | str = self._ages.value
        return None if age == _ANY else age

    @property
    def runs_on_change(self) -> bool:
        """Whether a changed value runs the query."""
        return bool(self._on_change.value)

    def observe_settings(self, changed: Callable[[object], None]) -> None:
        """Call `changed` when another age is chosen."""
        self._ages.observe(changed, "value")

    def show_running(self, *, is_running: bool) -> None:
        """Enable the Cancel button while there is a run."""
        self.cancel_button.disabled = not is_running

    def show_result(self, result: Result) -> None:
        """Show another result in the tab in front, and in each other once it is looked at."""
        self._result = result
        self._has_seen.clear()
        self._arrange()

    def show_code(self, python: str, magic: str) -> None:
        """Show the code for what is set."""
        self._code.value = (
            '<div class="wf-hint">In Python; Ctrl+A and Ctrl+C in the field copy it:</div>'
            + code_html("Python code", python)
            + '<div class="wf-hint">Or as a cell of the magic:</div>'
            + code_html("Magic cell", magic)
        )

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
    description = html_text(query.description)
    about = f'<div class="wf-about">{description}</div>' if description else ""
    return f'<div class="wf-title">{html_text(query.name)}<small>{link}</small></div>{about}'


def _ages(
    chosen: float | str | timedelta | None,
) -> tuple[list[tuple[str, float | str]], float | str]:
    """Return the menu's choices and the chosen one, which is added where it is none of them."""
    seconds = parse_max_age(chosen)
    if seconds is None:
        return list(MAX_AGES), _ANY
    for _, age in MAX_AGES:
        if age != _ANY and parse_max_age(age) == seconds:
            return list(MAX_AGES), age
    age = chosen.strip() if isinstance(chosen, str) else f"{math.ceil(seconds)}s"
    return [*MAX_AGES, (age, age)], age
