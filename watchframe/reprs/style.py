"""The CSS of cards, in the colors of the page that they stand on."""

from __future__ import annotations

# JupyterLab and Notebook 7 have the first, VS Code the second; elsewhere the page's own.
_TEXT = "var(--jp-content-font-color1, var(--vscode-editor-foreground, currentColor))"
_MUTED = "var(--jp-content-font-color2, var(--vscode-descriptionForeground, GrayText))"
_LINE = "var(--jp-border-color2, var(--vscode-panel-border, #8886))"
_LINK = "var(--jp-content-link-color, var(--vscode-textLink-foreground, LinkText))"
_BACK = "var(--jp-layout-color2, var(--vscode-textCodeBlock-background, #8882))"
_CODE = "var(--jp-code-font-family, var(--vscode-editor-font-family, monospace))"
_FONT = "var(--jp-ui-font-family, var(--vscode-font-family, system-ui, sans-serif))"

# Two classes and two elements win over JupyterLab's `.jp-RenderedHTMLCommon:not(...) td`.
_STYLE = f"""
.wf-card {{
  color: {_TEXT}; font: 13px/1.45 {_FONT}; max-width: 72em; overflow-wrap: anywhere;
  padding: 2px 0 6px;
}}
.wf-card a {{ color: {_LINK}; text-decoration: none; }}
.wf-card a:is(:hover, :focus) {{ text-decoration: underline; }}
.wf-card .wf-card-head {{ font-size: 1.08em; color: {_MUTED}; margin-bottom: 4px; }}
.wf-card .wf-card-head b {{ font-weight: 600; color: {_TEXT}; }}
.wf-card .wf-card-head span {{
  font-size: 0.82em; border: 1px solid {_LINE}; border-radius: 9px; padding: 0 7px;
  margin-left: 0.6em; white-space: nowrap;
}}
.wf-card .wf-card-about {{ margin: 0 0 6px; max-width: 60em; }}
.wf-card .wf-card-about :is(p, ul, ol, pre) {{ margin: 0 0 4px; }}
.wf-card .wf-card-about :is(ul, ol) {{ padding-left: 1.6em; }}
.wf-card .wf-card-about :is(h1, h2, h3, h4, h5, h6) {{
  font-size: 1em; font-weight: 600; margin: 2px 0; line-height: inherit; color: inherit;
}}
.wf-card :is(code, pre) {{ font-family: {_CODE}; font-size: 0.95em; }}
.wf-card code {{ background: {_BACK}; border-radius: 3px; padding: 0 3px; color: inherit; }}
.wf-card pre {{
  background: {_BACK}; border-radius: 4px; padding: 8px 10px; margin: 4px 0; color: inherit;
  overflow-x: auto; white-space: pre; line-height: 1.4;
}}
.wf-card pre code {{ background: none; padding: 0; }}
.wf-card table.wf-card-table {{
  border-collapse: collapse; margin: 4px 0; font-size: 1em; table-layout: auto; border: 0;
  font-variant-numeric: tabular-nums;
}}
.wf-card table.wf-card-table :is(th, td) {{
  text-align: left; vertical-align: top; padding: 2px 18px 2px 0; line-height: inherit; border: 0;
  max-width: 40em; color: inherit;
}}
.wf-card table.wf-card-table tr:is(:nth-child(odd), :nth-child(even)) {{ background: none; }}
.wf-card table.wf-card-facts th {{ font-weight: 400; color: {_MUTED}; white-space: nowrap; }}
.wf-card .wf-card-scroll {{ overflow-x: auto; }}
.wf-card .wf-card-rows caption {{
  caption-side: top; text-align: left; font-weight: 600; padding: 4px 0 2px; color: inherit;
}}
.wf-card table.wf-card-rows :is(th, td) {{ overflow-wrap: normal; }}
.wf-card table.wf-card-rows thead th {{
  border-bottom: 1px solid {_LINE}; font-weight: 400; color: {_MUTED}; white-space: nowrap;
}}
.wf-card table.wf-card-rows tbody tr:hover {{ background: {_BACK}; }}
.wf-card table.wf-card-table td.wf-card-number {{ text-align: right; }}
.wf-card table.wf-card-rows td {{ min-width: 14em; }}
.wf-card table.wf-card-rows td.wf-card-short {{ white-space: nowrap; min-width: 0; }}
.wf-card .wf-card-note {{ color: {_MUTED}; font-size: 0.93em; margin-top: 2px; }}
.wf-card summary {{ cursor: pointer; color: {_MUTED}; }}
"""


def style_tag() -> str:
    """Return the CSS as an element of the card's own output."""
    return f"<style>{_STYLE}</style>"
