"""The CSS of pickers, a constant for each subject."""

from __future__ import annotations

from watchframe.widgets.control import LABEL_WIDTH

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

#: Fonts and colors of everything, headings, hints and problems.
_FRAME = f"""
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
.wf-about {{ color: {_MUTED}; overflow-wrap: anywhere; }}
.wf-about :is(p, ul, ol, pre, h1, h2, h3, h4, h5, h6) {{ margin: 2px 0; font-size: 1em; }}
.wf-hint {{ color: {_MUTED}; font-size: 0.92em; overflow-wrap: anywhere; }}
.wf-problem {{ color: {_ERROR}; font-size: 0.92em; font-weight: 600; }}
.wf-problem::before {{ content: "\\26A0\\00A0"; }}
"""

#: The controls of parameters.
_CONTROLS = f"""
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
"""

#: In a narrow window, or beside another picker: each label above its field, the fields below each
#: other. ipywidgets writes widths into the elements, which only `!important` overrules.
_NARROW_CONTROLS = """
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

#: How a run goes, and how it ended.
_STATUS = f"""
.wf-picker .wf-bar {{ display: block; width: 24em; max-width: 100%; height: 6px; margin: 4px 0; }}
.wf-said {{ flex-flow: row wrap; align-items: flex-start; justify-content: flex-end; }}
.wf-said > .widget-html {{ flex: 1 1 24em; width: auto; height: auto; }}
/* Where the front end has no anywidget. */
.wf-picker .jupyter-widgets:has(> .jupyter-widgets-error-widget) {{ display: none; }}
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
"""

#: The search for a query.
_SEARCH = f"""
.wf-tags {{ flex-flow: row wrap; gap: 2px; }}
.wf-tags button {{ height: 24px; line-height: 22px; padding: 0 9px; border-radius: 12px; }}
.wf-tags button.wf-chosen {{ font-weight: 600; background: var(--jp-layout-color3, #8884); }}
.wf-options.wf-queries {{ max-width: 66em; }}
.wf-options.wf-queries button {{
  height: auto !important; padding: 3px 8px; line-height: 1.4; white-space: pre-line;
  overflow-wrap: anywhere; font-weight: 400; color: {_MUTED};
}}
.wf-options.wf-queries button::first-line {{ color: {_TEXT}; font-weight: 600; }}
"""

#: The rows as plain HTML, which is hidden where the grid of `ResultTable` is.
_TABLE = f"""
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
.wf-rows:has(.wf-grid) > .wf-plain-rows {{ display: none; }}
.wf-rows .jupyter-widgets:has(> .jupyter-widgets-error-widget) {{ display: none; }}
.wf-picker:has(> .wf-rows) {{ border: 0; padding: 0; max-width: none; }}
"""

#: The tabs, and what is drawn in them.
_TABS = f"""
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
"""

#: Code, and the values that a saved picker shows.
_CODE = f"""
.wf-picker .wf-code {{
  margin: 2px 0 6px; padding: 8px 10px; overflow-x: auto; white-space: pre; user-select: all;
  display: block; width: 100%; box-sizing: border-box; resize: none; line-height: 1.45;
  border: 1px solid {_LINE}; border-radius: 4px; color: {_TEXT};
  background: var(--jp-cell-editor-background, transparent);
  font-family: var(--jp-code-font-family, monospace); font-size: 0.95em;
}}
.wf-values {{ border-collapse: collapse; margin: 4px 0 8px; }}
.wf-values th, .wf-values td {{ padding: 2px 14px 2px 0; text-align: left; font-weight: 400; }}
.wf-values th {{ color: {_MUTED}; }}
"""

#: Several queries under one bar: side by side where there is room for two.
_GROUP = f"""
.wf-picker.wf-group {{ max-width: none; }}
.wf-of-query {{ font-weight: 600; color: {_MUTED}; margin-top: 6px; }}
.wf-group .wf-form:empty {{ display: none; }}
.wf-group > .wf-results {{
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 44em), 1fr));
  gap: 12px 28px; margin-top: 8px; overflow: visible;
}}
.wf-picker.wf-grouped {{
  border: 0; border-top: 1px solid {_LINE}; border-radius: 0; padding: 8px 0 0; margin: 0;
  max-width: none; min-width: 0;
}}
"""


def style_tag() -> str:
    """Return the CSS as an element of the picker's own output."""
    parts = (_FRAME, _CONTROLS, _NARROW_CONTROLS, _STATUS, _SEARCH, _TABLE, _TABS, _CODE, _GROUP)
    return f"<style>{''.join(parts)}</style>"
