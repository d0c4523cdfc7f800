"""What plotly.js draws of our figures, beside what it drew of the page's own: the golden data."""

import json

import pandas as pd
import plotly.offline
import pytest

from tests.unit.charts.test_golden import DATA
from watchframe import draw_frame
from watchframe.charts import after_drawing, prepare
from watchframe.drawing import draw
from watchframe.drawing.figure_html import figure_html
from watchframe.drawing.figures import figure_of
from watchframe.drawing.notebook_output import noted_figure
from watchframe.models import Visualization

CHARTS = sorted(DATA.glob("chart-*.json"))
#: In pixels, as the page's were drawn.
WIDTH, HEIGHT = 800, 400
#: Cases of which the page's picture is empty, and ours has texts on its y axis.
HEATMAPS = "chart-heatmap"
HOSTILE = "<b>R&D</b><a href=x>$1$ a"  # as long as a text that is not cut

DRAW = """(figure) => Plotly.newPlot("drawn", figure.data, figure.layout).then((drawn) => {
  const axes = ["xaxis", "yaxis", "yaxis2"].filter((name) => drawn._fullLayout[name]);
  return Object.fromEntries(axes.map((name) => {
    const {type, range} = drawn._fullLayout[name];
    return [name, {type, range}];
  }));
})"""


@pytest.fixture(scope="module")
def page(browser):
    """A page with plotly.js, on which nothing fails."""
    failures = []
    with browser.new_page() as page:
        page.on("pageerror", lambda error: failures.append(error))  # noqa: PLW0108 - Playwright marks it
        page.add_script_tag(content=plotly.offline.get_plotlyjs())
        yield page
    assert failures == []


@pytest.fixture
def drawn(page):
    """Draws a figure, and returns the types and ranges of its axes."""
    page.evaluate(
        "([width, height]) => {document.body.innerHTML = "
        "`<div id='drawn' style='width: ${width}px; height: ${height}px'></div>`}",
        [WIDTH, HEIGHT],
    )
    return lambda figure: page.evaluate(DRAW, json.loads(figure.to_json()))


@pytest.mark.parametrize("path", CHARTS, ids=lambda path: path.stem)
def test_axes_are_those_of_the_page(path, drawn):
    case = json.loads(path.read_text())
    given, seen = case["input"], case["output"]["drawn_in_chromium"]["layout"]
    spec = prepare(given, given["columns"], given["rows"], filters=given.get("filters"))
    shown = after_drawing(spec, given)
    figure = figure_of("CHART", shown)
    # Where the page has it: ranges around dots depend on how large the plot is.
    figure.layout.legend = shown["layout"]["legend"]
    for name, axis in drawn(figure).items():
        expected = seen.get(name)
        if expected is None:  # of a pie, which draws none
            continue
        if path.stem.startswith(HEATMAPS) and name == "yaxis":
            assert axis["type"] == "category"
            continue
        # The page's plotly has no type for an axis without data.
        assert expected["type"] in (axis["type"], "-")
        assert axis["range"] == [
            end if isinstance(end, str) else pytest.approx(end, rel=0.02, abs=0.02)
            for end in expected["range"]
        ]


def test_texts_of_the_data_are_shown_as_they_are(page, drawn):
    frame = pd.DataFrame({"x": [HOSTILE, "b"], "y": [1, 2], "k": [HOSTILE, "c"]})
    options = {
        "globalSeriesType": "column",
        "columnMapping": {"x": "x", "y": "y", "k": "series"},
        "xAxis": {"type": "category", "title": {"text": HOSTILE}},
        "textFormat": "{{ @@x }}",
        "showDataLabels": True,
    }
    drawn(draw_frame(frame, {"type": "CHART", "options": options}).figure)
    shown = page.evaluate(
        "() => [...document.querySelectorAll('#drawn text')].map((text) => text.textContent)"
    )
    # The category, the series, the title of the axis, and the label of the column.
    assert shown.count(HOSTILE) == 4
    assert page.locator("#drawn text a, #drawn foreignObject").count() == 0


