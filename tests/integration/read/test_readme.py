"""The README's first example, and the tutorial, run as they are printed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from watchframe.demo import DemoServer
from watchframe.errors import UnknownParameterError

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]


def blocks(page, kind="python"):
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_readme_first_example_prints_what_it_shows(tmp_path):
    environment = {**os.environ, "WATCHFRAME_CACHE_DIR": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", blocks("README.md")[0]],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == blocks("README.md", "text")[0]


@pytest.fixture
def ended(monkeypatch):
    """The servers that a page starts, closed in the end."""
    started = []
    start = DemoServer.start
    monkeypatch.setattr(DemoServer, "start", lambda self: started.append(self) or start(self))
    yield started
    for server in started:
        server.close()


def test_tutorial_runs_through_and_says_what_is_true(tmp_path, monkeypatch, ended):
    monkeypatch.setenv("WATCHFRAME_CACHE_DIR", str(tmp_path / "cache"))
    names = {}
    for cell in blocks("docs/tutorial/first-frame.md"):
        if "UnknownParameterError" in cell:
            with pytest.raises(UnknownParameterError, match=r"has no parameter 'market'"):
                exec(cell, names)
        else:
            exec(cell, names)
        if "max_age" in cell:  # "As long as the local cache has such rows, no request is made"
            (server,) = ended
            server.requests.clear()
            exec(cell, names)
            assert server.requests == []
    assert len(names["borrows"]) > 0
    assert names["borrows"]["amount_raw"].max() > 2**64
