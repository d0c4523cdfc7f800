"""A dashboard as a page: without a network, light and dark, wide and narrow, on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_colours import TOO_FAINT
from watchframe import Client, show_watch_dashboard

WITHIN = 60_000
#: Of texts to what is behind them: a color that reads on white and on black has not more.
ENOUGH = 4.0
FIGURE = ".wf-figure .main-svg:first-of-type"
#: Where the figures' tiles begin, and how much wider or higher than its tile a figure is.
FIGURES = """() => [...document.querySelectorAll(".wf-figure")].map(box => {
    const tile = box.closest(".wf-tile").getBoundingClientRect();
    const drawn = box.querySelector(".main-svg").getBoundingClientRect();
    return [Math.round(tile.x), drawn.right > tile.right || drawn.bottom > tile.bottom];
})"""
WIDTHS = """() => [...document.querySelectorAll(".wf-figure")].map(
    box => [box.clientWidth, Number(box.querySelector(".main-svg").getAttribute("width"))])"""
FITTED = f"() => ({WIDTHS})().every(([room, drawn]) => Math.abs(room - drawn) < 2)"
#: Of figures, whether they end above the foot of their tile.
ABOVE_FOOT = """() => [...document.querySelectorAll(".wf-figure")].map(box => {
    const foot = box.closest(".wf-tile").querySelector(".wf-tile-foot").getBoundingClientRect();
    return box.querySelector(".main-svg").getBoundingClientRect().bottom <= foot.top + 1;
})"""
WITHIN_TILE = """table => table.getBoundingClientRect().right
    <= table.closest(".wf-tile").getBoundingClientRect().right"""
#: Repeats the columns of a table.
WIDER = """table => {
    for (const row of table.rows)
        for (const cell of [...row.cells, ...row.cells, ...row.cells])
            row.append(cell.cloneNode(true));
}"""
HIDDEN = """() => [...document.querySelectorAll(".wf-tile-text")].filter(
    text => text.scrollHeight > text.parentElement.clientHeight + 1).length"""


@pytest.fixture(scope="module")
def address(demo, tmp_path_factory):
    """The page of the dashboard of liquidations: three charts, four counters, two tables."""
    folder = tmp_path_factory.mktemp("page")
    with Client(demo.url, demo.user_key, cache_dir=folder / "cache") as client:
        show_watch_dashboard("Liquidations", client=client).to_html(folder / "page.html")
    return (folder / "page.html").as_uri()


@pytest.fixture
def opened(browser, address):
    """Opens the page in colors and a width, without a network."""
    contexts = []

    def open_page(scheme, width):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.route("http*://**", lambda route: route.abort())
        page.goto(address)
        expect(page.locator(FIGURE)).to_have_count(3, timeout=WITHIN)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_of_a_dashboard_loads_nothing_and_reads(opened, scheme):
    page = opened(scheme, 1280)
    expect(page.get_by_role("heading", name="Liquidations", level=1)).to_be_visible()
    faint = [it for it in page.locator("body").evaluate(TOO_FAINT, ENOUGH) if "%" not in it[2]]
    assert [it for it in faint if not it[2].startswith(("$", "380", "360", "▲", "▼"))] == []
    assert [it for it in page.asked if not it.startswith(("file:", "data:", "blob:"))] == []


@pytest.mark.parametrize(("width", "columns"), [(1900, 2), (420, 1)])
def test_page_of_a_dashboard_fits_the_window(opened, width, columns):
    page = opened("light", width)
    check_fits(page, width, columns)
    other = {1900: 1280, 420: 640}[width]  # the window is made narrower, or wider
    page.set_viewport_size({"width": other, "height": 900})
    page.wait_for_function(FITTED)
    check_fits(page, other, columns)


def check_fits(page, width, columns):
    found = page.evaluate(FIGURES)
    assert len({column for column, _ in found}) == columns
    assert not any(is_cut for _, is_cut in found)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(HIDDEN) == 0


def test_page_of_a_dashboard_is_drawn_for_paper(opened):
    page = opened("dark", 420)
    before = page.evaluate(WIDTHS)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("document.body.clientWidth") >= 970
    on_paper = page.evaluate(WIDTHS)
    assert all(width == drawn for width, drawn in on_paper)
    assert len({width for width, _ in on_paper}) == 3
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(WIDTHS) == before


def test_page_of_a_dashboard_prints_whole(opened):
    page = opened("light", 1280)
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 2
    page.emulate_media(media="print")
    expect(page.locator(".modebar").first).to_be_hidden()
    table = page.locator(".wf-tile").filter(has_text="Largest liquidations").first
    assert table.evaluate("it => it.scrollWidth <= it.clientWidth + 1")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(ABOVE_FOOT) == [True, True, True], "titles that wrap leave room"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    table = page.locator(".wf-tile-body table").last
    table.evaluate("it => { it.style.minWidth = '2000px' }")
    assert not table.evaluate(WITHIN_TILE)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert table.evaluate(WITHIN_TILE)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not table.evaluate(WITHIN_TILE)


def test_table_that_is_too_wide_is_whole_on_paper_without_scripts(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    table = page.locator(".wf-tile-body table").last
    table.evaluate(WIDER)
    assert not table.evaluate(WITHIN_TILE)
    page.emulate_media(media="print")
    assert table.evaluate(WITHIN_TILE)
    context.close()
