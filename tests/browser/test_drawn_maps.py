"""Maps in a real browser without a network: countries and markers show; nothing is asked for."""

import pytest
from playwright.sync_api import expect

from watchframe.charts import prepare
from watchframe.drawing.figures import figure_of

ROWS = [
    {"iso": "DE", "v": 1, "lat": 52.5, "lon": 13.4},
    {"iso": "BR", "v": 9, "lat": -15, "lon": -47},
]
OPTIONS = {"keyColumn": "iso", "targetField": "iso_a2", "valueColumn": "v"}
FILLED = ".main-svg .scatterlayer .js-fill"


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    """Both maps, in a document that brings plotly.js along."""
    figures = [
        figure_of(kind, prepare({"type": kind, "options": OPTIONS}, [{"name": "iso"}], ROWS))
        for kind in ("CHOROPLETH", "MAP")
    ]
    parts = [
        figure.to_html(full_html=False, include_plotlyjs=place == 0, div_id=f"map-{place}")
        for place, figure in enumerate(figures)
    ]
    document = tmp_path_factory.mktemp("maps") / "maps.html"
    document.write_text(f"<!doctype html><meta charset='utf-8'>{''.join(parts)}", "utf-8")
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.asked = []
    opened.failed = []
    opened.on("request", lambda request: opened.asked.append(request.url))
    opened.on("pageerror", lambda error: opened.failed.append(str(error)))
    opened.goto(document.as_uri())
    expect(opened.locator(f"#map-1 {FILLED}")).to_have_count(1)
    yield opened
    context.close()


def test_maps_show_countries_and_markers(page):
    expect(page.locator(f"#map-0 {FILLED}")).to_have_count(236)
    expect(page.locator("#map-1 .main-svg .points path.point")).to_have_count(2)
    colors = page.locator(f"#map-0 {FILLED}").evaluate_all(
        "areas => [...new Set(areas.map(area => getComputedStyle(area).fill))]"
    )
    assert sorted(colors) == ["rgb(0, 47, 180)", "rgb(121, 156, 255)", "rgb(128, 128, 128)"]


def test_maps_tell_what_is_under_the_pointer(page):
    place = page.evaluate(
        """async () => {
            await Plotly.redraw("map-0");  // from then on it takes the pointer
            const {xaxis, yaxis, _size: size} = document.getElementById("map-0")._fullLayout;
            const box = document.getElementById("map-0").getBoundingClientRect();
            return [box.x + size.l + xaxis.d2p(-52), box.y + size.t + yaxis.d2p(-8)];
        }"""
    )
    page.mouse.move(*place)
    expect(page.locator("#map-0 .hoverlayer")).to_contain_text("Brazil: 9.00")


def test_maps_ask_for_nothing(page):
    assert [url for url in page.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert page.failed == []
