"""Notebooks with the magic under papermill and ``nbconvert --execute``."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import nbformat
import papermill
import pytest
from papermill.exceptions import PapermillExecutionError

from watchframe.demo import DemoServer

pytestmark = pytest.mark.slow

LOAD = "%load_ext watchframe"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with DemoServer(state_dir=tmp_path_factory.mktemp("demo")) as server:
        yield server


@pytest.fixture
def environment(demo, tmp_path, monkeypatch):
    """The connection as a scheduled job has it: in the environment."""
    settings = {
        "HOME": str(tmp_path),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "WATCHFRAME_URL": demo.url,
        "WATCHFRAME_API_KEY": demo.user_key,
        "WATCHFRAME_CACHE_DIR": str(tmp_path / "cache"),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return {**os.environ, **settings}


def notebook(path, *sources):
    """Write a notebook of code cells; the first is tagged for papermill's parameters."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    cells[0].metadata["tags"] = ["parameters"]
    made = nbformat.v4.new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python", "language": "python"}
        },
    )
    nbformat.write(made, path)
    return path


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_papermill_reads_with_parameters(environment, demo, tmp_path):
    source = notebook(
        tmp_path / "in.ipynb",
        "markets = ['WETH']",
        LOAD,
        "%%watch 1 -o df\nmarkets: $markets\nperiod: 2026-01-01 to 2026-01-10",
        "sorted(set(df['market']))",
    )
    out = tmp_path / "out.ipynb"
    papermill.execute_notebook(source, out, parameters={"markets": ["INV"]}, progress_bar=False)
    saved = out.read_text()
    assert nbformat.reads(saved, 4).cells[-1].outputs[0].data["text/plain"] == "['INV']"
    assert "query 1 'Borrows by market'" in saved
    assert demo.user_key not in saved


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_papermill_failed_query_stores_short_form(environment, demo, tmp_path):
    source = notebook(tmp_path / "in.ipynb", "df = 1", LOAD, "%watch 51 -o df", "print('after')")
    out = tmp_path / "out.ipynb"
    with pytest.raises(PapermillExecutionError) as caught:
        papermill.execute_notebook(source, out, progress_bar=False)
    assert caught.value.ename == "JobFailedError"
    cells = nbformat.read(out, 4).cells
    failed = next(cell for cell in cells if cell.source.startswith("%watch 51"))
    (error,) = [item for item in failed.outputs if item.output_type == "error"]
    assert "LINE 2: from borrow_events" in "\n".join(error.traceback)
    assert "site-packages" not in "\n".join(error.traceback)
    assert cells[-1].outputs == []
    assert demo.user_key not in out.read_text()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_papermill_failed_call_stores_whole_traceback(environment, demo, tmp_path):
    source = notebook(tmp_path / "in.ipynb", "from watchframe import *", "read_watch_query(51)")
    out = tmp_path / "out.ipynb"
    with pytest.raises(PapermillExecutionError) as caught:
        papermill.execute_notebook(source, out, progress_bar=False)
    assert caught.value.ename == "JobFailedError"
    (error,) = nbformat.read(out, 4).cells[-1].outputs
    text = "\n".join(error.traceback)
    assert "Traceback (most recent call last)" in text
    assert "pipeline.py" in text
    assert demo.user_key not in out.read_text()


def test_nbconvert_stores_outputs(environment, demo, tmp_path):
    source = notebook(tmp_path / "in.ipynb", LOAD, "%watch 2")
    run = nbconvert(source, environment)
    assert run.returncode == 0, run.stderr
    saved = source.read_text()
    assert "query 2 'Market totals'" in saved
    assert json.loads(saved)["cells"][1]["outputs"][-1]["output_type"] == "execute_result"
    assert demo.user_key not in saved + run.stderr + run.stdout


def test_nbconvert_failed_query_stops_with_short_form(environment, demo, tmp_path):
    source = notebook(tmp_path / "in.ipynb", LOAD, "%watch 51", "print('after')")
    run = nbconvert(source, environment)
    assert run.returncode != 0
    assert "LINE 2: from borrow_events" in run.stderr
    assert demo.user_key not in run.stderr + run.stdout


def test_nbconvert_failed_call_stops_with_whole_traceback(environment, tmp_path):
    source = notebook(tmp_path / "in.ipynb", "from watchframe import *", "read_watch_query(51)")
    run = nbconvert(source, environment)
    assert run.returncode != 0
    assert "pipeline.py" in run.stderr


def test_script_stops_with_whole_traceback(environment, tmp_path):
    """Also one that imports IPython for its display."""
    code = "import IPython.display\nfrom watchframe import *\nread_watch_query(51)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
    )
    assert run.returncode == 1
    assert "Traceback (most recent call last)" in run.stderr
    assert "pipeline.py" in run.stderr


def nbconvert(path, environment):
    """Run ``jupyter nbconvert --execute`` as one does in a terminal."""
    command = ["--to", "notebook", "--execute", "--inplace", str(path)]
    return subprocess.run(
        [sys.executable, "-m", "nbconvert", *command],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        cwd=path.parent,
    )
