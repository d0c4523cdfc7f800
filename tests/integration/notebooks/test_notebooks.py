"""The notebooks, executed as a reader would, and compared with what is committed."""

from __future__ import annotations

import json
import re

import nbformat
import pytest
from nbclient import NotebookClient

from tests.integration.notebooks.execute_notebooks import (
    ADDRESS,
    FOLDER,
    WITHOUT_PORT,
    without_settings,
)

NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
PATIENT = 120

#: What differs from run to run, and what stands for it.
CHANGING = (
    (ADDRESS.pattern, WITHOUT_PORT),
    (r"\b\d+(\.\d+)? (s|min|h|d)\b old", "AGE old"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00", "MOMENT"),
    (r"('query_result_id': )\d+", r"\1ID"),
    (r"('runtime_s': )[\d.e-]+", r"\1TIME"),
    (r"\bunder [0-9a-f]{12}", "under KEY"),
    (r"(last run: ).*?(\d+ rows, )\S+ [kM]?B", r"\1AGE, TIME, \2SIZE"),
    (r"(runs took: ).*", r"\1TIMES"),
    (r" {2,}", "  "),  # a column is narrower where all its moments are whole seconds
)


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def executed(request, tmp_path_factory):
    """The committed notebook, and the same executed anew, with the keys that it used."""
    folder = tmp_path_factory.mktemp(request.param.stem)
    committed = nbformat.read(request.param, as_version=4)
    again = nbformat.read(request.param, as_version=4)
    keys = nbformat.v4.new_code_cell(
        "import pathlib\n"
        "from watchframe.client import current_client\n"
        "pathlib.Path('key').write_text(current_client().settings.api_key.reveal())"
    )
    again.cells.append(keys)
    NotebookClient(
        again,
        timeout=PATIENT,
        iopub_timeout=PATIENT,  # after 4 s it would go on without outputs that are on their way
        coalesce_streams=True,
        kernel_name="python3",
        resources={"metadata": {"path": folder}},
    ).execute(env=without_settings(folder))
    again.cells.pop()
    return committed, again, (folder / "key").read_text()


def test_notebooks_listed_all_exist():
    assert [path.stem for path in NOTEBOOKS] == [
        "01_quickstart",
        "02_parameters_and_pickers",
        "03_magic",
        "04_caching",
        "05_types",
        "06_query_to_report",
        "07_charts",
        "08_dashboards",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_shows_nothing_of_the_machine_that_ran_it(path):
    """No port of a demo server, no folder of a user or of one run."""
    text = "".join(
        json.dumps(cell.get("outputs", [])) for cell in nbformat.read(path, as_version=4).cells
    )
    assert (
        re.findall(r"(?:127\.0\.0\.1|localhost):\d+|/(?:tmp|home|root|Users)/[^\s\"'<]+", text)
        == []
    )


@pytest.mark.slow
def test_notebook_outputs_match_committed_ones(executed):
    committed, again, _ = executed
    for before, now in zip(committed.cells, again.cells, strict=True):
        assert texts(now) == texts(before), now.source


@pytest.mark.slow
def test_notebook_fails_only_where_intended(executed):
    _, again, _ = executed
    for cell in again.cells:
        failed = [item for item in cell.get("outputs", []) if item.output_type == "error"]
        assert bool(failed) == ("raises-exception" in cell.metadata.get("tags", [])), cell.source


@pytest.mark.slow
def test_notebook_saved_without_key(executed):
    committed, again, key = executed
    assert len(key) > 8
    assert key not in nbformat.writes(again)
    assert not re.search(r"Key [\w-]{20,}", nbformat.writes(committed))


@pytest.mark.slow
def test_notebook_committed_after_a_full_run(executed):
    committed, *_ = executed
    counts = [cell.execution_count for cell in committed.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


def texts(cell):
    """What a cell shows as text, but for what changes from run to run."""
    return [plain(output) for output in cell.get("outputs", [])]


def plain(output):
    data = output.get("data", {})
    text = output.get("text") or data.get("text/markdown") or data.get("text/plain") or ""
    if output.output_type == "error":
        text = "\n".join(output.traceback)
    text = re.sub(r"\x1b\[[\d;]*m", "", text)
    for pattern, stands_for in CHANGING:
        text = re.sub(pattern, stands_for, text)
    return text
