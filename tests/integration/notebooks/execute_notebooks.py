"""Execute notebooks and keep their outputs.

::

    python tests/integration/notebooks/execute_notebooks.py              # all
    python tests/integration/notebooks/execute_notebooks.py 04_caching   # only these

The tests compare what is kept with a new run.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

FOLDER = Path(__file__).parents[3] / "notebooks"
PLOTLY = "application/vnd.plotly.v1+json"
#: plotly.js, which one output of a notebook holds: 2 MB in every commit.
SCRIPT = re.compile(r"\n?<script>\n/\* plotly\.js v.*?</script>", re.DOTALL)
#: The demo server's address, whose port is another one in each run, and what stands for it.
ADDRESS, WITHOUT_PORT = re.compile(r"127\.0\.0\.1:\d+"), "localhost"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def without_settings(folder: Path) -> dict[str, str]:
    """Return an environment without anybody's settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("WATCHFRAME_")}
    return {**kept, "HOME": str(folder), "IPYTHONDIR": str(folder / "ipython")}


def without_port(output: NotebookNode) -> NotebookNode:
    """Return an output without the port that a demo server had in this run."""
    return nbformat.from_dict(json.loads(ADDRESS.sub(WITHOUT_PORT, json.dumps(output))))


def main(wanted: list[str]) -> None:
    for path in sorted(FOLDER.glob("*.ipynb")):
        if wanted and path.stem not in wanted:
            continue
        notebook = nbformat.read(path, as_version=4)
        folder = Path(tempfile.mkdtemp())
        NotebookClient(
            notebook,
            iopub_timeout=120,  # after 4 s it would go on without outputs that are on their way
            coalesce_streams=True,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
        ).execute(env=without_settings(folder))
        notebook.metadata = METADATA
        for cell in notebook.cells:
            cell.metadata.pop("execution", None)  # when it ran: different every time
            for data in (output.get("data", {}) for output in cell.get("outputs", [])):
                if PLOTLY in data:
                    data.pop("text/html")
                elif "text/html" in data:
                    data["text/html"] = SCRIPT.sub("", data["text/html"])
            if cell.cell_type == "code":
                cell.outputs = [without_port(output) for output in cell.outputs]
        nbformat.write(notebook, path)


if __name__ == "__main__":
    main(sys.argv[1:])
