"""Pages of dashboards in a real browser: where their tiles are, and that figures fill them."""

import itertools

import pytest

from tests.browser.conftest import SHOWS_WITHIN
from watchframe import Client, read_watch_dashboard

DRAWN = """() => {
  const boxes = [...document.querySelectorAll(".wf-figure")];
  return boxes.length > 2 && boxes.every(box => box.querySelector("svg.main-svg"));
}"""
#: Of each tile its box, and how far its figure goes beyond the room that it has.
TILES = """() => [...document.querySelectorAll(".wf-tile-place")].map(place => {
  const { left, top, width, height } = place.getBoundingClientRect();
  const body = place.querySelector(".wf-tile-body").getBoundingClientRect();
  const svg = place.querySelector("svg.main-svg")?.getBoundingClientRect();
  const beyond = svg ? [svg.bottom - body.bottom, svg.height / body.height] : null;
  return { box: [left, top, width, height].map(Math.round), beyond };
})"""


@pytest.fixture(scope="module")
def address(demo, tmp_path_factory):
    file = tmp_path_factory.mktemp("boards") / "board.html"
    with Client(demo.url, demo.user_key) as client:
        read_watch_dashboard(3, cache="off", client=client).board.to_html(file)
    return file.as_uri()


@pytest.fixture
def tiles_at(browser, address):
    """Opens the page in a window of a width, and returns the boxes of its tiles."""

    def tiles_at(width):
        failures = []
        with browser.new_page(viewport={"width": width, "height": 900}) as page:
            page.on("pageerror", lambda error: failures.append(error))  # noqa: PLW0108 - Playwright marks it
            page.goto(address)
            page.wait_for_function(DRAWN, timeout=SHOWS_WITHIN)
            tiles = page.evaluate(TILES)
        assert failures == []
        for tile in tiles:
            if tile["beyond"]:
                below, share = tile["beyond"]
                assert below <= 1
                assert share > 0.8
        return [tile["box"] for tile in tiles]

    return tiles_at


def test_tiles_are_on_the_grid(tiles_at):
    text, *counters, days, shares, price, pivot, table, last = tiles_at(1280)
    lefts, tops, widths, heights = zip(*counters, strict=True)
    assert len(set(tops)) == len(set(widths)) == 1
    assert set(heights) == {5 * 50 - 15}
    assert lefts == tuple(sorted(lefts))
    assert (days[1], days[3]) == (shares[1], shares[3]) == (tops[0] + 250, 9 * 50 - 15)
    assert abs(days[2] - 2 * shares[2] - 15) <= 2
    assert price[1] == pivot[1]
    for whole in (text, table, last):
        assert whole[0] == days[0]
        assert abs(whole[2] - (shares[0] + shares[2] - days[0])) <= 1


def test_tiles_are_one_below_the_other_where_it_is_narrow(tiles_at):
    boxes = tiles_at(640)
    assert len({(left, wide) for left, _, wide, _ in boxes}) == 1
    assert all(
        after[1] - (before[1] + before[3]) == 15 for before, after in itertools.pairwise(boxes)
    )
