"""The report's notebook at night: other parameters, a real connection, and failing loudly."""

from __future__ import annotations

import nbformat
import papermill
import pytest
from nbconvert import HTMLExporter
from papermill.exceptions import PapermillExecutionError

from tests.integration.notebooks.execute_notebooks import FOLDER
from watchframe.demo import DemoServer

REPORT = FOLDER / "06_query_to_report.ipynb"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # papermill's own
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with DemoServer(state_dir=tmp_path_factory.mktemp("demo")) as server:
        yield server


@pytest.fixture
def night(demo, tmp_path, monkeypatch):
    """Run the report with parameters, as a scheduled job does; gives what it has written."""
    settings = {
        "HOME": tmp_path,
        "IPYTHONDIR": tmp_path / "ipython",
        "WATCHFRAME_URL": demo.url,
        "WATCHFRAME_API_KEY": demo.user_key,
        "WATCHFRAME_CACHE_DIR": tmp_path / "cache",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, str(value))

    def run(**parameters):
        out = tmp_path / "report.ipynb"
        try:
            papermill.execute_notebook(REPORT, out, parameters=parameters, progress_bar=False)
        finally:
            assert demo.user_key not in out.read_text()
        return nbformat.read(out, as_version=4)

    return run


def test_report_with_other_parameters(night):
    written = night(first_day="2026-04-01", last_day="2026-06-30", markets=["INV", "CRV"])
    page, _ = HTMLExporter(exclude_input=True).from_notebook_node(written)
    assert "Between <strong>2026-04-01</strong> and <strong>2026-06-30</strong>" in page
    assert "Jun 2026" in page
    assert "CRV" in page
    assert "WBTC" not in page


def test_report_second_run_asks_only_for_changes(night, demo):
    night()
    before = len(demo.requests)
    night()
    assert [item.path for item in list(demo.requests)[before:] if item.method == "POST"] == []


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"markets": ["WETH", "DOGE"]}, "cannot be ['WETH', 'DOGE']"),
        ({"last_day": "2029-06-30"}, "some days have no events at all"),
    ],
)
def test_report_failure_stops_before_any_number(night, tmp_path, parameters, says):
    with pytest.raises(PapermillExecutionError):
        night(**parameters)
    written = nbformat.read(tmp_path / "report.ipynb", as_version=4)
    outputs = "".join(str(cell.get("outputs", "")) for cell in written.cells)
    assert says in outputs.replace("\\", "")
    assert "text/html" not in outputs
    assert "text/markdown" not in outputs
