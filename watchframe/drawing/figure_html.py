"""A figure as HTML: its element, the script that draws it, and plotly.js."""

from __future__ import annotations

import base64
import functools
import gzip
import json
from collections.abc import Mapping
from typing import Any

from watchframe.plain_text import html_text

#: How plotly.js behaves: it is as large as its place, and no button leads elsewhere (from version 4
#: on, one would upload the chart).
CONFIG = {"responsive": True, "displaylogo": False, "showSendToCloud": False}

# It is drawn when plotly.js is there, which may stand further down, or still be unpacked. What is
# in the element until then stays where scripts do not run. An id would have to differ from those of
# other sessions of the same notebook; the place of the script does not.
_DRAW = """<script>
(script => {
  const box = script.previousElementSibling, figure = %s;
  const draw = () => { box.replaceChildren(); window.Plotly.newPlot(box, figure); };
  if (window.Plotly) draw(); else (window.wfFigures ??= []).push(draw);
})(document.currentScript);
</script>"""

# Packed it is 2 MB in place of 4.8. Browsers can unpack it since 2023. The notice stays readable,
# as its license asks.
_UNPACK = """<script>
/* %s */
(async packed => {
  if (window.Plotly || window.wfUnpacks) return;
  window.wfUnpacks = true;
  const bytes = Uint8Array.from(atob(packed), letter => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
  for (const draw of (window.wfFigures ?? []).splice(0)) draw();
})("%s");
</script>"""


def figure_html(figure: Mapping[str, Any], *, name: str, meanwhile: str) -> str:
    """Return an element that a script fills with a figure, once plotly.js is in the page.

    Parameters
    ----------
    figure : mapping
        With ``data`` and ``layout``, as plain values. The element has the layout's ``height``, or
        without one that of its place, unless CSS around it sets another: ``--wf-figure-height``.
    name : str
        What screen readers call it.
    meanwhile : str
        HTML that stands in the element where no script runs.
    """
    layout = dict(figure["layout"])
    height = layout.pop("height", None)
    size = "100%" if height is None else f"{height}px"
    content = json.dumps({**figure, "layout": layout, "config": CONFIG})
    # No text of the data can end the script, or begin a comment in it.
    script = _DRAW % content.replace("<", "\\u003c").replace(">", "\\u003e")
    # MathJax, where a page has it, is to see no formulas between two `$` of the data.
    return (
        '<div class="wf-figure mathjax_ignore tex2jax_ignore" role="figure" '
        f'aria-label="{html_text(name)}" style="height: var(--wf-figure-height, {size})">'
        f"{meanwhile}</div>\n{script}"
    )


def plotly_script() -> str:
    """Return plotly.js as an element of a page that must be complete when it has loaded."""
    return f"<script>{_plotly_js()}</script>"


@functools.cache
def packed_plotly_script() -> str:
    """Return plotly.js as an element of an output: packed, for it is saved with the notebook."""
    source = _plotly_js()
    lines = source[source.index("/**") + 3 : source.index("*/")].splitlines()
    notice = ". ".join(line.strip("* ") for line in lines if line.strip("* "))
    packed = gzip.compress(source.encode(), mtime=0)  # without a time: the same in each run
    return _UNPACK % (notice, base64.b64encode(packed).decode())


def _plotly_js() -> str:
    from plotly.offline import get_plotlyjs  # noqa: PLC0415 - an extra

    return str(get_plotlyjs())
