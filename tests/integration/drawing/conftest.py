"""A chart of a few rows, drawn in processes of its own."""

import os
import subprocess
import sys

import pytest

#: What makes `drawing`, a chart, and `table`, which is none, in any process.
DRAWING = """
import pandas as pd
from watchframe import draw_frame
frame = pd.DataFrame({"day": ["a", "b", "<i>c</i>"], "amount": [1, 2, 3]})
mapping = {"day": "x", "amount": "y"}
options = {"globalSeriesType": "column", "columnMapping": mapping}
drawing = draw_frame(frame, {"type": "CHART", "name": "Amounts <b>", "options": options})
table = draw_frame(frame, {"type": "TABLE", "name": "Rows", "options": {}})
"""
WITHIN = 120


@pytest.fixture
def process(tmp_path):
    """Run Python with `DRAWING` before it; return what it printed, where nothing went wrong."""

    def run(source, *, hidden=(), **environment):
        hide = "".join(f"import sys; sys.modules[{name!r}] = None\n" for name in hidden)
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", f"{hide}{DRAWING}{source}"],
            capture_output=True,
            text=True,
            timeout=WITHIN,
            cwd=tmp_path,
            env={**os.environ, **environment},
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout.strip()

    return run
