"""The look of a picker: colours come from the notebook's theme, with others where there is none.

JupyterLab, Notebook 7 and VS Code set the ``--jp-`` variables for their light and dark themes; a
colour given after a variable serves front ends that do not.
"""

from __future__ import annotations

TEXT = "var(--jp-ui-font-color1, currentColor)"
MUTED = "var(--jp-ui-font-color2, GrayText)"
LINE = "var(--jp-border-color2, #bdbdbd)"
ERROR = "var(--jp-error-color1, #d32f2f)"

#: What stands above a picker in the dark themes of JupyterLab and Notebook 7, VS Code and Colab.
DARK = ('[data-jp-theme-light="false"]', ".vscode-dark", 'html[theme="dark"]')
_ARROW = (
    "url(\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 18 18'%3E"
    "%3Cpath fill='none' stroke='%23bdbdbd' d='M5 7l4 4 4-4'/%3E%3C/svg%3E\")"
)

STYLE = f"""
.wf-picker, .wf-search {{ color: {TEXT}; font-family: var(--jp-ui-font-family, system-ui); }}
.wf-picker {{
  border: 1px solid {LINE}; border-radius: 6px; padding: 10px 14px 12px; max-width: 66em;
}}
{", ".join(f"{dark} :is(.wf-picker, .wf-search)" for dark in DARK)} {{
  color-scheme: dark; --jp-widgets-dropdown-arrow: {_ARROW};
}}
:is(.wf-picker, .wf-search) :is(input, select, button) {{ font-family: inherit; }}
.wf-picker .widget-html-content, .wf-picker .jupyter-widget-html-content {{
  line-height: 1.45; color: {TEXT};
}}
.wf-title {{ font-size: 1.25em; font-weight: 600; }}
.wf-title small {{ font-size: 0.7em; font-weight: 400; color: {MUTED}; margin-left: 0.6em; }}
.wf-about {{ color: {MUTED}; }}
.wf-hint {{ color: {MUTED}; font-size: 0.92em; overflow-wrap: anywhere; }}
.wf-problem {{ color: {ERROR}; font-size: 0.92em; font-weight: 600; }}
.wf-problem::before {{ content: "\\26A0\\00A0"; }}
.wf-control {{ margin: 3px 0; }}
.wf-control.wf-wrong input, .wf-control.wf-wrong select {{
  border-color: {ERROR}; box-shadow: 0 0 0 1px {ERROR};
}}
.wf-picker .widget-label {{ color: {TEXT}; }}
.wf-picker input[type=date], .wf-picker input[type=time] {{
  border: 1px solid {LINE}; border-radius: 0; padding: 2px 8px; height: 28px;
  box-sizing: border-box; font: inherit; font-variant-numeric: tabular-nums;
  background: var(--jp-layout-color1, inherit); color: {TEXT};
}}
.wf-picker input:disabled, .wf-picker select:disabled {{ opacity: 0.65; }}
.wf-picker .wf-chip {{ border-radius: 11px; height: 22px; line-height: 20px; padding: 0 9px; }}
.wf-picker .widget-checkbox input[type=checkbox] {{ margin: 0 6px 0 0; vertical-align: middle; }}
.wf-picker .widget-checkbox label {{ display: inline-flex; align-items: center; }}
.wf-options {{ border: 1px solid {LINE}; }}
.wf-options button {{
  text-align: left; background: transparent; color: {TEXT}; box-shadow: none; flex: 0 0 auto;
}}
.wf-options button:is(:hover, :focus) {{ background: var(--jp-layout-color2, #8882); }}
.wf-options button.wf-chosen {{ font-weight: 600; background: var(--jp-layout-color3, #8884); }}
.wf-picker .wf-bar {{ display: block; width: 24em; max-width: 100%; height: 6px; margin: 4px 0; }}
.wf-status {{ min-height: 1.45em; }}
.wf-status b {{ font-weight: 600; }}
.wf-running::before {{
  content: ""; display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.5em;
  border: 2px solid {MUTED}; border-top-color: transparent; border-radius: 50%;
  vertical-align: -0.08em; animation: wf-turn 0.9s linear infinite;
}}
@keyframes wf-turn {{ to {{ transform: rotate(360deg); }} }}
@media (prefers-reduced-motion: reduce) {{ .wf-running::before {{ animation: none; }} }}
.wf-reason {{
  margin: 4px 0 0; padding: 6px 10px; border-left: 3px solid {ERROR}; white-space: pre-wrap;
  font-family: var(--jp-code-font-family, monospace); font-size: 0.95em; overflow-wrap: anywhere;
}}
.wf-scroll {{ overflow-x: auto; }}
.wf-table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; }}
.wf-table th, .wf-table td {{
  padding: 3px 10px; border-bottom: 1px solid {LINE}; text-align: left; white-space: nowrap;
  max-width: 28em; overflow: hidden; text-overflow: ellipsis; vertical-align: top;
}}
.wf-table thead th {{ border-bottom-width: 2px; font-weight: 600; }}
.wf-table .wf-dtype {{ display: block; font-weight: 400; font-size: 0.85em; color: {MUTED}; }}
.wf-table .wf-number {{ text-align: right; }}
.wf-table .wf-null {{ color: {MUTED}; font-style: italic; }}
.wf-picker .wf-code {{
  margin: 2px 0 6px; padding: 8px 10px; overflow-x: auto; white-space: pre; user-select: all;
  display: block; width: 100%; box-sizing: border-box; resize: none; line-height: 1.45;
  border: 1px solid {LINE}; border-radius: 4px; color: {TEXT};
  background: var(--jp-cell-editor-background, transparent);
  font-family: var(--jp-code-font-family, monospace); font-size: 0.95em;
}}
.wf-chart {{ width: 100%; max-width: 54em; height: auto; display: block; }}
.wf-chart text {{ fill: {TEXT}; font: 11px var(--jp-ui-font-family, sans-serif); }}
.wf-chart .wf-axis {{ stroke: {LINE}; stroke-width: 1; }}
.wf-values {{ border-collapse: collapse; margin: 4px 0 8px; }}
.wf-values th, .wf-values td {{ padding: 2px 14px 2px 0; text-align: left; font-weight: 400; }}
.wf-values th {{ color: {MUTED}; }}
"""


def style_tag() -> str:
    """Give the rules as an element, to stand in the picker's own output."""
    return f"<style>{STYLE}</style>"