@pytest.mark.parametrize("width", [400, 1200])
@pytest.mark.parametrize("count", [2, 40])
def test_legend_leaves_most_of_the_place_to_the_plot(page, drawn, count, width):
    names = [f"market {place}" for place in range(count)]
    frame = pd.DataFrame({"x": ["a", "b"], **{name: [1, 20_000] for name in names}})
    options = {
        "globalSeriesType": "line",
        "columnMapping": {"x": "x", **dict.fromkeys(names, "y")},
        "seriesOptions": {names[1]: {"yAxis": 1}},
        "xAxis": {"type": "category", "title": {"text": "of each"}},
        "yAxis": [{"type": "linear"}, {"type": "linear", "title": {"text": "dollars"}}],
    }
    page.evaluate("width => {document.getElementById('drawn').style.width = `${width}px`}", width)
    drawn(draw_frame(frame, {"type": "CHART", "options": options}).figure)
    legend = page.locator("#drawn .legend .bg").bounding_box()
    title = page.locator("#drawn .g-xtitle").bounding_box()
    assert title["y"] + title["height"] <= legend["y"]
    assert legend["y"] + legend["height"] <= page.locator("#drawn").bounding_box()["y"] + HEIGHT
    plot = page.locator("#drawn .plotclip rect").first.bounding_box()
    assert plot["width"] > width * 0.6
    assert plot["height"] > HEIGHT * 0.5


@pytest.mark.parametrize("swapped", [False, True])
def test_long_categories_leave_a_plot_and_are_whole_on_hovering(page, drawn, swapped):
    long = "a category of two hundred letters " * 6
    frame = pd.DataFrame({"x": [long, f"another {long}"], "y": [3, 2]})
    options = {
        "globalSeriesType": "column",
        "columnMapping": {"x": "x", "y": "y"},
        "xAxis": {"type": "category"},
        "swappedAxes": swapped,
    }
    page.evaluate("document.getElementById('drawn').style.width = '400px'")
    drawn(draw_frame(frame, {"type": "CHART", "options": options}).figure)
    plot = page.locator("#drawn .plotclip rect").first.bounding_box()
    assert plot["width"] > 150
    assert plot["height"] > 150
    ticks = page.locator("#drawn .xtick text, #drawn .ytick text").all_text_contents()
    assert "a category of t…d letters " in ticks
    page.locator("#drawn .bars path").first.hover(force=True)
    told = " ".join(page.locator("#drawn .hoverlayer tspan.line").all_text_contents())
    assert long.strip() in told


def test_names_around_a_radar_are_within_the_figure(page, drawn):
    frame = pd.DataFrame({"x": [f"market {place}" for place in range(9)], "y": range(1, 10)})
    options = {"globalSeriesType": "radar", "columnMapping": {"x": "x", "y": "y"}}
    drawn(draw_frame(frame, {"type": "CHART", "options": options}).figure)
    ends = page.locator("#drawn .angularaxistick text").evaluate_all(
        "all => all.map(it => it.getBoundingClientRect()).map(it => [it.left, it.top, it.bottom])"
    )
    place = page.locator("#drawn").bounding_box()
    assert len(ends) == 9
    assert min(left for left, _, _ in ends) >= place["x"]
    assert min(top for _, top, _ in ends) >= place["y"]
    assert max(bottom for _, _, bottom in ends) <= place["y"] + place["height"]


@pytest.mark.parametrize("length", [5, 300])
def test_notes_leave_a_plot_below_them(page, drawn, length):
    frame = pd.DataFrame({"x": ["a", "word " * (length // 5), "c"], "y": [1, 2, 3]})
    options = {"globalSeriesType": "column", "columnMapping": {"x": "x", "y": "y"}}
    shown = Visualization(id=0, type="CHART", options=options)
    figure = noted_figure(draw(shown, frame, notes=["word " * 12] * 25))
    assert ".notes has all" in figure["layout"]["title"]["text"]
    page.evaluate(DRAW, figure)
    height = page.evaluate("() => document.getElementById('drawn')._fullLayout._size.h")
    assert height > 60


@pytest.mark.parametrize(("style", "height"), [("", 400), ("--wf-figure-height: 100%", 230)])
def test_figure_is_as_high_as_its_place_where_that_says_so(page, style, height):
    frame = pd.DataFrame({"x": ["a", "b"], "y": [1, 2]})
    options = {"globalSeriesType": "column", "columnMapping": {"x": "x", "y": "y"}}
    figure = noted_figure(draw_frame(frame, {"type": "CHART", "options": options}))
    html = figure_html(figure, name="x", meanwhile="")
    page.evaluate(
        """([html, style]) => {
          document.body.innerHTML = `<div style="width: 500px; height: 230px; ${style}"></div>`;
          document.body.firstChild.append(document.createRange().createContextualFragment(html));
        }""",
        [html, style],
    )
    drawn = page.locator(".wf-figure .main-svg").first
    drawn.wait_for()
    box = drawn.bounding_box()
    assert (box["width"], box["height"]) == (500, height)
