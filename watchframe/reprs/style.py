"""The CSS of cards, in the colors of the page that they stand on."""

# JupyterLab and Notebook 7 have the --jp- colors, VS Code its own; elsewhere the page's own hold.
# Two classes and two elements win over JupyterLab's `.jp-RenderedHTMLCommon:not(...) td`.
# Columns are not missed where a system shows scrollbars during scrolling only: a styled bar stays.
# The CSS goes into every output, and so into saved notebooks: it is short.
_STYLE = """
.wf-card {
  --wf-text: var(--jp-content-font-color1, var(--vscode-editor-foreground, currentColor));
  --wf-muted: var(--jp-content-font-color2, var(--vscode-descriptionForeground, GrayText));
  --wf-line: var(--jp-border-color2, var(--vscode-panel-border, #8886));
  --wf-link: var(--jp-content-link-color, var(--vscode-textLink-foreground, LinkText));
  --wf-back: var(--jp-layout-color2, var(--vscode-textCodeBlock-background, #8882));
  --wf-code: var(--jp-code-font-family, var(--vscode-editor-font-family, monospace));
  color: var(--wf-text); max-width: 72em; padding: 2px 0 6px; overflow-wrap: anywhere;
  font: 13px/1.45 var(--jp-ui-font-family, var(--vscode-font-family, system-ui, sans-serif));
}
.wf-card a { color: var(--wf-link); text-decoration: none; }
.wf-card a:is(:hover, :focus) { text-decoration: underline; }
.wf-card :is(.wf-card-head, .wf-card-note, summary) { color: var(--wf-muted); }
.wf-card .wf-card-head { font-size: 1.08em; margin-bottom: 4px; }
.wf-card .wf-card-head b { font-weight: 600; color: var(--wf-text); }
.wf-card .wf-card-head span {
  font-size: 0.82em; border: 1px solid var(--wf-line); border-radius: 9px; padding: 0 7px;
  margin-left: 0.6em; white-space: nowrap;
}
.wf-card .wf-card-about { margin: 0 0 6px; max-width: 60em; }
.wf-card .wf-card-about :is(p, ul, ol, pre, h1, h2, h3, h4, h5, h6) { margin: 0 0 4px; }
.wf-card .wf-card-about :is(ul, ol) { padding-left: 1.6em; }
.wf-card .wf-card-about :is(h1, h2, h3, h4, h5, h6) { font-size: 1em; font-weight: 600; }
.wf-card :is(code, pre) {
  font-family: var(--wf-code); font-size: 0.95em; background: var(--wf-back); color: inherit;
  border-radius: 3px; padding: 0 3px;
}
.wf-card pre { padding: 8px 10px; margin: 4px 0; overflow-x: auto; white-space: pre; }
.wf-card pre code { background: none; padding: 0; font-size: 1em; }
.wf-card .wf-card-scroll { overflow-x: auto; }
.wf-card .wf-card-scroll::-webkit-scrollbar { height: 8px; }
.wf-card .wf-card-scroll::-webkit-scrollbar-thumb { background: #8889; border-radius: 4px; }
.wf-card table.wf-card-table {
  border-collapse: collapse; border: 0; margin: 4px 0; table-layout: auto; font-size: 1em;
  color: inherit; font-variant-numeric: tabular-nums;
}
.wf-card table.wf-card-table :is(th, td) {
  text-align: left; vertical-align: top; padding: 2px 18px 2px 0; border: 0; max-width: 40em;
  line-height: inherit;
}
.wf-card table.wf-card-table th { font-weight: 400; color: var(--wf-muted); white-space: nowrap; }
.wf-card table.wf-card-table tr:is(:nth-child(odd), :nth-child(even)) { background: none; }
.wf-card table.wf-card-rows caption {
  caption-side: top; text-align: left; font-weight: 600; color: inherit; padding: 4px 0 2px;
}
.wf-card table.wf-card-rows thead th { border-bottom: 1px solid var(--wf-line); }
.wf-card table.wf-card-rows tbody tr:hover { background: var(--wf-back); }
.wf-card table.wf-card-rows td { min-width: 14em; overflow-wrap: normal; }
.wf-card table.wf-card-rows td.wf-card-short { min-width: 0; white-space: nowrap; }
.wf-card table.wf-card-rows td.wf-card-number { text-align: right; }
.wf-card .wf-card-note { font-size: 0.93em; margin-top: 2px; }
.wf-card summary { cursor: pointer; }
"""


#: Classes within which MathJax, where a page has it, sees no formula between two ``$``.
NO_FORMULAS = "mathjax_ignore tex2jax_ignore"


def style_tag() -> str:
    """Return the CSS as an element of the card's own output."""
    return f"<style>{_STYLE}</style>"
