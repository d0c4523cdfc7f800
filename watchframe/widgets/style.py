"""The CSS of pickers, a constant for each subject."""

from __future__ import annotations

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
  border: 1px solid {_LINE}; border-radius: 6px; padding: 10px 14px 12px;
  container: wf-picker / inline-size;
}}
.wf-picker:has(> .wf-board) {{ border: 0; padding: 0; }}
{", ".join(f"{dark} :is(.wf-picker, .wf-search)" for dark in _DARK)} {{
  color-scheme: dark; --jp-widgets-dropdown-arrow: {_ARROW};
}}
:is(.wf-picker, .wf-search) :is(input, select, button) {{ font-family: inherit; }}
.wf-picker .widget-html-content, .wf-picker .jupyter-widget-html-content {{
  line-height: 1.45; color: {_TEXT};
}}
.wf-title {{ font-size: 1.25em; font-weight: 600; }}
.wf-title small {{ font-size: 0.7em; font-weight: 400; color: {_MUTED}; margin-left: 0.6em; }}
.wf-title small a {{ white-space: nowrap; }}
.wf-about {{ color: {_MUTED}; max-width: 66em; overflow-wrap: anywhere; }}
.wf-about :is(p, ul, ol, pre, h1, h2, h3, h4, h5, h6) {{ margin: 2px 0; font-size: 1em; }}
.wf-hint {{ color: {_MUTED}; font-size: 0.92em; overflow-wrap: anywhere; }}
.wf-problem {{ color: {_ERROR}; font-size: 0.92em; font-weight: 600; }}
.wf-problem::before {{ content: "\\26A0\\00A0"; }}
"""

#: The controls of parameters, wherever they are: each a grid of its label, its field, small buttons
#: and the lines below. The widgets between are no boxes (`contents`), so that labels stay those of
#: their fields. ipywidgets write widths into elements, which only `!important` overrules.
_CONTROLS = f"""
.wf-form, .wf-bar-of-controls {{ overflow: visible; }}
.wf-bar-of-controls > .wf-form,
.wf-row, .wf-date, .wf-labeled, .wf-labeled > .widget-html,
:is(.wf-row, .wf-date) > :is(.widget-text, .widget-dropdown) {{ display: contents; }}
.wf-control {{
  display: grid; overflow: visible; min-width: 0; align-content: start; align-items: start;
  grid-template: "label label label" auto "field open reset" auto "panel panel panel" auto
    "below below below" auto / minmax(0, 1fr) auto auto;
}}
.wf-control > *, .wf-row > *, .wf-labeled > *, .wf-date > * {{ min-width: 0; }}
:is(.wf-row, .wf-date) > :is(.widget-text, .widget-dropdown) > .widget-label,
.wf-labeled > :first-child > .widget-html-content {{
  grid-area: label; width: auto !important; max-width: none; height: auto; margin: 0 8px 0 0;
  padding: 4px 0; line-height: 1.35; text-align: left; white-space: normal; overflow: visible;
  overflow-wrap: anywhere; color: {_TEXT};
}}
:is(.wf-row, .wf-date) > :is(.widget-text, .widget-dropdown) > :is(input, select),
.wf-labeled > :nth-child(2) {{
  grid-area: field; width: 100% !important; max-width: none; margin: 0; box-sizing: border-box;
}}
:is(.wf-row, .wf-date) > :is(.widget-text, .widget-dropdown) > :is(input, select) {{
  height: var(--jp-widgets-inline-height, 28px);
}}
.wf-control .wf-open-button {{ grid-area: open; }}
.wf-control .wf-reset {{ grid-area: reset; }}
.wf-control :is(.wf-open-button, .wf-reset) {{
  width: 30px; margin: 0 0 0 4px; padding: 0; font-size: 0;
}}
.wf-control .wf-reset {{
  display: flex; align-items: center; justify-content: center;
}}
.wf-control .wf-reset > i {{ font-size: 13px; margin: 0; }}
.wf-control .wf-reset:disabled {{ opacity: 0.25; }}
.wf-control > .wf-below-place {{ grid-area: below; margin: 2px 0 0; }}
.wf-control.wf-wrong :is(input, select, .wf-range) {{
  border-color: {_ERROR}; box-shadow: 0 0 0 1px {_ERROR};
}}
.wf-picker .widget-label {{ color: {_TEXT}; }}
.wf-picker input:disabled, .wf-picker select:disabled {{ opacity: 0.65; }}
.wf-control .wf-range {{
  display: flex; align-items: center; gap: 8px; padding: 3px 8px; border: 1px solid {_LINE};
  height: auto; min-height: var(--jp-widgets-inline-height, 28px); line-height: 1.35;
  white-space: normal; overflow-wrap: anywhere;
  background: var(--jp-layout-color1, transparent); color: {_TEXT}; box-shadow: none;
  text-align: left; font-variant-numeric: tabular-nums;
}}
.wf-control :is(.wf-range, .wf-open-button):hover {{ background: var(--jp-layout-color2, #8882); }}
.wf-control :is(.wf-range, .wf-open-button):focus-visible {{
  outline: 2px solid var(--jp-brand-color1, #1976d2); outline-offset: 1px;
}}
"""

#: The panel of a date or a range.
_PANELS = f"""
.wf-control > .wf-row .wf-panel {{
  grid-area: panel; width: auto !important; max-width: 54em; margin: 4px 0 0; padding: 8px 10px;
  box-sizing: border-box; overflow: visible; border: 1px solid {_LINE}; border-radius: 4px;
}}
.wf-control .wf-panel:empty {{ display: none; }}
.wf-ends {{ flex-flow: row wrap; gap: 4px 16px; overflow: visible; }}
.wf-ends > .widget-text {{ flex: 1 1 13em; max-width: 18em; width: auto; min-width: 0; margin: 0; }}
.wf-ends .widget-label {{ width: 2.6em; }}
.wf-ends input {{ flex: 1 1 0; min-width: 0; font-variant-numeric: tabular-nums; }}
.wf-panel-parts {{
  flex-flow: row wrap; gap: 8px 20px; align-items: flex-start; margin: 8px 0 4px; overflow: visible;
}}
.wf-panel-parts > .wf-options {{
  flex: 1 1 11em; min-width: 9em; max-width: 20em; margin: 0; max-height: 245px !important;
}}
.wf-panel-parts > :not(.wf-options) {{ flex: 100 1 18em; margin: 0; }}
.wf-panel-parts > .wf-calendar-range {{ flex-basis: 34em; }}
.wf-panel > .wf-done {{ align-self: flex-end; width: auto; margin: 0; }}
"""

#: How the controls of a form stand by the width of the picker: one below the other, each label
#: above its field; with room for it, the labels in a column beside; with more, side by side.
_FORMS = """
.wf-form { display: grid; grid-template-columns: minmax(0, 1fr); gap: 8px; margin: 2px; }
.wf-bar-of-controls { display: flex; flex-flow: row wrap; gap: 8px 20px; align-items: flex-start; }
.wf-bar-of-controls .wf-control { flex: 1 1 16em; max-width: 34em; }
.wf-bar-of-controls .wf-is-open { flex-basis: 100%; max-width: none; }
@container wf-picker (30em <= width < 56em) {
  :not(.wf-bar-of-controls) > .wf-form {
    grid-template-columns: fit-content(14em) minmax(0, 1fr) auto auto; gap: 8px 0;
  }
  :not(.wf-bar-of-controls) > .wf-form > .wf-control {
    grid-column: 1 / -1; grid-template-columns: subgrid;
    grid-template-areas: "label field open reset" "panel panel panel panel" ". below below below";
    grid-template-rows: auto auto auto;
  }
}
@container wf-picker (width >= 56em) {
  :not(.wf-bar-of-controls) > .wf-form {
    display: flex; flex-flow: row wrap; gap: 8px 20px; align-items: flex-start;
  }
  .wf-form > .wf-control { flex: 1 1 15em; max-width: 20em; }
  .wf-form > :is(.wf-parameter-number, .wf-parameter-date) { flex-basis: 11em; max-width: 15em; }
  .wf-form > :is(.wf-parameter-text-pattern, .wf-parameter-date-range, :has(.wf-tags)) {
    flex-basis: 20em; max-width: 27em;
  }
  .wf-form > :is(.wf-parameter-datetime-range, .wf-parameter-datetime-range-with-seconds) {
    flex-basis: 27em; max-width: 34em;
  }
  .wf-form > .wf-is-open { flex: 1 1 100%; max-width: 54em; }
  .wf-form > .wf-is-open:has(.wf-open-button) { max-width: 34em; }
}
"""

#: Controls of choices: the box of chips and a search field, and lists.
_CHOICES = f"""
.wf-choices {{ overflow: visible; }}
.wf-tags {{
  flex-flow: row wrap; align-items: center; gap: 3px 4px; min-height: 28px;
  position: relative; padding: 1px 29px 1px 3px; box-sizing: border-box; border: 1px solid {_LINE};
  background: var(--jp-layout-color1, inherit);
  overflow: visible;
}}
.wf-tags:focus-within {{ border-color: var(--jp-brand-color1, #1976d2); }}
.wf-chips {{ display: contents; }}
.wf-picker .wf-chip {{
  border-radius: 11px; height: 22px; line-height: 20px; padding: 0 9px; margin: 0; flex: 0 1 auto;
  max-width: 100%;
}}
.wf-search-field {{ flex: 1 1 7em; width: auto; min-width: 5em; height: 24px; margin: 0; }}
.wf-search-field > .widget-label {{
  position: absolute; width: 0; height: 0; margin: 0; overflow: hidden;
}}
.wf-control .wf-search-field > input, .wf-control.wf-wrong .wf-search-field > input {{
  border: 0; box-shadow: none; background: transparent; height: 24px; padding: 0 4px;
}}
.wf-control.wf-wrong .wf-tags {{ border-color: {_ERROR}; box-shadow: 0 0 0 1px {_ERROR}; }}
.wf-tags > .wf-open {{
  position: absolute; right: 1px; bottom: 1px; width: 26px; height: 24px; display: flex;
  align-items: center; justify-content: center; padding: 0; margin: 0; color: {_MUTED};
  background: transparent; box-shadow: none; font-size: 0;
}}
:is(.wf-open, .wf-open-button) > i {{ font-size: 13px; margin: 0; }}
.wf-choice-buttons {{ margin-top: 3px; overflow: visible; }}
.wf-choice-buttons button {{
  height: 24px; line-height: 22px; padding: 0 9px; margin: 0 4px 0 0; box-shadow: none;
}}
.wf-options {{ border: 1px solid {_LINE}; }}
.wf-choices > .wf-options {{ margin: 3px 0 0 !important; }}
.wf-options button {{
  text-align: left; background: transparent; color: {_TEXT}; box-shadow: none; flex: 0 0 auto;
}}
.wf-options button:is(:hover, :focus) {{ background: var(--jp-layout-color2, #8882); }}
.wf-options button.wf-chosen {{ font-weight: 600; background: var(--jp-layout-color3, #8884); }}
:is(.wf-tags, .wf-choices) button:focus-visible {{
  outline: 2px solid var(--jp-brand-color1, #1976d2); outline-offset: -2px;
}}
.wf-picker .widget-checkbox input[type=checkbox] {{ margin: 0 6px 0 0; vertical-align: middle; }}
.wf-picker .widget-checkbox label {{ display: inline-flex; align-items: center; }}
"""

#: How a run goes, and how it ended.
_STATUS = f"""
.wf-picker .wf-bar {{ display: block; width: 24em; max-width: 100%; height: 6px; margin: 4px 0; }}
.wf-said {{ flex-flow: row wrap; align-items: flex-start; justify-content: flex-end; }}
.wf-said > .widget-html {{ flex: 1 1 10em; width: auto; height: auto; }}
@container wf-picker (width < 30em) {{ .wf-said > .widget-html {{ flex-basis: 100%; }} }}
.wf-run {{ flex-flow: row wrap; align-items: center; gap: 2px 14px; margin: 8px 2px 2px; }}
.wf-picker .wf-run > * {{ margin: 2px 0; width: auto; }}
.wf-run > button {{ flex: 1 1 8em; max-width: 148px; }}
.wf-picker .wf-run > button + button {{ margin-left: -8px; }}
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
.wf-query-tags {{ flex-flow: row wrap; gap: 2px; }}
.wf-query-tags button {{ height: 24px; line-height: 22px; padding: 0 9px; border-radius: 12px; }}
.wf-query-tags button.wf-chosen {{ font-weight: 600; background: var(--jp-layout-color3, #8884); }}
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
    parts = (
        *(_FRAME, _CONTROLS, _PANELS, _FORMS, _CHOICES),
        *(_STATUS, _SEARCH, _TABLE, _TABS, _CODE, _GROUP),
    )
    return f"<style>{''.join(parts)}</style>"
