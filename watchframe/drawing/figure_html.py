"""A figure as HTML: its element, the script that draws it, and plotly.js."""

from __future__ import annotations

import base64
import functools
import gzip
import json
from collections.abc import Mapping
from typing import Any

#: How plotly.js behaves: nothing in the figure leads elsewhere, and it is as wide as its place.
CONFIG = {"responsive": True, "displaylogo": False}

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


def figure_html(figure: Mapping[str, Any], *, meanwhile: str, height: str) -> str:
    """Return an element that a script fills with a figure, once plotly.js is in the page.

    Parameters
    ----------
    figure : mapping
        With ``data`` and ``layout``, as plain values.
    meanwhile : str
        HTML that stands in the element where no script runs.
    height : str
        Of the element, in CSS.
    """
    content = json.dumps({**figure, "config": CONFIG}, ensure_ascii=False)
    # No text of the data can end the script, or begin a comment in it.
    script = _DRAW % content.replace("<", "\\u003c").replace(">", "\\u003e")
    return f'<div class="wf-figure" style="height: {height}">{meanwhile}</div>\n{script}'


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
