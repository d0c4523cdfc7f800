"""Every golden case, served by the demo server and drawn from it, is as the page draws it.

``--golden FOLDER`` serves other cases, as of `tests/unit/charts/test_golden.py`.
"""

import json

import pytest

from tests.unit.charts.test_golden import plain, pytest_generate_tests, right  # noqa: F401
from watchframe import draw_frame, draw_watch_query
from watchframe.charts import after_drawing
from watchframe.client import Client
from watchframe.demo import DemoServer
from watchframe.demo.catalogue_types import PYTHON_SOURCE

#: Some cases have values of another type than the declared one.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::watchframe.errors.ColumnTypeWarning"),
]


@pytest.fixture(scope="module")
def author():
    """A client of a server of its own, on which the cases are saved."""
    with DemoServer() as server, Client(server.url, server.user_key, cache_dir=None) as client:
        yield client


def test_case_drawn_from_the_server(case, author, tmp_path):
    found = json.loads(case.read_text())
    given, expected = found["input"], right(case.stem, found["output"])
    script = f"result = { ({'columns': given['columns'], 'rows': given['rows']})!r}"
    query = author.queries.create(case.stem, script, PYTHON_SOURCE)
    saved = author.visualizations.create(
        query.id, type=given["type"], name=given.get("name", ""), options=given["options"]
    )
    filters = given.get("filters")
    drawing = draw_watch_query(query.id, saved.id, filters=filters, cache="off", client=author)
    made = plain(drawing.prepared)
    if given["type"] == "CHART":
        shown = {"traces": expected["traces"], "layout": expected["layout"]}
        expected = plain(after_drawing(shown, given))
    assert {name: made[name] for name in expected} == expected
    # The frame of the same rows, typed as pandas has them, is drawn alike.
    again = draw_frame(drawing.frame, saved, filters=filters)
    assert plain(again.prepared) == made
