"""The project's notebooks among the pages, as they were saved.

They are copied for the build. Controls that only a running kernel moves are left out: below each
stands how it looked when the notebook was saved. Links to the demo server, which has ended, are
left as words.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from sphinx.application import Sphinx

_WIDGET = "application/vnd.jupyter.widget-view+json"
#: A link to the demo server, as a saved notebook has it.
_TO_DEMO = re.compile(r"""<a\s[^>]*href=["']http://localhost[^>]*>(.*?)</a>""", re.DOTALL)


def copy_notebooks(app: Sphinx) -> None:
    """Copy the notebooks into the folder of the pages."""
    pages = Path(app.srcdir)
    folder = pages / "notebooks"
    for path in sorted((pages.parent / "notebooks").glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if "outputs" in cell:
                cell["outputs"] = [
                    it for it in cell["outputs"] if _WIDGET not in it.get("data", {})
                ]
                for output in cell["outputs"]:
                    if html := output.get("data", {}).get("text/html"):
                        output["data"]["text/html"] = _TO_DEMO.sub(r"\1", "".join(html))
        text = json.dumps(notebook).replace("(../docs/", "(../")  # links in the repository
        copy = folder / path.name
        if not copy.exists() or copy.read_text(encoding="utf-8") != text:
            copy.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    """Copy them before pages are looked for."""
    app.connect("builder-inited", copy_notebooks)
    return {"parallel_read_safe": True}
