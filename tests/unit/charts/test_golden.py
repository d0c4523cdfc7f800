"""Every case of the golden data: what the page's own code makes of visualizations.

``pytest tests/unit/charts/test_golden.py --golden FOLDER`` compares other cases.
"""

import copy
import json
from datetime import datetime
from pathlib import Path

from watchframe.charts import after_drawing, plotly_spec, prepare

DATA = Path(__file__).parents[2] / "data" / "charts"

#: Where the page is wrong, and what is right instead: by case, of each place in its output.
DEPARTURES = {
    # A missing value makes the total of a pie none, and so every share; the sum of its label too.
    "chart-pie": {
        "traces.0.values.0": 180.5,
        "traces.0.text": ["59.04% (180.50000)", "39.33% (120.25000)", "1.64% (5)"],
    },
    "chart-pie-colors-format": {
        "traces.0.values.0": 180.5,
        "traces.0.text": ["WETH $180.50 59.0%", "WBTC $120.25 39.3%", "DAI $5.00 1.6%"],
    },
    "chart-pie-negative": {"traces.0.text": ["33.33% (-5)", "66.67% (10)", "0% (0)"]},
    "chart-pie-no-x": {"traces.1.values.0": 13, "traces.1.text": ["100% (13)"]},
    # Where an x has several points, each has the last one's text.
    "chart-box-points": {
        "traces.0.text": ["0", "4", "16", "2", "13", "15"],
        "traces.1.text": ["1", "9", "8", "15", "13", "2"],
    },
    "chart-bubble": {"traces.0.text": ["2.5: 4", "3.5: 25", "1.5: 10"]},
    "chart-column-mixed-x": {"traces.0.text": ["3", "4", "5", "1", "2", "6"]},
    "chart-scatter": {"traces.0.text": [2.5, 3.5, 1.5]},
    # Texts have no place on a linear axis: the picture is empty.
    "chart-heatmap": {"layout.yaxis.type": "category"},
    "chart-heatmap-custom-scale": {"layout.yaxis.type": "category"},
    "chart-heatmap-sorted-reversed": {"layout.yaxis.type": "category"},
    "chart-heatmap-unsorted": {"layout.yaxis.type": "category"},
}


def pytest_generate_tests(metafunc):
    """Make a test of each file that holds a case."""
    if "case" in metafunc.fixturenames:
        folder = Path(metafunc.config.getoption("--golden") or DATA)
        files = [path for path in sorted(folder.glob("*.json")) if not path.match("format-*")]
        metafunc.parametrize("case", files, ids=lambda path: path.stem)
    elif "chart" in metafunc.fixturenames:
        folder = Path(metafunc.config.getoption("--golden") or DATA)
        files = sorted(folder.glob("chart-*.json"))
        metafunc.parametrize("chart", files, ids=lambda path: path.stem)


def test_case_is_as_the_page_draws_it(case):
    found = json.loads(case.read_text())
    given, expected = found["input"], found["output"]
    call = (given, given["columns"], given["rows"])
    if given["type"] == "CHART":
        expected = {"traces": expected["traces"], "layout": expected["layout"]}
        made = plain(plotly_spec(*call, filters=given.get("filters")))
        assert made == right(case.stem, expected)
    else:
        made = plain(prepare(*call, filters=given.get("filters")))
        assert {name: made[name] for name in expected} == right(case.stem, expected)


def test_chart_after_drawing_is_as_people_see_it(chart):
    found = json.loads(chart.read_text())
    given, seen = found["input"], found["output"]["drawn_in_chromium"]
    call = (given, given["columns"], given["rows"])
    made = plain(after_drawing(plotly_spec(*call, filters=given.get("filters")), given))
    expected = {
        "traces": [dict(trace) for trace in found["output"]["traces"]],
        "layout": seen["layout"],
    }
    for trace, drawn in zip(expected["traces"], seen["data"], strict=True):
        trace.update({name: drawn[name] for name in drawn.keys() & {"x", "y", "orientation"}})
    expected = right(chart.stem, expected)
    assert seen_of_traces(made) == seen_of_traces(expected)
    assert made["layout"]["legend"].items() >= expected["layout"]["legend"].items()
    for name in ("xaxis", "yaxis", "yaxis2"):
        axis, drawn = made["layout"].get(name), expected["layout"].get(name)
        assert (axis is None) == (drawn is None)
        if axis is not None:
            # plotly itself chooses the type of an axis that has none, and ends that nobody chose.
            assert axis["type"] in {drawn["type"], "-"}
            assert axis["title"] == drawn["title"]
            ends = zip(axis.get("range") or [None, None], drawn["range"], strict=True)
            assert all(end in {None, drawn_end} for end, drawn_end in ends)


def test_departures_are_of_cases_that_exist():
    assert DEPARTURES.keys() <= {path.stem for path in DATA.glob("*.json")}


def right(case, expected):
    """Return what is expected of a case: the page's output, with the departures."""
    expected = copy.deepcopy(expected)
    for place, value in DEPARTURES.get(case, {}).items():
        *path, last = [int(part) if part.isdigit() else part for part in place.split(".")]
        part = expected
        for name in path:
            part = part[name]
        assert part[last] != value, f"{case} departs no longer at {place}"
        part[last] = value
    return expected


def seen_of_traces(spec):
    """Return where the points of traces are, and on which axis."""
    return [
        {name: trace.get(name) for name in ("x", "y", "yaxis", "orientation", "values", "labels")}
        for trace in spec["traces"]
    ]


def plain(value):
    """Return what was made in the golden data's encoding."""
    return json.loads(json.dumps(value, default=encoded))


def encoded(item):
    """Return a moment as the golden data have it."""
    if isinstance(item, datetime):
        return {"moment": item.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
    raise TypeError(item)
