"""What progress leaves in a saved notebook: nothing, however a read ends.

Slow, for its kernel is a real one.
"""

from __future__ import annotations

import os
import signal
import threading

import nbformat
import pytest
from nbclient import NotebookClient

from watchframe.client import Client
from watchframe.demo import DemoServer
from watchframe.models import ParameterDefinition

pytestmark = pytest.mark.slow

PATIENT = 60
SETUP = """
import watchframe
from watchframe.display import progress
watchframe.connect({url!r}, {key!r}, cache_dir={folder!r})
progress.DELAY = {delay}
if progress.DELAY == 0:
    progress.REDRAW = 0
"""
CELLS = {
    "sweep": "df = watchframe.read_watch_sweep(13, [{'kind': kind} for kind in "
    "('borrow', 'repay', 'deposit', 'withdraw')], max_age=0, progress=True)",
    "sweep that fails": "try:\n"
    "    watchframe.read_watch_queries([2, 51, 13, 51], max_age=0, progress=True)\n"
    "except ExceptionGroup:\n"
    "    pass",
    "split": "df = watchframe.read_watch_sweep(33, {'period': ('2026-01-01', '2026-03-31')}, "
    "split={'period': '1M'}, max_age=0, progress=True)",
    "pages": "df = watchframe.read_watch_sweep(PAGED, page={'limit': 'n', 'offset': 'start', "
    "'size': 3}, max_age=0, progress=True)",
    "dashboard": "frames = watchframe.read_watch_dashboard(1, max_age=0, progress=True)",
    "read": "df = watchframe.read_watch_query(2, max_age=0, progress=True)",
    "read that fails": "watchframe.read_watch_query(51, max_age=0, progress=True)",
    "read within a bar": "from tqdm.std import tqdm\nimport io\n"
    "for _ in tqdm([1], file=io.StringIO()):\n"
    "    frames = watchframe.read_watch_queries([2, 2], max_age=0, progress=True)",
}
INTERRUPTED = {
    "sweep": "watchframe.read_watch_queries([2, (50, {'seconds': 90})], max_age=0, progress=True)",
    "read": "watchframe.read_watch_query(50, {'seconds': 91}, max_age=0, progress=True)",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with DemoServer(state_dir=tmp_path_factory.mktemp("demo"), events=1000) as server:
        yield server


@pytest.fixture(scope="module")
def paged(demo):
    """The id of a query that is read in pages."""
    number, start = (
        ParameterDefinition(name=name, type="number", title=name) for name in ("n", "start")
    )
    text = "select i from range(7) as t(i) order by i limit {{ n }} offset {{ start }}"
    with Client(demo.url, demo.user_key) as client:
        return client.queries.create("Paged", text, 1, parameters=[number, start]).id


@pytest.fixture
def execute(demo, paged, tmp_path):
    """Executes cells, and gives them as they are saved."""

    def run(cells, *, delay, during=None):
        setup = SETUP.format(
            url=demo.url, key=demo.user_key, folder=str(tmp_path / "cache"), delay=delay
        )
        sources = [setup, *(cell.replace("PAGED", str(paged)) for cell in cells)]
        notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, sources)))
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            timeout=PATIENT,
            iopub_timeout=PATIENT,
            allow_errors=True,
            resources={"metadata": {"path": str(tmp_path)}},
            on_cell_execute=lambda cell, cell_index: during and during(client, cell, cell_index),
        )
        environment = {name: os.environ[name] for name in os.environ if "WATCHFRAME" not in name}
        client.execute(env={**environment, "IPYTHONDIR": str(tmp_path / "ipython")})
        nbformat.validate(notebook)
        first, *others = nbformat.reads(nbformat.writes(notebook), 4).cells
        assert first.outputs == []
        return others

    return run


def shown(cell):
    """What a saved cell shows: kinds of output and their texts, but for outputs without data."""
    return [
        (item.output_type, item.get("text") or item.get("ename") or item.data)
        for item in cell.outputs
        if item.get("data") != {}
    ]


@pytest.mark.parametrize("delay", [0, 1.0], ids=["drawn at once", "drawn after a second"])
def test_saved_notebook_holds_nothing_of_the_progress(execute, delay):
    cells = execute(CELLS.values(), delay=delay)
    for name, cell in zip(CELLS, cells, strict=True):
        assert shown(cell) == ([("error", "JobFailedError")] if name == "read that fails" else [])
        # What is not drawn at once may still be: where the machine is busy.
        assert delay or [item for item in cell.outputs if item.output_type == "display_data"], name


def test_saved_notebook_after_interrupted_reads(execute, demo):
    def interrupt(client, cell, number):
        """Interrupt the kernel once the read runs and its progress is drawn."""

        def wait_and_send():
            while not (cell.outputs and demo.running_jobs()):
                if ended.wait(0.01):
                    return
            os.kill(client.km.provisioner.pid, signal.SIGINT)

        if number:
            threading.Thread(target=wait_and_send, daemon=True).start()

    ended = threading.Event()
    cells = execute(INTERRUPTED.values(), delay=0, during=interrupt)
    ended.set()
    assert [shown(cell) for cell in cells] == [[("error", "KeyboardInterrupt")]] * 2
    assert all(cell.outputs[0].output_type == "display_data" for cell in cells)
