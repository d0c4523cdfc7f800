"""Every case of the golden data: what the page's own code makes of visualizations.

``pytest tests/unit/charts/test_golden.py --golden FOLDER`` compares other cases.
"""

import json
from pathlib import Path

import pytest

from watchframe.charts import plotly_spec, prepare

DATA = Path(__file__).parents[2] / "data" / "charts"


def pytest_generate_tests(metafunc):
    """Make a test of each file that holds a case."""
    if "case" in metafunc.fixturenames:
        folder = Path(metafunc.config.getoption("--golden") or DATA)
        files = [path for path in sorted(folder.glob("*.json")) if not path.match("format-*")]
        metafunc.parametrize("case", files, ids=lambda path: path.stem)


def test_case_is_as_the_page_draws_it(case):
    found = json.loads(case.read_text())
    given, expected = found["input"], found["output"]
    call = (given, given["columns"], given["rows"])
    if given["type"] == "CHART":
        expected = {"traces": expected["traces"], "layout": expected["layout"]}
        assert plain(plotly_spec(*call, filters=given.get("filters"))) == expected
    else:
        made = plain(prepare(*call, filters=given.get("filters")))
        assert {name: made[name] for name in expected} == expected


def plain(value):
    """Return what was made in the golden data's encoding."""
    return json.loads(json.dumps(value, default=lambda item: {"moment": item.isoformat()}))


@pytest.mark.parametrize("name", ["plotly_spec", "prepare"])
def test_functions_are_public(name):
    assert callable(getattr(__import__("watchframe.charts", fromlist=[name]), name))
